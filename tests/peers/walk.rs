//! What the AWS CLI must see of each resource of the article's stack. The names are those of its manifest.

use serde_json::{Value, json};

use crate::aws_cli::Cli;
use crate::stage::{ACCOUNT, REGION};

/// The stack's name, which repository and function have too.
const NAME: &str = "push-openrate";
const LOG_GROUP: &str = "/aws/lambda/push-openrate";
const FUNCTION_ROLE: &str = "push-openrate-ap-northeast-1-lambda";
const AGENT_ROLE: &str = "push-openrate-ap-northeast-1-bedrock";
const MODEL: &str = "anthropic.claude-sonnet-4-6";

/// The agent, as AWS names it.
pub(crate) struct Agent {
    /// Ten letters and digits.
    pub(crate) id: String,
    /// With the account and the region.
    pub(crate) arn: String,
}

/// The repository and the one image in it; gives the image's URI.
pub(crate) fn image(cli: &Cli<'_>) -> String {
    let repository = only(&cli.ask("ecr describe-repositories")["repositories"]);
    assert_eq!(repository["repositoryName"], NAME);
    assert_eq!(repository["imageTagMutability"], "IMMUTABLE");
    let tags = cli.ask(&format!("ecr list-tags-for-resource --resource-arn {}", text(&repository["repositoryArn"])));
    assert_eq!(only(&tags["tags"]), json!({"Key": "bedrock-ops:stack", "Value": NAME}));
    let image = only(&cli.ask(&format!("ecr describe-images --repository-name {NAME}"))["imageDetails"]);
    format!("{}@{}", text(&repository["repositoryUri"]), text(&image["imageDigest"]))
}

/// The log group, with its retention.
pub(crate) fn log_group(cli: &Cli<'_>) {
    let group = only(&cli.ask("logs describe-log-groups")["logGroups"]);
    assert_eq!(group["logGroupName"], LOG_GROUP);
    assert_eq!(group["retentionInDays"], 14);
    let tags = cli.ask(&format!("logs list-tags-for-resource --resource-arn {}", text(&group["logGroupArn"])));
    assert_eq!(tags["tags"], stack_tag());
}

/// The function's role: Lambda takes it, to write its logs and to read one Pinpoint application.
pub(crate) fn function_role(cli: &Cli<'_>) {
    let (trust, statements) = role(cli, FUNCTION_ROLE);
    assert_eq!(trust["Principal"], json!({"Service": "lambda.amazonaws.com"}));
    assert_eq!(statements.len(), 2);
    let [actions, resources] = ["Action", "Resource"].map(|member| every(&statements, member));
    let own_logs = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{LOG_GROUP}:");
    let application = format!("arn:aws:mobiletargeting:{REGION}:{ACCOUNT}:apps/");
    for resource in &resources {
        let is_ours = resource.starts_with(&own_logs) || resource.starts_with(&application);
        assert!(is_ours && *resource != format!("{application}*"), "{resource}");
    }
    for action in ["logs:CreateLogStream", "logs:PutLogEvents", "mobiletargeting:GetCampaignDateRangeKpi"] {
        assert!(actions.iter().any(|allowed| allowed == action), "{action} is not in {actions:?}");
    }
    // With it, a last invocation would bring the group back after its deletion.
    assert!(!actions.iter().any(|action| action == "logs:CreateLogGroup"), "{actions:?}");
}

/// The agent's role: agents of this account and region take it, to call one model through one profile.
pub(crate) fn agent_role(cli: &Cli<'_>) {
    let (trust, statements) = role(cli, AGENT_ROLE);
    assert_eq!(trust["Principal"], json!({"Service": "bedrock.amazonaws.com"}));
    let agents = format!("arn:aws:bedrock:{REGION}:{ACCOUNT}:agent/*");
    assert_eq!(trust["Condition"]["StringEquals"], json!({"aws:SourceAccount": ACCOUNT}));
    assert_eq!(trust["Condition"]["ArnLike"], json!({"aws:SourceArn": agents}));
    let resources = every(&statements, "Resource");
    let profile = format!("arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/jp.{MODEL}");
    let models = ["ap-northeast-1", "ap-northeast-3"]
        .map(|region| format!("arn:aws:bedrock:{region}::foundation-model/{MODEL}"));
    for resource in models.iter().chain([&profile]) {
        assert!(resources.contains(resource), "{resource} is not in {resources:?}");
    }
    assert!(every(&statements, "Action").iter().all(|action| action.starts_with("bedrock:")));
}

/// The function: the image by digest, the manifest's settings, and a published version that holds both.
pub(crate) fn function(cli: &Cli<'_>, image: &str) {
    let function = cli.ask(&format!("lambda get-function --function-name {NAME}"));
    assert_eq!(function["Code"]["ImageUri"], image);
    assert_eq!(function["Tags"], stack_tag());
    let configuration = &function["Configuration"];
    assert_eq!(configuration["Role"], format!("arn:aws:iam::{ACCOUNT}:role/{FUNCTION_ROLE}"));
    assert_eq!(configuration["Timeout"], 60);
    assert_eq!(configuration["MemorySize"], 256);
    assert_eq!(configuration["Architectures"], json!(["x86_64"]));
    assert_eq!(configuration["State"], "Active");
    assert_eq!(configuration["LastUpdateStatus"], "Successful");
    assert_eq!(configuration["LoggingConfig"]["LogGroup"], LOG_GROUP);
    let variables = configuration["Environment"]["Variables"].as_object().unwrap();
    assert_eq!(variables["KPI_NAME"], "push-open-rate");
    assert_eq!(text(&variables["APPLICATION_ID"]).len(), 32, "an id, not a name");
    let published = cli.ask(&format!("lambda get-function --function-name {NAME} --qualifier 1"));
    assert_eq!(published["Code"]["ImageUri"], image);
    assert_eq!(published["Configuration"]["Version"], "1");
}

/// The permission: this one agent may invoke the published version, and nothing is said of the bare function.
pub(crate) fn permission(cli: &Cli<'_>, agent: &Agent) {
    let bare = format!("lambda get-policy --function-name {NAME}");
    let policy = document(&cli.ask(&format!("{bare} --qualifier 1"))["Policy"]);
    let statement = only(&policy["Statement"]);
    assert_eq!(statement["Principal"], json!({"Service": "bedrock.amazonaws.com"}));
    assert_eq!(statement["Action"], "lambda:InvokeFunction");
    assert_eq!(statement["Resource"], version_arn());
    assert_eq!(statement["Condition"]["ArnLike"], json!({"AWS:SourceArn": agent.arn}));
    assert_eq!(statement["Condition"]["StringEquals"], json!({"AWS:SourceAccount": ACCOUNT}));
    cli.is_refused(&bare, "ResourceNotFoundException");
}

/// The agent, prepared.
pub(crate) fn agent(cli: &Cli<'_>) -> Agent {
    let summary = only(&cli.ask("bedrock-agent list-agents")["agentSummaries"]);
    let id = text(&summary["agentId"]);
    let agent = cli.ask(&format!("bedrock-agent get-agent --agent-id {id}"))["agent"].clone();
    assert_eq!(agent["agentName"], "push-openrate-agent");
    assert_eq!(agent["agentStatus"], "PREPARED");
    assert_eq!(agent["foundationModel"], format!("jp.{MODEL}"));
    assert_eq!(agent["agentResourceRoleArn"], format!("arn:aws:iam::{ACCOUNT}:role/{AGENT_ROLE}"));
    assert!(text(&agent["instruction"]).contains("get_my_api 関数から取得"));
    let arn = text(&agent["agentArn"]);
    assert_eq!(arn, format!("arn:aws:bedrock:{REGION}:{ACCOUNT}:agent/{id}"));
    assert_eq!(tags_of(cli, &arn), stack_tag());
    Agent { id, arn }
}

/// The action group of the version that was cut: it calls the published function.
pub(crate) fn action_group(cli: &Cli<'_>, agent: &Agent) {
    let version = format!("--agent-id {} --agent-version 1", agent.id);
    let cut = cli.ask(&format!("bedrock-agent get-agent-version {version}"))["agentVersion"].clone();
    assert_eq!(cut["foundationModel"], format!("jp.{MODEL}"));
    let groups = cli.ask(&format!("bedrock-agent list-agent-action-groups {version}"));
    let id = text(&only(&groups["actionGroupSummaries"])["actionGroupId"]);
    let command = format!("bedrock-agent get-agent-action-group {version} --action-group-id {id}");
    let group = cli.ask(&command)["agentActionGroup"].clone();
    assert_eq!(group["actionGroupName"], "get_my_api");
    assert_eq!(group["actionGroupState"], "ENABLED");
    assert_eq!(group["actionGroupExecutor"], json!({"lambda": version_arn()}));
    let function = only(&group["functionSchema"]["functions"]);
    assert_eq!(function["name"], "get_my_api");
    assert_eq!(function["parameters"]["days"]["type"], "integer");
    assert_eq!(function["parameters"]["days"]["required"], false);
}

/// The alias, which routes to the version that was cut; gives its id.
pub(crate) fn alias(cli: &Cli<'_>, agent: &Agent) -> String {
    let aliases = cli.ask(&format!("bedrock-agent list-agent-aliases --agent-id {}", agent.id));
    let named = |alias: &&Value| alias["agentAliasName"] == "v1";
    let id = text(&aliases["agentAliasSummaries"].as_array().unwrap().iter().find(named).unwrap()["agentAliasId"]);
    let command = format!("bedrock-agent get-agent-alias --agent-id {} --agent-alias-id {id}", agent.id);
    let alias = cli.ask(&command)["agentAlias"].clone();
    assert_eq!(alias["agentAliasStatus"], "PREPARED");
    assert_eq!(only(&alias["routingConfiguration"])["agentVersion"], "1");
    assert_eq!(tags_of(cli, &text(&alias["agentAliasArn"])), stack_tag());
    id
}

/// A role's one trust statement, and the statements of its one policy.
fn role(cli: &Cli<'_>, name: &str) -> (Value, Vec<Value>) {
    let role = cli.ask(&format!("iam get-role --role-name {name}"))["Role"].clone();
    assert_eq!(only(&role["Tags"]), json!({"Key": "bedrock-ops:stack", "Value": NAME}));
    let trust = only(&document(&role["AssumeRolePolicyDocument"])["Statement"]);
    assert_eq!(trust["Action"], "sts:AssumeRole");
    let attached = cli.ask(&format!("iam list-attached-role-policies --role-name {name}"));
    assert_eq!(attached["AttachedPolicies"], json!([]));
    let policies = cli.ask(&format!("iam list-role-policies --role-name {name}"));
    let policy = text(&only(&policies["PolicyNames"]));
    let policy = cli.ask(&format!("iam get-role-policy --role-name {name} --policy-name {policy}"));
    let statements = document(&policy["PolicyDocument"])["Statement"].as_array().unwrap().clone();
    assert!(statements.iter().all(|statement| statement["Effect"] == "Allow"));
    (trust, statements)
}

fn tags_of(cli: &Cli<'_>, arn: &str) -> Value {
    cli.ask(&format!("bedrock-agent list-tags-for-resource --resource-arn {arn}"))["tags"].clone()
}

fn stack_tag() -> Value {
    json!({"bedrock-ops:stack": NAME})
}

fn version_arn() -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}:1")
}

/// A policy, which some services give as text.
fn document(value: &Value) -> Value {
    value.as_str().map_or_else(|| value.clone(), |text| serde_json::from_str(text).unwrap())
}

/// What the member of all statements names; one or a list, as policies have it.
fn every(statements: &[Value], member: &str) -> Vec<String> {
    let names = |statement: &Value| match &statement[member] {
        Value::Array(names) => names.iter().map(text).collect(),
        name => vec![text(name)],
    };
    statements.iter().flat_map(names).collect()
}

/// The one item of a list.
fn only(list: &Value) -> Value {
    match list.as_array().map(Vec::as_slice) {
        Some([item]) => item.clone(),
        _ => panic!("not a list of one: {list}"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}
