//! The names of a new stack: put into a template, so that two people who begin with the same one do not share a stack.

use std::borrow::Cow;

use super::File;
use crate::name::{ConnectorName, StackName};

/// Longest name of a stack.
const LONGEST: usize = 40;

/// What a new stack, its agent and its connector are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The stack.
    pub stack: StackName,
    /// Its agent.
    pub agent: String,
    /// Its connector in a chat channel.
    pub connector: ConnectorName,
}

impl Names {
    /// Those that follow from the stack's.
    pub fn of(stack: StackName) -> Self {
        let is_one = stack.as_str().split(['-', '_']).next_back() == Some("agent");
        let agent = if is_one { stack.to_string() } else { format!("{stack}-agent") };
        Self { agent, connector: ConnectorName::of_stack(&stack), stack }
    }

    /// Those that follow from a folder's name, with what a stack's name may not hold taken out. None if nothing is left.
    pub fn of_folder(folder: &str) -> Option<Self> {
        let mut name = String::new();
        for letter in folder.chars().flat_map(char::to_lowercase) {
            let separated = name.is_empty() || name.ends_with(['-', '_']);
            match letter {
                'a'..='z' | '0'..='9' => name.push(letter),
                '_' if !separated => name.push('_'),
                _ if !separated => name.push('-'),
                _ => {}
            }
        }
        name.truncate(LONGEST);
        StackName::try_from(name.trim_end_matches(['-', '_'])).ok().map(Self::of)
    }

    /// The files of a template with these names in place of its own.
    pub(super) fn put_into(&self, mut files: Vec<File>) -> Vec<File> {
        let mut agent = None;
        for file in files.iter_mut().filter(|file| file.path == "agent.yaml") {
            let (text, before) = self.manifest(&file.text);
            agent = before;
            file.text = Cow::Owned(text);
        }
        let Some(before) = agent.map(|name| format!("\"name\": \"{name}\"")) else { return files };
        for file in files.iter_mut().filter(|file| file.path == "lambda/event.json") {
            file.text = Cow::Owned(file.text.replace(&before, &format!("\"name\": \"{}\"", self.agent)));
        }
        files
    }

    /// The manifest with these names, and the agent's name before.
    fn manifest(&self, text: &str) -> (String, Option<String>) {
        let (mut lines, mut agent, mut section) = (Vec::new(), None, "");
        for line in text.lines() {
            if line.starts_with(|first: char| first.is_ascii_lowercase()) {
                section = line.split(':').next().unwrap_or_default();
            }
            lines.push(match (section, line.split_once("name: ")) {
                ("name", Some(("", rest))) => replaced("name: ", rest, self.stack.as_str()).0,
                ("agent", Some(("  ", rest))) => {
                    let (line, before) = replaced("  name: ", rest, &self.agent);
                    agent = Some(before.to_owned());
                    line
                }
                ("connector", Some(("  ", rest))) => {
                    let (line, before) = replaced("  name: ", rest, self.connector.as_str());
                    line.replace(&format!(" ask {before} "), &format!(" ask {} ", self.connector))
                }
                _ => line.to_owned(),
            });
        }
        (lines.join("\n") + "\n", agent)
    }
}

/// The line with another value, its comment in the same column if there is room, and the value before.
fn replaced<'l>(key: &str, rest: &'l str, value: &str) -> (String, &'l str) {
    let (before, comment) = rest.split_once(" #").unwrap_or((rest, ""));
    if comment.is_empty() {
        return (format!("{key}{value}"), before);
    }
    (format!("{key}{value:width$} #{comment}", width = before.len()), before.trim_end())
}

#[cfg(test)]
mod tests {
    use super::Names;

    fn stack(folder: &str) -> Option<String> {
        Names::of_folder(folder).map(|names| names.stack.to_string())
    }

    #[test]
    fn a_folder_s_name_is_made_legal() {
        for (folder, name) in [
            ("my-agent", Some("my-agent")),
            ("My Agent (2)", Some("my-agent-2")),
            ("my__agent", Some("my_agent")),
            ("--x.y--", Some("x-y")),
            ("開封率 report", Some("report")),
            ("開封率", None),
            ("a", None),
            ("", None),
        ] {
            assert_eq!(stack(folder).as_deref(), name, "{folder}");
        }
        let long = "incident-summary-production-tokyo-region-1";
        assert_eq!(stack(long).as_deref(), Some("incident-summary-production-tokyo-region"));
    }

    #[test]
    fn an_agent_s_name_says_once_that_it_is_one() {
        let agent = |folder: &str| Names::of_folder(folder).map(|names| names.agent);
        assert_eq!(agent("my-agent").as_deref(), Some("my-agent"));
        assert_eq!(agent("costs").as_deref(), Some("costs-agent"));
    }

    #[test]
    fn the_comments_stay_where_they_are_if_there_is_room() {
        let names = Names::of_folder("costs").unwrap();
        let text = "name: blank       # the stack\nagent:\n  name: blank-agent # the agent\n  alias: {name: v1}\n\
                    connector:\n  name: blank  # @aws ask blank ...\n";
        let (text, agent) = names.manifest(text);
        assert_eq!(agent.as_deref(), Some("blank-agent"));
        assert_eq!(
            text,
            "name: costs       # the stack\nagent:\n  name: costs-agent # the agent\n  alias: {name: v1}\n\
             connector:\n  name: costs  # @aws ask costs ...\n"
        );
    }
}
