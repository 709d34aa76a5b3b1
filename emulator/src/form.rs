//! Reads the form of a query call member by member, checks each, and refuses what nobody has read.

use std::collections::BTreeMap;

use crate::refusal::Refusal;

/// What a text member must be like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    /// The least and the most letters.
    pub(crate) length: (usize, usize),
    /// The letters that may stand in it.
    pub(crate) letter: fn(char) -> bool,
    /// The pattern as AWS names it.
    pub(crate) pattern: &'static str,
}

/// A call's form.
#[derive(Debug)]
pub(crate) struct Form {
    fields: BTreeMap<String, String>,
}

impl Form {
    /// The operation's name and the rest of the form; `version` is the API's, which must be named.
    pub(crate) fn read(body: &[u8], version: &str) -> Result<(String, Self), Refusal> {
        let mut form = Self { fields: form_urlencoded::parse(body).into_owned().collect() };
        let Some(action) = form.fields.remove("Action") else {
            return Err(Refusal::new(400, "MissingAction", "Missing Action"));
        };
        let named = form.fields.remove("Version").unwrap_or_else(|| "NO_VERSION_SPECIFIED".to_owned());
        if named != version {
            let text = format!("Could not find operation {action} for version {named}");
            return Err(Refusal::new(400, "InvalidAction", text));
        }
        Ok((action, form))
    }

    /// A member that must be there.
    pub(crate) fn text(&mut self, name: &str, rule: &Text) -> Result<String, Refusal> {
        self.optional(name, rule)?.ok_or_else(|| invalid_member("Value null", name, "Member must not be null"))
    }

    /// A member that may be there.
    pub(crate) fn optional(&mut self, name: &str, rule: &Text) -> Result<Option<String>, Refusal> {
        let Some(value) = self.fields.remove(name) else { return Ok(None) };
        rule.check(name, &value)?;
        Ok(Some(value))
    }

    /// A whole number within its bounds, if it is there.
    pub(crate) fn number(&mut self, name: &str, (least, most): (u64, u64)) -> Result<Option<u64>, Refusal> {
        let Some(value) = self.fields.remove(name) else { return Ok(None) };
        let shown = format!("Value '{value}'");
        match value.parse::<u64>() {
            Ok(number) if number < least => {
                Err(invalid_member(&shown, name, &format!("Member must have value greater than or equal to {least}")))
            }
            Ok(number) if number > most => {
                Err(invalid_member(&shown, name, &format!("Member must have value less than or equal to {most}")))
            }
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(Refusal::new(400, "MalformedInput", format!("{name} is not a number"))),
        }
    }

    /// A list (`Name.member.1`, `Name.member.2` …); none if the member is absent.
    pub(crate) fn list(&mut self, name: &str) -> Option<Vec<String>> {
        // An empty list is sent as the bare name.
        let empty = self.fields.remove(name).is_some();
        let mut items = Vec::new();
        while let Some(item) = self.fields.remove(&format!("{name}.member.{}", items.len() + 1)) {
            items.push(item);
        }
        (empty || !items.is_empty()).then_some(items)
    }

    /// A list of keys and values, in its order; none if the member is absent.
    pub(crate) fn pairs(&mut self, name: &str) -> Result<Option<Vec<(String, String)>>, Refusal> {
        let empty = self.fields.remove(name).is_some();
        let mut pairs = Vec::new();
        loop {
            let nth = pairs.len() + 1;
            let at = format!("{name}.{nth}.member");
            let key = self.fields.remove(&format!("{name}.member.{nth}.Key"));
            let value = self.fields.remove(&format!("{name}.member.{nth}.Value"));
            match (key, value) {
                (Some(key), Some(value)) => pairs.push((key, value)),
                (None, None) => break,
                (None, Some(_)) => {
                    return Err(invalid_member("Value null", &format!("{at}.key"), "Member must not be null"));
                }
                (Some(_), None) => {
                    return Err(invalid_member("Value null", &format!("{at}.value"), "Member must not be null"));
                }
            }
        }
        Ok((empty || !pairs.is_empty()).then_some(pairs))
    }

    /// The end of reading: a member that is left is one that the emulator does not know.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        match self.fields.keys().next() {
            Some(name) => Err(Refusal::not_emulated(format_args!("the member {name}"))),
            None => Ok(()),
        }
    }
}

impl Text {
    /// Checks one value.
    pub(crate) fn check(&self, name: &str, value: &str) -> Result<(), Refusal> {
        let (least, most) = self.length;
        let count = value.chars().count();
        let shown = format!("Value '{value}'");
        if count < least {
            let text = format!("Member must have length greater than or equal to {least}");
            return Err(invalid_member(&shown, name, &text));
        }
        if count > most {
            return Err(invalid_member(&shown, name, &format!("Member must have length less than or equal to {most}")));
        }
        if !value.chars().all(self.letter) {
            let text = format!("Member must satisfy regular expression pattern: {}", self.pattern);
            return Err(invalid_member(&shown, name, &text));
        }
        Ok(())
    }
}

fn invalid_member(value: &str, name: &str, constraint: &str) -> Refusal {
    // AWS writes the member with a small first letter here.
    let mut letters = name.chars();
    let name: String = letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect();
    let text = format!("1 validation error detected: {value} at '{name}' failed to satisfy constraint: {constraint}");
    Refusal::new(400, "ValidationError", text)
}
