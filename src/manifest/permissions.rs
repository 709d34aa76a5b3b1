//! `lambda.permissions` — what the handler may do beyond writing its logs.

use super::broad;
use super::field::Field;

/// One statement of the function role's policy: these actions on these resources are allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// `service:Action`, wildcards allowed within the action.
    pub actions: Vec<String>,
    /// ARNs, or `*`.
    pub resources: Vec<String>,
}

/// Reads `lambda.permissions`.
pub(super) fn read(field: &Field<'_>) -> Vec<Statement> {
    field.items().unwrap_or_default().into_iter().filter_map(statement).collect()
}

fn statement(field: Field<'_>) -> Option<Statement> {
    let mut fields = field.fields()?;
    let actions = fields.required("actions", "add `actions: [s3:GetObject]`");
    let resources = fields
        .required("resources", "add `resources: [\"arn:aws:s3:::bucket/*\"]`")
        .map(|field| texts(&field, resource));
    fields.finish();
    let (field, resources) = (actions?, resources?);
    let actions = texts(&field, action);
    for item in field.items_or_one().unwrap_or_default() {
        if let Some((action, danger)) = item.text().and_then(|text| Some((text, broad::danger(text, &resources)?))) {
            item.warning(format!("`{action}` {danger}"), "name the actions and the resources that the handler needs");
        }
    }
    Some(Statement { actions, resources })
}

/// A text, or a list of texts that is not empty; `check` notes what is wrong with one.
fn texts(field: &Field<'_>, check: fn(&Field<'_>, &str)) -> Vec<String> {
    let Some(items) = field.items_or_one() else { return Vec::new() };
    if items.is_empty() {
        field.error_at_key(format!("{} lists nothing", field.called()), "list at least one, or remove the statement");
    }
    let text = |item: &Field<'_>| {
        let text = item.text()?;
        check(item, text);
        Some(text.to_owned())
    };
    items.iter().filter_map(text).collect()
}

fn action(field: &Field<'_>, text: &str) {
    let service = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let action = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'*' | b'?');
    let good = text.split_once(':').is_some_and(|(of, name)| {
        !of.is_empty() && of.bytes().all(service) && !name.is_empty() && name.bytes().all(action)
    });
    if !good {
        field.error(
            format!("`{text}` is not an action of an AWS service"),
            "write `service:Action`, like `s3:GetObject` or `s3:Get*`",
        );
    }
}

fn resource(field: &Field<'_>, text: &str) {
    // IAM's own variables have a colon: `${aws:PrincipalTag/team}`.
    let mut holes = text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
    if let Some(name) = holes.find(|name| !name.contains(':') && name.len() > 1) {
        let what = format!("`${{{name}}}` is not substituted: IAM receives it as it stands");
        field.warning(what, "write the resource itself; IAM's own variables look like `${aws:PrincipalTag/team}`");
    }
    let arn = text.starts_with("arn:") && text.splitn(6, ':').count() == 6 && !text.contains(char::is_whitespace);
    if text != "*" && !arn {
        field
            .error(format!("`{text}` is not a resource"), "write an ARN, like `\"arn:aws:s3:::bucket/*\"`, or `\"*\"`");
    }
}
