//! Reads one value of the manifest as what it should be, or notes what it is instead.

use std::ops::RangeInclusive;

use super::fields::{Fields, nearest, quoted};
use super::findings::{Findings, Place};
use super::slips;
use super::tree::{Entry, Node, Value};
use super::vocabulary::is_field;
use crate::name::NameError;

/// A value and all that is needed to complain about it.
#[derive(Debug, Clone)]
pub(super) struct Field<'t> {
    /// From the root: `agent.alias.name`, `action_groups[0]`; empty for the manifest as a whole.
    path: String,
    /// The key it stands behind; an item of a list is its own.
    key: &'t Place,
    /// The key's name; empty for the root and for items.
    name: &'t str,
    node: &'t Node,
    findings: &'t Findings<'t>,
}

impl<'t> Field<'t> {
    /// The manifest as a whole, which is missing things at `start`.
    pub(super) fn root(node: &'t Node, start: &'t Place, findings: &'t Findings<'t>) -> Self {
        Self { path: String::new(), key: start, name: "", node, findings }
    }

    /// The value of an entry of this map.
    pub(super) fn member(&self, entry: &'t Entry) -> Self {
        let path = if self.path.is_empty() { entry.name.clone() } else { format!("{}.{}", self.path, entry.name) };
        Self { path, key: &entry.key, name: &entry.name, node: &entry.node, findings: self.findings }
    }

    /// Where problems go.
    pub(super) fn findings(&self) -> &'t Findings<'t> {
        self.findings
    }

    /// The key's name: in a map with free keys, what the user chose.
    pub(super) fn key_name(&self) -> &'t str {
        self.name
    }

    /// Its way from the root; empty for the manifest as a whole.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// How messages call it.
    pub(super) fn called(&self) -> String {
        if self.path.is_empty() { "the manifest".to_owned() } else { format!("`{}`", self.path) }
    }

    /// Notes an error at the value.
    pub(super) fn error(&self, what: impl Into<String>, cure: impl Into<String>) {
        self.findings.error(self.place(), what, cure);
    }

    /// Notes a warning at the value.
    pub(super) fn warning(&self, what: impl Into<String>, cure: impl Into<String>) {
        self.findings.warning(self.place(), what, cure);
    }

    /// Notes an error at the key.
    pub(super) fn error_at_key(&self, what: impl Into<String>, cure: impl Into<String>) {
        self.findings.error(self.key, what, cure);
    }

    /// Notes a warning at the key.
    pub(super) fn warning_at_key(&self, what: impl Into<String>, cure: impl Into<String>) {
        self.findings.warning(self.key, what, cure);
    }

    /// The line of the value, from 1.
    pub(super) fn line(&self) -> usize {
        self.place().line
    }

    /// Notes that this map would be better with a field, and why.
    pub(super) fn warn_missing(&self, field: &str, why: &str, cure: &str) {
        let at = Place { text: self.name.to_owned(), ..self.key.clone() };
        self.findings.warning(&at, format!("{} has no `{field}`: {why}", self.called()), cure);
    }

    /// Notes that this map lacks a field.
    pub(super) fn missing(&self, field: &str, cure: &str) {
        let at = Place { text: self.name.to_owned(), ..self.key.clone() };
        self.findings.error(&at, format!("{} has no `{field}`", self.called()), cure);
    }

    /// Hides the lines of the key and its value from every message.
    pub(super) fn hide(&self) {
        // By an alias the value may stand further up.
        let (key, node) = (self.key.line, self.node);
        self.findings.hide(key..=node.last.max(key));
        self.findings.hide(node.place.line..=node.last);
    }

    /// The same field if it has a value; that it has none is noted.
    pub(super) fn with_value(self) -> Option<Self> {
        if self.node.value == Value::Null {
            let what = format!("{} has no value", self.called());
            self.error_at_key(what, "give it a value, or remove it");
            return None;
        }
        Some(self)
    }

    /// Any scalar, as it is written; a number or a truth value is text here.
    pub(super) fn text(&self) -> Option<&'t str> {
        match &self.node.value {
            Value::Scalar { text, .. } => Some(text),
            Value::Map(_) if self.node.place.text.starts_with('{') => {
                self.wrong_kind("text", "put the text in quotes if it begins with `{`")
            }
            _ => self.wrong_kind("text", "write one text"),
        }
    }

    /// Text of a length that the API's model fixes, in characters.
    pub(super) fn text_of(&self, length: RangeInclusive<usize>) -> Option<String> {
        let text = self.text()?;
        let characters = text.chars().count();
        if length.contains(&characters) {
            return Some(text.to_owned());
        }
        if characters == 0 {
            self.error_at_key(format!("{} is empty", self.called()), "write something, or remove it");
        } else {
            let what = format!("{} has {characters} characters, AWS allows {}", self.called(), length.end());
            self.error(what, format!("shorten it to {} characters", length.end()));
        }
        None
    }

    /// A text that keeps a naming rule.
    pub(super) fn name<N>(&self) -> Option<N>
    where
        N: for<'a> TryFrom<&'a str, Error = NameError>,
    {
        match N::try_from(self.text()?) {
            Ok(name) => Some(name),
            Err(NameError { text, .. }) if self.is_slip(&text, |meant| N::try_from(meant).is_ok()) => None,
            Err(NameError { text, kind, rule }) => {
                self.error(format!("{} is `{text}`, which is not {kind}", self.called()), rule);
                None
            }
        }
    }

    /// Checks the key itself against a naming rule.
    pub(super) fn key_as<N>(&self) -> Option<N>
    where
        N: for<'a> TryFrom<&'a str, Error = NameError>,
    {
        match N::try_from(self.name) {
            Ok(name) => Some(name),
            Err(NameError { text, kind, rule }) => {
                self.error_at_key(format!("`{text}` is not {kind}"), rule);
                None
            }
        }
    }

    /// `true` or `false`, without quotes, and no other word.
    pub(super) fn boolean(&self) -> Option<bool> {
        match &self.node.value {
            Value::Scalar { text, plain: true } if text == "true" => Some(true),
            Value::Scalar { text, plain: true } if text == "false" => Some(false),
            Value::Scalar { text, .. } if self.is_slip(text, |meant| matches!(meant, "true" | "false")) => None,
            _ => self.wrong_kind("`true` or `false`", "write `true` or `false`, without quotes"),
        }
    }

    /// A whole number in decimal digits, without quotes, within a range of `unit`s.
    pub(super) fn number(&self, range: RangeInclusive<u32>, unit: &str) -> Option<u32> {
        let (low, high) = range.clone().into_inner();
        let cure = format!("write a whole number of {unit} from {low} to {high}, without quotes");
        let is_number = |text: &str| {
            let digits = text.strip_prefix('-').unwrap_or(text);
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
        };
        let text = match &self.node.value {
            Value::Scalar { text, plain: true } if is_number(text) => text,
            Value::Scalar { text, .. } if self.is_slip(text, is_number) => return None,
            _ => return self.wrong_kind("a whole number", &cure),
        };
        let number = text.parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            self.error(format!("{} is `{text}`, outside {low} to {high} {unit}", self.called()), cure);
        }
        number
    }

    /// One of some words.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        if let Some((_, chosen)) = choices.iter().find(|(word, _)| *word == text) {
            return Some(*chosen);
        }
        if self.is_slip(text, |meant| choices.iter().any(|(word, _)| *word == meant)) {
            return None;
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let cure = match nearest(text, &words) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("write one of {}", quoted(&words)),
        };
        self.error(format!("{} cannot be `{text}`", self.called()), cure);
        None
    }

    /// The fields of a map.
    pub(super) fn fields(self) -> Option<Fields<'t>> {
        let entries = self.map()?;
        Some(Fields::new(self, entries))
    }

    /// The values of a map whose keys are the user's; those without a value are noted and left out.
    pub(super) fn members(&self) -> Vec<Self> {
        let entries = self.map().unwrap_or_default();
        entries.iter().filter_map(|entry| self.member(entry).with_value()).collect()
    }

    /// The items of a list.
    pub(super) fn items(&self) -> Option<Vec<Self>> {
        let Value::List(items) = &self.node.value else {
            return self.wrong_kind("a list", "write a list: one `- …` a line, or `[…, …]`");
        };
        let item = |(index, node): (usize, &'t Node)| {
            let path = format!("{}[{index}]", self.path);
            Self { path, key: &node.place, name: "", node, findings: self.findings }.with_value()
        };
        Some(items.iter().enumerate().filter_map(item).collect())
    }

    /// The items of a list, or the one text that stands for a list of itself.
    pub(super) fn items_or_one(&self) -> Option<Vec<Self>> {
        if self.is_scalar() { Some(vec![self.clone()]) } else { self.items() }
    }

    /// Whether it is a scalar: some fields have a short form.
    pub(super) fn is_scalar(&self) -> bool {
        matches!(self.node.value, Value::Scalar { .. })
    }

    /// Where the value stands; a value that is not there is missing at its key.
    fn place(&self) -> &'t Place {
        if self.node.value == Value::Null { self.key } else { &self.node.place }
    }

    fn map(&self) -> Option<&'t [Entry]> {
        match &self.node.value {
            Value::Map(entries) => Some(entries),
            // `name：x` alone is a text.
            Value::Scalar { text, plain: true } if let Some((what, cure)) = slips::in_lone_key(text) => {
                self.error(what, cure);
                None
            }
            _ => self.wrong_kind("a map", "write its fields below it, indented, each as `key: value`"),
        }
    }

    /// Whether the text would do in ordinary characters, which is noted: `６０` for `60`, `“a”` for `a`.
    fn is_slip(&self, text: &str, would_do: impl Fn(&str) -> bool) -> bool {
        let Some(meant) = slips::meant(text).filter(|meant| would_do(meant)) else { return false };
        let what = format!("{} is written in full-width or typographic characters", self.called());
        self.error(what, format!("write `{meant}`"));
        true
    }

    /// Notes that the value is of another kind than wanted. The value itself is not repeated: the excerpt shows it.
    fn wrong_kind<T>(&self, wanted: &str, cure: &str) -> Option<T> {
        let found = match &self.node.value {
            Value::Broken => return None,
            Value::Null => "nothing",
            Value::Scalar { plain: true, .. } => "a plain text",
            Value::Scalar { plain: false, .. } => "a quoted text",
            Value::List(_) => "a list",
            Value::Map(entries) => {
                // These may be variables that lost their parent.
                for entry in entries.iter().filter(|entry| !is_field(&entry.name)) {
                    self.findings.hide_behind(&entry.key, entry.node.last);
                }
                "a map"
            }
        };
        self.error(format!("{} must be {wanted}, found {found}", self.called()), cure);
        None
    }
}
