//! Which event is sent: one made for a function of the manifest, or the one in a file.

use anyhow::Result;
use serde_json::{Map, Value};

use crate::cli::Invoke;
use crate::contract::{self, Argument, Asked, Caller};
use crate::manifest::{ActionGroup, Function, Manifest};
use crate::refused::Refused;

/// What the command line asks for.
pub(super) enum Choice {
    /// An event for this function.
    Made {
        /// Which one.
        asked: Asked,
        /// What it is called with.
        arguments: Vec<Argument>,
        /// The session's attributes: texts by name.
        attributes: Map<String, Value>,
    },
    /// This event.
    Given(Value),
}

impl Choice {
    pub(super) fn of(manifest: &Manifest, args: &Invoke) -> Result<Self> {
        if let Some(file) = &args.event {
            return given(file).map(Self::Given);
        }
        let (group, function) = function(&manifest.action_groups, args.function.as_deref())?;
        let arguments = contract::arguments(function, &args.parameters)
            .map_err(|wrong| Refused::usage(wrong.to_string(), wrong.cure()))?;
        let asked = Asked { action_group: group.name.to_string(), function: function.name.to_string() };
        Ok(Self::Made { asked, arguments, attributes: attributes(&args.session_attributes)? })
    }

    /// The event, as this caller sends it.
    pub(super) fn event(&self, caller: &Caller) -> Value {
        match self {
            Self::Made { asked, arguments, attributes } => {
                let mut event = contract::event(caller, asked, arguments);
                event["sessionAttributes"] = Value::Object(attributes.clone());
                event
            }
            Self::Given(event) => event.clone(),
        }
    }
}

/// The session attributes of `NAME=VALUE`; a name that is given twice is refused.
fn attributes(given: &[String]) -> Result<Map<String, Value>, Refused> {
    let mut attributes = Map::new();
    for text in given {
        let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            let what = format!("`{text}` does not give a session attribute a value");
            return Err(Refused::usage(what, "write `--session-attribute NAME=VALUE`"));
        };
        if attributes.insert(name.to_owned(), Value::from(value)).is_some() {
            let what = format!("the session attribute `{name}` is given twice");
            return Err(Refused::usage(what, "give each name once"));
        }
    }
    Ok(attributes)
}

fn given(file: &std::path::Path) -> Result<Value> {
    let hint = "name a file with the JSON object that Bedrock sends, or leave --event away and one is made";
    let refused = |reason: String| Refused::usage(format!("the event {}: {reason}", file.display()), hint);
    let text = std::fs::read(file).map_err(|error| refused(format!("can't be read: {error}")))?;
    let event: Value = serde_json::from_slice(&text).map_err(|error| refused(format!("is not JSON: {error}")))?;
    if event.is_object() { Ok(event) } else { Err(refused("is not a JSON object".to_owned()).into()) }
}

/// The function of this name; the only one, if none is named.
fn function<'m>(groups: &'m [ActionGroup], name: Option<&str>) -> Result<(&'m ActionGroup, &'m Function), Refused> {
    let all: Vec<_> = groups.iter().flat_map(|group| group.functions.iter().map(move |one| (group, one))).collect();
    let full = |(group, function): &(&ActionGroup, &Function)| format!("{}.{}", group.name, function.name);
    let listed = || all.iter().map(full).collect::<Vec<_>>().join(", ");
    let called =
        |one: &&(&ActionGroup, &Function)| name.is_none_or(|name| one.1.name.as_ref() == name || full(one) == name);
    let found: Vec<_> = all.iter().filter(called).collect();
    match (found.as_slice(), name) {
        ([one], _) => Ok(**one),
        ([], None) => Err(Refused::usage(
            "the manifest has no function that could be called",
            "add one under `action_groups`, or send an event of your own with --event FILE",
        )),
        ([], Some(name)) => Err(Refused::usage(
            format!("the manifest has no function `{name}`"),
            if all.is_empty() {
                "it has none; add one under `action_groups`".to_owned()
            } else {
                format!("it has {}", listed())
            },
        )),
        (_, None) => Err(Refused::usage("the manifest has several functions", format!("name one: {}", listed()))),
        (several, Some(name)) => {
            let several: Vec<String> = several.iter().map(|one| full(one)).collect();
            Err(Refused::usage(
                format!("`{name}` is in several action groups"),
                format!("name one with its group: {}", several.join(", ")),
            ))
        }
    }
}
