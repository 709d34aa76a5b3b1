//! Reserved concurrency: kept and answered; the emulator runs as many executions at once as are wanted.

use serde_json::json;

use super::answers::{function, invalid, no_content};
use super::name::FunctionName;
use crate::call::{Call, Reply};
use crate::refusal::Refusal;
use crate::services::ecr::members::{Dialect, Members};

/// Executions at once in an account, and how many of them no function may keep for itself (Lambda quotas).
const ACCOUNT: i64 = 1000;
const UNRESERVED: i64 = 100;

pub(super) fn put(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    let body = call.json()?;
    let members = Members::of(&body, "PutFunctionConcurrency", Dialect::Lambda, &["ReservedConcurrentExecutions"])?;
    let wanted = members.ranged("ReservedConcurrentExecutions", 0, i64::MAX)?;
    let wanted = members.required("ReservedConcurrentExecutions", wanted)?;
    let name = FunctionName::of_request(name, None, call)?.unqualified("PutFunctionConcurrency")?;
    let others = call.region().lambda.functions.iter().filter(|(other, _)| *other != name.name);
    let reserved: i64 = others.filter_map(|(_, function)| function.reserved_concurrency).sum();
    if wanted > ACCOUNT - UNRESERVED - reserved {
        return Err(invalid(&format!(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its \
             minimum value of [{UNRESERVED}]."
        )));
    }
    function(call, &name)?.reserved_concurrency = Some(wanted);
    Ok(Reply::wrote("PutFunctionConcurrency", 200, json!({ "ReservedConcurrentExecutions": wanted })))
}

pub(super) fn get(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    let name = FunctionName::of_request(name, None, call)?.unqualified("GetFunctionConcurrency")?;
    let reserved = function(call, &name)?.reserved_concurrency;
    let answer = reserved.map_or_else(|| json!({}), |reserved| json!({ "ReservedConcurrentExecutions": reserved }));
    Ok(Reply::read("GetFunctionConcurrency", answer))
}

pub(super) fn delete(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    let name = FunctionName::of_request(name, None, call)?.unqualified("DeleteFunctionConcurrency")?;
    function(call, &name)?.reserved_concurrency = None;
    Ok(no_content("DeleteFunctionConcurrency"))
}
