//! `lambda.environment` — the handler's variables; their values may be secrets and are never shown.

use std::collections::BTreeMap;

use super::field::Field;
use super::pinpoint::{APPLICATION_ID, ID_LENGTH, Pinpoint};
use super::secret_names::names_a_secret;
use super::surroundings::Surroundings;
use crate::name::EnvironmentKey;

/// Bytes that all variables may have together, measured as JSON (Lambda quota, fixed).
const ROOM: usize = 4096;

/// Reads `lambda.environment`.
pub(super) fn read(field: &Field<'_>, around: &Surroundings<'_>) -> BTreeMap<String, String> {
    field.hide();
    let mut variables = BTreeMap::new();
    for member in field.members() {
        member.hide();
        let key = member.key_as::<EnvironmentKey>();
        if let (Some(key), Some(value)) = (key, member.text()) {
            check_application_id(&member, value, around.pinpoint);
            check_value(&member, value);
            variables.insert(key.to_string(), value.to_owned());
        }
    }
    check_room(field, &variables, around.pinpoint);
    variables
}

/// What is sent as it stands though somebody likely expects otherwise, and what everybody can read who may look at the
/// function. The value itself is never said.
fn check_value(member: &Field<'_>, value: &str) {
    let name = member.key_name();
    if let Some(form) = placeholder(value) {
        let what = format!("`{name}` holds {form}, which is not substituted: the handler receives it as it stands");
        member
            .warning_at_key(what, "write the value itself; read a secret in the handler, from Secrets Manager or SSM");
    } else if value.starts_with(['“', '‘']) && value.ends_with(['”', '’']) {
        let what = format!("the value of `{name}` begins and ends with typographic quotes, which are part of it");
        member.warning_at_key(what, "write straight quotes, or none");
    } else if !value.is_empty() && !value.starts_with("arn:") && names_a_secret(name) {
        let what = format!(
            "`{name}` looks like a secret; in `environment` it is stored in plain text, in this file and in the \
             function's configuration"
        );
        let cure = "store it in AWS Secrets Manager or SSM Parameter Store, allow the handler to read it in \
                    `lambda.permissions`, and read it there";
        member.warning_at_key(what, cure);
    }
}

/// How other tools write what they replace, if the value holds such a thing.
fn placeholder(value: &str) -> Option<&'static str> {
    let between = |open: &str, close: &str| {
        value.split_once(open).is_some_and(|(_, rest)| rest.split_once(close).is_some_and(|(name, _)| !name.is_empty()))
    };
    [("${", "}", "${…}"), ("{{resolve:", "}}", "{{resolve:…}}"), ("$(", ")", "$(…)")]
        .into_iter()
        .find(|(open, close, _)| between(open, close))
        .map(|(.., form)| form)
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
