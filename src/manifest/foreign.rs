//! Words of `CloudFormation`, SAM, CDK, Terraform, the AWS CLI and others, and what they are called here.

mod rows;

use std::borrow::Cow;

use rows::ROWS;

use super::vocabulary;
use super::words::snake_case;

/// What an unknown field likely means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A field of the same map.
    Field(&'static str),
    /// A field of another map, by its way from the root.
    Elsewhere(Cow<'static, str>),
    /// Something that a manifest does not have, with the way round it.
    Absent(&'static str),
    /// Something that needs no field, and why.
    Needless(&'static str),
}

/// What the unknown field `name` of a map at `path` likely means, if it is no slip of the finger.
pub(super) fn meaning(path: &str, name: &str) -> Option<Meaning> {
    let (section, word) = (vocabulary::section_of(path), snake_case(name));
    let row = ROWS.iter().find(|(sections, words, _)| sections.contains(&&*section) && words.contains(&&*word));
    row.map(|(.., meaning)| meaning.clone())
}

/// Where a field of another part of the manifest belongs, if it can only be that.
pub(super) fn home(path: &str, name: &str) -> Option<Meaning> {
    let word = snake_case(name);
    let home = vocabulary::only_home_of(&word, &vocabulary::section_of(path))?;
    // Fields deeper down have names too common to say what is meant.
    let way = match home {
        "" => word,
        "agent" | "lambda" => format!("{home}.{word}"),
        _ => return None,
    };
    Some(Meaning::Elsewhere(Cow::Owned(way)))
}

#[cfg(test)]
mod tests;
