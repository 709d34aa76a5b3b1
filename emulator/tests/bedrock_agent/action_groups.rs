//! Action groups.

use serde_json::{Value, json};

use crate::account::{Account, FUNCTION, group, groups, text, with};

#[tokio::test(start_paused = true)]
async fn an_action_group_is_made_read_listed_changed_and_deleted() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let created = account.ask("PUT", &groups(&agent), group("get_my_api")).await.ok(200);
    let id = text(&created["agentActionGroup"]["actionGroupId"]);
    assert_eq!(created["agentActionGroup"]["agentVersion"], "DRAFT");
    assert_eq!(created["agentActionGroup"]["actionGroupState"], "ENABLED");
    assert_eq!(created["agentActionGroup"]["actionGroupExecutor"], json!({"lambda": FUNCTION}));
    let path = format!("{}{id}/", groups(&agent));
    assert_eq!(account.get(&path).await, created);

    let off = with(group("renamed"), &[("actionGroupState", json!("DISABLED"))]);
    let updated = account.ask("PUT", &path, off).await.ok(200);
    assert_eq!(updated["agentActionGroup"]["actionGroupName"], "renamed");
    let listed = account.ask("POST", &groups(&agent), json!({})).await.ok(200);
    assert_eq!(listed["actionGroupSummaries"][0]["actionGroupState"], "DISABLED");
    assert_eq!(listed["actionGroupSummaries"][0]["actionGroupId"], id);

    assert_eq!(account.ask("DELETE", &path, Value::Null).await.ok(204), Value::Null);
    account.ask("GET", &path, Value::Null).await.refused(404, "ResourceNotFoundException");
}

#[tokio::test(start_paused = true)]
async fn every_change_of_an_action_group_unprepares_the_agent() {
    let account = Account::with_role().await;
    let agent = account.prepared_agent("openrate").await;
    let created = account.ask("PUT", &groups(&agent), group("second")).await.ok(200);
    assert_eq!(account.status(&agent).await, "NOT_PREPARED");
    let path = format!("{}{}/", groups(&agent), text(&created["agentActionGroup"]["actionGroupId"]));
    account.prepare(&agent).await;
    account.ask("PUT", &path, group("second")).await.ok(200);
    assert_eq!(account.status(&agent).await, "NOT_PREPARED");
    account.prepare(&agent).await;
    account.ask("DELETE", &format!("{path}?skipResourceInUseCheck=true"), Value::Null).await.ok(204);
    assert_eq!(account.status(&agent).await, "NOT_PREPARED");
}

#[tokio::test(start_paused = true)]
async fn an_enabled_action_group_is_deleted_only_when_the_check_is_skipped() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let created = account.ask("PUT", &groups(&agent), group("get_my_api")).await.ok(200);
    let path = format!("{}{}/", groups(&agent), text(&created["agentActionGroup"]["actionGroupId"]));
    let refused = account.ask("DELETE", &path, Value::Null).await.refused(400, "ValidationException");
    assert_eq!(
        refused,
        "ActionGroup with name get_my_api cannot be deleted when it is Enabled. Either use \
         SkipResourceInUseCheckOnDelete flag or mark it as Disabled."
    );
    account.ask("DELETE", &format!("{path}?skipResourceInUseCheck=true"), Value::Null).await.ok(204);
}

#[tokio::test(start_paused = true)]
async fn an_action_group_has_exactly_one_schema() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let both = with(group("both"), &[("apiSchema", json!({"payload": "openapi: 3.0.0"}))]);
    for request in [json!({"actionGroupName": "none"}), both] {
        let refused = account.ask("PUT", &groups(&agent), request).await.refused(400, "ValidationException");
        assert_eq!(refused, "Failed to create or update ActionGroup. Try providing either apiSchema or functionSchema");
    }
    let with_id = "openapi: 3.0.0\npaths: {/x: {get: {operationId: getX}}}";
    let api = |payload: &str| json!({"actionGroupName": "api", "apiSchema": {"payload": payload}});
    account.ask("PUT", &groups(&agent), api(with_id)).await.ok(200);
    let without = api(&with_id.replace("operationId", "summary"));
    let refused = account.ask("PUT", &groups(&agent), without).await.refused(400, "ValidationException");
    assert!(refused.contains("GET /x has no `operationId`"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_built_in_action_group_is_answered_under_another_name_and_stands_alone() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let request = json!({"actionGroupName": "ask", "parentActionGroupSignature": "AMAZON.UserInput"});
    let created = account.ask("PUT", &groups(&agent), request.clone()).await.ok(200);
    assert_eq!(created["agentActionGroup"]["parentActionSignature"], "AMAZON.UserInput");
    assert_eq!(created["agentActionGroup"]["parentActionGroupSignature"], Value::Null);
    let described = with(request, &[("actionGroupName", json!("other")), ("description", json!("no"))]);
    account.ask("PUT", &groups(&agent), described).await.refused(400, "ValidationException");
}

#[tokio::test(start_paused = true)]
async fn an_action_groups_name_is_its_own() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let first = account.ask("PUT", &groups(&agent), group("one")).await.ok(200);
    let first = text(&first["agentActionGroup"]["actionGroupId"]);
    let refused = account.ask("PUT", &groups(&agent), group("one")).await.refused(409, "ConflictException");
    assert_eq!(
        refused,
        format!(
            "Could not perform Create operation, since the one (id: {first}) with the same name one already exists"
        )
    );
    let second = account.ask("PUT", &groups(&agent), group("two")).await.ok(200);
    let path = format!("{}{}/", groups(&agent), text(&second["agentActionGroup"]["actionGroupId"]));
    account.ask("PUT", &path, group("one")).await.refused(409, "ConflictException");
}

#[tokio::test(start_paused = true)]
async fn the_same_token_makes_one_action_group() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let request = with(group("one"), &[("clientToken", json!("0123456789abcdef0123456789abcdef-1"))]);
    let first = account.ask("PUT", &groups(&agent), request.clone()).await.ok(200);
    assert_eq!(account.ask("PUT", &groups(&agent), request.clone()).await.ok(200), first);
    let other = with(request, &[("actionGroupName", json!("two"))]);
    account.ask("PUT", &groups(&agent), other).await.refused(409, "ConflictException");
}

#[tokio::test(start_paused = true)]
async fn quotas_are_refused_with_402() {
    let account = Account::with_role().await;
    let agent = account.agent("openrate").await;
    let many = |count: usize| -> Value {
        (0..count)
            .map(|number| (format!("p{number}"), json!({"type": "string"})))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let functions =
        |count: usize| -> Value { (0..count).map(|number| json!({"name": format!("f{number}")})).collect() };
    let with_schema =
        |name: &str, functions: Value| with(group(name), &[("functionSchema", json!({"functions": functions}))]);

    let nine = with_schema("nine", json!([{"name": "f", "parameters": many(9)}]));
    let refused = account.ask("PUT", &groups(&agent), nine).await.refused(402, "ServiceQuotaExceededException");
    assert_eq!(
        refused,
        "CreateAgentActionGroupRequest caught an error. Validation failed for quota parameters-per-function. The \
         maximum number of resources is 5, but account 123456789012 requested 9 resources. Retry the request with \
         fewer resources."
    );
    account.ask("PUT", &groups(&agent), with_schema("eight", functions(8))).await.ok(200);
    let refused = account.ask("PUT", &groups(&agent), with_schema("four", functions(4))).await;
    assert!(refused.refused(402, "ServiceQuotaExceededException").contains("requested 12 resources"));
    account.ask("PUT", &groups(&agent), with_schema("three", functions(3))).await.ok(200);

    let state = |number: usize| json!(if number < 13 { "ENABLED" } else { "DISABLED" });
    let empty =
        |number: usize| with(with_schema(&format!("g{number}"), json!([])), &[("actionGroupState", state(number))]);
    for number in 0..18 {
        account.ask("PUT", &groups(&agent), empty(number)).await.ok(200);
    }
    let refused = account.ask("PUT", &groups(&agent), empty(18)).await;
    assert!(refused.refused(402, "ServiceQuotaExceededException").contains("quota action-groups-per-agent"));
}
