//! Chooses the function that a question is about: the one whose name, description and parameters share its words.

use std::collections::BTreeSet;

use super::words::{plain, words};
use crate::services::bedrock_agent::routed::{Function, Group};

/// What a shared word counts by where it stands; a word that several functions have is divided among them.
const IN_NAME: f64 = 3.0;
const IN_DESCRIPTION: f64 = 2.0;
const ELSEWHERE: f64 = 1.0;
/// Less than this is chance, unless there is but one function to choose.
const ENOUGH: f64 = 2.0;
/// A question that names the function outright means it.
const NAMED: f64 = 100.0;

/// A function, and why.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice<'a> {
    pub(super) group: &'a Group,
    pub(super) function: &'a Function,
    score: f64,
    shared: Vec<String>,
}

impl Choice<'_> {
    /// For people who read traces.
    pub(super) fn why(&self) -> String {
        let Self { group, function, score, shared } = self;
        format!(
            "No model was involved: the emulator's rules chose {}.{} for the words it shares with the question \
             ({}), which count {score:.1}.",
            group.name,
            function.name,
            shared.join(", ")
        )
    }
}

/// The words of one function, by what they count.
struct Entry<'a> {
    group: &'a Group,
    function: &'a Function,
    tiers: [(f64, BTreeSet<String>); 3],
}

impl<'a> Entry<'a> {
    fn of(group: &'a Group, function: &'a Function) -> Self {
        let parameters =
            function.parameters.iter().map(|parameter| format!("{} {}", parameter.name, parameter.description));
        let elsewhere = format!("{} {} {}", group.name, group.description, parameters.collect::<Vec<_>>().join(" "));
        Self {
            group,
            function,
            tiers: [
                (IN_NAME, words(&function.name)),
                (IN_DESCRIPTION, words(&function.description)),
                (ELSEWHERE, words(&elsewhere)),
            ],
        }
    }

    fn weight(&self, word: &str) -> f64 {
        self.tiers.iter().find(|(_, words)| words.contains(word)).map_or(0.0, |(weight, _)| *weight)
    }
}

/// The function with the highest score, the first of several; none if the question is about none of them.
pub(super) fn choose<'a>(question: &str, groups: &'a [Group]) -> Option<Choice<'a>> {
    let all = groups.iter().flat_map(|group| group.functions.iter().map(move |function| Entry::of(group, function)));
    let entries: Vec<Entry<'_>> = all.collect();
    let asked = words(question);
    let spoken = plain(question).to_lowercase();
    let holders = |word: &str| entries.iter().filter(|entry| entry.weight(word) > 0.0).count();
    let enough = if entries.len() == 1 { f64::MIN_POSITIVE } else { ENOUGH };
    let scored = entries.iter().map(|entry| {
        let shared: Vec<String> = asked.iter().filter(|word| entry.weight(word) > 0.0).cloned().collect();
        let count = |word: &String| entry.weight(word) / f64::from(u32::try_from(holders(word)).unwrap_or(u32::MAX));
        let named = names(&spoken, &entry.function.name.to_lowercase());
        let score = shared.iter().map(count).sum::<f64>() + if named { NAMED } else { 0.0 };
        Choice { group: entry.group, function: entry.function, score, shared }
    });
    let better = |best: Choice<'a>, next: Choice<'a>| if next.score > best.score { next } else { best };
    scored.reduce(better).filter(|best| best.score >= enough)
}

/// Whether the name stands in the text as a word of its own.
fn names(text: &str, name: &str) -> bool {
    let part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    let ends = |at: usize| {
        !text[..at].chars().next_back().is_some_and(part) && !text[at + name.len()..].chars().next().is_some_and(part)
    };
    text.match_indices(name).any(|(at, _)| ends(at))
}
