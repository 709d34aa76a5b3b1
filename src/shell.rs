//! Words as a POSIX shell takes them, for commands that users copy.

/// A word, quoted where the shell would not take it as it is. A NUL, which no shell takes, is left out.
pub fn quoted(word: &str) -> String {
    let word = word.replace('\0', "");
    shlex::try_quote(&word).map(Into::into).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_quoted_only_where_the_shell_needs_it() {
        assert_eq!(quoted("agents/openrate.yaml"), "agents/openrate.yaml");
        assert_eq!(shlex::split(&quoted("エージェント (1)/it's; rm x")).unwrap(), ["エージェント (1)/it's; rm x"]);
        assert_eq!(shlex::split(&format!("x {}", quoted(""))).unwrap(), ["x", ""]);
    }
}
