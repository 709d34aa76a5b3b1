//! Nothing that an agent holds is lost, and a member that AWS adds is noticed.

use std::collections::BTreeSet;
use std::fmt::Debug;

use aws_sdk_bedrockagent::operation::update_agent::UpdateAgentInput;
use aws_sdk_bedrockagent::operation::update_agent_action_group::UpdateAgentActionGroupInput;
use aws_sdk_bedrockagent::operation::update_agent_alias::UpdateAgentAliasInput;
use aws_sdk_bedrockagent::types::{
    Agent, AgentActionGroup, AgentAliasRoutingConfigurationListItem, AgentCollaboratorSummary,
    AgentKnowledgeBaseSummary, AgentVersion, CreationMode, GuardrailConfiguration, InferenceConfiguration,
    MemoryConfiguration, MemoryType, PromptConfiguration, PromptOverrideConfiguration, PromptState, PromptType,
    SessionSummaryConfiguration,
};

use super::{enabled, of_draft, prompts};

/// The names of an empty builder's members.
fn members(builder: &impl Debug) -> BTreeSet<String> {
    let text = format!("{builder:?}");
    let (_, members) = text.split_once('{').expect("a structure");
    let name = |member: &str| member.split_once(':').map(|(name, _)| name.trim().to_owned());
    members.split(", ").filter_map(name).collect()
}

/// Fails when AWS has added a member: then decide whether it is compared, sent back, or of no matter, and list it here.
#[track_caller]
fn known(builder: &impl Debug, lists: &[&[&str]]) {
    let known: BTreeSet<String> = lists.iter().copied().flatten().map(|name| (*name).to_owned()).collect();
    assert_eq!(members(builder), known);
}

/// What the manifest names.
const MANAGED: &[&str] =
    &["instruction", "foundation_model", "description", "idle_session_ttl_in_seconds", "agent_resource_role_arn"];

/// What it does not name, and `Others` reads.
const UNMANAGED: &[&str] = &[
    "customer_encryption_key_arn",
    "prompt_override_configuration",
    "guardrail_configuration",
    "memory_configuration",
    "agent_collaboration",
];

/// What a client does not set.
const GIVEN: &[&str] = &["agent_id", "agent_arn", "agent_status", "created_at", "updated_at", "failure_reasons"];

#[test]
fn every_member_of_an_agent_and_its_versions_is_known() {
    let given = [GIVEN, &["agent_name", "recommended_actions"]].concat();
    known(&AgentVersion::builder(), &[MANAGED, UNMANAGED, &given, &["version"]]);
    let draft = ["agent_version", "client_token", "prepared_at", "orchestration_type", "custom_orchestration"];
    known(&Agent::builder(), &[MANAGED, UNMANAGED, &given, &draft]);
    known(&GuardrailConfiguration::builder(), &[&["guardrail_identifier", "guardrail_version"]]);
    let memory = ["enabled_memory_types", "storage_days", "session_summary_configuration"];
    known(&MemoryConfiguration::builder(), &[&memory]);
    known(&SessionSummaryConfiguration::builder(), &[&["max_recent_sessions"]]);
    known(&PromptOverrideConfiguration::builder(), &[&["prompt_configurations", "override_lambda"]]);
    let step = ["prompt_type", "prompt_creation_mode", "prompt_state", "parser_mode", "base_prompt_template"];
    let model = ["inference_configuration", "foundation_model", "additional_model_request_fields"];
    known(&PromptConfiguration::builder(), &[&step, &model]);
    let inference = ["temperature", "top_p", "top_k", "maximum_length", "stop_sequences"];
    known(&InferenceConfiguration::builder(), &[&inference]);
}

#[test]
fn every_member_of_what_belongs_to_a_version_is_known() {
    let given = ["agent_id", "agent_version", "action_group_id", "client_token", "created_at", "updated_at"];
    let managed =
        ["action_group_name", "description", "action_group_executor", "function_schema", "action_group_state"];
    let other = ["parent_action_signature", "parent_action_group_signature_params", "api_schema"];
    known(&AgentActionGroup::builder(), &[&given, &managed, &other]);
    let base = ["knowledge_base_id", "description", "knowledge_base_state", "updated_at"];
    known(&AgentKnowledgeBaseSummary::builder(), &[&base]);
    let given = ["agent_id", "agent_version", "collaborator_id", "created_at", "last_updated_at"];
    let own = ["agent_descriptor", "collaboration_instruction", "relay_conversation_history", "collaborator_name"];
    known(&AgentCollaboratorSummary::builder(), &[&given, &own]);
    known(&AgentAliasRoutingConfigurationListItem::builder(), &[&["agent_version", "provisioned_throughput"]]);
}

#[test]
fn every_member_that_an_update_resets_when_it_is_omitted_is_known() {
    let draft = ["agent_id", "agent_name", "orchestration_type", "custom_orchestration"];
    known(&UpdateAgentInput::builder(), &[MANAGED, UNMANAGED, &draft]);
    let place = ["agent_id", "agent_version", "action_group_id"];
    let sent = ["action_group_name", "description", "action_group_executor", "function_schema", "action_group_state"];
    // A group with one of these is not the manifest's to update.
    let never = ["parent_action_group_signature", "parent_action_group_signature_params", "api_schema"];
    known(&UpdateAgentActionGroupInput::builder(), &[&place, &sent, &never]);
    let alias = ["agent_id", "agent_alias_id", "agent_alias_name", "description", "routing_configuration"];
    known(&UpdateAgentAliasInput::builder(), &[&alias, &["alias_invocation_state"]]);
}

fn step(kind: PromptType, state: PromptState) -> PromptConfiguration {
    let builder = PromptConfiguration::builder().prompt_type(kind).prompt_creation_mode(CreationMode::Default);
    let builder = builder.prompt_state(state).parser_mode(CreationMode::Default).base_prompt_template("AWS's own");
    builder.inference_configuration(InferenceConfiguration::builder().temperature(0.0).build()).build()
}

fn all(steps: Vec<PromptConfiguration>) -> PromptOverrideConfiguration {
    PromptOverrideConfiguration::builder().set_prompt_configurations(Some(steps)).build().unwrap()
}

#[test]
fn default_prompts_are_not_sent_back() {
    let defaults = vec![
        step(PromptType::PreProcessing, PromptState::Disabled),
        step(PromptType::Orchestration, PromptState::Enabled),
        step(PromptType::PostProcessing, PromptState::Disabled),
        step(PromptType::KnowledgeBaseResponseGeneration, PromptState::Enabled),
        step(PromptType::MemorySummarization, PromptState::Enabled),
    ];
    assert_eq!(prompts::kept(&all(defaults)), None);
}

#[test]
fn a_step_with_a_default_prompt_that_somebody_switched_is_sent_back_as_aws_accepts_it() {
    let switched = step(PromptType::PreProcessing, PromptState::Enabled);
    let kept = prompts::kept(&all(vec![switched, step(PromptType::Orchestration, PromptState::Enabled)])).unwrap();
    let [sent] = kept.prompt_configurations() else { panic!("{kept:?}") };
    let expected = PromptConfiguration::builder().prompt_type(PromptType::PreProcessing);
    let expected = expected.prompt_creation_mode(CreationMode::Default).prompt_state(PromptState::Enabled);
    assert_eq!(*sent, expected.parser_mode(CreationMode::Default).build(), "no template, no inference");
}

#[test]
fn a_step_that_a_function_parses_is_sent_back_with_that_function() {
    let mut parsed = step(PromptType::Orchestration, PromptState::Enabled);
    parsed.parser_mode = Some(CreationMode::Overridden);
    let given = PromptOverrideConfiguration::builder().prompt_configurations(parsed).override_lambda("arn").build();
    let kept = prompts::kept(&given.unwrap()).unwrap();
    assert_eq!(kept.override_lambda(), Some("arn"));
    assert_eq!(kept.prompt_configurations()[0].base_prompt_template(), None);
}

#[test]
fn a_memory_without_types_is_not_sent_back() {
    let memory = |types: Option<Vec<MemoryType>>| {
        MemoryConfiguration::builder().set_enabled_memory_types(types).storage_days(30).build().unwrap()
    };
    assert_eq!(enabled(&memory(Some(Vec::new()))), None);
    assert!(enabled(&memory(Some(vec![MemoryType::SessionSummary]))).is_some());
}

#[test]
fn what_the_manifest_does_not_name_is_unmanaged_and_a_plain_agent_has_nothing_of_it() {
    let plain = Agent::builder()
        .agent_id("id")
        .agent_name("name")
        .agent_arn("arn")
        .agent_version("DRAFT")
        .agent_status(aws_sdk_bedrockagent::types::AgentStatus::Prepared)
        .idle_session_ttl_in_seconds(600)
        .agent_resource_role_arn("role")
        .created_at(aws_smithy_types::DateTime::from_secs(0))
        .updated_at(aws_smithy_types::DateTime::from_secs(0))
        .agent_collaboration(aws_sdk_bedrockagent::types::AgentCollaboration::Disabled)
        .orchestration_type(aws_sdk_bedrockagent::types::OrchestrationType::Default)
        .memory_configuration(
            MemoryConfiguration::builder().set_enabled_memory_types(Some(Vec::new())).build().unwrap(),
        );
    assert_eq!(of_draft(&plain.clone().build().unwrap()).unmanaged, []);
    let guardrail = GuardrailConfiguration::builder().guardrail_identifier("gr-1").guardrail_version("2").build();
    let fields: Vec<String> = of_draft(
        &plain
            .guardrail_configuration(guardrail)
            .customer_encryption_key_arn("key")
            .prompt_override_configuration(all(vec![step(PromptType::PreProcessing, PromptState::Enabled)]))
            .orchestration_type(aws_sdk_bedrockagent::types::OrchestrationType::CustomOrchestration)
            .build()
            .unwrap(),
    )
    .unmanaged
    .into_iter()
    .map(|unmanaged| unmanaged.field)
    .collect();
    assert_eq!(fields, ["guardrail", "prompt PRE_PROCESSING", "encryption key", "orchestration"]);
}
