//! Reads a request's members one by one, checks each, and refuses what nobody has read.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// The classes of log groups.
const CLASSES: &[&str] = &["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"];

/// The members that nobody has read yet.
pub(super) struct Members(Map<String, Value>);

impl Members {
    pub(super) fn new(body: Value) -> Self {
        match body {
            Value::Object(members) => Self(members),
            _ => Self(Map::new()),
        }
    }

    /// The log group's name, which must be there.
    pub(super) fn group_name(&mut self) -> Result<String, Refusal> {
        self.name("logGroupName")?.ok_or_else(|| null("logGroupName"))
    }

    /// A log group's name, or the beginning of one, if it is there.
    pub(super) fn name(&mut self, member: &str) -> Result<Option<String>, Refusal> {
        let Some(name) = self.text(member)? else { return Ok(None) };
        is_group_name(member, &name)?;
        Ok(Some(name))
    }

    /// Names of log groups, if they are there.
    pub(super) fn names(&mut self, member: &str) -> Result<Option<Vec<String>>, Refusal> {
        let names = match self.0.remove(member) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(names)) => names,
            Some(_) => return Err(wrong_type(member)),
        };
        let name = |name: Value| name.as_str().map(str::to_owned).ok_or_else(|| wrong_type(member));
        let names: Vec<String> = names.into_iter().map(name).collect::<Result<_, _>>()?;
        names.iter().try_for_each(|name| is_group_name(member, name))?;
        Ok(Some(names))
    }

    pub(super) fn class(&mut self) -> Result<Option<String>, Refusal> {
        let Some(class) = self.text("logGroupClass")? else { return Ok(None) };
        match class.as_str() {
            "DELIVERY" => Err(Refusal::not_emulated("log groups of the class DELIVERY")),
            known if CLASSES.contains(&known) => Ok(Some(class)),
            _ => {
                let text = format!("Member must satisfy enum value set: [{}]", CLASSES.join(", "));
                Err(constraint(&format!("Value '{class}'"), "logGroupClass", &text))
            }
        }
    }

    /// The ARN of a log group, without the `:*` at its end.
    pub(super) fn arn(&mut self) -> Result<String, Refusal> {
        let arn = self.text("resourceArn")?.ok_or_else(|| null("resourceArn"))?;
        let letter = |letter: char| letter.is_ascii_alphanumeric() || "_+=/:,.@-".contains(letter);
        check("resourceArn", &arn, (1, 1011), letter, r"[\w+=/:,.@-]*")?;
        Ok(arn)
    }

    /// Tags, 1 to 50, if they are there.
    pub(super) fn tags(&mut self) -> Result<Option<BTreeMap<String, String>>, Refusal> {
        let tags = match self.0.remove("tags") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(tags)) => tags,
            Some(_) => return Err(wrong_type("tags")),
        };
        if !(1..=50).contains(&tags.len()) {
            return Err(constraint("Value", "tags", "Member must have length between 1 and 50"));
        }
        let mut read = BTreeMap::new();
        for (key, value) in tags {
            let Value::String(value) = value else { return Err(wrong_type("tags")) };
            check("tags", &key, (1, 128), is_tag_letter, r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$")?;
            check("tags", &value, (0, 256), is_tag_letter, r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")?;
            if key.starts_with("aws:") {
                return Err(invalid("Tag keys that begin with aws: are reserved for AWS use."));
            }
            read.insert(key, value);
        }
        Ok(Some(read))
    }

    pub(super) fn tag_keys(&mut self) -> Result<Vec<String>, Refusal> {
        let Some(Value::Array(keys)) = self.0.remove("tagKeys") else { return Err(null("tagKeys")) };
        if keys.len() > 50 {
            return Err(constraint("Value", "tagKeys", "Member must have length less than or equal to 50"));
        }
        let text = |key: Value| key.as_str().map(str::to_owned).ok_or_else(|| wrong_type("tagKeys"));
        keys.into_iter().map(text).collect()
    }

    /// A whole number, if it is there.
    pub(super) fn number(&mut self, member: &str) -> Result<Option<u64>, Refusal> {
        match self.0.remove(member) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_u64().map(Some).ok_or_else(|| wrong_type(member)),
        }
    }

    pub(super) fn text(&mut self, member: &str) -> Result<Option<String>, Refusal> {
        match self.0.remove(member) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong_type(member)),
        }
    }

    /// A member that may only say what is so anyway.
    pub(super) fn only_false(&mut self, member: &str) -> Result<(), Refusal> {
        match self.0.remove(member) {
            None | Some(Value::Null | Value::Bool(false)) => Ok(()),
            Some(_) => Err(Refusal::not_emulated(format_args!("the member {member} of CloudWatch Logs"))),
        }
    }

    /// The end of reading: a member that is left is one that the emulator does not know.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        match self.0.keys().next() {
            Some(member) => Err(Refusal::not_emulated(format_args!("the member {member} of CloudWatch Logs"))),
            None => Ok(()),
        }
    }
}

fn is_group_name(member: &str, name: &str) -> Result<(), Refusal> {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || ".-_/#".contains(letter);
    check(member, name, (1, 512), letter, r"[\.\-_/#A-Za-z0-9]+")
}

fn is_tag_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == ' ' || "_.:/=+-@".contains(letter)
}

fn check(
    member: &str,
    text: &str,
    (least, most): (usize, usize),
    letter: fn(char) -> bool,
    pattern: &str,
) -> Result<(), Refusal> {
    let (shown, count) = (format!("Value '{text}'"), text.chars().count());
    if count < least {
        return Err(constraint(&shown, member, &format!("Member must have length greater than or equal to {least}")));
    }
    if count > most {
        return Err(constraint(&shown, member, &format!("Member must have length less than or equal to {most}")));
    }
    if !text.chars().all(letter) {
        return Err(constraint(&shown, member, &format!("Member must satisfy regular expression pattern: {pattern}")));
    }
    Ok(())
}

/// A required member that is missing.
pub(super) fn null(member: &str) -> Refusal {
    constraint("Value null", member, "Member must not be null")
}

/// A member outside its bounds, in AWS's words.
pub(super) fn constraint(value: &str, member: &str, text: &str) -> Refusal {
    invalid(format!("1 validation error detected: {value} at '{member}' failed to satisfy constraint: {text}"))
}

pub(super) fn invalid(text: impl Into<String>) -> Refusal {
    Refusal::new(400, "InvalidParameterException", text)
}

fn wrong_type(member: &str) -> Refusal {
    Refusal::new(400, "SerializationException", format!("{member} is of the wrong type"))
}
