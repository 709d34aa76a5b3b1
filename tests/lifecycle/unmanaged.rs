//! What somebody added to the agent, though the manifest does not name it: it is kept, displayed, and never lost unseen.

use aws_sdk_bedrockagent::types::{
    ActionGroupExecutor, ActionGroupSignature, ActionGroupState, ApiSchema, CreationMode, CustomControlMethod,
    Function, FunctionSchema, GuardrailConfiguration, InferenceConfiguration, MemoryConfiguration, MemoryType,
    PromptConfiguration, PromptOverrideConfiguration, PromptState, PromptType,
};
use aws_sdk_bedrockagent::types::{Agent, AgentVersion};
use bedrock_ops::aws::Aws;
use bedrock_ops::facts::{Change, Key, Kind};
use bedrock_ops::report::Report;
use bedrock_ops::report::{json, text};
use bedrock_ops::status;

use crate::stage::{MANIFEST, Stage, told};

/// A stack with somebody else's clients.
struct Edited {
    stage: Stage,
    aws: Aws,
    agent: String,
}

impl Edited {
    async fn new() -> Self {
        let stage = Stage::new();
        let report = stage.deploy(MANIFEST).await;
        let agent = identity(&report, Kind::Agent, "openrate-agent");
        Self { aws: stage.somebody(), agent, stage }
    }

    async fn draft(&self) -> Agent {
        self.aws.bedrock_agent.get_agent().agent_id(&self.agent).send().await.unwrap().agent.unwrap()
    }

    async fn version(&self, number: &str) -> AgentVersion {
        let call = self.aws.bedrock_agent.get_agent_version().agent_id(&self.agent).agent_version(number);
        call.send().await.unwrap().agent_version.unwrap()
    }

    /// Overwrites the draft as the console does: all that it had, and this.
    async fn edit(&self, change: impl FnOnce(&mut Agent)) {
        let mut agent = self.draft().await;
        agent.prompt_override_configuration = None;
        change(&mut agent);
        let call = self.aws.bedrock_agent.update_agent().agent_id(&self.agent).agent_name(agent.agent_name);
        let call = call.set_instruction(agent.instruction).set_foundation_model(agent.foundation_model);
        let call = call.set_description(agent.description).agent_resource_role_arn(agent.agent_resource_role_arn);
        let call = call.idle_session_ttl_in_seconds(agent.idle_session_ttl_in_seconds);
        let call = call.set_guardrail_configuration(agent.guardrail_configuration);
        let call = call.set_memory_configuration(agent.memory_configuration);
        let call = call.set_customer_encryption_key_arn(agent.customer_encryption_key_arn);
        call.set_prompt_override_configuration(agent.prompt_override_configuration).send().await.unwrap();
        tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    }

    async fn guard(&self, version: &str) {
        let guardrail = GuardrailConfiguration::builder().guardrail_identifier("gr1").guardrail_version(version);
        self.edit(|agent| agent.guardrail_configuration = Some(guardrail.build())).await;
    }

    async fn unguard(&self) {
        self.edit(|agent| agent.guardrail_configuration = None).await;
    }

    /// AWS's own action group that lets the agent ask its user back.
    async fn let_it_ask_back(&self) {
        let call = self.aws.bedrock_agent.create_agent_action_group().agent_id(&self.agent).agent_version("DRAFT");
        let call = call.action_group_name("UserInputAction").action_group_state(ActionGroupState::Enabled);
        call.parent_action_group_signature(ActionGroupSignature::AmazonUserinput).send().await.unwrap();
    }

    async fn groups(&self, version: &str) -> Vec<String> {
        let call = self.aws.bedrock_agent.list_agent_action_groups().agent_id(&self.agent).agent_version(version);
        let listed = call.send().await.unwrap();
        let mut names: Vec<String> =
            listed.action_group_summaries().iter().map(|group| group.action_group_name.clone()).collect();
        names.sort();
        names
    }

    /// The plan as it is displayed.
    async fn shown(&self, manifest: &str) -> String {
        let (site, plan) = self.stage.session(manifest).plan().await.unwrap();
        anstream::adapter::strip_str(text::plan("openrate", &site, &plan).as_str()).to_string()
    }
}

fn identity(report: &Report, kind: Kind, name: &str) -> String {
    report.known.identities[&Key::new(kind, name)].clone()
}

/// The manifest with a change that makes a release.
fn changed() -> String {
    MANIFEST.replace("You tell", "You show")
}

#[tokio::test(start_paused = true)]
async fn a_guardrail_on_the_draft_is_displayed_and_its_publication_too() {
    let edited = Edited::new().await;
    edited.guard("2").await;
    // Nothing of the manifest differs; that the draft is prepared makes the guardrail answer in tests only.
    insta::assert_snapshot!("guardrail_waits", edited.shown(MANIFEST).await);
    insta::assert_snapshot!("guardrail_is_published", edited.shown(&changed()).await);
    edited.stage.deploy(&changed()).await;
    let live = edited.version("2").await.guardrail_configuration.unwrap();
    assert_eq!((live.guardrail_identifier(), live.guardrail_version()), (Some("gr1"), Some("2")));
    assert!(edited.stage.plan(&changed()).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_live_loses_its_guardrail_only_when_that_is_accepted() {
    let edited = Edited::new().await;
    edited.guard("2").await;
    edited.stage.deploy(&changed()).await;
    edited.unguard().await;
    // As long as nothing is published, nothing is lost.
    assert!(edited.stage.plan(&changed()).await.refusals().is_empty());
    let refusals = edited.stage.plan(MANIFEST).await.refusals();
    let [(key, reason)] = refusals.as_slice() else { panic!("{refusals:?}") };
    assert_eq!(key.kind, Kind::Alias);
    assert!(reason.contains("gr1:2") && reason.contains("--accept-unmanaged"), "{reason}");

    let session = edited.stage.session(MANIFEST).accepting_unmanaged(true);
    let (site, plan) = session.plan().await.unwrap();
    assert_eq!(plan.refusals(), []);
    let shown = anstream::adapter::strip_str(text::plan("openrate", &site, &plan).as_str()).to_string();
    assert!(shown.contains("also published") && shown.contains("guardrail: gr1:2 -> (none)"), "{shown}");
    assert!(session.apply(&plan).await.errors().is_empty());
    assert_eq!(edited.version("3").await.guardrail_configuration, None);
}

#[tokio::test(start_paused = true)]
async fn another_guardrail_in_the_place_of_the_live_one_is_displayed_and_not_refused() {
    let edited = Edited::new().await;
    edited.guard("2").await;
    edited.stage.deploy(&changed()).await;
    edited.guard("3").await;
    let shown = edited.shown(MANIFEST).await;
    assert!(shown.contains("guardrail: gr1:2 -> gr1:3"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn the_forms_for_programs_list_it() {
    let edited = Edited::new().await;
    edited.guard("2").await;
    let session = edited.stage.session(MANIFEST);
    let (site, plan) = session.plan().await.unwrap();
    let document = json::plan("openrate", &site, &plan);
    let step = |kind: &str| document["steps"].as_array().unwrap().iter().find(|step| step["kind"] == kind).unwrap();
    assert_eq!(step("agent")["unmanaged"], serde_json::json!([{"field": "guardrail", "value": "gr1:2"}]));
    let unpublished = serde_json::json!([{"field": "guardrail", "live": null, "draft": "gr1:2"}]);
    assert_eq!(step("alias")["unpublished"], unpublished);
    let status = status::look(&session).await.unwrap();
    assert_eq!(status.draft.as_ref().unwrap().differs, Some(vec!["guardrail".to_owned()]));
    let shown = anstream::adapter::strip_str(status::text::status(&status, str::to_owned).as_str()).to_string();
    assert!(shown.contains("not in the manifest: guardrail: gr1:2"), "{shown}");
    let document = status::json::status(&status);
    let rows = document["resources"].as_array().unwrap();
    let agent = rows.iter().find(|row| row["kind"] == "agent").unwrap();
    assert_eq!(agent["unmanaged"], serde_json::json!([{"field": "guardrail", "value": "gr1:2"}]));
}

#[tokio::test(start_paused = true)]
async fn everything_that_the_manifest_does_not_name_outlives_an_update_of_the_agent() {
    let edited = Edited::new().await;
    let key = format!("arn:aws:kms:ap-northeast-1:123456789012:key/{}", "a".repeat(36));
    let inference = InferenceConfiguration::builder().temperature(0.1).top_p(0.9).top_k(10).maximum_length(99).build();
    let own = PromptConfiguration::builder()
        .prompt_type(PromptType::Orchestration)
        .prompt_creation_mode(CreationMode::Overridden)
        .base_prompt_template("$instruction$ and more")
        .inference_configuration(inference)
        .build();
    let switched = PromptConfiguration::builder()
        .prompt_type(PromptType::PreProcessing)
        .prompt_creation_mode(CreationMode::Default)
        .prompt_state(PromptState::Enabled)
        .build();
    let prompts = PromptOverrideConfiguration::builder().prompt_configurations(own).prompt_configurations(switched);
    let memory = MemoryConfiguration::builder().enabled_memory_types(MemoryType::SessionSummary).storage_days(7);
    edited
        .edit(|agent| {
            let guardrail = GuardrailConfiguration::builder().guardrail_identifier("gr1").guardrail_version("2");
            agent.guardrail_configuration = Some(guardrail.build());
            agent.memory_configuration = Some(memory.build().unwrap());
            agent.customer_encryption_key_arn = Some(key);
            agent.prompt_override_configuration = Some(prompts.build().unwrap());
        })
        .await;
    let call = edited.aws.bedrock_agent.associate_agent_knowledge_base().agent_id(&edited.agent);
    let call = call.agent_version("DRAFT").knowledge_base_id("KB12345678").description("Campaigns");
    call.send().await.unwrap();
    edited.let_it_ask_back().await;
    insta::assert_snapshot!("everything_unmanaged", edited.shown(&changed()).await);

    let before = edited.draft().await;
    edited.stage.deploy(&changed()).await;
    let (after, version) = (edited.draft().await, edited.version("2").await);
    assert_ne!(before.instruction, after.instruction);
    let unnamed = (
        before.guardrail_configuration,
        before.memory_configuration,
        before.customer_encryption_key_arn,
        before.prompt_override_configuration,
    );
    let draft = (
        after.guardrail_configuration,
        after.memory_configuration,
        after.customer_encryption_key_arn,
        after.prompt_override_configuration,
    );
    let live = (
        version.guardrail_configuration,
        version.memory_configuration,
        version.customer_encryption_key_arn,
        version.prompt_override_configuration,
    );
    assert_eq!(unnamed, draft);
    assert_eq!(unnamed, live);
    assert_eq!(edited.groups("2").await, ["UserInputAction", "campaigns", "open_rates"]);
    let call = edited.aws.bedrock_agent.list_agent_knowledge_bases().agent_id(&edited.agent).agent_version("2");
    assert_eq!(call.send().await.unwrap().agent_knowledge_base_summaries().len(), 1);
    assert_eq!(told(&edited.stage.plan(&changed()).await), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn another_model_with_prompts_that_set_temperature_and_top_p_is_warned_about() {
    let edited = Edited::new().await;
    let inference = InferenceConfiguration::builder().temperature(0.1).top_p(0.9).build();
    let own = PromptConfiguration::builder().prompt_type(PromptType::Orchestration).base_prompt_template("$question$");
    let own = own.prompt_creation_mode(CreationMode::Overridden).inference_configuration(inference).build();
    let prompts = PromptOverrideConfiguration::builder().prompt_configurations(own).build().unwrap();
    edited.edit(|agent| agent.prompt_override_configuration = Some(prompts)).await;
    let warning = "warning: the prompts of ORCHESTRATION are overridden with temperature and top_p";
    assert!(!edited.shown(&changed()).await.contains(warning));
    let model = MANIFEST.split("model: ").nth(1).unwrap().lines().next().unwrap();
    let other = MANIFEST.replace(model, "jp.anthropic.claude-haiku-4-5-20251001-v1:0");
    assert!(edited.shown(&other).await.contains(warning));
}

#[tokio::test(start_paused = true)]
async fn an_action_group_of_aws_is_left_alone() {
    let edited = Edited::new().await;
    edited.let_it_ask_back().await;
    let plan = edited.stage.plan(MANIFEST).await;
    assert!(plan.steps.iter().all(|step| step.change != Change::Delete), "{:?}", told(&plan));
    edited.stage.deploy(MANIFEST).await;
    edited.stage.deploy(&changed()).await;
    assert_eq!(edited.groups("DRAFT").await, ["UserInputAction", "campaigns", "open_rates"]);
    assert_eq!(edited.groups("2").await, ["UserInputAction", "campaigns", "open_rates"]);
    edited.stage.destroy(MANIFEST).await;
    assert_eq!(edited.stage.inventory(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn an_action_group_of_aws_under_a_name_of_the_manifest_is_refused() {
    let edited = Edited::new().await;
    edited.let_it_ask_back().await;
    let named = MANIFEST.replace("name: campaigns", "name: UserInputAction");
    let refusals = edited.stage.plan(&named).await.refusals();
    let [(key, reason)] = refusals.as_slice() else { panic!("{refusals:?}") };
    assert_eq!(key.name, "UserInputAction");
    assert!(reason.contains("AMAZON.UserInput"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_group_that_was_made_by_hand_goes_and_the_plan_says_what_is_lost() {
    let edited = Edited::new().await;
    let call = || {
        let call = edited.aws.bedrock_agent.create_agent_action_group().agent_id(&edited.agent);
        call.agent_version("DRAFT").action_group_state(ActionGroupState::Enabled)
    };
    let by_caller = ActionGroupExecutor::CustomControl(CustomControlMethod::ReturnControl);
    let function = Function::builder().name("look").build().unwrap();
    let functions = FunctionSchema::Functions(vec![function]);
    let returned = call().action_group_name("returned").action_group_executor(by_caller).function_schema(functions);
    returned.send().await.unwrap();
    let function = "arn:aws:lambda:ap-northeast-1:123456789012:function:other";
    let schema = r#"{"openapi":"3.0.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"operationId":"look","description":"d","responses":{"200":{"description":"ok"}}}}}}"#;
    let schema = ApiSchema::Payload(schema.to_owned());
    let open = call().action_group_name("open_api").api_schema(schema);
    open.action_group_executor(ActionGroupExecutor::Lambda(function.to_owned())).send().await.unwrap();
    let shown = edited.shown(MANIFEST).await;
    let lines: Vec<&str> = shown.lines().filter(|line| line.contains("by hand")).map(str::trim).collect();
    let mut expected = vec![
        "warning: it was made by hand (return of control), and its definition will be lost",
        "warning: it was made by hand (OpenAPI schema, inline, 159 characters), and its definition will be lost",
    ];
    expected.retain(|line| !lines.contains(line));
    assert!(expected.is_empty(), "{shown}");
    edited.stage.deploy(MANIFEST).await;
    assert_eq!(edited.groups("DRAFT").await, ["campaigns", "open_rates"]);
}
