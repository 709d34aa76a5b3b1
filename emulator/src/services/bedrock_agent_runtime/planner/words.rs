//! Takes a text apart into what two texts can have in common: English words, and pairs of Japanese letters.

use std::collections::BTreeSet;

/// English words that say nothing about what is asked for.
const EMPTY: &[&str] = &[
    "a", "about", "all", "am", "an", "and", "any", "are", "as", "at", "be", "by", "can", "could", "do", "does", "for",
    "from", "get", "give", "had", "has", "have", "how", "i", "if", "in", "is", "it", "its", "list", "me", "my", "no",
    "not", "of", "on", "one", "or", "our", "please", "return", "show", "tell", "that", "the", "their", "there", "this",
    "to", "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with", "you", "your",
];

/// The text with its full-width letters, digits and signs as ASCII.
pub(super) fn plain(text: &str) -> String {
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(narrow).collect()
}

/// Whether the text has Japanese letters.
pub(super) fn is_japanese(text: &str) -> bool {
    text.chars().any(|letter| is_hiragana(letter) || is_weighty(letter))
}

/// The words of a text: English ones in small letters without the plural's `s`, Japanese as pairs of neighbouring
/// letters. Hiragana is left out: it carries endings and particles, which every sentence has.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for run in runs(&plain(text)) {
        if run.starts_with(is_weighty) {
            pairs(&run, &mut words);
        } else if let Some(word) = english(&run) {
            words.insert(word);
        }
    }
    words
}

/// The stretches of one kind: letters of an English word (`openRate` is two), digits, or kanji and katakana.
fn runs(text: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    let mut last = Kind::Other;
    for letter in text.chars() {
        let kind = Kind::of(letter);
        let begins = kind != last && !(last == Kind::Capital && kind == Kind::Small);
        match runs.last_mut() {
            _ if kind == Kind::Other => {}
            Some(run) if !begins => run.push(letter),
            _ => runs.push(letter.to_string()),
        }
        last = kind;
    }
    runs
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Capital,
    Small,
    Digit,
    Weighty,
    Other,
}

impl Kind {
    fn of(letter: char) -> Self {
        match letter {
            'A'..='Z' => Self::Capital,
            'a'..='z' => Self::Small,
            '0'..='9' => Self::Digit,
            letter if is_weighty(letter) => Self::Weighty,
            _ => Self::Other,
        }
    }
}

fn is_hiragana(letter: char) -> bool {
    ('\u{3041}'..='\u{309f}').contains(&letter)
}

/// Kanji and katakana, with the sign that lengthens a vowel.
fn is_weighty(letter: char) -> bool {
    matches!(letter, '\u{30a1}'..='\u{30fa}' | '\u{30fc}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '々')
}

fn english(run: &str) -> Option<String> {
    let small = run.to_lowercase();
    let word = match small.strip_suffix('s') {
        Some(single) if small.len() > 3 && !single.ends_with('s') => single.to_owned(),
        _ => small,
    };
    (!EMPTY.contains(&word.as_str()) && !word.starts_with(|letter: char| letter.is_ascii_digit())).then_some(word)
}

fn pairs(run: &str, words: &mut BTreeSet<String>) {
    let letters: Vec<char> = run.chars().collect();
    if letters.len() == 1 {
        words.insert(run.to_owned());
    }
    words.extend(letters.windows(2).map(|pair| pair.iter().collect::<String>()));
}

#[cfg(test)]
mod tests {
    use super::{is_japanese, plain, words};

    #[test]
    fn a_text_is_taken_apart_into_words_and_pairs() {
        let cases: &[(&str, &[&str])] = &[
            ("最新の開封率を教えて", &["封率", "教", "最新", "開封"]),
            ("get_my_api", &["api"]),
            ("getOpenRates", &["open", "rate"]),
            ("What are the errors of the last 3 days?", &["day", "error", "last"]),
            ("メトリクスの値", &["クス", "トリ", "メト", "リク", "値"]),
            ("ＡＰＩのエラー", &["api", "エラ", "ラー"]),
            ("HTTPStatus", &["httpstatu"]),
            ("ありがとう", &[]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text).into_iter().collect::<Vec<_>>(), *expected, "{text}");
        }
    }

    #[test]
    fn full_width_letters_become_plain() {
        assert_eq!(plain("ｄａｙｓ＝３０　件"), "days=30 件");
    }

    #[test]
    fn japanese_is_told_from_english() {
        assert!(is_japanese("rate を") && is_japanese("開封率") && !is_japanese("open rate – “x”"));
    }
}
