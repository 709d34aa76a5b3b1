//! Finds the values of a function's parameters in a question.

use super::Argument;
use super::dates::{self, Dated};
use super::words::{plain, words};
use crate::clock::Millis;
use crate::services::bedrock_agent::routed::Parameter;

/// What was found, and which required parameters were not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) arguments: Vec<Argument>,
    pub(super) missing: Vec<Parameter>,
}

/// What is in front of an enumeration in a description.
const LISTS: &[&str] = &["one of:", "one of ", "いずれか:", "次のいずれか:"];
/// What comes behind one.
const LISTED: &[&str] = &["のいずれか"];

/// The values that the question has for these parameters.
pub(super) fn arguments(question: &str, now: Millis, parameters: &[Parameter]) -> Found {
    let mut text = Text::of(question, now);
    let mut found = Found::default();
    for parameter in parameters {
        match text.value(parameter, parameters) {
            Some(value) => {
                let (name, kind) = (parameter.name.clone(), parameter.kind.clone());
                found.arguments.push(Argument { name, kind, value });
            }
            None if parameter.required => found.missing.push(parameter.clone()),
            None => {}
        }
    }
    found
}

/// The value of one parameter in an answer that was given to the question for it: more is taken for it here.
pub(super) fn whole(answer: &str, now: Millis, parameter: &Parameter) -> Option<String> {
    let mut text = Text::of(answer, now);
    let trimmed = text.plain.trim().to_owned();
    let yes = |word: &str| trimmed.to_lowercase().starts_with(word);
    match parameter.kind.as_str() {
        "integer" | "number" => text.any_number(parameter.kind == "integer"),
        "boolean" if ["はい", "yes", "true"].into_iter().any(yes) => Some("true".to_owned()),
        "boolean" if ["いいえ", "no", "false"].into_iter().any(yes) => Some("false".to_owned()),
        "boolean" => None,
        "array" => Some(listed(&trimmed)).filter(|_| !trimmed.is_empty()),
        _ => Some(trimmed).filter(|trimmed| !trimmed.is_empty()),
    }
}

/// A number, a quotation or a date is used for one parameter only.
struct Text {
    /// As it was asked, with full-width signs as ASCII.
    plain: String,
    /// In small letters; of the same length.
    small: String,
    now: Millis,
    quotations: Vec<String>,
    days: Vec<Dated>,
    months: Vec<Dated>,
    numbers: Vec<Number>,
}

/// A number of the question.
#[derive(Debug, Clone)]
struct Number {
    text: String,
    /// What comes right behind it, at most a few letters: its unit.
    unit: String,
}

impl Text {
    fn of(question: &str, now: Millis) -> Self {
        let plain = plain(question);
        let small = plain.to_ascii_lowercase();
        let (days, months) = (dates::days(&small, now), dates::months(&small, now));
        let numbers = numbers(&small, &[days.as_slice(), months.as_slice()].concat());
        Self { quotations: quotations(&plain), plain, small, now, days, months, numbers }
    }

    fn value(&mut self, parameter: &Parameter, all: &[Parameter]) -> Option<String> {
        if let Some(value) = self.assigned(&parameter.name) {
            return typed(&value, parameter, self.now);
        }
        match parameter.kind.as_str() {
            "integer" | "number" => self.number(parameter, all),
            "boolean" => None,
            "array" => self.array(),
            _ => self.string(parameter),
        }
    }

    /// `name=value` or `name: value`, the value in quotation marks or up to a blank.
    fn assigned(&self, name: &str) -> Option<String> {
        let name = name.to_ascii_lowercase();
        let part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
        self.small.match_indices(&name).find_map(|(at, _)| {
            if self.small[..at].ends_with(part) {
                return None;
            }
            let rest = self.plain[at + name.len()..].trim_start_matches(' ');
            let rest = rest.strip_prefix(['=', ':'])?.trim_start_matches(' ');
            let value = match quoted(rest) {
                Some((value, _)) => value,
                None if rest.starts_with('[') => rest.split_inclusive(']').next()?.to_owned(),
                None => rest.split([' ', ',', '、', '。', '\n']).next()?.to_owned(),
            };
            (!value.is_empty()).then_some(value)
        })
    }

    /// The number whose unit the parameter names; else the only number for the only parameter that takes one.
    fn number(&mut self, parameter: &Parameter, all: &[Parameter]) -> Option<String> {
        let integer = parameter.kind == "integer";
        let fits = |number: &Number| !integer || number.text.parse::<i64>().is_ok();
        let described = format!("{} {}", parameter.name, parameter.description).to_lowercase();
        let known = words(&described);
        let named = |number: &Number| {
            let first = number.unit.chars().next().filter(|first| !first.is_ascii());
            first.is_some_and(|first| described.contains(first))
                || words(&number.unit).iter().any(|word| known.contains(word))
        };
        let lone = self.numbers.len() == 1 && all.iter().filter(|other| is_numeric(other)).count() == 1;
        let at = self.numbers.iter().position(|number| fits(number) && named(number));
        let at = at.or_else(|| self.numbers.iter().position(|number| fits(number) && lone && number.unit.is_empty()));
        let at = at.or_else(|| self.numbers.iter().position(|number| fits(number) && lone && parameter.required))?;
        Some(self.numbers.remove(at).text)
    }

    fn any_number(&mut self, integer: bool) -> Option<String> {
        let fits = |number: &&Number| !integer || number.text.parse::<i64>().is_ok();
        self.numbers.iter().find(fits).map(|number| number.text.clone())
    }

    /// Two quotations or more.
    fn array(&mut self) -> Option<String> {
        if self.quotations.len() < 2 {
            return None;
        }
        Some(format!("[{}]", std::mem::take(&mut self.quotations).join(", ")))
    }

    fn string(&mut self, parameter: &Parameter) -> Option<String> {
        let choices = enumerated(&parameter.description);
        if !choices.is_empty() {
            return choices.into_iter().find(|choice| has_word(&self.small, &choice.to_lowercase()));
        }
        match dated(parameter) {
            Some(Precision::Day) if !self.days.is_empty() => Some(self.days.remove(0).iso),
            Some(Precision::Month) if !self.months.is_empty() => Some(self.months.remove(0).iso),
            Some(_) => None,
            None if self.quotations.is_empty() => None,
            None => Some(self.quotations.remove(0)),
        }
    }
}

/// How precise a date parameter is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Precision {
    Day,
    Month,
}

/// Whether a parameter wants a date.
fn dated(parameter: &Parameter) -> Option<Precision> {
    let text = format!("{} {}", parameter.name, parameter.description).to_lowercase();
    let name = words(&parameter.name);
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["yyyy-mm-dd", "日付", "iso 8601"]) || name.contains("date") || name.contains("day") {
        Some(Precision::Day)
    } else if has(&["yyyy-mm"]) || name.contains("month") {
        Some(Precision::Month)
    } else {
        None
    }
}

fn is_numeric(parameter: &Parameter) -> bool {
    matches!(parameter.kind.as_str(), "integer" | "number")
}

/// An assigned value as its parameter's type wants it; none if it is of another type.
fn typed(value: &str, parameter: &Parameter, now: Millis) -> Option<String> {
    let value = value.to_owned();
    let small = value.to_lowercase();
    match parameter.kind.as_str() {
        "integer" => value.parse::<i64>().is_ok().then_some(value),
        "number" => value.parse::<f64>().is_ok_and(f64::is_finite).then_some(value),
        "boolean" => matches!(small.as_str(), "true" | "false").then_some(small),
        "array" => Some(listed(&value)),
        _ => {
            let wants_day = dated(parameter) == Some(Precision::Day);
            let day = dates::days(&small, now).into_iter().next().filter(|_| wants_day);
            Some(day.map_or(value, |day| day.iso))
        }
    }
}

/// A list as Bedrock hands it on: `[a, b]`.
fn listed(text: &str) -> String {
    let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
    let items: Vec<&str> = inner.split([',', '、']).map(str::trim).filter(|item| !item.is_empty()).collect();
    format!("[{}]", items.join(", "))
}

/// The values that a description lists: `one of: a, b`, `a、b のいずれか`.
fn enumerated(description: &str) -> Vec<String> {
    let text = plain(description);
    let small = text.to_ascii_lowercase();
    let ends = |letter: char| matches!(letter, '.' | '。' | ';' | '\n' | ')');
    let after = LISTS.iter().find_map(|lead| {
        let rest = &text[small.find(lead)? + lead.len()..];
        rest.split(ends).next()
    });
    let before = LISTED.iter().find_map(|tail| {
        let rest = &text[..small.find(tail)?];
        rest.rsplit(['。', '\n', ':']).next()
    });
    let Some(list) = after.or(before) else { return Vec::new() };
    let items = list.split([',', '、', '|']).flat_map(|item| item.split(" or "));
    let clean = |item: &str| item.trim().trim_matches(['`', '"', '\'', '「', '」']).trim().to_owned();
    items.map(clean).filter(|item| !item.is_empty() && item.chars().count() <= 40).collect()
}

/// Whether a word stands in the text; an ASCII word must not be a part of another.
fn has_word(text: &str, word: &str) -> bool {
    let part = |letter: char| letter.is_ascii_alphanumeric();
    text.match_indices(word).any(|(at, _)| {
        let cut = |own: Option<char>, other: Option<char>| !(own.is_some_and(part) && other.is_some_and(part));
        cut(word.chars().next(), text[..at].chars().next_back())
            && cut(word.chars().next_back(), text[at + word.len()..].chars().next())
    })
}

/// What stands in quotation marks, in its order.
fn quotations(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        match quoted(rest) {
            Some((value, length)) => {
                found.push(value);
                rest = &rest[length..];
            }
            None => rest = &rest[letter.len_utf8()..],
        }
    }
    found
}

/// The quotation that a text begins with, and how long it is with its marks.
fn quoted(text: &str) -> Option<(String, usize)> {
    let open = text.chars().next()?;
    let close = match open {
        '「' => '」',
        '『' => '』',
        '"' => '"',
        '“' => '”',
        _ => return None,
    };
    let inner = &text[open.len_utf8()..];
    let end = inner.find(close).filter(|end| *end > 0)?;
    Some((inner[..end].to_owned(), open.len_utf8() + end + close.len_utf8()))
}

/// The numbers of a text that are part of no date and of no word.
fn numbers(text: &str, dates: &[Dated]) -> Vec<Number> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let number = rest[..length].trim_end_matches('.');
        let before = text[..at].chars().next_back();
        let own = !before.is_some_and(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'));
        let is_of_date = dates.iter().any(|date| date.from <= at && at < date.to);
        if !number.is_empty() && own && !is_of_date && number.parse::<f64>().is_ok() {
            let sign = if before == Some('-') { "-" } else { "" };
            let unit = rest[number.len()..].trim_start_matches(' ').chars().take_while(|letter| letter.is_alphabetic());
            found.push(Number { text: format!("{sign}{number}"), unit: unit.take(12).collect() });
        }
        at += if length > 0 { length } else { rest.chars().next().map_or(1, char::len_utf8) };
    }
    found
}
