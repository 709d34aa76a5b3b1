//! Refusals: malformed requests, illegal states, things that are not there, and what the emulator does not know.

use emulator::Settings;
use serde_json::{Value, json};

use crate::account::{Account, aliases, group, groups, text, whole, with};

#[tokio::test(start_paused = true)]
async fn requests_are_held_against_the_model() {
    let account = Account::with_role().await;
    let created = |name: &str, value: Value| with(whole("openrate"), &[(name, value)]);
    let cases = [
        (json!({}), "Value at 'agentName' failed to satisfy constraint: Member must not be null"),
        (json!({"agentName": null}), "Value at 'agentName' failed to satisfy constraint: Member must not be null"),
        (
            whole("a__b"),
            "Value 'a__b' at 'agentName' failed to satisfy constraint: Member must satisfy regular expression pattern: ([0-9a-zA-Z][_-]?){1,100}",
        ),
        (
            created("description", json!("")),
            "Value '' at 'description' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            created("instruction", json!("too short")),
            "Value at 'instruction' failed to satisfy constraint: Member must have length greater than or equal to 40",
        ),
        (
            created("clientToken", json!("short")),
            "Value 'short' at 'clientToken' failed to satisfy constraint: Member must have length greater than or equal to 33",
        ),
        (
            created("idleSessionTTLInSeconds", json!(59)),
            "Value '59' at 'idleSessionTTLInSeconds' failed to satisfy constraint: Member must have value greater than or equal to 60",
        ),
        (
            created("agentCollaboration", json!("BOSS")),
            "Value 'BOSS' at 'agentCollaboration' failed to satisfy constraint: Member must satisfy enum value set: [SUPERVISOR, SUPERVISOR_ROUTER, DISABLED]",
        ),
        (
            created("memoryConfiguration", json!({})),
            "Value at 'memoryConfiguration.enabledMemoryTypes' failed to satisfy constraint: Member must not be null",
        ),
    ];
    for (request, expected) in cases {
        let refused = account.ask("PUT", "/agents/", request).await.refused(400, "ValidationException");
        assert_eq!(refused, format!("1 validation error detected: {expected}"));
    }
    let two = created("description", json!("")).to_string().replace("openrate", "-");
    let two = serde_json::from_str(&two).expect("JSON");
    let refused = account.ask("PUT", "/agents/", two).await.refused(400, "ValidationException");
    assert!(refused.starts_with("2 validation errors detected: "), "{refused}");
    account.ask("PUT", "/agents/", created("description", json!(7))).await.refused(400, "SerializationException");
}

#[tokio::test(start_paused = true)]
async fn an_instruction_may_be_longer_than_the_model_says_but_not_than_the_quota() {
    let account = Account::with_role().await;
    let long = |length: usize| with(whole("openrate"), &[("instruction", json!("あ".repeat(length)))]);
    let refused = account.ask("PUT", "/agents/", long(20_001)).await.refused(402, "ServiceQuotaExceededException");
    assert!(refused.contains("The maximum number of resources is 20000"), "{refused}");
    account.ask("PUT", "/agents/", long(20_000)).await.ok(202);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_closed_to_new_agents_answers_create_agent_with_the_recorded_text() {
    let account = Account::with_role_under(Settings { closed_to_new_agents: true, ..Settings::for_tests() }).await;
    let refused = account.ask("PUT", "/agents/", whole("openrate")).await.refused(403, "AccessDeniedException");
    assert_eq!(
        refused,
        "Bedrock Agents is in Maintenance Mode. New agent creation is not available for accounts without prior service \
         usage. To learn more visit https://docs.aws.amazon.com/bedrock/latest/userguide/agents-maintenance-mode.html."
    );
    assert_eq!(account.ask("POST", "/agents/", json!({})).await.ok(200)["agentSummaries"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn nested_members_are_held_against_the_model_too() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let functions = |value: Value| with(group("a"), &[("functionSchema", json!({"functions": value}))]);
    let cases = [
        (functions(json!([{"description": "nameless"}])), "functionSchema.functions.1.member.name"),
        (
            functions(json!([{"name": "f", "parameters": {"p": {"type": "date"}}}])),
            "functionSchema.functions.1.member.parameters.p.member.type",
        ),
        (with(group("a"), &[("actionGroupExecutor", json!({"lambda": "openrate"}))]), "actionGroupExecutor.lambda"),
        (with(group("a"), &[("actionGroupExecutor", json!({}))]), "actionGroupExecutor"),
    ];
    for (request, place) in cases {
        let refused = account.ask("PUT", &groups(&agent), request).await.refused(400, "ValidationException");
        assert!(refused.contains(&format!("at '{place}'")), "{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_emulator_does_not_know_is_answered_with_501() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let typo = with(whole("other"), &[("agentDescription", json!("a typo"))]);
    let nested = with(group("a"), &[("functionSchema", json!({"functions": [{"name": "f", "params": {}}]}))]);
    let with_token = with(whole("openrate"), &[("clientToken", json!("0123456789abcdef0123456789abcdef-1"))]);
    let cases = [
        ("PUT", "/agents/".to_owned(), typo, "the member agentDescription of CreateAgent"),
        (
            "PUT",
            groups(&agent),
            nested,
            "the member functionSchema.functions.1.member.params of CreateAgentActionGroup",
        ),
        ("PUT", format!("/agents/{agent}/"), with_token, "the member clientToken of UpdateAgent"),
        ("DELETE", format!("/agents/{agent}/?force=true"), Value::Null, "the query parameter force of DeleteAgent"),
        ("PATCH", format!("/agents/{agent}/"), Value::Null, "of bedrock-agent"),
        ("PUT", format!("/agents/{agent}/agentversions/DRAFT/flows/"), json!({}), "of bedrock-agent"),
    ];
    for (method, path, body, what) in cases {
        let refused = account.ask(method, &path, body).await.refused(501, "NotImplementedByEmulator");
        assert!(refused.contains(what), "{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_answered_with_404_and_a_malformed_id_with_400() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let none = "ABCDEFGHIJ";
    let absent = [
        ("GET", format!("/agents/{none}/"), Value::Null),
        ("PUT", format!("/agents/{none}/"), whole("openrate")),
        ("POST", format!("/agents/{none}/"), Value::Null),
        ("DELETE", format!("/agents/{none}/"), Value::Null),
        ("POST", format!("/agents/{none}/agentversions/"), json!({})),
        ("GET", format!("/agents/{agent}/agentversions/1/"), Value::Null),
        ("DELETE", format!("/agents/{agent}/agentversions/1/"), Value::Null),
        ("PUT", groups(none), group("a")),
        ("POST", groups(none), json!({})),
        ("GET", format!("{}{none}/", groups(&agent)), Value::Null),
        ("PUT", format!("{}{none}/", groups(&agent)), group("a")),
        ("DELETE", format!("{}{none}/", groups(&agent)), Value::Null),
        ("PUT", aliases(none), json!({"agentAliasName": "a"})),
        ("POST", aliases(none), json!({})),
        ("GET", format!("{}{none}/", aliases(&agent)), Value::Null),
        ("PUT", format!("{}{none}/", aliases(&agent)), json!({"agentAliasName": "a"})),
        ("DELETE", format!("{}{none}/", aliases(&agent)), Value::Null),
    ];
    for (method, path, body) in absent {
        account.ask(method, &path, body).await.refused(404, "ResourceNotFoundException");
    }
    account.ask("GET", "/agents/short/", Value::Null).await.refused(400, "ValidationException");
    account.ask("POST", "/agents/", json!({"nextToken": "made-up"})).await.refused(400, "ValidationException");
    account.ask("POST", "/agents/", json!({"maxResults": 1001})).await.refused(400, "ValidationException");
}

/// Every change, as it is asked of an agent that is in a passing state.
async fn all_refused(account: &Account, agent: &str, state: &str) {
    let path = format!("/agents/{agent}/");
    let cases = [
        ("PUT", path.clone(), whole("openrate"), "Update"),
        ("POST", path.clone(), Value::Null, "Prepare"),
        ("DELETE", path, Value::Null, "Delete"),
        ("PUT", groups(agent), group("new"), "Create"),
    ];
    for (method, path, body, verb) in cases {
        let refused = account.ask(method, &path, body).await.refused(400, "ValidationException");
        let expected = format!(
            "{verb} operation can't be performed on Agent when it is in {state} state. Retry the request when the agent is in a valid state."
        );
        assert_eq!(refused, expected);
    }
    let refused = account.ask("PUT", &aliases(agent), json!({"agentAliasName": "new"})).await;
    let end = if state == "Creating" { " Retry your request after the Agent is created" } else { "" };
    assert_eq!(
        refused.refused(400, "ValidationException"),
        format!("Create operation can't be performed on AgentAlias when Agent is in {state} state.{end}")
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_changed_while_an_agent_is_in_a_passing_state() {
    let account = Account::with_role().await;
    let created = account.ask("PUT", "/agents/", whole("openrate")).await.ok(202);
    let agent = text(&created["agent"]["agentId"]);
    all_refused(&account, &agent, "Creating").await;
    account.wait(10).await;
    account.ask("PUT", &format!("/agents/{agent}/"), whole("openrate")).await.ok(202);
    all_refused(&account, &agent, "Updating").await;
    account.wait(10).await;
    account.ask("POST", &format!("/agents/{agent}/"), Value::Null).await.ok(202);
    all_refused(&account, &agent, "Preparing").await;
    account.wait(10).await;
    let alias = account.ask("PUT", &aliases(&agent), json!({"agentAliasName": "live"})).await.ok(202);
    all_refused(&account, &agent, "Versioning").await;
    let path = format!("{}{}/", aliases(&agent), text(&alias["agentAlias"]["agentAliasId"]));
    account.ask("PUT", &path, json!({"agentAliasName": "live"})).await.refused(400, "ValidationException");
    account.ask("DELETE", &path, Value::Null).await.refused(400, "ValidationException");
    account.wait(10).await;
    account.ask("DELETE", &path, Value::Null).await.ok(202);
    account.wait(10).await;
    account.ask("DELETE", &format!("/agents/{agent}/"), Value::Null).await.ok(202);
    all_refused(&account, &agent, "Deleting").await;
}
