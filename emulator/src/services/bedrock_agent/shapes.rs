//! The request shapes of bedrock-agent, transcribed from botocore's model of 2023-06-05.

use super::check::{Member, Shape, Text};
use super::pattern;

const fn required(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, required: true, shape }
}

const fn optional(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, required: false, shape }
}

pub(super) static ID: Text = Text::like(pattern::ID);
pub(super) static ALIAS_ID: Text = Text::like(pattern::ID);
pub(super) static ANY_VERSION: Text = Text::like(pattern::VERSION).within(1, 5);
pub(super) static NUMERICAL_VERSION: Text = Text::like(pattern::NUMERICAL_VERSION);
pub(super) static DRAFT_VERSION: Text = Text::like(pattern::DRAFT);
pub(super) static TAG_KEY: Text = Text::like(pattern::TAG).within(1, 128);

static NAME: Shape = Shape::Text(Text::like(pattern::NAME));
static NAME_KEY: Text = Text::like(pattern::NAME);
static DESCRIPTION: Shape = Shape::Text(Text::long(1, 200));
static CLIENT_TOKEN: Shape = Shape::Text(Text::like(pattern::CLIENT_TOKEN).within(33, 256));
static TAGS: Shape = Shape::Map(&TAG_KEY, &TAG_VALUE);
static TAG_VALUE: Shape = Shape::Text(Text::like(pattern::TAG).within(0, 256));
static FLAG: Shape = Shape::Flag;
static LAMBDA_ARN: Shape = Shape::Text(Text::like(pattern::LAMBDA_ARN).within(0, 2048));
static SWITCH: Shape = Shape::OneOf(&["ENABLED", "DISABLED"]);

// The model says at most 4000 characters; AWS counts the quota of 20,000 instead, and so does `quota`.
static INSTRUCTION: Shape = Shape::Text(Text::long(40, usize::MAX).secret());
static MODEL: Shape = Shape::Text(Text::like(pattern::MODEL).within(1, 2048));
static ORCHESTRATION: Shape = Shape::OneOf(&["DEFAULT", "CUSTOM_ORCHESTRATION"]);
static CUSTOM_ORCHESTRATION: Shape = Shape::Structure(&[optional("executor", &ORCHESTRATION_EXECUTOR)]);
static ORCHESTRATION_EXECUTOR: Shape = Shape::Union(&[optional("lambda", &LAMBDA_ARN)]);
static SESSION_TTL: Shape = Shape::Whole(60, 5400);
static ROLE_ARN: Shape = Shape::Text(Text::like(pattern::ROLE_ARN).within(0, 2048));
static KMS_KEY: Shape = Shape::Text(Text::like(pattern::KMS_KEY).within(1, 2048));
static COLLABORATION: Shape = Shape::OneOf(&["SUPERVISOR", "SUPERVISOR_ROUTER", "DISABLED"]);

static GUARDRAIL: Shape = Shape::Structure(&[
    optional("guardrailIdentifier", &GUARDRAIL_ID),
    optional("guardrailVersion", &GUARDRAIL_VERSION),
]);
static GUARDRAIL_ID: Shape = Shape::Text(Text::like(pattern::GUARDRAIL).within(0, 2048));
static GUARDRAIL_VERSION: Shape = Shape::Text(Text::like(pattern::GUARDRAIL_VERSION));

static MEMORY: Shape = Shape::Structure(&[
    required("enabledMemoryTypes", &MEMORY_TYPES),
    optional("storageDays", &STORAGE_DAYS),
    optional("sessionSummaryConfiguration", &SESSION_SUMMARY),
]);
static MEMORY_TYPES: Shape = Shape::List(&MEMORY_TYPE, 1, 1);
static MEMORY_TYPE: Shape = Shape::OneOf(&["SESSION_SUMMARY"]);
static STORAGE_DAYS: Shape = Shape::Whole(0, 365);
static SESSION_SUMMARY: Shape = Shape::Structure(&[optional("maxRecentSessions", &AT_LEAST_ONE)]);
static AT_LEAST_ONE: Shape = Shape::Whole(1, i64::MAX);

static PROMPT_OVERRIDE: Shape =
    Shape::Structure(&[required("promptConfigurations", &PROMPTS), optional("overrideLambda", &LAMBDA_ARN)]);
static PROMPTS: Shape = Shape::List(&PROMPT, 0, 10);
static PROMPT: Shape = Shape::Structure(&[
    optional("promptType", &PROMPT_TYPE),
    optional("promptCreationMode", &CREATION_MODE),
    optional("promptState", &SWITCH),
    optional("basePromptTemplate", &TEMPLATE),
    optional("inferenceConfiguration", &INFERENCE),
    optional("parserMode", &CREATION_MODE),
    optional("foundationModel", &MODEL),
    optional("additionalModelRequestFields", &FREE),
]);
static PROMPT_TYPE: Shape = Shape::OneOf(&[
    "PRE_PROCESSING",
    "ORCHESTRATION",
    "POST_PROCESSING",
    "KNOWLEDGE_BASE_RESPONSE_GENERATION",
    "MEMORY_SUMMARIZATION",
]);
static CREATION_MODE: Shape = Shape::OneOf(&["DEFAULT", "OVERRIDDEN"]);
static TEMPLATE: Shape = Shape::Text(Text::long(1, 100_000).secret());
static FREE: Shape = Shape::Free;
static INFERENCE: Shape = Shape::Structure(&[
    optional("temperature", &SHARE),
    optional("topP", &SHARE),
    optional("topK", &TOP_K),
    optional("maximumLength", &AT_LEAST_ZERO),
    optional("stopSequences", &STOP_SEQUENCES),
]);
static SHARE: Shape = Shape::Share;
static TOP_K: Shape = Shape::Whole(0, 500);
static AT_LEAST_ZERO: Shape = Shape::Whole(0, i64::MAX);
static STOP_SEQUENCES: Shape = Shape::List(&ANY_TEXT, 0, 4);
static ANY_TEXT: Shape = Shape::Text(Text::long(0, usize::MAX));

pub(super) static CREATE_AGENT: &[Member] = &[
    required("agentName", &NAME),
    optional("clientToken", &CLIENT_TOKEN),
    optional("instruction", &INSTRUCTION),
    optional("foundationModel", &MODEL),
    optional("description", &DESCRIPTION),
    optional("orchestrationType", &ORCHESTRATION),
    optional("customOrchestration", &CUSTOM_ORCHESTRATION),
    optional("idleSessionTTLInSeconds", &SESSION_TTL),
    optional("agentResourceRoleArn", &ROLE_ARN),
    optional("customerEncryptionKeyArn", &KMS_KEY),
    optional("tags", &TAGS),
    optional("promptOverrideConfiguration", &PROMPT_OVERRIDE),
    optional("guardrailConfiguration", &GUARDRAIL),
    optional("memoryConfiguration", &MEMORY),
    optional("agentCollaboration", &COLLABORATION),
];

/// No tags and no client token.
pub(super) static UPDATE_AGENT: &[Member] = &[
    required("agentName", &NAME),
    optional("instruction", &INSTRUCTION),
    required("foundationModel", &MODEL),
    optional("description", &DESCRIPTION),
    optional("orchestrationType", &ORCHESTRATION),
    optional("customOrchestration", &CUSTOM_ORCHESTRATION),
    optional("idleSessionTTLInSeconds", &SESSION_TTL),
    required("agentResourceRoleArn", &ROLE_ARN),
    optional("customerEncryptionKeyArn", &KMS_KEY),
    optional("promptOverrideConfiguration", &PROMPT_OVERRIDE),
    optional("guardrailConfiguration", &GUARDRAIL),
    optional("memoryConfiguration", &MEMORY),
    optional("agentCollaboration", &COLLABORATION),
];

static SIGNATURE: Shape = Shape::OneOf(&[
    "AMAZON.UserInput",
    "AMAZON.CodeInterpreter",
    "ANTHROPIC.Computer",
    "ANTHROPIC.Bash",
    "ANTHROPIC.TextEditor",
]);
static SIGNATURE_PARAMS: Shape = Shape::Map(&SIGNATURE_PARAM_KEY, &SIGNATURE_PARAM);
static SIGNATURE_PARAM_KEY: Text = Text::long(0, 100);
static SIGNATURE_PARAM: Shape = Shape::Text(Text::long(0, 100));
static EXECUTOR: Shape = Shape::Union(&[optional("lambda", &LAMBDA_ARN), optional("customControl", &CUSTOM_CONTROL)]);
static CUSTOM_CONTROL: Shape = Shape::OneOf(&["RETURN_CONTROL"]);
static API_SCHEMA: Shape = Shape::Union(&[optional("s3", &S3_OBJECT), optional("payload", &PAYLOAD)]);
static PAYLOAD: Shape = Shape::Text(Text::long(0, usize::MAX).secret());
static S3_OBJECT: Shape = Shape::Structure(&[optional("s3BucketName", &BUCKET), optional("s3ObjectKey", &OBJECT_KEY)]);
static BUCKET: Shape = Shape::Text(Text::like(pattern::BUCKET).within(3, 63));
static OBJECT_KEY: Shape = Shape::Text(Text::like(pattern::OBJECT_KEY).within(1, 1024));
static FUNCTION_SCHEMA: Shape = Shape::Union(&[optional("functions", &FUNCTIONS)]);
static FUNCTIONS: Shape = Shape::List(&FUNCTION, 0, usize::MAX);
static FUNCTION: Shape = Shape::Structure(&[
    required("name", &NAME),
    optional("description", &FUNCTION_DESCRIPTION),
    optional("parameters", &PARAMETERS),
    optional("requireConfirmation", &SWITCH),
]);
static FUNCTION_DESCRIPTION: Shape = Shape::Text(Text::long(1, 1200));
static PARAMETERS: Shape = Shape::Map(&NAME_KEY, &PARAMETER);
static PARAMETER: Shape = Shape::Structure(&[
    optional("description", &PARAMETER_DESCRIPTION),
    required("type", &PARAMETER_TYPE),
    optional("required", &FLAG),
]);
static PARAMETER_DESCRIPTION: Shape = Shape::Text(Text::long(1, 500));
static PARAMETER_TYPE: Shape = Shape::OneOf(&["string", "number", "integer", "boolean", "array"]);

pub(super) static CREATE_ACTION_GROUP: &[Member] = &[
    required("actionGroupName", &NAME),
    optional("clientToken", &CLIENT_TOKEN),
    optional("description", &DESCRIPTION),
    optional("parentActionGroupSignature", &SIGNATURE),
    optional("parentActionGroupSignatureParams", &SIGNATURE_PARAMS),
    optional("actionGroupExecutor", &EXECUTOR),
    optional("apiSchema", &API_SCHEMA),
    optional("actionGroupState", &SWITCH),
    optional("functionSchema", &FUNCTION_SCHEMA),
];

pub(super) static UPDATE_ACTION_GROUP: &[Member] = &[
    required("actionGroupName", &NAME),
    optional("description", &DESCRIPTION),
    optional("parentActionGroupSignature", &SIGNATURE),
    optional("parentActionGroupSignatureParams", &SIGNATURE_PARAMS),
    optional("actionGroupExecutor", &EXECUTOR),
    optional("actionGroupState", &SWITCH),
    optional("apiSchema", &API_SCHEMA),
    optional("functionSchema", &FUNCTION_SCHEMA),
];

static KNOWLEDGE_BASE_ID: Shape = Shape::Text(Text::like(pattern::ID));

pub(super) static ASSOCIATE_KNOWLEDGE_BASE: &[Member] = &[
    required("knowledgeBaseId", &KNOWLEDGE_BASE_ID),
    required("description", &DESCRIPTION),
    optional("knowledgeBaseState", &SWITCH),
];

pub(super) static UPDATE_KNOWLEDGE_BASE: &[Member] =
    &[optional("description", &DESCRIPTION), optional("knowledgeBaseState", &SWITCH)];

static AGENT_DESCRIPTOR: Shape = Shape::Structure(&[optional("aliasArn", &COLLABORATOR_ALIAS)]);
static COLLABORATOR_ALIAS: Shape = Shape::Text(Text::like(pattern::ALIAS_ARN));
static COLLABORATION_INSTRUCTION: Shape = Shape::Text(Text::long(1, 4000).secret());
static RELAY: Shape = Shape::OneOf(&["TO_COLLABORATOR", "DISABLED"]);

pub(super) static ASSOCIATE_COLLABORATOR: &[Member] = &[
    required("agentDescriptor", &AGENT_DESCRIPTOR),
    required("collaboratorName", &NAME),
    required("collaborationInstruction", &COLLABORATION_INSTRUCTION),
    optional("relayConversationHistory", &RELAY),
    optional("clientToken", &CLIENT_TOKEN),
];

pub(super) static UPDATE_COLLABORATOR: &[Member] = &[
    required("agentDescriptor", &AGENT_DESCRIPTOR),
    required("collaboratorName", &NAME),
    required("collaborationInstruction", &COLLABORATION_INSTRUCTION),
    optional("relayConversationHistory", &RELAY),
];

static ROUTING: Shape = Shape::List(&ROUTE, 0, 1);
static ROUTE: Shape =
    Shape::Structure(&[optional("agentVersion", &VERSION), optional("provisionedThroughput", &PROVISIONED)]);
static VERSION: Shape = Shape::Text(Text::like(pattern::VERSION).within(1, 5));
static PROVISIONED: Shape = Shape::Text(Text::like(pattern::PROVISIONED).within(1, 2048));
static INVOCATION_STATE: Shape = Shape::OneOf(&["ACCEPT_INVOCATIONS", "REJECT_INVOCATIONS"]);

pub(super) static CREATE_ALIAS: &[Member] = &[
    required("agentAliasName", &NAME),
    optional("clientToken", &CLIENT_TOKEN),
    optional("description", &DESCRIPTION),
    optional("routingConfiguration", &ROUTING),
    optional("tags", &TAGS),
];

pub(super) static UPDATE_ALIAS: &[Member] = &[
    required("agentAliasName", &NAME),
    optional("description", &DESCRIPTION),
    optional("routingConfiguration", &ROUTING),
    optional("aliasInvocationState", &INVOCATION_STATE),
];

pub(super) static TAG_RESOURCE: &[Member] = &[required("tags", &TAGS)];

/// Of every list.
pub(super) static PAGE: &[Member] = &[optional("maxResults", &MAX_RESULTS), optional("nextToken", &NEXT_TOKEN)];
static MAX_RESULTS: Shape = Shape::Whole(1, 1000);
static NEXT_TOKEN: Shape = Shape::Text(Text::like(pattern::NEXT_TOKEN).within(1, 2048));

/// Of a call without a body.
pub(super) static NOTHING: &[Member] = &[];
