//! `connector:` — what the chat channel calls the agent, and how it calls the chat application.

use super::field::Field;
use crate::name::{ConnectorName, StackName};

/// The Slack side, which no API can set up: it only shapes the line that an operator pastes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connector {
    /// The connector's name in the channel; the stack's name, cut to 20 characters, unless given.
    pub name: ConnectorName,
    /// How the channel mentions the application: `@aws`, or `@Amazon Q` where it has its new name.
    pub mention: String,
}

/// The mention when none is given.
const DEFAULT_MENTION: &str = "@aws";

/// Reads `connector`, which may be left out. `stack` gives the default name.
pub(super) fn read(field: Option<Field<'_>>, stack: Option<&StackName>) -> Option<Connector> {
    let default_name = || stack.map(ConnectorName::of_stack);
    let Some(field) = field else {
        return Some(Connector { name: default_name()?, mention: DEFAULT_MENTION.to_owned() });
    };
    let mut fields = field.fields()?;
    let name = match fields.optional("name") {
        Some(field) => field.name(),
        None => default_name(),
    };
    let mention = match fields.optional("mention") {
        Some(field) => mention(&field),
        None => Some(DEFAULT_MENTION.to_owned()),
    };
    fields.finish();
    Some(Connector { name: name?, mention: mention? })
}

/// `@` and the application's name, on one line.
fn mention(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    let name = text.strip_prefix('@').map(str::trim);
    if name.is_none_or(str::is_empty) || text.contains('\n') {
        let what = format!("{} is `{}`, which mentions nobody", field.called(), text.trim_end());
        field.error(what, "write `\"@aws\"` or `\"@Amazon Q\"`, in quotes");
        return None;
    }
    Some(text.to_owned())
}
