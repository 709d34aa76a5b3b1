//! `GetQueryResults`: what a query found, page by page.

use serde_json::{Value, json};

use super::executions::state;
use super::known::{COLUMNS, Found};
use super::{execution, invalid};
use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::ecr::members::{Dialect, Members};

const MORE: [&str; 3] = ["MaxResults", "NextToken", "QueryResultType"];

/// The most rows on a page, and as many as are given unless told.
const PAGE: i64 = 1000;

/// `GetQueryResults`. The first row names the columns, and counts as one.
pub(super) fn get(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let now = call.now;
    let known = [&["QueryExecutionId"], &MORE[..]].concat();
    let members = Members::of(body, "GetQueryResults", Dialect::Athena, &known)?;
    let size = members.ranged("MaxResults", 1, PAGE)?.unwrap_or(PAGE);
    let size = usize::try_from(size).unwrap_or_default();
    if members.choice("QueryResultType", &["DATA_MANIFEST", "DATA_ROWS"])? == Some("DATA_MANIFEST") {
        return Err(Refusal::not_emulated("the manifests of Athena's results"));
    }
    let first = match members.sized("NextToken", 1, 1024)?.map(str::parse::<usize>) {
        None => 0,
        Some(Ok(first)) => first,
        Some(Err(_)) => return Err(invalid("The pagination token is invalid.")),
    };
    let (_, execution) = execution(call, body, "GetQueryResults", &MORE)?;
    let rows = match (state(execution, now), &execution.found) {
        ("SUCCEEDED", Found::Rows(rows)) => rows,
        (state @ ("QUEUED" | "RUNNING"), _) => {
            return Err(invalid(format!("Query has not yet finished. Current state: {state}")));
        }
        (state, _) => {
            return Err(invalid(format!("Query did not finish successfully. Final query state: {state}")));
        }
    };
    let names = COLUMNS.map(|(name, _)| name.to_owned()).to_vec();
    let mut all = std::iter::once(&names).chain(rows).skip(first);
    let page: Vec<Value> = all.by_ref().take(size).map(|row| shown(row)).collect();
    let columns = COLUMNS.map(|(name, kind)| column(name, kind));
    let mut answer = json!({
        "UpdateCount": 0,
        "ResultSet": {"Rows": page, "ResultSetMetadata": {"ColumnInfo": columns}},
    });
    if all.next().is_some() {
        answer["NextToken"] = json!((first + size).to_string());
    }
    Ok(Reply::read("GetQueryResults", answer))
}

fn shown(row: &[String]) -> Value {
    let cells: Vec<Value> = row.iter().map(|cell| json!({"VarCharValue": cell})).collect();
    json!({"Data": cells})
}

fn column(name: &str, kind: &str) -> Value {
    let (precision, scale) = match kind {
        "bigint" => (19, 0),
        "timestamp" => (3, 0),
        _ => (i32::MAX, 0),
    };
    json!({
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": kind,
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": kind == "varchar",
    })
}
