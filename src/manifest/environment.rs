//! `lambda.environment` — the handler's variables; their values may be secrets and are never shown.

use std::collections::BTreeMap;

use super::field::Field;
use super::pinpoint::{APPLICATION_ID, ID_LENGTH, Pinpoint};
use super::surroundings::Surroundings;
use crate::name::EnvironmentKey;

/// Bytes that all variables may have together, measured as JSON (Lambda quota, fixed).
const ROOM: usize = 4096;

/// Reads `lambda.environment`.
pub(super) fn read(field: &Field<'_>, around: &Surroundings<'_>) -> BTreeMap<String, String> {
    field.hide();
    let mut variables = BTreeMap::new();
    for member in field.members() {
        let key = member.key_as::<EnvironmentKey>();
        if let (Some(key), Some(value)) = (key, member.text()) {
            check_application_id(&member, value, around.pinpoint);
            variables.insert(key.to_string(), value.to_owned());
        }
    }
    check_room(field, &variables, around.pinpoint);
    variables
}

/// The tool sets `APPLICATION_ID` from `pinpoint`; the manifest may repeat it but not contradict it.
fn check_application_id(member: &Field<'_>, value: &str, pinpoint: Option<&Pinpoint>) {
    let Some(pinpoint) = pinpoint else { return };
    let same = matches!(pinpoint, Pinpoint::Id(id) if id == value);
    if member.key_name() == APPLICATION_ID && !same {
        let what = format!("`{APPLICATION_ID}` is set from `pinpoint.application`, and here to something else");
        member.error_at_key(what, "remove it here, or remove `pinpoint`");
    }
}

/// All variables, with the one that the tool adds, in the form that Lambda measures.
fn check_room(field: &Field<'_>, variables: &BTreeMap<String, String>, pinpoint: Option<&Pinpoint>) {
    let mut all = variables.clone();
    if pinpoint.is_some() {
        all.insert(APPLICATION_ID.to_owned(), "0".repeat(ID_LENGTH));
    }
    let bytes = serde_json::to_string(&all).map_or(0, |json| json.len());
    if bytes > ROOM {
        let what = format!("the environment variables take {bytes} bytes as JSON, Lambda has room for {ROOM}");
        field.error_at_key(what, "move long values into the handler's folder, or into a parameter store");
    }
}
