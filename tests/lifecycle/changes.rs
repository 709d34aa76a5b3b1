//! Each field of the manifest, changed alone: exactly its own change, and the release that carries it.

use bedrock_ops::facts::{Key, Kind, Known};

use crate::stage::{MANIFEST, Stage, told};

/// What every change of the agent's draft ends in.
const RELEASE: [&str; 1] = ["update draft openrate-agent: "];

/// What every new version of the function ends in.
const NEW_VERSION: [&str; 4] = [
    "update permission openrate: on",
    "update action group open_rates: lambda",
    "update action group campaigns: lambda",
    "update draft openrate-agent: ",
];

async fn change(old: &str, new: &str, expected: &[&str], alias: &str) {
    let stage = Stage::new();
    let before = stage.deploy(MANIFEST).await.known;
    assert!(MANIFEST.contains(old), "the manifest has no `{old}`");
    let changed = MANIFEST.replace(old, new);
    let steps = told(&stage.plan(&changed).await);
    let mut expected: Vec<String> = expected.iter().map(|step| (*step).to_owned()).collect();
    if !alias.is_empty() {
        expected.push(format!("update alias v1: {alias}"));
    }
    // The order among the steps is the engine's matter, and that of the fields the facts'.
    let sorted = |step: &String| {
        let (step, fields) = step.split_once(": ").unwrap_or((step, ""));
        let mut fields: Vec<&str> = fields.split(", ").collect();
        fields.sort_unstable();
        format!("{step}: {}", fields.join(", "))
    };
    let (mut steps, mut expected): (Vec<_>, Vec<_>) =
        (steps.iter().map(sorted).collect(), expected.iter().map(sorted).collect());
    steps.sort();
    expected.sort();
    assert_eq!(steps, expected, "{old} -> {new}");
    let after = stage.deploy(&changed).await.known;
    assert_eq!(told(&stage.plan(&changed).await), Vec::<String>::new(), "{old} -> {new}");
    for kind in [Kind::Agent, Kind::Alias] {
        let id = |known: &Known| known.identities.iter().find(|(key, _)| key.kind == kind).map(|(_, id)| id.clone());
        assert_eq!(id(&before), id(&after), "the {}'s id never changes", kind.noun());
    }
}

fn with<'a>(first: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    std::iter::once(first).chain(rest.iter().copied()).collect()
}

const ALIAS_OF_A_NEW_VERSION: &str = "action_groups.open_rates.lambda, action_groups.campaigns.lambda";

#[tokio::test(start_paused = true)]
async fn the_agents_own_fields() {
    for (old, new, field) in [
        ("You tell people", "You tell everybody", "instruction"),
        ("Tells open rates", "Tells rates", "description"),
        ("idle_session_ttl: 900", "idle_session_ttl: 600", "idle_session_ttl"),
    ] {
        let step = format!("update agent openrate-agent: {field}");
        change(old, new, &with(&step, &RELEASE), &format!("agent.{field}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_model_with_what_its_role_may_call() {
    let steps = ["update role openrate-ap-northeast-1-bedrock: policy.Statement", "update agent openrate-agent: model"];
    let steps: Vec<&str> = steps.into_iter().chain(RELEASE).collect();
    change("jp.anthropic.claude-sonnet-4-6", "jp.anthropic.claude-haiku-4-5-20251001-v1:0", &steps, "agent.model")
        .await;
}

#[tokio::test(start_paused = true)]
async fn the_functions_own_fields() {
    for (old, new, field) in [
        ("timeout: 60", "timeout: 30", "timeout"),
        ("memory: 256", "memory: 512", "memory"),
        ("KPI_NAME: push-open-rate", "KPI_NAME: email-open-rate", "environment.KPI_NAME"),
        ("{KPI_NAME: push-open-rate}", "{KPI_NAME: push-open-rate, MORE: x}", "environment.MORE"),
    ] {
        let step = format!("update function openrate: {field}");
        change(old, new, &with(&step, &NEW_VERSION), ALIAS_OF_A_NEW_VERSION).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_makes_no_release() {
    change(
        "log_retention_days: 14",
        "log_retention_days: 30",
        &["update log group /aws/lambda/openrate: retention_days"],
        "",
    )
    .await;
    let role = "update role openrate-ap-northeast-1-lambda: policy.Statement";
    change("s3:GetObject", "s3:ListBucket", &[role], "").await;
    change("description: For Slack", "description: For Teams", &[], "description").await;
    change("connector: {name: openrate}", "connector: {name: rates}", &[], "").await;
}

#[tokio::test(start_paused = true)]
async fn a_tag_goes_onto_everything_that_can_carry_it() {
    let tagged = [
        "update repository openrate: tags.team",
        "update log group /aws/lambda/openrate: tags.team",
        "update role openrate-ap-northeast-1-lambda: tags.team",
        "update role openrate-ap-northeast-1-bedrock: tags.team",
        "update function openrate: tags.team",
        "update agent openrate-agent: tags.team",
    ];
    // What the draft holds has not changed: it is not prepared again, and no version is cut.
    change("team: marketing", "team: sales", &tagged, "tags.team").await;
}

#[tokio::test(start_paused = true)]
async fn the_action_groups_own_fields() {
    for (old, new, field) in [
        ("Open rates of campaigns", "Open rates", "description"),
        ("Gets the open rate", "Gets a rate", "functions.get_open_rate.description"),
        ("How many days back", "Days", "functions.get_open_rate.parameters.days.description"),
        ("required: false", "required: true", "functions.get_open_rate.parameters.days.required"),
        ("type: integer", "type: number", "functions.get_open_rate.parameters.days.type"),
    ] {
        let step = format!("update action group open_rates: {field}");
        change(old, new, &with(&step, &RELEASE), &format!("action_groups.open_rates.{field}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_action_group_switched_off_and_a_function_to_be_confirmed() {
    for (old, new, field) in [
        ("Open rates of campaigns", "Open rates of campaigns\n    enabled: false", "enabled"),
        ("Gets the open rate", "Gets the open rate\n        confirm: true", "functions.get_open_rate.confirm"),
    ] {
        let step = format!("update action group open_rates: {field}");
        change(old, new, &with(&step, &RELEASE), &format!("action_groups.open_rates.{field}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_processor_takes_another_image() {
    let steps = ["create image openrate", "update function openrate: image, architecture"];
    let steps: Vec<&str> = steps.into_iter().chain(NEW_VERSION).collect();
    change("timeout: 60", "timeout: 60\n  architecture: arm64", &steps, ALIAS_OF_A_NEW_VERSION).await;
}

#[tokio::test(start_paused = true)]
async fn the_pinpoint_application_with_what_the_functions_role_may_read() {
    let role = "update role openrate-ap-northeast-1-lambda: policy.Statement";
    let steps = [role, "update function openrate: environment.APPLICATION_ID"];
    let steps: Vec<&str> = steps.into_iter().chain(NEW_VERSION).collect();
    let other = "{application: 0123456789abcdef0123456789abcdef}";
    change("{application: push-openrate}", other, &steps, ALIAS_OF_A_NEW_VERSION).await;
}

#[tokio::test(start_paused = true)]
async fn an_action_group_that_the_manifest_no_longer_names_is_removed() {
    let group = MANIFEST.split("  - name: campaigns").nth(1).unwrap().split("connector:").next().unwrap();
    let old = format!("  - name: campaigns{group}");
    change(&old, "", &with("delete action group campaigns", &RELEASE), "action_groups.campaigns").await;
}

#[tokio::test(start_paused = true)]
async fn an_action_group_that_is_new_is_added() {
    let new = "connector:";
    let group = "  - name: more\n    functions: [{name: get_more, description: Gets more}]\nconnector:";
    change(new, group, &with("create action group more", &RELEASE), "action_groups.more").await;
}

#[tokio::test(start_paused = true)]
async fn an_agent_and_an_alias_are_renamed_in_place() {
    change("openrate-agent", "rates-agent", &["update agent rates-agent: name", "update draft rates-agent: "], "")
        .await;
    let renamed = MANIFEST.replace("{name: v1,", "{name: live,");
    let stage = Stage::new();
    let before = stage.deploy(MANIFEST).await.known;
    assert_eq!(told(&stage.plan(&renamed).await), ["update alias live: name"]);
    let after = stage.deploy(&renamed).await.known;
    assert_eq!(before.identities[&Key::new(Kind::Alias, "v1")], after.identities[&Key::new(Kind::Alias, "live")]);
    assert!(stage.plan(&renamed).await.is_empty());
    stage.destroy(&renamed).await;
    assert_eq!(stage.emulator.world().inventory(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn what_slack_talks_to_is_allowed_its_model_until_the_alias_has_moved() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let changed = MANIFEST.replace("claude-sonnet-4-6", "claude-haiku-4-5-20251001-v1:0");
    // The role, the agent and the draft are through; the alias is not.
    stage.emulator.set_faults(vec![emulator::Fault {
        at: emulator::FaultAt::Operation("PrepareAgent".to_owned(), 1),
        kind: emulator::FaultKind::Cut,
    }]);
    assert!(!stage.try_deploy(&changed).await.unwrap().errors().is_empty());
    stage.emulator.set_faults(Vec::new());
    let policy = async || {
        let call = stage.somebody().iam.get_role_policy().role_name("openrate-ap-northeast-1-bedrock");
        call.policy_name("bedrock-ops").send().await.unwrap().policy_document
    };
    let meanwhile = policy().await;
    assert!(meanwhile.contains("sonnet") && meanwhile.contains("haiku"), "{meanwhile}");
    stage.deploy(&changed).await;
    let afterwards = policy().await;
    assert!(!afterwards.contains("sonnet") && afterwards.contains("haiku"), "{afterwards}");
    assert!(stage.plan(&changed).await.is_empty());
}
