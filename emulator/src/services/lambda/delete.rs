//! Deletes a function, which takes a while, or one version of it, which does not.

use super::answers::{after, conflict, function, invalid, no_content};
use super::name::FunctionName;
use super::reading::check_query;
use crate::call::{Call, Reply};
use crate::refusal::Refusal;

pub(super) fn delete(call: &mut Call<'_>, name: &str) -> Result<Reply, Refusal> {
    check_query(call, "DeleteFunction", &["Qualifier"])?;
    let qualifier = call.query("Qualifier").map(str::to_owned);
    let name = FunctionName::of_request(name, qualifier.as_deref(), call)?;
    let until = after(call, call.timing.function_delete);
    if name.qualifier == Some("$LATEST") {
        return Err(invalid("$LATEST version cannot be deleted without deleting the function."));
    }
    let missing = name.missing(call);
    // Of a function that is not there AWS names the function alone.
    let found = function(call, &FunctionName { qualifier: None, ..name })?;
    match name.qualifier {
        None => found.deleting_until = Some(until),
        Some(qualifier) => {
            if found.aliases.values().any(|alias| alias.version == qualifier) {
                let text = "Version of function is used by an alias, and can't be deleted.";
                return Err(conflict(text));
            }
            let number = qualifier.parse::<u64>().ok().filter(|number| found.versions.contains_key(number));
            found.versions.remove(&number.ok_or(missing)?);
            found.policies.remove(qualifier);
        }
    }
    Ok(no_content("DeleteFunction"))
}
