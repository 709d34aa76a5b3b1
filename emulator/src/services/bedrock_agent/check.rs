//! Holds a request against its shape, and tells all that is wrong in the words of AWS's request validation.

use serde_json::{Map, Value};

use super::pattern::Pattern;
use super::refusals::validation;
use crate::refusal::Refusal;

/// What a value of a request must be.
pub(crate) enum Shape {
    Text(Text),
    OneOf(&'static [&'static str]),
    /// A whole number from the first to the second.
    Whole(i64, i64),
    /// A number from 0 to 1.
    Share,
    Flag,
    /// Any JSON at all.
    Free,
    /// A list with so many members, from the first number to the second.
    List(&'static Shape, usize, usize),
    Map(&'static Text, &'static Shape),
    Structure(&'static [Member]),
    /// A structure with exactly one member set.
    Union(&'static [Member]),
}

/// A string. Its length is counted in characters.
pub(crate) struct Text {
    pub(crate) min: usize,
    pub(crate) max: usize,
    pub(crate) pattern: Option<Pattern>,
    /// Whether the model calls it sensitive: then a refusal does not repeat it.
    pub(crate) secret: bool,
}

/// One member of a structure.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) shape: &'static Shape,
}

impl Text {
    /// A string of any length that fits `pattern`.
    pub(crate) const fn like(pattern: Pattern) -> Self {
        Self { min: 0, max: usize::MAX, pattern: Some(pattern), secret: false }
    }

    /// A string of `min` to `max` characters.
    pub(crate) const fn long(min: usize, max: usize) -> Self {
        Self { min, max, pattern: None, secret: false }
    }

    pub(crate) const fn within(mut self, min: usize, max: usize) -> Self {
        self.min = min;
        self.max = max;
        self
    }

    pub(crate) const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

/// The body without its nulls, when it is a request of this shape.
///
/// A member that the shape does not have is answered with 501, so that a client's typo never passes silently.
pub(crate) fn request(operation: &str, members: &'static [Member], body: Value) -> Result<Value, Refusal> {
    let body = without_nulls(body);
    let mut found = Findings { operation, broken: Vec::new() };
    if let Some(object) = body.as_object() {
        found.structure("", members, object)?;
    }
    found.verdict()?;
    Ok(body)
}

/// Holds one string of the path or the query against its shape.
pub(crate) fn text(operation: &str, name: &str, shape: &Text, value: &str) -> Result<(), Refusal> {
    let mut found = Findings { operation, broken: Vec::new() };
    found.text(name, shape, value);
    found.verdict()
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => object
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(list) => list.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// What is wrong so far.
struct Findings<'a> {
    operation: &'a str,
    broken: Vec<String>,
}

impl Findings<'_> {
    fn verdict(self) -> Result<(), Refusal> {
        if self.broken.is_empty() {
            return Ok(());
        }
        let count = self.broken.len();
        let errors = if count == 1 { "error" } else { "errors" };
        Err(validation(format!("{count} validation {errors} detected: {}", self.broken.join("; "))))
    }

    fn structure(
        &mut self,
        path: &str,
        members: &'static [Member],
        object: &Map<String, Value>,
    ) -> Result<(), Refusal> {
        if let Some(unknown) = object.keys().find(|key| !members.iter().any(|member| member.name == *key)) {
            let place = join(path, unknown);
            return Err(Refusal::not_emulated(format!("the member {place} of {}", self.operation)));
        }
        for member in members {
            let place = join(path, member.name);
            match object.get(member.name) {
                Some(value) => self.value(&place, member.shape, value)?,
                None if member.required => self.broken(&format!("Value at '{place}'"), "Member must not be null"),
                None => {}
            }
        }
        Ok(())
    }

    fn value(&mut self, path: &str, shape: &Shape, value: &Value) -> Result<(), Refusal> {
        match (shape, value) {
            (Shape::Free, _) | (Shape::Flag, Value::Bool(_)) => {}
            (Shape::Text(shape), Value::String(text)) => self.text(path, shape, text),
            (Shape::OneOf(words), Value::String(text)) => {
                if !words.contains(&text.as_str()) {
                    let words = words.join(", ");
                    self.broken(&named(path, text), &format!("Member must satisfy enum value set: [{words}]"));
                }
            }
            (Shape::Whole(min, max), Value::Number(number)) if number.is_i64() || number.is_u64() => {
                self.range(path, number.as_f64(), to_float(*min), to_float(*max));
            }
            (Shape::Share, Value::Number(number)) => self.range(path, number.as_f64(), 0.0, 1.0),
            (Shape::List(of, min, max), Value::Array(list)) => {
                self.length(&format!("Value at '{path}'"), list.len(), *min, *max);
                for (index, each) in list.iter().enumerate() {
                    self.value(&format!("{path}.{}.member", index + 1), of, each)?;
                }
            }
            (Shape::Map(key, of), Value::Object(object)) => {
                for (name, each) in object {
                    self.text(path, key, name);
                    self.value(&format!("{path}.{name}.member"), of, each)?;
                }
            }
            (Shape::Structure(members), Value::Object(object)) => self.structure(path, members, object)?,
            (Shape::Union(members), Value::Object(object)) => {
                self.structure(path, members, object)?;
                if object.len() != 1 {
                    self.broken(&format!("Value at '{path}'"), "Member must have exactly one member set");
                }
            }
            _ => return Err(Refusal::new(400, "SerializationException", format!("{path} is of the wrong JSON type"))),
        }
        Ok(())
    }

    fn text(&mut self, path: &str, shape: &Text, text: &str) {
        let name = if shape.secret { format!("Value at '{path}'") } else { named(path, text) };
        self.length(&name, text.chars().count(), shape.min, shape.max);
        if let Some(pattern) = &shape.pattern
            && !(pattern.holds)(text)
        {
            self.broken(&name, &format!("Member must satisfy regular expression pattern: {}", pattern.text));
        }
    }

    fn length(&mut self, name: &str, length: usize, min: usize, max: usize) {
        if length < min {
            self.broken(name, &format!("Member must have length greater than or equal to {min}"));
        } else if length > max {
            self.broken(name, &format!("Member must have length less than or equal to {max}"));
        }
    }

    fn range(&mut self, path: &str, number: Option<f64>, min: f64, max: f64) {
        let number = number.unwrap_or(f64::NAN);
        let name = format!("Value '{number}' at '{path}'");
        if number > max {
            self.broken(&name, &format!("Member must have value less than or equal to {max}"));
        } else if number.is_nan() || number < min {
            self.broken(&name, &format!("Member must have value greater than or equal to {min}"));
        }
    }

    fn broken(&mut self, name: &str, constraint: &str) {
        self.broken.push(format!("{name} failed to satisfy constraint: {constraint}"));
    }
}

fn named(path: &str, text: &str) -> String {
    format!("Value '{text}' at '{path}'")
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The limits of the model are far below 2^31, so nothing is lost.
fn to_float(number: i64) -> f64 {
    i32::try_from(number).map_or(f64::INFINITY, f64::from)
}
