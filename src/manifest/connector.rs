//! `connector:` — what the chat channel calls the agent, and how it calls the chat application.

use super::field::Field;
use crate::name::{ConnectorName, StackName};
use crate::sanitize::is_plain_line;

/// The Slack side, which no API can set up: it only shapes the line that an operator pastes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connector {
    /// The connector's name in the channel; the stack's name, shortened to 20 characters, unless given.
    pub name: ConnectorName,
    /// How the channel mentions the application: `@aws`, or `@Amazon Q` where it has its new name.
    pub mention: String,
}

/// The mention when none is given.
const DEFAULT_MENTION: &str = "@aws";

/// Reads `connector`, which may be left out. `stack` gives the default name; it is complained of at `stack_field`.
pub(super) fn read(
    field: Option<Field<'_>>,
    stack: Option<&StackName>,
    stack_field: Option<&Field<'_>>,
) -> Option<Connector> {
    let default_name = || {
        let (stack, name) = (stack?, ConnectorName::of_stack(stack?));
        if let Some(at) = stack_field.filter(|_| name.as_str() != stack.as_str()) {
            let what = format!("the name is too long for a connector, which is called `{name}` instead");
            at.warning(what, "add `connector: {name: …}` with a name of at most 20 characters");
        }
        Some(name)
    };
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

/// What to write.
pub const MENTION_CURE: &str = "write `\"@aws\"` or `\"@Amazon Q\"`, in quotes";

/// Whether the text mentions an application: `@` and its name, on one line of visible characters, since the line that begins
/// with it is pasted into Slack. If not, says why.
pub fn is_mention(text: &str) -> Result<(), &'static str> {
    match text.strip_prefix('@').map(str::trim) {
        None | Some("") => Err("which mentions nobody"),
        Some(_) if !is_plain_line(text) => Err("which has control or invisible characters, or more than one line"),
        Some(_) => Ok(()),
    }
}

/// Reads the mention.
fn mention(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    if let Err(what) = is_mention(text) {
        field.error(format!("{} is `{}`, {what}", field.called(), text.trim_end()), MENTION_CURE);
        return None;
    }
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::is_mention;

    #[test]
    fn a_mention_is_one_line_that_is_pasted_as_it_is_displayed() {
        for text in ["@aws", "@Amazon Q", "@アプリ"] {
            assert_eq!(is_mention(text), Ok(()), "{text}");
        }
        for text in ["", "@", "@ ", "aws"] {
            assert_eq!(is_mention(text), Err("which mentions nobody"), "{text}");
        }
        for letter in ["\n", "\r", "\t", "\u{1b}[2J", "\u{9b}", "\u{202e}", "\u{2028}", "\u{200b}", "\u{e0041}"] {
            assert!(is_mention(&format!("@a{letter}ws")).is_err_and(|what| what.contains("invisible")), "{letter:?}");
        }
    }
}
