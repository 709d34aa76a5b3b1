//! Reads the members of a JSON request and refuses what the service's model refuses.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// In whose words a broken rule is told.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Dialect {
    Athena,
    CloudWatch,
    CostExplorer,
    Ecr,
    Lambda,
}

impl Dialect {
    /// The refusal of `value` (`None`: nothing was given) at the member `name`.
    pub(crate) fn refuse(self, name: &str, value: Option<&str>, rule: &str) -> Refusal {
        let code = match self {
            Self::Ecr => {
                let text = format!("Invalid parameter at '{name}' failed to satisfy constraint: '{rule}'");
                return Refusal::new(400, "InvalidParameterException", text);
            }
            Self::Athena => "InvalidRequestException",
            Self::CloudWatch => "ValidationError",
            Self::CostExplorer | Self::Lambda => "ValidationException",
        };
        let shown = value.map_or_else(|| "null".to_owned(), |value| format!("'{value}'"));
        let name = lower_first(name);
        let text =
            format!("1 validation error detected: Value {shown} at '{name}' failed to satisfy constraint: {rule}");
        Refusal::new(400, code, text)
    }
}

/// The members of one structure of a request.
pub(crate) struct Members<'a> {
    operation: &'static str,
    object: &'a Map<String, Value>,
    dialect: Dialect,
}

impl<'a> Members<'a> {
    /// The members of a request's body; any but those in `known` is refused as not emulated, by name.
    pub(crate) fn of(
        body: &'a Value,
        operation: &'static str,
        dialect: Dialect,
        known: &[&str],
    ) -> Result<Self, Refusal> {
        let Some(object) = body.as_object() else {
            return Err(wrong_type(operation, "a structure"));
        };
        let stray = object.iter().find(|(name, value)| !value.is_null() && !known.contains(&name.as_str()));
        match stray {
            Some((name, _)) => Err(Refusal::not_emulated(format!("the member {name} of {operation}"))),
            None => Ok(Self { operation, object, dialect }),
        }
    }

    /// The refusal of what was given for `name`.
    pub(crate) fn refuse(&self, name: &str, value: Option<&str>, rule: &str) -> Refusal {
        self.dialect.refuse(name, value, rule)
    }

    /// The value, which AWS's model requires.
    pub(crate) fn required<T>(&self, name: &str, value: Option<T>) -> Result<T, Refusal> {
        value.ok_or_else(|| self.refuse(name, None, "Member must not be null"))
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn typed<T>(&self, name: &str, kind: &str, read: impl Fn(&'a Value) -> Option<T>) -> Result<Option<T>, Refusal> {
        self.value(name).map(|value| read(value).ok_or_else(|| wrong_type(name, kind))).transpose()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        self.typed(name, "a string", Value::as_str)
    }

    pub(crate) fn whole(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.typed(name, "an integer", Value::as_i64)
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.typed(name, "a boolean", Value::as_bool)
    }

    pub(crate) fn list(&self, name: &str) -> Result<Option<&'a [Value]>, Refusal> {
        self.typed(name, "a list", |value| value.as_array().map(Vec::as_slice))
    }

    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<&'a str>>, Refusal> {
        self.typed(name, "a list of strings", |value| value.as_array()?.iter().map(Value::as_str).collect())
    }

    pub(crate) fn map(&self, name: &str) -> Result<Option<BTreeMap<String, String>>, Refusal> {
        self.typed(name, "a map of strings", |value| {
            value.as_object()?.iter().map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
        })
    }

    /// The members of the structure at `name`.
    pub(crate) fn inner(&self, name: &str, known: &[&str]) -> Result<Option<Members<'a>>, Refusal> {
        self.value(name).map(|value| Self::of(value, self.operation, self.dialect, known)).transpose()
    }

    /// The members of each structure in the list at `name`.
    pub(crate) fn inners(&self, name: &str, known: &[&str]) -> Result<Option<Vec<Members<'a>>>, Refusal> {
        let Some(list) = self.list(name)? else { return Ok(None) };
        list.iter()
            .map(|value| Self::of(value, self.operation, self.dialect, known))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// A string of `least` to `most` characters.
    pub(crate) fn sized(&self, name: &str, least: usize, most: usize) -> Result<Option<&'a str>, Refusal> {
        let text = self.text(name)?;
        if let Some(text) = text {
            self.within(name, text, text.chars().count(), least, most)?;
        }
        Ok(text)
    }

    /// Refuses `length`, the length of the `value` given for `name`, outside of `least` to `most`.
    pub(crate) fn within(
        &self,
        name: &str,
        value: &str,
        length: usize,
        least: usize,
        most: usize,
    ) -> Result<(), Refusal> {
        let rule = if length < least {
            format!("Member must have length greater than or equal to {least}")
        } else if length > most {
            format!("Member must have length less than or equal to {most}")
        } else {
            return Ok(());
        };
        Err(self.refuse(name, Some(value), &rule))
    }

    /// A number of `least` to `most`.
    pub(crate) fn ranged(&self, name: &str, least: i64, most: i64) -> Result<Option<i64>, Refusal> {
        let Some(number) = self.whole(name)? else { return Ok(None) };
        let rule = if number < least {
            format!("Member must have value greater than or equal to {least}")
        } else if number > most {
            format!("Member must have value less than or equal to {most}")
        } else {
            return Ok(Some(number));
        };
        Err(self.refuse(name, Some(&number.to_string()), &rule))
    }

    /// One of a closed set of strings.
    pub(crate) fn choice(&self, name: &str, allowed: &[&str]) -> Result<Option<&'a str>, Refusal> {
        let text = self.text(name)?;
        match text {
            Some(text) if !allowed.contains(&text) => {
                let rule = format!("Member must satisfy enum value set: [{}]", allowed.join(", "));
                Err(self.refuse(name, Some(text), &rule))
            }
            _ => Ok(text),
        }
    }

    /// A string for which `fits` holds; the pattern is what the refusal names.
    pub(crate) fn shaped(
        &self,
        name: &str,
        pattern: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Result<Option<&'a str>, Refusal> {
        let text = self.text(name)?;
        match text {
            Some(text) if !fits(text) => {
                let rule = format!("Member must satisfy regular expression pattern: {pattern}");
                Err(self.refuse(name, Some(text), &rule))
            }
            _ => Ok(text),
        }
    }
}

fn wrong_type(name: &str, kind: &str) -> Refusal {
    Refusal::new(400, "SerializationException", format!("{name} must be {kind}"))
}

/// `FunctionName` as the validation of AWS's Java services names it: `functionName`.
fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
