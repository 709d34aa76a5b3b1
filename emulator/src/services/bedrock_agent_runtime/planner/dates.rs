//! Finds dates and months in a question and writes them as ISO 8601 does.

use crate::calendar::{DAY, iso_seconds};
use crate::clock::Millis;

/// A date of the question, and the bytes that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dated {
    /// `2026-11-22`, or `2026-11` for a month.
    pub(super) iso: String,
    /// Where in the text it stands.
    pub(super) from: usize,
    /// Where in the text it ends.
    pub(super) to: usize,
}

/// Words for days, by how many days they lie before today. The longer word comes first where one holds another.
const DAYS: &[(&str, u64)] =
    &[("一昨日", 2), ("おととい", 2), ("昨日", 1), ("yesterday", 1), ("今日", 0), ("本日", 0), ("today", 0)];
/// Words for months, by how many months they lie before this one.
const MONTHS: &[(&str, u32)] =
    &[("先々月", 2), ("先月", 1), ("last month", 1), ("previous month", 1), ("今月", 0), ("this month", 0)];

/// The days named in a text (plain, small letters), in its order. A date without a year is this year's.
pub(super) fn days(text: &str, now: Millis) -> Vec<Dated> {
    let today = iso_seconds(now);
    let mut found: Vec<Dated> = Vec::new();
    for (at, _) in text.char_indices() {
        if found.last().is_some_and(|last| at < last.to) || digit_before(text, at) {
            continue;
        }
        let numeric = written(&text[at..], &today).map(|(iso, length)| Dated { iso, from: at, to: at + length });
        let spoken = DAYS.iter().find(|(word, _)| text[at..].starts_with(word)).map(|(word, back)| Dated {
            iso: iso_seconds(now.saturating_sub(back * DAY))[..10].to_owned(),
            from: at,
            to: at + word.len(),
        });
        found.extend(numeric.or(spoken));
    }
    found
}

/// The months named in a text, in its order; the month of a day counts too.
pub(super) fn months(text: &str, now: Millis) -> Vec<Dated> {
    let today = iso_seconds(now);
    let mut found: Vec<Dated> = Vec::new();
    for (at, _) in text.char_indices() {
        if found.last().is_some_and(|last| at < last.to) || digit_before(text, at) {
            continue;
        }
        let numeric = month(&text[at..], &today).map(|(iso, length)| Dated { iso, from: at, to: at + length });
        let spoken = MONTHS.iter().find(|(word, _)| text[at..].starts_with(word)).map(|(word, back)| Dated {
            iso: months_before(&today, *back),
            from: at,
            to: at + word.len(),
        });
        found.extend(numeric.or(spoken));
    }
    found
}

fn digit_before(text: &str, at: usize) -> bool {
    text[..at].ends_with(|letter: char| letter.is_ascii_digit())
        && text[at..].starts_with(|letter: char| letter.is_ascii_digit())
}

/// `2026-11-22`, `2026/11/22`, `2026年11月22日` or `11月22日` at the beginning, and how long that is.
fn written(text: &str, today: &str) -> Option<(String, usize)> {
    let mut rest = Reader(text);
    let first = rest.number(4)?;
    let (year, month, day) = if rest.sign('月') {
        (today[..4].parse().ok()?, first, rest.number(2).filter(|_| rest.sign('日'))?)
    } else if rest.sign('年') {
        let month = rest.number(2).filter(|_| rest.sign('月'))?;
        (first, month, rest.number(2).filter(|_| rest.sign('日'))?)
    } else {
        let sign = ['-', '/'].into_iter().find(|sign| rest.sign(*sign))?;
        let month = rest.number(2).filter(|_| rest.sign(sign))?;
        (first, month, rest.number(2)?)
    };
    let real = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    real.then(|| (format!("{year:04}-{month:02}-{day:02}"), text.len() - rest.0.len()))
}

/// `2026-11`, `2026/11`, `2026年11月` or `11月` at the beginning, and how long that is.
fn month(text: &str, today: &str) -> Option<(String, usize)> {
    let mut rest = Reader(text);
    let first = rest.number(4)?;
    let (year, month) = if rest.sign('月') {
        (today[..4].parse().ok()?, first)
    } else if rest.sign('年') {
        (first, rest.number(2).filter(|_| rest.sign('月'))?)
    } else {
        ['-', '/'].into_iter().find(|sign| rest.sign(*sign))?;
        (first, rest.number(2)?)
    };
    let real = (1970..=9999).contains(&year) && (1..=12).contains(&month);
    real.then(|| (format!("{year:04}-{month:02}"), text.len() - rest.0.len()))
}

fn months_before(today: &str, back: u32) -> String {
    let number = |range: std::ops::Range<usize>| today[range].parse::<u32>().unwrap_or(1);
    let months = (number(0..4) * 12 + number(5..7) - 1).saturating_sub(back);
    format!("{:04}-{:02}", months / 12, months % 12 + 1)
}

/// Reads a text from its beginning.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    /// A number of so many digits at most.
    fn number(&mut self, most: usize) -> Option<u32> {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let number = self.0[..length].parse().ok().filter(|_| length <= most)?;
        self.0 = &self.0[length..];
        Some(number)
    }

    fn sign(&mut self, sign: char) -> bool {
        let rest = self.0.strip_prefix(sign);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::{days, months};

    /// 2026-11-22T09:00:00Z.
    const NOW: u64 = 1_795_338_000_000;

    #[test]
    fn days_are_found_as_people_write_them() {
        let cases: &[(&str, &[&str])] = &[
            ("2026-11-22 の開封率", &["2026-11-22"]),
            ("from 2026/1/5 to 2026/01/31", &["2026-01-05", "2026-01-31"]),
            ("2025年3月4日と11月22日", &["2025-03-04", "2026-11-22"]),
            ("一昨日から昨日まで", &["2026-11-20", "2026-11-21"]),
            ("what about today?", &["2026-11-22"]),
            ("13月40日", &[]),
            ("12026-11-22", &[]),
            ("11月の料金", &[]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<String> = days(text, NOW).into_iter().map(|day| day.iso).collect();
            assert_eq!(found, *expected, "{text}");
        }
    }

    #[test]
    fn months_are_found_as_people_write_them() {
        let cases: &[(&str, &[&str])] = &[
            ("10月の料金", &["2026-10"]),
            ("2025年12月と 2026-01", &["2025-12", "2026-01"]),
            ("先月は？", &["2026-10"]),
            ("this month", &["2026-11"]),
            ("10か月", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<String> = months(text, NOW).into_iter().map(|month| month.iso).collect();
            assert_eq!(found, *expected, "{text}");
        }
    }

    #[test]
    fn the_month_before_january_is_last_years_december() {
        // 2026-01-15T00:00:00Z.
        assert_eq!(months("先々月", 1_768_435_200_000)[0].iso, "2025-11");
    }
}
