//! Texts in a given number of columns, where a Japanese character takes two.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The text, or as much of its beginning as fits, with a sign that it goes on.
pub(super) fn cut(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut taken = 1;
    for letter in text.chars() {
        taken += letter.width().unwrap_or(0);
        if taken > room {
            break;
        }
        kept.push(letter);
    }
    kept + "…"
}

/// As many of the items as fit into one line, and how many do not.
pub(super) fn listed(items: &[String], room: usize) -> String {
    let whole = items.join(", ");
    if whole.width() <= room {
        return whole;
    }
    for shown in (1..items.len()).rev() {
        let text = format!("{} and {} more", items[..shown].join(", "), items.len() - shown);
        if text.width() <= room {
            return text;
        }
    }
    match items.len() {
        1 => cut(&whole, room),
        count => {
            let more = format!(" and {} more", count - 1);
            cut(&items[0], room.saturating_sub(more.len())) + &more
        }
    }
}

/// The text on lines that are no wider than this, broken at blanks; a word that is wider stands on a line of its own,
/// whole: commands and ARNs are copied from here.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::{cut, listed, wrap};

    #[test]
    fn a_sentence_is_broken_at_blanks_and_nothing_of_it_is_lost() {
        let sentence = "it exists and does not belong to this stack";
        assert_eq!(wrap(sentence, 20), ["it exists and does", "not belong to this", "stack"]);
        assert_eq!(wrap(sentence, 20).join(" "), sentence);
        assert_eq!(wrap("tag arn:aws:lambda:ap-northeast-1 now", 10), ["tag", "arn:aws:lambda:ap-northeast-1", "now"]);
        assert_eq!(wrap("", 10), Vec::<String>::new());
    }

    #[test]
    fn a_text_takes_no_more_columns_than_there_are() {
        assert_eq!(cut("開封率", 6), "開封率");
        assert_eq!(cut("開封率", 5), "開封…");
        assert_eq!(cut("開封率", 4), "開…");
        assert_eq!(cut("rates", 4), "rat…");
    }

    #[test]
    fn a_list_names_what_fits_and_counts_the_rest() {
        let items: Vec<String> = ["timeout", "memory", "環境変数"].map(str::to_owned).into();
        assert_eq!(listed(&items, 100), "timeout, memory, 環境変数");
        let long: Vec<String> = ["timeout", "memory", "instruction"].map(str::to_owned).into();
        assert_eq!(listed(&long, 26), "timeout, memory and 1 more");
        assert_eq!(listed(&items, 18), "timeout and 2 more");
        for room in 12..30 {
            assert!(listed(&items, room).width() <= room, "{room}");
        }
    }
}
