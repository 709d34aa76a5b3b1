//! Walks the fields of a map: each is asked for by name, and what nobody asked for is unknown.

use super::field::Field;
use super::foreign::{self, Meaning};
use super::slips;
use super::tree::Entry;

/// Names closer than this (1 is equal) are offered as "did you mean"; lower ones mislead more often than they help.
const ALIKE: f64 = 0.75;

/// A map of known fields, being read.
#[derive(Debug)]
pub(super) struct Fields<'t> {
    owner: Field<'t>,
    entries: &'t [Entry],
    known: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    /// Begins to read the `entries` of the map that `owner` is.
    pub(super) fn new(owner: Field<'t>, entries: &'t [Entry]) -> Self {
        Self { owner, entries, known: Vec::new() }
    }

    /// The field, if it is there. A field without a value is noted and counts as absent.
    pub(super) fn optional(&mut self, name: &'static str) -> Option<Field<'t>> {
        self.known.push(name);
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        self.owner.member(entry).with_value()
    }

    /// The field, or a problem with a cure that shows what to add.
    pub(super) fn required(&mut self, name: &'static str, cure: &str) -> Option<Field<'t>> {
        if !self.has(name) {
            self.owner.missing(name, cure);
        }
        self.optional(name)
    }

    /// Whether the field is written at all, with a value or without.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// The map itself, to complain about it as a whole.
    pub(super) fn owner(&self) -> &Field<'t> {
        &self.owner
    }

    /// Notes every field that nobody asked for.
    pub(super) fn finish(self) {
        for entry in self.entries.iter().filter(|entry| !self.known.contains(&entry.name.as_str())) {
            let findings = self.owner.findings();
            // Whatever it was meant to be, it may be a variable of the function.
            findings.hide_behind(&entry.key, entry.node.last);
            let (what, cure) = slips::in_key(&entry.name).unwrap_or_else(|| self.unknown(&entry.name));
            findings.error(&entry.key, what, cure);
        }
    }

    /// What is wrong with a field that does not exist, and what to write in its place.
    fn unknown(&self, name: &str) -> (String, String) {
        let owner = self.owner.called();
        let path = self.owner.path();
        let meaning = foreign::meaning(path, name)
            .or_else(|| nearest(name, &self.known).map(Meaning::Field))
            .or_else(|| foreign::home(path, name));
        let cure = match meaning {
            Some(Meaning::Absent(way)) => {
                let cure = format!("remove it; {way} (see “Not in the manifest” in docs/manifest.md)");
                return (format!("{owner} cannot set `{name}` yet"), cure);
            }
            Some(Meaning::Field(field)) => format!("did you mean `{field}`?"),
            Some(Meaning::Elsewhere(way)) => match way.split_once('.') {
                Some((map, field)) => format!("did you mean `{way}`? Write `{field}` below `{map}`"),
                None => format!("did you mean `{way}`? Write it at the top level of the manifest"),
            },
            Some(Meaning::Needless(why)) => format!("remove it: {why}"),
            None => format!("remove it; the fields here are {}", quoted(&self.known)),
        };
        (format!("{owner} has no field `{name}`"), cure)
    }
}

/// The known word that the given one most looks like, if it looks like one at all.
pub(super) fn nearest<'w>(word: &str, known: &[&'w str]) -> Option<&'w str> {
    // `-` for `_`, and capitals, are the commonest slips: they must not count as differences.
    let word = word.to_lowercase().replace('-', "_");
    known
        .iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&word, &candidate.to_lowercase()), *candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// `` `a`, `b`, `c` ``.
pub(super) fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let known = ["model", "instruction", "log_retention_days", "alias"];
        assert_eq!(nearest("modle", &known), Some("model"));
        assert_eq!(nearest("log-retention-days", &known), Some("log_retention_days"));
        assert_eq!(nearest("Instructions", &known), Some("instruction"));
        assert_eq!(nearest("guardrail", &known), None);
    }
}
