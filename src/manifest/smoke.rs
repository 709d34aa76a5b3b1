//! `smoke:` — the question that a new version must answer before the alias moves to it.

use std::fmt;
use std::str::FromStr;

use regex::Regex;

use super::field::Field;

/// What a new version is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smoke {
    /// The question.
    pub question: String,
    /// What the answer must match; any answer will do unless given.
    pub expect: Option<Expectation>,
}

/// A regular expression that an answer must match somewhere.
#[derive(Debug, Clone)]
pub struct Expectation(Regex);

impl Expectation {
    /// Whether the answer holds what is expected.
    pub fn is_met_by(&self, answer: &str) -> bool {
        self.0.is_match(answer)
    }
}

impl FromStr for Expectation {
    type Err = regex::Error;

    fn from_str(text: &str) -> Result<Self, regex::Error> {
        Regex::new(text).map(Self)
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl PartialEq for Expectation {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Expectation {}

/// Reads `smoke`: a question, or `{question, expect}`. Without `publishes`, new code is live before it can be asked.
pub(super) fn read(field: Field<'_>, publishes: bool) -> Option<Smoke> {
    if !publishes {
        let what = "`smoke` protects nothing with `lambda.publish: false`: what Slack talks to runs new code at once";
        field.error_at_key(what, "remove one of the two");
    }
    if field.is_scalar() {
        return Some(Smoke { question: question(&field)?, expect: None });
    }
    let mut fields = field.fields()?;
    let asked = fields.required("question", "add `question: 最新の開封率を教えて`").and_then(|field| question(&field));
    let expect = fields.optional("expect").map(|field| expectation(&field));
    fields.finish();
    let expect = match expect {
        Some(expect) => Some(expect?),
        None => None,
    };
    Some(Smoke { question: asked?, expect })
}

fn question(field: &Field<'_>) -> Option<String> {
    let text = field.text()?.trim();
    if text.is_empty() {
        field.error_at_key(format!("{} asks nothing", field.called()), "write a question that the agent must answer");
        return None;
    }
    Some(text.to_owned())
}

fn expectation(field: &Field<'_>) -> Option<Expectation> {
    match field.text()?.parse() {
        Ok(expectation) => Some(expectation),
        Err(error) => {
            // The parser draws the place over several lines; its last one says what is wrong there.
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            let what = format!("{} is not a regular expression: {reason}", field.called());
            field.error(what, r"write one that the answer must match somewhere, in single quotes: '\d+(\.\d+)?%'");
            None
        }
    }
}
