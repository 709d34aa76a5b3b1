//! What a function is set to: what the manifest names, and what it does not.

use std::collections::BTreeMap;

use aws_sdk_lambda::types::{Architecture, FunctionConfiguration, SnapStartApplyOn, TracingMode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::facts::Unmanaged;

/// MB of `/tmp` that a function has when nobody asks for more.
const STORAGE: i32 = 512;

/// The settings that the manifest names. Every version keeps its own.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Settings {
    pub(super) architecture: String,
    pub(super) role: String,
    pub(super) timeout: Option<i32>,
    pub(super) memory: Option<i32>,
    /// `None` when AWS can't decrypt it for these credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) environment: Option<BTreeMap<String, String>>,
}

/// The settings as Lambda has them.
pub(super) fn settings(configuration: &FunctionConfiguration) -> Settings {
    let variables = configuration.environment().and_then(|environment| environment.variables().cloned());
    let environment = variables.unwrap_or_default().into_iter().collect();
    Settings {
        architecture: configuration.architectures().first().map_or("x86_64", Architecture::as_str).to_owned(),
        role: configuration.role().unwrap_or_default().to_owned(),
        timeout: configuration.timeout(),
        memory: configuration.memory_size(),
        environment: undecrypted(configuration).is_none().then_some(environment),
    }
}

/// Why AWS could not show the environment, if it could not: its key is one that these credentials may not use.
pub(super) fn undecrypted(configuration: &FunctionConfiguration) -> Option<String> {
    let error = configuration.environment()?.error()?;
    Some(error.message().or(error.error_code()).unwrap_or("AWS gives no reason").to_owned())
}

/// The settings that the manifest does not name, where they are not Lambda's defaults. An update preserves them, and
/// every version keeps its own. `ConfigSha256` would say less: AWS does not document what goes into it.
pub(super) fn unmanaged(configuration: &FunctionConfiguration) -> Vec<Unmanaged> {
    let name = configuration.function_name().unwrap_or_default();
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(Value::from);
    let found = [
        ("VPC", vpc(configuration)),
        ("KMS key", text(configuration.kms_key_arn())),
        ("tracing", tracing(configuration)),
        ("ephemeral storage", storage(configuration)),
        ("layers", list(configuration.layers().iter().map(|layer| layer.arn().unwrap_or_default()))),
        (
            "file systems",
            list(configuration.file_system_configs().iter().map(aws_sdk_lambda::types::FileSystemConfig::arn)),
        ),
        ("dead letter queue", text(configuration.dead_letter_config().and_then(|config| config.target_arn()))),
        ("image configuration", image(configuration)),
        ("SnapStart", snap_start(configuration)),
        ("logging", logging(configuration, &format!("/aws/lambda/{name}"))),
    ];
    found.into_iter().filter_map(|(field, value)| Some(Unmanaged::new(field, value?))).collect()
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> Option<Value> {
    let items: Vec<&str> = items.collect();
    (!items.is_empty()).then(|| items.into())
}

fn vpc(configuration: &FunctionConfiguration) -> Option<Value> {
    let vpc = configuration.vpc_config().filter(|vpc| !vpc.subnet_ids().is_empty())?;
    Some(json!({"subnets": vpc.subnet_ids(), "security_groups": vpc.security_group_ids()}))
}

fn tracing(configuration: &FunctionConfiguration) -> Option<Value> {
    let mode = configuration.tracing_config()?.mode()?;
    (*mode != TracingMode::PassThrough).then(|| mode.as_str().into())
}

fn storage(configuration: &FunctionConfiguration) -> Option<Value> {
    let size = configuration.ephemeral_storage()?.size();
    (size != STORAGE).then(|| format!("{size} MB").into())
}

fn image(configuration: &FunctionConfiguration) -> Option<Value> {
    let image = configuration.image_config_response()?.image_config()?;
    let mut found = json!({});
    for (name, words) in [("entry_point", image.entry_point()), ("command", image.command())] {
        if !words.is_empty() {
            found[name] = words.into();
        }
    }
    if let Some(folder) = image.working_directory().filter(|folder| !folder.is_empty()) {
        found["working_directory"] = folder.into();
    }
    (found != json!({})).then_some(found)
}

/// Whether it is on; whether AWS has optimized a version differs from version to version.
fn snap_start(configuration: &FunctionConfiguration) -> Option<Value> {
    let apply_on = configuration.snap_start()?.apply_on()?;
    (*apply_on != SnapStartApplyOn::None).then(|| apply_on.as_str().into())
}

fn logging(configuration: &FunctionConfiguration, group: &str) -> Option<Value> {
    let logging = configuration.logging_config()?;
    let mut found = json!({});
    let members = [
        (
            "format",
            logging.log_format().map(aws_sdk_lambda::types::LogFormat::as_str).filter(|format| *format != "Text"),
        ),
        ("application_level", logging.application_log_level().map(aws_sdk_lambda::types::ApplicationLogLevel::as_str)),
        ("system_level", logging.system_log_level().map(aws_sdk_lambda::types::SystemLogLevel::as_str)),
        ("group", logging.log_group().filter(|found| *found != group)),
    ];
    for (name, value) in members {
        if let Some(value) = value {
            found[name] = value.into();
        }
    }
    (found != json!({})).then_some(found)
}

#[cfg(test)]
mod tests {
    use aws_sdk_lambda::types::{
        EnvironmentError, EnvironmentResponse, EphemeralStorage, FunctionConfiguration, LogFormat, LoggingConfig,
        SnapStartApplyOn, SnapStartResponse, TracingConfigResponse, TracingMode, VpcConfigResponse,
    };
    use serde_json::json;

    use super::{settings, undecrypted, unmanaged};
    use crate::facts::Unmanaged;

    #[test]
    fn lambdas_defaults_are_nothing_to_report() {
        let plain = FunctionConfiguration::builder().function_name("f");
        let plain = plain.tracing_config(TracingConfigResponse::builder().mode(TracingMode::PassThrough).build());
        let plain = plain.ephemeral_storage(EphemeralStorage::builder().size(512).build().unwrap());
        let plain = plain.snap_start(SnapStartResponse::builder().apply_on(SnapStartApplyOn::None).build());
        let logging = LoggingConfig::builder().log_format(LogFormat::Text).log_group("/aws/lambda/f").build();
        let plain = plain.vpc_config(VpcConfigResponse::builder().build()).logging_config(logging);
        assert_eq!(unmanaged(&plain.build()), []);
    }

    #[test]
    fn settings_that_the_manifest_does_not_name_are_reported() {
        let set = FunctionConfiguration::builder().function_name("f").kms_key_arn("arn:key");
        let set = set.tracing_config(TracingConfigResponse::builder().mode(TracingMode::Active).build());
        let set =
            set.vpc_config(VpcConfigResponse::builder().subnet_ids("subnet-1").security_group_ids("sg-1").build());
        let set = set.logging_config(LoggingConfig::builder().log_format(LogFormat::Json).log_group("other").build());
        let expected = [
            Unmanaged::new("VPC", json!({"subnets": ["subnet-1"], "security_groups": ["sg-1"]})),
            Unmanaged::new("KMS key", "arn:key"),
            Unmanaged::new("tracing", "Active"),
            Unmanaged::new("logging", json!({"format": "JSON", "group": "other"})),
        ];
        assert_eq!(unmanaged(&set.build()), expected);
    }

    #[test]
    fn an_environment_that_cannot_be_decrypted_is_not_an_empty_one() {
        let error = EnvironmentError::builder().error_code("KMSAccessDeniedException").message("not allowed").build();
        let hidden = EnvironmentResponse::builder().error(error).build();
        let function = FunctionConfiguration::builder().environment(hidden).build();
        assert_eq!(settings(&function).environment, None);
        assert_eq!(undecrypted(&function).as_deref(), Some("not allowed"));
        let empty = FunctionConfiguration::builder().build();
        assert_eq!(settings(&empty).environment, Some([].into()));
        assert_eq!(undecrypted(&empty), None);
    }
}
