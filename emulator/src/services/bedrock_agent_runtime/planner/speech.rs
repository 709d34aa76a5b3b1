//! What the agent says, in the question's language: Japanese or English.

use super::words::is_japanese;
use super::{Argument, Chosen};
use crate::services::bedrock_agent::routed::{Group, Parameter};

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speech {
    Japanese,
    English,
}

impl Speech {
    /// The language of a question.
    pub(super) fn of(question: &str) -> Self {
        if is_japanese(question) { Self::Japanese } else { Self::English }
    }

    /// The answer with what the function has said.
    pub(super) fn reported(self, chosen: &Chosen, body: &str) -> String {
        let called = called(chosen);
        match self {
            Self::Japanese => format!(
                "（モデルは使われていません。エミュレーターの規則が {called} を選びました。）\n関数の返答:\n{body}"
            ),
            Self::English => {
                format!("(No model was involved: the emulator's rules chose {called}.)\nThe function says:\n{body}")
            }
        }
    }

    /// The answer when the function wants to be called otherwise.
    pub(super) fn reprompted(self, chosen: &Chosen, body: &str) -> String {
        let called = called(chosen);
        match self {
            Self::Japanese => format!(
                "（モデルは使われていません。エミュレーターの規則が {called} を選びました。）\n関数は REPROMPT \
                 を返しました。質問を変えてもう一度お試しください:\n{body}"
            ),
            Self::English => format!(
                "(No model was involved: the emulator's rules chose {called}.)\nThe function answers REPROMPT; please \
                 ask again in another way:\n{body}"
            ),
        }
    }

    /// The question back for a parameter.
    pub(super) fn asking(self, chosen: &Chosen, missing: &Parameter) -> String {
        let Chosen { group, function, .. } = chosen;
        let Parameter { name, description, .. } = missing;
        match self {
            Self::Japanese => format!(
                "{group}.{function} を呼び出すには {name}{} が必要です。教えてください。\
                 （モデルは使われていません。エミュレーターの規則による応答です。）",
                in_brackets(description, ("（", "）"))
            ),
            Self::English => format!(
                "To call {group}.{function} I need {name}{}. What is it? (No model was involved: these are the \
                 emulator's rules.)",
                in_brackets(description, (" (", ")"))
            ),
        }
    }

    /// The answer to a question that none of the functions is for.
    pub(super) fn no_function(self, question: &str, groups: &[Group]) -> String {
        let functions: Vec<String> = groups.iter().flat_map(functions_of).collect();
        let list = functions.join("\n");
        match self {
            Self::Japanese if functions.is_empty() => format!(
                "このエージェントには関数がありません。ご質問は「{question}」でした。\
                 （モデルは使われていません。エミュレーターの規則による応答です。）"
            ),
            Self::English if functions.is_empty() => format!(
                "This agent has no functions. You asked: \"{question}\". (No model was involved: these are the \
                 emulator's rules.)"
            ),
            Self::Japanese => format!(
                "「{question}」に合う関数が見つかりません。\
                 （モデルは使われていません。エミュレーターの規則による応答です。）\nこのエージェントの関数:\n{list}"
            ),
            Self::English => format!(
                "None of this agent's functions fits \"{question}\". (No model was involved: these are the emulator's \
                 rules.)\nIts functions:\n{list}"
            ),
        }
    }
}

/// `group.function(name=value)`.
pub(super) fn called(chosen: &Chosen) -> String {
    format!("{}.{}({})", chosen.group, chosen.function, listed(&chosen.arguments))
}

/// `name=value, name=value`.
pub(super) fn listed(arguments: &[Argument]) -> String {
    let shown = |Argument { name, value, .. }: &Argument| format!("{name}={value}");
    arguments.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn functions_of(group: &Group) -> Vec<String> {
    let line = |name: &str, description: &str| {
        let colon = if description.is_empty() { "" } else { ": " };
        format!("- {}.{name}{colon}{description}", group.name)
    };
    group.functions.iter().map(|function| line(&function.name, &function.description)).collect()
}

fn in_brackets(text: &str, (open, close): (&str, &str)) -> String {
    if text.is_empty() { String::new() } else { format!("{open}{text}{close}") }
}
