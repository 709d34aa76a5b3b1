//! Text that others wrote, made fit for a terminal.

/// The text without what could steer a terminal (move its cursor, change its colours, ring its bell): all control
/// characters but line feed and tab. Answers, logs and AWS's messages repeat what anybody has written.
#[must_use]
pub fn harmless(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn lines_and_tabs_stay_and_all_that_steers_a_terminal_goes() {
        assert_eq!(harmless("a\u{1b}[2Jb\r\n\tc\u{7}\u{9b}31m 開封率"), "a[2Jb\n\tc31m 開封率");
    }
}
