//! `lambda:` — the function that answers the agent's calls.

use std::collections::BTreeMap;

use super::code::{self, Code};
use super::environment;
use super::field::Field;
use super::permissions::{self, Statement};
use super::surroundings::Surroundings;

/// The Lambda function, and the log group and role that go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lambda {
    /// What it runs.
    pub code: Code,
    /// What it runs on.
    pub architecture: Architecture,
    /// Seconds until Lambda ends a call: 1 to 900 (Lambda quota, fixed). 60 unless given.
    pub timeout: u32,
    /// Megabytes of memory: 128 to 32768 (API model). 256 unless given.
    pub memory: u32,
    /// Environment variables; together at most 4 KB (Lambda quota, fixed).
    pub environment: BTreeMap<String, String>,
    /// Days that log events are kept, one of the numbers that `CloudWatch` Logs knows. 14 unless given.
    pub log_retention_days: u16,
    /// What the handler may do beyond writing its logs.
    pub permissions: Vec<Statement>,
    /// Whether each deploy publishes a numbered version that the agent's version then names. `true` unless given.
    pub publish: bool,
}

/// The processor that the image is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// Intel and AMD; what Lambda takes when none is named.
    X86_64,
    /// AWS Graviton.
    Arm64,
}

impl Architecture {
    /// As `Architectures` of the Lambda API has it.
    pub fn as_lambda(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// As an OCI image's `architecture` has it.
    pub fn as_oci(self) -> &'static str {
        match self {
            Self::X86_64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }
}

/// Seconds after which the chat application gives up on the agent (admin guide, `bedrock-limits`).
const CHAT_PATIENCE: u32 = 120;

/// Megabytes that an ordinary function may have (Lambda quota), below the API model's 32768.
const MEMORY_QUOTA: u32 = 10_240;

/// Megabytes that a function may have in a new account, until AWS raises it.
const MEMORY_OF_NEW_ACCOUNTS: u32 = 3008;

/// What `PutRetentionPolicy` of `CloudWatch` Logs takes (API reference).
const RETENTION_DAYS: [u16; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// Reads `lambda`.
pub(super) fn read(field: Field<'_>, around: &Surroundings<'_>) -> Option<Lambda> {
    let mut fields = field.fields()?;
    let architecture = fields
        .optional("architecture")
        .and_then(|field| field.choice(&[("x86_64", Architecture::X86_64), ("arm64", Architecture::Arm64)]))
        .unwrap_or(Architecture::X86_64);
    let code = code::read(&mut fields, architecture, around);
    let timeout = fields.optional("timeout").and_then(|field| timeout(&field));
    let memory = fields.optional("memory").and_then(|field| memory(&field));
    let environment = fields.optional("environment").map(|field| environment::read(&field, around)).unwrap_or_default();
    let log_retention_days = fields.optional("log_retention_days").and_then(|field| log_retention_days(&field));
    let permissions = fields.optional("permissions").map(|field| permissions::read(&field)).unwrap_or_default();
    let publish = fields.optional("publish").and_then(|field| field.boolean());
    fields.finish();
    Some(Lambda {
        code: code?,
        architecture,
        timeout: timeout.unwrap_or(60),
        memory: memory.unwrap_or(256),
        environment,
        log_retention_days: log_retention_days.unwrap_or(14),
        permissions,
        publish: publish.unwrap_or(true),
    })
}

fn timeout(field: &Field<'_>) -> Option<u32> {
    let seconds = field.number(1..=900, "seconds")?;
    if seconds > CHAT_PATIENCE {
        let what = format!("the chat application waits {CHAT_PATIENCE} seconds for the agent, not {seconds}");
        field.warning(what, format!("keep the handler well below {CHAT_PATIENCE} seconds"));
    }
    Some(seconds)
}

fn memory(field: &Field<'_>) -> Option<u32> {
    let megabytes = field.number(128..=32_768, "megabytes")?;
    if megabytes > MEMORY_QUOTA {
        let what = format!("an ordinary function has at most {MEMORY_QUOTA} MB of memory");
        field.warning(what, format!("write {MEMORY_QUOTA} or less"));
    } else if megabytes > MEMORY_OF_NEW_ACCOUNTS {
        let what = format!("many accounts allow at most {MEMORY_OF_NEW_ACCOUNTS} MB of memory, above all new ones");
        field.warning(
            what,
            format!("write {MEMORY_OF_NEW_ACCOUNTS} or less, unless this account is known to allow more"),
        );
    }
    Some(megabytes)
}

fn log_retention_days(field: &Field<'_>) -> Option<u16> {
    let days = field.number(1..=3653, "days")?;
    let nearest = RETENTION_DAYS.into_iter().min_by_key(|known| days.abs_diff(u32::from(*known)))?;
    if u32::from(nearest) == days {
        return Some(nearest);
    }
    let known = RETENTION_DAYS.map(|known| known.to_string()).join(", ");
    let what = format!("CloudWatch Logs cannot keep events for {days} days");
    field.error(what, format!("write {nearest}; it knows {known}"));
    None
}
