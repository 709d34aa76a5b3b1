//! An answer for people: its text on stdout as it comes, and on stderr the steps, the time, and what Slack would cut.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use anyhow::Result;

use crate::commands::output::{self, note};
use crate::conversation::{Call, Event, Question, SLACK_CHARACTERS, SLACK_PATIENCE, Step};
use crate::harmless::harmless;

const CYAN: Style = AnsiColor::Cyan.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const RED: Style = AnsiColor::Red.on_default();

/// Characters that are shown of what was thought or returned: a screenful of JSON helps nobody.
const LONGEST: usize = 500;

/// Where the answer has come to.
#[derive(Debug, Default)]
pub(super) struct Text {
    session: String,
    /// Whether the last piece ended in the middle of a line.
    within_line: bool,
}

impl Text {
    pub(super) fn asked(&mut self, question: &Question) {
        self.session.clone_from(&question.session);
    }

    pub(super) fn event(&mut self, event: &Event) -> Result<bool> {
        match event {
            Event::Text(text) => {
                let text = harmless(text);
                self.within_line = if text.is_empty() { self.within_line } else { !text.ends_with('\n') };
                return output::piece(&text);
            }
            Event::Step(step) => {
                self.broken()?;
                note(&told(step));
            }
            Event::ReturnControl(calls) => {
                self.broken()?;
                let calls: Vec<String> = calls.iter().map(shown).collect();
                note(&format!("the agent asks for: {}", calls.join(", ")));
            }
            Event::Done { took, characters } => {
                self.broken()?;
                self.done(*took, *characters);
            }
        }
        Ok(true)
    }

    /// Ends a line that was begun.
    pub(super) fn broken(&mut self) -> Result<()> {
        if std::mem::take(&mut self.within_line) {
            output::piece("\n")?;
        }
        Ok(())
    }

    fn done(&self, took: Duration, characters: usize) {
        note(&format!("({characters} characters in {:.1} s, session {})", took.as_secs_f64(), self.session));
        for warning in cuts(took, characters) {
            note(&format!("{YELLOW}warning:{YELLOW:#} {warning}"));
        }
    }
}

/// What Slack would not show.
fn cuts(took: Duration, characters: usize) -> Vec<String> {
    let mut cuts = Vec::new();
    if characters > SLACK_CHARACTERS {
        cuts.push(format!(
            "Slack would cut this answer: it shows {SLACK_CHARACTERS} characters; have the instruction ask for shorter ones"
        ));
    }
    if took > SLACK_PATIENCE {
        let patience = SLACK_PATIENCE.as_secs();
        cuts.push(format!(
            "Slack would not have waited for this answer: it gives up after {patience} s; `--trace` shows what takes so long"
        ));
    }
    cuts
}

/// A step in a line or two.
fn told(step: &Step) -> String {
    match step {
        Step::Thought(text) => format!("{CYAN}thought{CYAN:#}  {}", shortened(text)),
        Step::Model { took, tokens } => {
            let tokens = tokens.map(|(read, written)| format!(", {read} tokens in, {written} out"));
            format!("{CYAN}model{CYAN:#}    {}{}", seconds(*took), tokens.unwrap_or_default())
        }
        Step::Call(call) => format!("{GREEN}call{GREEN:#}     {}", shown(call)),
        Step::Returned { text, took } => format!("{GREEN}returned{GREEN:#} {}: {}", seconds(*took), shortened(text)),
        Step::Reprompt(text) => format!("{YELLOW}again{YELLOW:#}    {}", shortened(text)),
        Step::Failed(text) => format!("{RED}failed{RED:#}   {}", shortened(text)),
        Step::Other(text) => format!("{CYAN}other{CYAN:#}    {text}"),
    }
}

fn shown(call: &Call) -> String {
    let parameters: Vec<String> = call.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    harmless(&format!("{}.{}({})", call.action_group, call.function, parameters.join(", ")))
}

/// Further lines stand below the first.
fn shortened(text: &str) -> String {
    let text = harmless(text.trim());
    let cut = match text.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            format!("{} ... ({} characters more)", &text[..end], text.chars().count() - LONGEST)
        }
        None => text,
    };
    cut.replace('\n', "\n         ")
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{cuts, shown, told};
    use crate::conversation::{Call, Step};

    #[test]
    fn slack_cuts_what_is_longer_than_its_limits_and_nothing_that_reaches_them() {
        let second = Duration::from_secs(1);
        assert!(cuts(120 * second, 2500).is_empty());
        assert_eq!(cuts(second, 2501).len(), 1);
        assert_eq!(cuts(121 * second, 1).len(), 1);
        assert_eq!(cuts(121 * second, 2501).len(), 2);
    }

    #[test]
    fn steps_are_told_in_a_line_each_and_long_ones_are_cut() {
        let plain = |step: &Step| anstream::adapter::strip_str(&told(step)).to_string();
        let call = Call {
            action_group: "get_my_api".to_owned(),
            function: "get_rate".to_owned(),
            parameters: vec![("days".to_owned(), "7".to_owned())],
        };
        let took = Duration::from_millis(1520);
        let lines = [
            plain(&Step::Thought("I ask.\nThen I tell.".to_owned())),
            plain(&Step::Model { took, tokens: Some((812, 64)) }),
            plain(&Step::Call(call)),
            plain(&Step::Returned { text: "長".repeat(503), took }),
        ];
        assert_eq!(
            lines[..3].join("\n"),
            "thought  I ask.\n         Then I tell.\nmodel    1.5 s, 812 tokens in, 64 out\n\
            call     get_my_api.get_rate(days=7)"
        );
        assert_eq!(lines[3], format!("returned 1.5 s: {} ... (3 characters more)", "長".repeat(500)));
    }

    #[test]
    fn a_step_can_not_steer_the_terminal() {
        let call = Call {
            action_group: "g".to_owned(),
            function: "f".to_owned(),
            parameters: vec![("a".to_owned(), "\u{1b}[2Jb".to_owned())],
        };
        assert_eq!(shown(&call), "g.f(a=[2Jb)");
        let took = Duration::ZERO;
        assert!(told(&Step::Returned { text: "\u{1b}[2Jb".to_owned(), took }).ends_with(": [2Jb"));
    }
}
