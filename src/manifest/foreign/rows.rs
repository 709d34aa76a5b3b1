//! The table of words: the map they are written in, in snake case, and what they mean.

use std::borrow::Cow;

use super::Meaning::{self, Absent, Elsewhere, Field, Needless};

/// Sections, words in them in snake case, and what they mean.
pub(super) type Row = (&'static [&'static str], &'static [&'static str], Meaning);

const ROOT: &[&str] = &[""];
const AGENT: &[&str] = &["agent"];
const LAMBDA: &[&str] = &["lambda"];
const GROUP: &[&str] = &["action_groups[]"];
const FUNCTION: &[&str] = &["action_groups[].functions[]"];
const PARAMETER: &[&str] = &["action_groups[].functions[].parameters.*"];
const STATEMENT: &[&str] = &["lambda.permissions[]"];
/// Where people look for what belongs to the stack, its agent or its function.
const TOP: &[&str] = &["", "agent", "lambda"];

/// Said of what AWS keeps when an agent or a function is updated without it.
const KEPT_ON_AGENT: &str = "set it on the agent with the console or the AWS CLI: a deploy preserves it";
const KEPT_ON_FUNCTION: &str = "set it on the function with the console or the AWS CLI: a deploy preserves it";

pub(super) const ROWS: &[Row] = &[
    // What is written otherwise.
    (
        ROOT,
        &[
            "app",
            "app_name",
            "application_name",
            "project",
            "project_name",
            "service",
            "service_name",
            "stack",
            "stack_name",
        ],
        Field("name"),
    ),
    (ROOT, &["aws_region", "location"], Field("region")),
    (ROOT, &["account_id", "aws_account", "aws_account_id"], Field("account")),
    (ROOT, &["default_tags", "labels", "tag"], Field("tags")),
    (ROOT, &["agents", "bedrock_agent"], Field("agent")),
    (ROOT, &["function", "functions", "lambda_function", "lambdas"], Field("lambda")),
    (ROOT, &["action_group", "actions", "agent_action_groups", "tools"], Field("action_groups")),
    (ROOT, &["chatbot", "slack", "slack_connector"], Field("connector")),
    (ROOT, &["pinpoint_application", "pinpoint_application_id"], Field("pinpoint")),
    (
        ROOT,
        &["deletion_policy", "deletion_protection", "prevent_destroy", "protected", "termination_protection"],
        Field("protect"),
    ),
    (ROOT, &["smoke_test", "smoke_tests", "test", "tests"], Field("smoke")),
    (AGENT, &["agent_name"], Field("name")),
    (AGENT, &["agent_description", "desc"], Field("description")),
    (AGENT, &["foundation_model", "foundation_model_id", "inference_profile", "llm", "model_id"], Field("model")),
    (AGENT, &["agent_instruction", "instructions", "prompt", "system_prompt"], Field("instruction")),
    (
        AGENT,
        &[
            "idle_session_timeout",
            "idle_session_ttl_in_seconds",
            "idle_session_ttl_seconds",
            "idle_timeout",
            "idle_ttl",
            "session_timeout",
            "session_ttl",
        ],
        Field("idle_session_ttl"),
    ),
    (AGENT, &["agent_alias", "agent_alias_name", "alias_name", "aliases"], Field("alias")),
    (&["agent.alias"], &["agent_alias_name", "alias_name"], Field("name")),
    (&["agent.instruction"], &["file_name", "file_path", "filename", "path"], Field("file")),
    (LAMBDA, &["memory_in_mb", "memory_mb", "memory_size", "ram"], Field("memory")),
    (LAMBDA, &["timeout_in_seconds", "timeout_sec", "timeout_seconds"], Field("timeout")),
    (
        LAMBDA,
        &["env", "env_vars", "environment_variables", "environment_vars", "envs", "variables", "vars"],
        Field("environment"),
    ),
    (LAMBDA, &["base", "from", "runtime"], Field("base_image")),
    (LAMBDA, &["arch", "architectures", "platform"], Field("architecture")),
    (
        LAMBDA,
        &[
            "log_retention",
            "log_retention_in_days",
            "logs_retention",
            "retention",
            "retention_days",
            "retention_in_days",
        ],
        Field("log_retention_days"),
    ),
    (
        LAMBDA,
        &[
            "code",
            "code_uri",
            "context",
            "dir",
            "directory",
            "filename",
            "folder",
            "path",
            "source_code",
            "source_dir",
            "source_path",
            "src",
        ],
        Field("source"),
    ),
    (LAMBDA, &["container_image", "docker_image", "image_uri", "image_url"], Field("image")),
    (LAMBDA, &["cmd", "command", "entry_point", "entrypoint", "image_config"], Field("handler")),
    (
        LAMBDA,
        &[
            "iam_policy",
            "iam_role_statements",
            "iam_statements",
            "policies",
            "policy",
            "policy_statements",
            "role_policy",
            "statements",
        ],
        Field("permissions"),
    ),
    (LAMBDA, &["auto_publish_alias", "publish_version", "versioning"], Field("publish")),
    (LAMBDA, &["function_name", "name"], Elsewhere(Cow::Borrowed("name"))),
    (STATEMENT, &["action"], Field("actions")),
    (STATEMENT, &["resource"], Field("resources")),
    (STATEMENT, &["effect", "sid"], Needless("every statement allows, under a name that bedrock-ops gives it")),
    (
        &["pinpoint"],
        &["app", "app_id", "app_name", "application_id", "application_name", "id", "name", "project_id"],
        Field("application"),
    ),
    (GROUP, &["action_group_name", "group_name"], Field("name")),
    (GROUP, &["action_group_state", "enable", "state"], Field("enabled")),
    (GROUP, &["function", "function_schema", "tools"], Field("functions")),
    (FUNCTION, &["function_name"], Field("name")),
    (FUNCTION, &["confirmation", "require_confirmation"], Field("confirm")),
    (FUNCTION, &["args", "arguments", "inputs", "param", "parameter", "params", "properties"], Field("parameters")),
    (PARAMETER, &["data_type", "datatype", "kind"], Field("type")),
    (PARAMETER, &["is_required", "mandatory"], Field("required")),
    (&["smoke"], &["ask", "input", "prompt"], Field("question")),
    (&["smoke"], &["answer", "expected", "match", "pattern", "regex"], Field("expect")),
    (&["connector"], &["connector_name", "display_name"], Field("name")),
    // What can't be written.
    (
        TOP,
        &["security_group_ids", "security_groups", "subnet_ids", "subnets", "vpc", "vpc_config", "vpc_id"],
        Absent(KEPT_ON_FUNCTION),
    ),
    (
        LAMBDA,
        &[
            "dead_letter_config",
            "dead_letter_queue",
            "dlq",
            "efs",
            "ephemeral_storage",
            "ephemeral_storage_size",
            "file_system_config",
            "file_system_configs",
            "kms_key",
            "kms_key_arn",
            "kms_key_id",
            "logging_config",
            "provisioned_concurrency",
            "reserved_concurrency",
            "reserved_concurrent_executions",
            "tracing",
            "tracing_config",
            "tracing_mode",
        ],
        Absent(KEPT_ON_FUNCTION),
    ),
    (
        LAMBDA,
        &["layer", "layers"],
        Absent("a container image has no layers, so put the files into the source folder or requirements.txt"),
    ),
    (
        LAMBDA,
        &["package_type", "zip_file"],
        Needless("the function always runs a container image, which bedrock-ops builds from `source`"),
    ),
    (
        &["", "lambda"],
        &["secret", "secrets"],
        Absent(
            "store the secret in AWS Secrets Manager or SSM Parameter Store, allow the handler to read it in \
             `lambda.permissions`, and read it there",
        ),
    ),
    (
        TOP,
        &[
            "agent_resource_role_arn",
            "execution_role",
            "execution_role_arn",
            "iam_role",
            "resource_role_arn",
            "role",
            "role_arn",
        ],
        Absent(
            "bedrock-ops creates the roles of agent and function, and `lambda.permissions` says what the function may do",
        ),
    ),
    (
        TOP,
        &["managed_policies", "managed_policy_arns", "permissions_boundary", "policy_arns"],
        Absent("write what the function may do in `lambda.permissions`"),
    ),
    (
        ROOT,
        &["collaborators", "guardrail", "guardrails", "kms_key", "kms_key_arn", "knowledge_base", "knowledge_bases"],
        Absent(KEPT_ON_AGENT),
    ),
    (
        AGENT,
        &[
            "agent_collaboration",
            "agent_collaborators",
            "code_interpreter",
            "collaborators",
            "custom_orchestration",
            "customer_encryption_key_arn",
            "guardrail",
            "guardrail_configuration",
            "guardrail_id",
            "guardrails",
            "inference_configuration",
            "kms_key",
            "kms_key_arn",
            "knowledge_base",
            "knowledge_base_ids",
            "knowledge_bases",
            "max_tokens",
            "memory",
            "memory_configuration",
            "orchestration_type",
            "prompt_override_configuration",
            "prompt_overrides",
            "temperature",
            "top_p",
            "user_input",
        ],
        Absent(KEPT_ON_AGENT),
    ),
    (
        AGENT,
        &["auto_prepare", "prepare", "prepare_agent", "skip_resource_in_use_check"],
        Needless("every deploy prepares the agent when something changed"),
    ),
    (
        GROUP,
        &["api_schema", "openapi", "openapi_schema", "parent_action_group_signature", "schema"],
        Absent("describe the calls in `functions`"),
    ),
    (
        GROUP,
        &["action_group_executor", "executor", "lambda", "lambda_arn"],
        Absent("all action groups of a stack call the one function of `lambda`"),
    ),
    (
        PARAMETER,
        &["default", "enum", "items", "maximum", "minimum", "pattern"],
        Absent("Bedrock has no such rule for parameters: write it in the `description`, and check it in the handler"),
    ),
    (
        STATEMENT,
        &["condition", "conditions", "not_action", "not_resource", "principal"],
        Absent("narrow the statement by its `actions` and `resources`"),
    ),
    (
        ROOT,
        &["environments", "extends", "include", "outputs", "parameters", "profile", "profiles", "stages", "variables"],
        Absent("a manifest is one stack without variables: copy it for another stage, and name it with `-f FILE`"),
    ),
];
