//! Decides which value of a question goes to which parameter, where several parameters could take it.
//!
//! Parameters are a map on the wire, so their order says nothing; only the question and the parameters' names do.

use std::cmp::Ordering;

use super::scan::Candidate;
use crate::services::bedrock_agent::routed::Parameter;

/// Which end of a stretch a parameter or a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Direction {
    From,
    Neither,
    To,
}

/// What names of parameters are made of that take the beginning.
const FROM_NAMES: &[&str] =
    &["from", "start", "starts", "since", "begin", "beginning", "origin", "source", "departure", "after", "min"];
/// What names of parameters are made of that take the end.
const TO_NAMES: &[&str] =
    &["to", "end", "ends", "until", "till", "destination", "target", "arrival", "before", "through", "max"];
/// The same in descriptions in Japanese.
const FROM_DESCRIBED: &[&str] = &["開始", "出発"];
const TO_DESCRIBED: &[&str] = &["終了", "到着", "行き先", "宛先"];
/// Words before a value.
const FROM_BEFORE: &[&str] = &["from", "since", "after", "between", "starting", "start", "begin"];
const TO_BEFORE: &[&str] = &["to", "until", "till", "through", "before", "by", "ending", "and"];
/// What follows a value in Japanese.
const FROM_BEHIND: &[&str] = &["から", "より", "以降", "発"];
const TO_BEHIND: &[&str] = &["まで", "へ", "以前", "着"];

/// The parameters in the order in which they take values that nothing else distinguishes: the beginning before the end,
/// then as the question names them, then by name.
pub(super) fn ranked<'a>(small: &str, parameters: impl IntoIterator<Item = &'a Parameter>) -> Vec<&'a Parameter> {
    let mut ranked: Vec<&Parameter> = parameters.into_iter().collect();
    ranked.sort_by(|one, other| rank(small, one, other));
    ranked
}

fn rank(small: &str, one: &Parameter, other: &Parameter) -> Ordering {
    let key = |parameter: &Parameter| {
        let named = parts(&parameter.name).iter().filter_map(|part| position(small, part)).min();
        (direction(parameter), named.unwrap_or(usize::MAX))
    };
    key(one).cmp(&key(other)).then_with(|| one.name.cmp(&other.name))
}

/// Gives each parameter one value at most: the one beside which the question has its name, then the one whose direction
/// it has (`from`, `to`), then the next in order. Required parameters go first where there are too few.
pub(super) fn bind<'a>(
    small: &str,
    candidates: &[Candidate],
    parameters: &[&'a Parameter],
) -> Vec<(&'a Parameter, Candidate)> {
    let mut open: Vec<&Parameter> = ranked(small, parameters.iter().copied());
    let mut left: Vec<Candidate> = candidates.to_vec();
    let mut bound = Vec::new();
    let mut begins = 0;
    left.retain(|candidate| {
        let segment = &small[begins..candidate.from.max(begins)];
        begins = candidate.to;
        let taken = best(&open, |parameter| named(segment, parameter));
        taken.inspect(|at| bound.push((open.remove(*at), candidate.clone()))).is_none()
    });
    left.retain(|candidate| {
        let wanted = pointing(small, candidate);
        let same = |parameter: &&Parameter| wanted != Direction::Neither && direction(parameter) == wanted;
        let taken = open.iter().position(same);
        taken.inspect(|at| bound.push((open.remove(*at), candidate.clone()))).is_none()
    });
    if open.len() > left.len() {
        let mut by_need = open.clone();
        by_need.sort_by_key(|parameter| !parameter.required);
        by_need.truncate(left.len());
        open.retain(|parameter| by_need.iter().any(|kept| kept.name == parameter.name));
    }
    bound.extend(open.into_iter().zip(left));
    bound
}

/// The place of the highest score above 0, the first of several.
fn best(open: &[&Parameter], score: impl Fn(&Parameter) -> (usize, usize)) -> Option<usize> {
    let scored = open.iter().enumerate().map(|(at, parameter)| (score(parameter), at));
    let better =
        |best: ((usize, usize), usize), next: ((usize, usize), usize)| if next.0 > best.0 { next } else { best };
    scored.reduce(better).filter(|((count, _), _)| *count > 0).map(|(_, at)| at)
}

/// How many words of the parameter's name stand in this part of the question, and how far behind the last of them.
fn named(segment: &str, parameter: &Parameter) -> (usize, usize) {
    let parts = parts(&parameter.name);
    let directs = |part: &String| FROM_BEFORE.contains(&part.as_str()) || TO_BEFORE.contains(&part.as_str());
    let places: Vec<usize> = parts.iter().filter_map(|part| position(segment, part)).collect();
    // `from` and `to` alone are a direction, not a name.
    let names = parts.iter().any(|part| !directs(part) && position(segment, part).is_some());
    if names { (places.len(), places.into_iter().max().unwrap_or(0)) } else { (0, 0) }
}

/// The words of a name in small letters: `startDate` and `start_date` are two.
fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut was_small = false;
    for letter in name.chars() {
        let begins = !letter.is_ascii_alphanumeric() || (was_small && letter.is_ascii_uppercase());
        if begins {
            parts.push(String::new());
        }
        if letter.is_ascii_alphanumeric()
            && let Some(part) = parts.last_mut()
        {
            part.push(letter.to_ascii_lowercase());
        }
        was_small = letter.is_ascii_lowercase();
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Where a word stands in a text as a word of its own.
fn position(text: &str, word: &str) -> Option<usize> {
    let part = |letter: char| letter.is_ascii_alphanumeric();
    let own = |at: usize| {
        !text[..at].chars().next_back().is_some_and(part) && !text[at + word.len()..].chars().next().is_some_and(part)
    };
    text.match_indices(word).map(|(at, _)| at).find(|at| own(*at))
}

fn direction(parameter: &Parameter) -> Direction {
    let parts = parts(&parameter.name);
    let is = |names: &[&str]| parts.iter().any(|part| names.contains(&part.as_str()));
    let described = |words: &[&str]| words.iter().any(|word| parameter.description.contains(word));
    match (is(FROM_NAMES), is(TO_NAMES)) {
        (true, false) => Direction::From,
        (false, true) => Direction::To,
        _ if described(FROM_DESCRIBED) && !described(TO_DESCRIBED) => Direction::From,
        _ if described(TO_DESCRIBED) && !described(FROM_DESCRIBED) => Direction::To,
        _ => Direction::Neither,
    }
}

/// Where the words beside a value say that it belongs.
fn pointing(small: &str, candidate: &Candidate) -> Direction {
    let before = small[..candidate.from].trim_end();
    let last = before.rsplit(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
    let behind = small[candidate.to..].trim_start();
    let follows = |words: &[&str]| words.iter().any(|word| behind.starts_with(word));
    if FROM_BEFORE.contains(&last) || follows(FROM_BEHIND) {
        Direction::From
    } else if TO_BEFORE.contains(&last) || follows(TO_BEHIND) || before.ends_with(['~', '〜', '–']) {
        Direction::To
    } else {
        Direction::Neither
    }
}
