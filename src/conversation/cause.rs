//! Finds out why an agent did not answer, by looking: at its function, at its model. Makes reading calls only.

mod function;
mod log;
mod model;
mod policy;

use super::{Agent, Call, Reason};
use crate::aws::{Aws, Failure};
use crate::shell::quoted;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// A line each.
    pub(super) lines: Vec<String>,
    /// What mends it, where that is plain.
    pub(super) hint: Option<String>,
}

/// What one look found.
#[derive(Debug)]
struct Finding {
    line: String,
    hint: Option<String>,
}

/// Looks where the reason points to. `calling` is the call that had not been answered, where that is known.
pub(super) async fn find(aws: &Aws, agent: &Agent, reason: Reason, calling: Option<&Call>, since: i64) -> Found {
    let mut found = Found::default();
    match reason {
        Reason::DependencyFailed | Reason::BadGateway => {
            function::look(aws, agent, calling, since, &mut found).await;
        }
        Reason::AccessDenied if calling.is_some() => {
            function::look(aws, agent, calling, since, &mut found).await;
        }
        Reason::AccessDenied | Reason::ResourceNotFound | Reason::Validation | Reason::ModelNotReady => {
            model::look(aws, agent, &mut found).await;
            if found.hint.is_none() && reason == Reason::AccessDenied {
                function::look(aws, agent, None, since, &mut found).await;
            }
        }
        _ => {}
    }
    found
}

impl Found {
    /// Notes what a look found, or why it saw nothing. The first cure is the one that is told.
    fn note(&mut self, looked: Result<Finding, Failure>) {
        match looked {
            Ok(Finding { line, hint }) => {
                self.lines.push(line);
                self.hint = self.hint.take().or(hint);
            }
            Err(failure) => self.lines.push(format!("a look was refused: {failure}")),
        }
    }
}

impl Finding {
    /// Nothing wrong.
    fn well(line: impl Into<String>) -> Self {
        Self { line: line.into(), hint: None }
    }

    /// Something wrong, with what mends it.
    fn wrong(line: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { line: line.into(), hint: Some(hint.into()) }
    }
}

/// The command that sends the function the same call, as it is typed; any call, if it is not known which one it was.
fn same_call(agent: &Agent, calling: Option<&Call>) -> String {
    let Some(Call { action_group, function, parameters }) = calling else { return typed(agent, "invoke") };
    let parameters = parameters.iter().map(|(name, value)| format!(" -p {}", quoted(&format!("{name}={value}"))));
    let called = quoted(&format!("{action_group}.{function}"));
    typed(agent, &format!("invoke {called}{}", parameters.collect::<String>()))
}

/// One of our own commands, as it is typed.
fn typed(agent: &Agent, command: &str) -> String {
    format!("`bedrock-ops {command}{}`", agent.flags)
}
