//! Finds the values of a function's parameters in a question.

use std::collections::BTreeMap;

use super::dates::{self, Dated};
use super::scan::{self, Candidate, Number};
use super::words::{plain, words};
use super::{Argument, bind};
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

/// The values that the question has for these parameters, whatever their order.
pub(super) fn arguments(question: &str, now: Millis, parameters: &[Parameter]) -> Found {
    let mut text = Text::of(question, now);
    let values = text.values(parameters);
    let mut found = Found::default();
    for parameter in bind::ranked(&text.small, parameters).into_iter().filter(|parameter| parameter.required) {
        if !values.contains_key(parameter.name.as_str()) {
            found.missing.push(parameter.clone());
        }
    }
    let argument = |Parameter { name, kind, .. }: &Parameter| {
        let value = values.get(name.as_str())?.clone();
        Some(Argument { name: name.clone(), kind: kind.clone(), value })
    };
    found.arguments = parameters.iter().filter_map(argument).collect();
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

/// A question taken apart. A number, a quotation or a date is used for one parameter only.
struct Text {
    /// As it was asked, with full-width signs as ASCII.
    plain: String,
    /// In small letters; of the same length.
    small: String,
    now: Millis,
    quotations: Vec<Candidate>,
    days: Vec<Candidate>,
    months: Vec<Candidate>,
    numbers: Vec<Number>,
}

impl Text {
    fn of(question: &str, now: Millis) -> Self {
        let plain = plain(question);
        let small = plain.to_ascii_lowercase();
        let (days, months) = (dates::days(&small, now), dates::months(&small, now));
        let numbers = scan::numbers(&small, &[days.as_slice(), months.as_slice()].concat());
        let candidates = |dates: Vec<Dated>| dates.into_iter().map(Candidate::from).collect();
        let (days, months) = (candidates(days), candidates(months));
        Self { quotations: scan::quotations(&plain), plain, small, now, days, months, numbers }
    }

    /// The values that it has for these parameters, by name.
    fn values<'a>(&mut self, parameters: &'a [Parameter]) -> BTreeMap<&'a str, String> {
        let mut values = BTreeMap::new();
        let mut open: Vec<&Parameter> = Vec::new();
        for parameter in parameters {
            match self.assigned(&parameter.name) {
                Some(given) => {
                    self.use_up(&given);
                    values
                        .extend(typed(&given.value, parameter, self.now).map(|value| (parameter.name.as_str(), value)));
                }
                None => open.push(parameter),
            }
        }
        let open = bind::ranked(&self.small, open);
        let numeric: Vec<&Parameter> = open.iter().copied().filter(|parameter| is_numeric(parameter)).collect();
        values.extend(self.numbers(&numeric, parameters));
        let texts = || open.iter().copied().filter(|parameter| is_text(parameter));
        for parameter in texts() {
            let choices = enumerated(&parameter.description);
            let choice = choices.into_iter().find(|choice| has_word(&self.small, &choice.to_lowercase()));
            values.extend(choice.map(|choice| (parameter.name.as_str(), choice)));
        }
        let free = || texts().filter(|parameter| enumerated(&parameter.description).is_empty());
        let wanting = |wanted| free().filter(|parameter| dated(parameter) == wanted).collect::<Vec<_>>();
        for (wanted, candidates) in [(Some(Precision::Day), &self.days), (Some(Precision::Month), &self.months)] {
            let bound = bind::bind(&self.small, candidates, &wanting(wanted));
            let used = |quotation: &Candidate| {
                bound.iter().any(|(_, date)| quotation.from <= date.from && date.to <= quotation.to)
            };
            self.quotations.retain(|quotation| !used(quotation));
            values.extend(bound.into_iter().map(|(parameter, date)| (parameter.name.as_str(), date.value)));
        }
        // A list takes all that is quoted, if that is more than one.
        if let Some(list) = open.iter().find(|parameter| parameter.kind == "array")
            && self.quotations.len() > 1
        {
            let items: Vec<String> = self.quotations.drain(..).map(|quotation| quotation.value).collect();
            values.insert(&list.name, format!("[{}]", items.join(", ")));
        }
        let bound = bind::bind(&self.small, &self.quotations, &wanting(None));
        values.extend(bound.into_iter().map(|(parameter, quotation)| (parameter.name.as_str(), quotation.value)));
        values
    }

    /// `name=value` or `name: value`, the value in quotation marks or up to a blank.
    fn assigned(&self, name: &str) -> Option<Candidate> {
        let name = name.to_ascii_lowercase();
        let part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
        self.small.match_indices(&name).find_map(|(at, _)| {
            if self.small[..at].ends_with(part) {
                return None;
            }
            let rest = self.plain[at + name.len()..].trim_start_matches(' ');
            let rest = rest.strip_prefix(['=', ':'])?.trim_start_matches(' ');
            let from = self.plain.len() - rest.len();
            let (value, length) = match scan::quoted(rest) {
                Some(quoted) => quoted,
                None if rest.starts_with('[') => bare(rest.split_inclusive(']').next()?),
                None => bare(rest.split([' ', ',', '、', '。', '\n']).next()?),
            };
            (!value.is_empty()).then(|| Candidate { value, from, to: from + length })
        })
    }

    /// What was given to a parameter by its name is nobody else's.
    fn use_up(&mut self, given: &Candidate) {
        let apart = |other: &Candidate| other.to <= given.from || given.to <= other.from;
        for candidates in [&mut self.quotations, &mut self.days, &mut self.months] {
            candidates.retain(apart);
        }
        self.numbers.retain(|number| apart(&number.at));
    }

    /// The numbers whose units the parameters name; else the only number for the only parameter that takes one.
    fn numbers<'a>(&mut self, open: &[&'a Parameter], all: &[Parameter]) -> Vec<(&'a str, String)> {
        let fits = |parameter: &Parameter, number: &Number| {
            parameter.kind != "integer" || number.at.value.parse::<i64>().is_ok()
        };
        let mut found: Vec<(&str, String)> = Vec::new();
        // A name says more of a unit than a description does.
        for described in [false, true] {
            for parameter in open {
                if found.iter().any(|(name, _)| *name == parameter.name) {
                    continue;
                }
                let text = if described { &parameter.description } else { &parameter.name };
                let text = text.to_lowercase();
                let at =
                    self.numbers.iter().position(|number| fits(parameter, number) && names_unit(&text, &number.unit));
                found.extend(at.map(|at| (parameter.name.as_str(), self.numbers.remove(at).at.value)));
            }
        }
        let lone = all.iter().filter(|parameter| is_numeric(parameter)).count() == 1;
        if let ([parameter], [number], []) = (open, self.numbers.as_slice(), found.as_slice())
            && lone
            && fits(parameter, number)
            && (number.unit.is_empty() || parameter.required)
        {
            found.push((&parameter.name, self.numbers.remove(0).at.value));
        }
        found
    }

    fn any_number(&mut self, integer: bool) -> Option<String> {
        let fits = |number: &&Number| !integer || number.at.value.parse::<i64>().is_ok();
        self.numbers.iter().find(fits).map(|number| number.at.value.clone())
    }
}

/// Whether a parameter's name or description names this unit.
fn names_unit(text: &str, unit: &str) -> bool {
    let first = unit.chars().next().filter(|first| !first.is_ascii());
    let known = words(text);
    first.is_some_and(|first| text.contains(first)) || words(unit).iter().any(|word| known.contains(word))
}

/// A value without quotation marks, and how long it is.
fn bare(value: &str) -> (String, usize) {
    (value.to_owned(), value.len())
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

fn is_text(parameter: &Parameter) -> bool {
    !is_numeric(parameter) && !matches!(parameter.kind.as_str(), "boolean" | "array")
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
