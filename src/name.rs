//! Names that AWS will accept: each rule is written here once, and a value of these types has passed it.

mod ecr;

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

pub use ecr::EcrHost;

/// Why a text cannot be a name of the given kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not {kind}: {rule}")]
pub struct NameError {
    /// The refused text.
    pub text: String,
    /// What it should have been, with its article: `an account id`.
    pub kind: &'static str,
    /// The rule in words, said as an instruction: `use exactly 12 digits`.
    pub rule: &'static str,
}

/// Declares a name: a `String` that can only be made through its rule. `$broken` is given the text and answers with
/// the rule it breaks, if it breaks one.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $broken:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = NameError;

            fn try_from(text: &str) -> Result<Self, NameError> {
                let broken: fn(&str) -> Option<&'static str> = $broken;
                match broken(text) {
                    None => Ok(Self(text.to_owned())),
                    Some(rule) => Err(NameError { text: text.to_owned(), kind: $kind, rule }),
                }
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::try_from(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// The manifest's `name`, from which every other name is derived: 2 to 40 characters,
    /// `[a-z0-9]+([-_][a-z0-9]+)*`. The letters are what an ECR repository allows; the length leaves room for region
    /// and suffix in an IAM role's 64.
    StackName, "a stack name", |text| {
        let words = text.split(['-', '_']).all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        unless(words && (2..=40).contains(&text.len()),
            "use 2 to 40 lower-case letters and digits, in words joined by single `-` or `_`")
    }
}

/// Most letters and digits of a [`BedrockName`]; separators come on top.
const BEDROCK_NAME_LETTERS: usize = 100;

name! {
    /// The name of an agent, alias, action group, function or parameter: `([0-9a-zA-Z][_-]?){1,100}`, the `Name` of
    /// the Bedrock agent API. A trailing separator is legal, a leading or doubled one is not.
    BedrockName, "a Bedrock name", |text| {
        let letters = text.bytes().filter(u8::is_ascii_alphanumeric).count();
        let charset = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        let separated = text.as_bytes().windows(2).all(|two| two.iter().any(u8::is_ascii_alphanumeric));
        let starts = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        unless(charset && separated && starts && (1..=BEDROCK_NAME_LETTERS).contains(&letters),
            "use 1 to 100 letters (a-z, A-Z) and digits, with single `_` or `-` between them")
    }
}

/// Most characters of a connector's name, and how many of a hash distinguish names that were cut.
const CONNECTOR_LENGTH: usize = 20;
const CONNECTOR_HASH: usize = 4;

name! {
    /// The name of a connector in a chat channel: 1 to 20 of `[A-Za-z0-9_-]`, the limit of Amazon Q Developer in chat
    /// applications.
    ConnectorName, "a connector name", |text| {
        let charset = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        unless(charset && (1..=CONNECTOR_LENGTH).contains(&text.len()), "use 1 to 20 letters, digits, `_` and `-`")
    }
}

name! {
    /// An AWS account id: 12 digits, leading zeros included.
    AccountId, "an account id", |text| {
        unless(text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()),
            "use exactly 12 digits, in quotes: \"123456789012\"")
    }
}

name! {
    /// A region's code, by its shape only: `ap-northeast-1`, `us-gov-west-1`. New regions appear, so no list decides.
    RegionName, "a region", |text| {
        let parts: Vec<&str> = text.split('-').collect();
        let shape = match parts.as_slice() {
            [land, middle @ .., number] => {
                let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
                land.len() == 2 && word(land) && !middle.is_empty() && middle.iter().all(|part| word(part))
                    && number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit())
            }
            [] | [_] => false,
        };
        unless(shape, "use the region's code, like `ap-northeast-1`")
    }
}

/// Regions that have Bedrock Agents (user guide, `agents-supported`). A region may join, so this only warns.
pub const AGENT_REGIONS: [&str; 16] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-central-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-west-1",
    "us-west-2",
];

impl RegionName {
    /// Whether Bedrock Agents are known to exist in this region.
    pub fn has_agents(&self) -> bool {
        AGENT_REGIONS.contains(&self.as_str())
    }
}

impl ConnectorName {
    /// The connector name of a stack that names none: the stack's name. One that does not fit is cut and ends in digits
    /// of its hash, so that two stacks with a long beginning in common are told apart.
    pub fn of_stack(stack: &StackName) -> Self {
        let name = stack.as_str();
        if name.len() <= CONNECTOR_LENGTH {
            return Self(name.to_owned());
        }
        let hash = format!("{:x}", Sha256::digest(name));
        let cut = &name[..CONNECTOR_LENGTH - CONNECTOR_HASH - 1];
        Self(format!("{}-{}", cut.trim_end_matches(['-', '_']), &hash[..CONNECTOR_HASH]))
    }
}

impl BedrockName {
    /// The alias's name when none is given: it says what the alias is for and does not age, as `v1` would.
    pub fn live() -> Self {
        Self("live".to_owned())
    }

    /// The name of a thing that stands beside the one of this name: `live-candidate`. A long name is cut, so that both
    /// fit.
    #[must_use]
    pub fn beside(&self, what: &'static str) -> Self {
        let room = BEDROCK_NAME_LETTERS - what.bytes().filter(u8::is_ascii_alphanumeric).count();
        let mut letters = 0;
        let cut: String = self
            .0
            .chars()
            .take_while(|letter| {
                letters += usize::from(letter.is_ascii_alphanumeric());
                letters <= room
            })
            .collect();
        Self(format!("{}-{what}", cut.trim_end_matches(['-', '_'])))
    }
}

impl From<&StackName> for BedrockName {
    /// Every stack name is a Bedrock name too: its letters are fewer and its separators as single.
    fn from(stack: &StackName) -> Self {
        Self(stack.as_str().to_owned())
    }
}

name! {
    /// A tag's key: 1 to 128 characters that all the tagged services take. Bedrock is the strictest of them and allows
    /// ASCII only. Keys of AWS (`aws:`) and of this tool (`bedrock-ops:`) are kept out.
    TagKey, "a tag key", |text| {
        let lower = text.to_ascii_lowercase();
        unless(!lower.starts_with("aws:"), "keys starting with `aws:` belong to AWS; choose another")
            .or_else(|| unless(!lower.starts_with("bedrock-ops:"),
                "keys starting with `bedrock-ops:` mark what this tool owns; choose another"))
            .or_else(|| unless(text.bytes().all(is_tag_character) && (1..=128).contains(&text.len()),
                "use 1 to 128 ASCII letters, digits, spaces and `. _ : / = + @ -`"))
    }
}

name! {
    /// A tag's value: at most 256 characters of the same set as the key; it may be empty.
    TagValue, "a tag value", |text| {
        unless(text.bytes().all(is_tag_character) && text.len() <= 256,
            "use at most 256 ASCII letters, digits, spaces and `. _ : / = + @ -`")
    }
}

/// Variables that the Lambda runtime sets itself and `CreateFunction` refuses (Lambda developer guide).
const RESERVED_ENVIRONMENT: [&str; 16] = [
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

name! {
    /// The name of a Lambda environment variable: `[a-zA-Z]([a-zA-Z0-9_])+`, and none that Lambda sets itself.
    EnvironmentKey, "an environment variable for Lambda", |text| {
        let charset = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let starts = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
        unless(!RESERVED_ENVIRONMENT.contains(&text), "Lambda sets it itself; remove it, the handler finds it there")
            .or_else(|| unless(charset && starts && text.len() >= 2,
                "use letters, digits and `_`, at least two, the first a letter"))
    }
}

/// The broken rule, unless the text keeps it.
fn unless(kept: bool, rule: &'static str) -> Option<&'static str> {
    (!kept).then_some(rule)
}

/// What Bedrock's `TagKey` and `TagValue` allow: `[a-zA-Z0-9\s._:/=+@-]`.
fn is_tag_character(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || b"._:/=+@-".contains(&b)
}

#[cfg(test)]
mod tests;
