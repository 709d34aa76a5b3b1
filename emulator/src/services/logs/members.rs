//! Reads a request's members one by one, checks each, and refuses what nobody has read.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::clock::Millis;
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

    /// The name of a log group that is to be made, which AWS measures before anything else and in words of its own.
    pub(super) fn created_name(&mut self) -> Result<String, Refusal> {
        let name = self.0.get("logGroupName").and_then(Value::as_str);
        if name.is_some_and(|name| name.chars().count() > 512) {
            return Err(invalid("Invalid LogGroup or LogStream, both must have length less than or equal to 512."));
        }
        self.group_name()
    }

    /// A log group's name, or the beginning of one, if it is there.
    pub(super) fn name(&mut self, member: &str) -> Result<Option<String>, Refusal> {
        let Some(name) = self.text(member)? else { return Ok(None) };
        is_group_name(member, &name)?;
        Ok(Some(name))
    }

    /// Names of log groups, if they are there.
    pub(super) fn names(&mut self, member: &str) -> Result<Option<Vec<String>>, Refusal> {
        let names = self.texts(member)?;
        names.iter().flatten().try_for_each(|name| is_group_name(member, name))?;
        Ok(names)
    }

    /// The log group, by its name or by its identifier: its name or its ARN. One of the two must be there.
    pub(super) fn group(&mut self, account: &str, region: &str) -> Result<String, Refusal> {
        let (name, identifier) = (self.name("logGroupName")?, self.text("logGroupIdentifier")?);
        match (name, identifier) {
            (Some(name), None) => Ok(name),
            (None, Some(identifier)) => {
                let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-#+=/:,.@".contains(&byte);
                if !identifier.bytes().all(fits) {
                    let value = format!("Value '{identifier}'");
                    let text = r"Member must satisfy regular expression pattern: [\w#+=/:,.@-]*";
                    return Err(constraint(&value, "logGroupIdentifier", text));
                }
                let ours = format!("arn:aws:logs:{region}:{account}:log-group:");
                let name = identifier.strip_prefix(&ours).unwrap_or(&identifier).to_owned();
                if name.starts_with("arn:") || name.is_empty() {
                    return Err(super::no_such_group());
                }
                Ok(name)
            }
            (Some(_), Some(_)) => {
                let text = "LogGroup name and LogGroup ARN are mutually exclusive parameters.";
                Err(Refusal::new(400, "ValidationException", text))
            }
            (None, None) => Err(invalid("Either logGroupName or logGroupIdentifier must be specified.")),
        }
    }

    /// The log stream's name, which must be there.
    pub(super) fn stream_name(&mut self) -> Result<String, Refusal> {
        self.stream("logStreamName")?.ok_or_else(|| null("logStreamName"))
    }

    /// A log stream's name, or the beginning of one, if it is there.
    pub(super) fn stream(&mut self, member: &str) -> Result<Option<String>, Refusal> {
        let Some(name) = self.text(member)? else { return Ok(None) };
        check_stream(member, &name)?;
        Ok(Some(name))
    }

    /// Names of log streams, 1 to 100, if they are there.
    pub(super) fn streams(&mut self) -> Result<Option<Vec<String>>, Refusal> {
        let member = "logStreamNames";
        let Some(names) = self.texts(member)? else { return Ok(None) };
        if !(1..=100).contains(&names.len()) {
            return Err(constraint("Value", member, "Member must have length between 1 and 100"));
        }
        names.iter().try_for_each(|name| check_stream(member, name))?;
        Ok(Some(names))
    }

    fn texts(&mut self, member: &str) -> Result<Option<Vec<String>>, Refusal> {
        let texts = match self.0.remove(member) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(texts)) => texts,
            Some(_) => return Err(wrong_type(member)),
        };
        let text = |text: Value| text.as_str().map(str::to_owned).ok_or_else(|| wrong_type(member));
        texts.into_iter().map(text).collect::<Result<_, _>>().map(Some)
    }

    /// The events of a batch: the time and the message of each.
    pub(super) fn events(&mut self) -> Result<Vec<(Millis, String)>, Refusal> {
        let member = "logEvents";
        let Some(Value::Array(events)) = self.0.remove(member) else { return Err(null(member)) };
        let read = |mut event: Value| match (event["timestamp"].as_u64(), event["message"].take()) {
            (Some(at), Value::String(message)) => Ok((at, message)),
            (None, _) if event["timestamp"].is_null() => Err(null("logEvents.1.member.timestamp")),
            (_, Value::Null) => Err(null("logEvents.1.member.message")),
            _ => Err(wrong_type(member)),
        };
        events.into_iter().map(read).collect()
    }

    /// A filter pattern, if it is there.
    pub(super) fn pattern(&mut self) -> Result<Option<String>, Refusal> {
        let Some(pattern) = self.text("filterPattern")? else { return Ok(None) };
        check("filterPattern", &pattern, (0, 1024), |_| true, ".*")?;
        Ok(Some(pattern))
    }

    /// One of a closed set of words, if it is there.
    pub(super) fn choice(&mut self, member: &str, known: &[&str]) -> Result<Option<String>, Refusal> {
        match self.text(member)? {
            Some(given) if !known.contains(&given.as_str()) => {
                let text = format!("Member must satisfy enum value set: [{}]", known.join(", "));
                Err(constraint(&format!("Value '{given}'"), member, &text))
            }
            given => Ok(given),
        }
    }

    pub(super) fn flag(&mut self, member: &str) -> Result<Option<bool>, Refusal> {
        match self.0.remove(member) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_bool().map(Some).ok_or_else(|| wrong_type(member)),
        }
    }

    /// How many things are asked for, 1 to `most`, if it is told.
    pub(super) fn sized(&mut self, member: &str, most: usize) -> Result<Option<usize>, Refusal> {
        let Some(number) = self.number(member)? else { return Ok(None) };
        let size = usize::try_from(number).unwrap_or(usize::MAX);
        let rule = match size {
            0 => "Member must have value greater than or equal to 1".to_owned(),
            size if size > most => format!("Member must have value less than or equal to {most}"),
            size => return Ok(Some(size)),
        };
        Err(constraint(&format!("Value '{number}'"), member, &rule))
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

fn check_stream(member: &str, name: &str) -> Result<(), Refusal> {
    check(member, name, (1, 512), |letter| !":*".contains(letter), "[^:*]*")
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
