//! The parameters of a call, checked against what the manifest says of the function.

use thiserror::Error;

use crate::manifest::{Function, ParameterKind};

/// A parameter with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ParameterKind,
    /// Its value, which Bedrock sends as text whatever the type.
    pub value: String,
}

/// Everything that is wrong with the parameters of a call.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))]
pub struct WrongParameters(pub Vec<ParameterError>);

impl WrongParameters {
    /// What to type instead.
    pub fn cure(&self) -> String {
        self.0.iter().map(ParameterError::cure).collect::<Vec<_>>().join("; ")
    }
}

/// What is wrong with a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParameterError {
    /// There is no `=` in it.
    #[error("`{given}` gives a parameter no value")]
    NoValue {
        /// As it was typed.
        given: String,
    },
    /// The function has none of this name.
    #[error("`{function}` has no parameter `{name}`")]
    Unknown {
        /// The function.
        function: String,
        /// The name that was typed.
        name: String,
        /// The names that it has.
        known: Vec<String>,
    },
    /// It was given more than once.
    #[error("the parameter `{name}` is given twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// It has another type.
    #[error("the parameter `{name}` is {}, and `{value}` is none", with_article(*.kind))]
    WrongType {
        /// The name.
        name: String,
        /// The type in the manifest.
        kind: ParameterKind,
        /// The value that was typed.
        value: String,
    },
    /// It must be given.
    #[error("`{function}` needs the parameter `{name}`{}", .description.as_ref().map(|text| format!(": {text}")).unwrap_or_default())]
    Missing {
        /// The function.
        function: String,
        /// The name.
        name: String,
        /// Its type.
        kind: ParameterKind,
        /// What the manifest says of it.
        description: Option<String>,
    },
}

impl ParameterError {
    /// What to type instead.
    pub fn cure(&self) -> String {
        match self {
            Self::NoValue { given } => format!("write `-p {given}=VALUE`"),
            Self::Unknown { name, known, .. } => match nearest(name, known) {
                Some(nearest) => format!("did you mean `-p {nearest}=…`?"),
                None if known.is_empty() => format!("leave `-p {name}=…` away: the function takes no parameters"),
                None => format!("it has {}; add others under the function's `parameters`", known.join(", ")),
            },
            Self::Twice { name } => format!("give `{name}` once"),
            Self::WrongType { name, kind, .. } | Self::Missing { name, kind, .. } => {
                format!("write something like `-p {name}={}`", example(*kind))
            }
        }
    }
}

/// Reads `name=value` texts; the answer stands in the order of the manifest's names.
pub fn arguments(function: &Function, given: &[String]) -> Result<Vec<Argument>, WrongParameters> {
    let mut problems = Vec::new();
    let mut arguments: Vec<Argument> = Vec::new();
    for text in given {
        match argument(function, text) {
            Ok(argument) if arguments.iter().any(|other| other.name == argument.name) => {
                problems.push(ParameterError::Twice { name: argument.name });
            }
            Ok(argument) => arguments.push(argument),
            Err(problem) => problems.push(problem),
        }
    }
    let named = |name: &str| given.iter().any(|text| text.split('=').next() == Some(name));
    for (name, parameter) in function.parameters.iter().filter(|(name, wanted)| wanted.required && !named(name)) {
        let (function, description) = (function.name.to_string(), parameter.description.clone());
        problems.push(ParameterError::Missing { function, name: name.clone(), kind: parameter.kind, description });
    }
    arguments.sort_by(|one, other| one.name.cmp(&other.name));
    if problems.is_empty() { Ok(arguments) } else { Err(WrongParameters(problems)) }
}

fn argument(function: &Function, given: &str) -> Result<Argument, ParameterError> {
    let (name, value) = given.split_once('=').ok_or_else(|| ParameterError::NoValue { given: given.to_owned() })?;
    let (name, value) = (name.to_owned(), value.to_owned());
    let Some(parameter) = function.parameters.get(&name) else {
        let known = function.parameters.keys().cloned().collect();
        return Err(ParameterError::Unknown { function: function.name.to_string(), name, known });
    };
    let kind = parameter.kind;
    if fits(kind, &value) {
        Ok(Argument { name, kind, value })
    } else {
        Err(ParameterError::WrongType { name, kind, value })
    }
}

fn fits(kind: ParameterKind, value: &str) -> bool {
    match kind {
        ParameterKind::String => true,
        ParameterKind::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
        ParameterKind::Integer => value.parse::<i64>().is_ok(),
        ParameterKind::Boolean => matches!(value, "true" | "false"),
        // The model writes lists as it likes, with or without quotes; the brackets are all that can be relied on.
        ParameterKind::Array => value.starts_with('[') && value.ends_with(']'),
    }
}

fn with_article(kind: ParameterKind) -> String {
    let article = if matches!(kind, ParameterKind::Integer | ParameterKind::Array) { "an" } else { "a" };
    format!("{article} {}", kind.as_str())
}

fn example(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::String => "text",
        ParameterKind::Number => "0.5",
        ParameterKind::Integer => "30",
        ParameterKind::Boolean => "true",
        ParameterKind::Array => "'[a, b]'",
    }
}

/// The name that was probably meant.
fn nearest<'a>(name: &str, known: &'a [String]) -> Option<&'a String> {
    /// Changes of a letter that a slip of the hand makes.
    const SLIP: usize = 2;
    let near = known.iter().map(|known| (strsim::damerau_levenshtein(name, known), known));
    near.filter(|(distance, _)| *distance <= SLIP).min().map(|(_, known)| known)
}
