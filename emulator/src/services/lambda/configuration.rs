//! The configuration of a function, read from a request: all but its code.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answers::invalid;
use super::environment;
use crate::refusal::Refusal;
use crate::services::ecr::answers::is_account;
use crate::services::ecr::members::Members;

/// The members that `CreateFunction` and `UpdateFunctionConfiguration` share.
pub(super) const MEMBERS: [&str; 12] = [
    "Role",
    "Description",
    "Timeout",
    "MemorySize",
    "Environment",
    "ImageConfig",
    "EphemeralStorage",
    "TracingConfig",
    "LoggingConfig",
    "Runtime",
    "Handler",
    "Layers",
];

const ROLE_PATTERN: &str = "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+";
const LOG_GROUP_PATTERN: &str = "[\\.\\-_/#A-Za-z0-9]+";

/// What is set beside the code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Configuration {
    pub(super) role: String,
    pub(super) description: String,
    /// Seconds.
    pub(super) timeout: i64,
    /// MB.
    pub(super) memory: i64,
    /// None when there are no variables: AWS then shows no environment.
    pub(super) environment: Option<BTreeMap<String, String>>,
    pub(super) image_config: Option<Value>,
    /// MB of `/tmp`.
    pub(super) storage: i64,
    pub(super) tracing: String,
    pub(super) logging: Value,
}

impl Configuration {
    /// What AWS fills in where `CreateFunction` is silent.
    pub(super) fn defaults(function: &str, role: &str) -> Self {
        Self {
            role: role.to_owned(),
            description: String::new(),
            timeout: 3,
            memory: 128,
            environment: None,
            image_config: None,
            storage: 512,
            tracing: "PassThrough".to_owned(),
            logging: json!({ "LogFormat": "Text", "LogGroup": format!("/aws/lambda/{function}") }),
        }
    }

    /// Takes over what the request gives; the rest stays.
    pub(super) fn take(&mut self, members: &Members<'_>) -> Result<(), Refusal> {
        if ["Runtime", "Handler", "Layers"].iter().any(|name| members.has(name)) {
            return Err(invalid(
                "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.",
            ));
        }
        if let Some(role) = role(members)? {
            role.clone_into(&mut self.role);
        }
        if let Some(description) = members.sized("Description", 0, 256)? {
            description.clone_into(&mut self.description);
        }
        self.timeout = members.ranged("Timeout", 1, 900)?.unwrap_or(self.timeout);
        self.memory = memory(members)?.unwrap_or(self.memory);
        if let Some(variables) = environment::read(members)? {
            self.environment = Some(variables).filter(|variables| !variables.is_empty());
        }
        if let Some(config) = image_config(members)? {
            self.image_config = Some(config).filter(|config| *config != json!({}));
        }
        if let Some(storage) = members.inner("EphemeralStorage", &["Size"])? {
            self.storage = storage.required("ephemeralStorage.size", storage.ranged("Size", 512, 10240)?)?;
        }
        if let Some(tracing) = members.inner("TracingConfig", &["Mode"])? {
            let mode = tracing.choice("Mode", &["Active", "PassThrough"])?;
            mode.unwrap_or("PassThrough").clone_into(&mut self.tracing);
        }
        self.take_logging(members)
    }

    fn take_logging(&mut self, members: &Members<'_>) -> Result<(), Refusal> {
        let known = ["LogFormat", "ApplicationLogLevel", "SystemLogLevel", "LogGroup"];
        let Some(given) = members.inner("LoggingConfig", &known)? else { return Ok(()) };
        let mut logging = self.logging.clone();
        if let Some(group) = given.sized("LogGroup", 1, 512)? {
            given.shaped("LogGroup", LOG_GROUP_PATTERN, |text| {
                text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_/#".contains(&byte))
            })?;
            logging["LogGroup"] = group.into();
        }
        if let Some(format) = given.choice("LogFormat", &["JSON", "Text"])? {
            logging["LogFormat"] = format.into();
        }
        let json = logging["LogFormat"] == "JSON";
        let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
        for (member, allowed) in [("ApplicationLogLevel", &levels[..]), ("SystemLogLevel", &levels[1..4])] {
            match given.choice(member, allowed)? {
                Some(_) if !json => {
                    return Err(invalid("To use Lambda log level filtering, you must set LogFormat to JSON."));
                }
                Some(level) => logging[member] = level.into(),
                None if json && logging[member].is_null() => logging[member] = "INFO".into(),
                None => {}
            }
        }
        if !json && let Some(logging) = logging.as_object_mut() {
            logging.retain(|name, _| !name.ends_with("Level"));
        }
        self.logging = logging;
        Ok(())
    }
}

/// The member `Role`.
pub(super) fn role<'a>(members: &Members<'a>) -> Result<Option<&'a str>, Refusal> {
    members.shaped("Role", ROLE_PATTERN, |text| {
        let mut parts = text.splitn(6, ':');
        let head = ["arn", "aws", "iam", ""].into_iter().all(|part| parts.next() == Some(part));
        let account = parts.next().is_some_and(is_account);
        let name = parts.next().and_then(|part| part.strip_prefix("role/")).unwrap_or_default();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&byte);
        head && account && !name.is_empty() && name.bytes().all(fits)
    })
}

/// The one architecture of `Architectures`.
pub(super) fn architecture<'a>(members: &Members<'a>) -> Result<Option<&'a str>, Refusal> {
    let Some(given) = members.texts("Architectures")? else { return Ok(None) };
    let all = format!("[{}]", given.join(", "));
    members.within("Architectures", &all, given.len(), 1, 1)?;
    if let Some(name @ (&"x86_64" | &"arm64")) = given.first() {
        return Ok(Some(name));
    }
    let text = "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be \
                null]";
    Err(members.refuse("Architectures", Some(&all), text))
}

fn memory(members: &Members<'_>) -> Result<Option<i64>, Refusal> {
    let memory = members.ranged("MemorySize", 128, 32768)?;
    if memory.is_some_and(|memory| memory > 10240) {
        return Err(invalid(
            "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 10240",
        ));
    }
    Ok(memory)
}

fn image_config(members: &Members<'_>) -> Result<Option<Value>, Refusal> {
    let Some(given) = members.inner("ImageConfig", &["EntryPoint", "Command", "WorkingDirectory"])? else {
        return Ok(None);
    };
    let mut config = json!({});
    for member in ["EntryPoint", "Command"] {
        if let Some(words) = given.texts(member)? {
            given.within(member, "", words.len(), 0, 1500)?;
            config[member] = words.into();
        }
    }
    if let Some(directory) = given.sized("WorkingDirectory", 0, 1000)? {
        config["WorkingDirectory"] = directory.into();
    }
    Ok(Some(config))
}
