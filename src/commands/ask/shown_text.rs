//! An answer for people: its text on stdout as it comes, and on stderr the steps, the time, and what Slack would cut.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use anyhow::Result;

use crate::commands::output::{self, note};
use crate::conversation::{Call, Event, Question, SLACK_CHARACTERS, SLACK_PATIENCE, Step};
use crate::sanitize::Clean;

const CYAN: Style = AnsiColor::Cyan.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const RED: Style = AnsiColor::Red.on_default();

/// Columns of a step's word with the blanks behind it.
const WORD: usize = 9;

/// What stands before the mark of a step's further lines.
const MARGIN: &str = "         ";

/// Characters that are shown of what was thought or returned: a screenful of JSON helps nobody.
const LONGEST: usize = 500;

/// Where the answer has come to.
#[derive(Debug, Default)]
pub(super) struct Text {
    session: String,
    /// Whether the last piece ended in the middle of a line.
    within_line: bool,
    /// The answer so far: a piece is sanitized as the continuation of the one before.
    answer: Clean,
}

impl Text {
    pub(super) fn asked(&mut self, question: &Question) {
        self.session.clone_from(&question.session);
    }

    pub(super) fn event(&mut self, event: &Event) -> Result<bool> {
        match event {
            Event::Text(text) => {
                let piece = self.answer.lines(text).take();
                let shown = piece.as_str();
                self.within_line = if shown.is_empty() { self.within_line } else { !shown.ends_with('\n') };
                return output::piece(&piece);
            }
            Event::Step(step) => {
                self.broken()?;
                note(told(step));
            }
            Event::ReturnControl(calls) => {
                self.broken()?;
                let calls: Vec<String> = calls.iter().map(shown).collect();
                note(format!("the agent asks for: {}", calls.join(", ")));
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
            output::piece(&self.answer.end().take())?;
        }
        Ok(())
    }

    fn done(&self, took: Duration, characters: usize) {
        note(format!("({characters} characters in {:.1} s, session {})", took.as_secs_f64(), self.session));
        for warning in cuts(took, characters) {
            let mut line = Clean::default();
            line.paint(YELLOW, "warning:").text(" ").text(warning);
            note(line);
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
fn told(step: &Step) -> Clean {
    let (style, word, text) = match step {
        Step::Thought(text) => (CYAN, "thought", shortened(text)),
        Step::Model { took, tokens } => {
            let tokens = tokens.map(|(read, written)| format!(", {read} tokens in, {written} out"));
            (CYAN, "model", format!("{}{}", seconds(*took), tokens.unwrap_or_default()))
        }
        Step::Call(call) => (GREEN, "call", shown(call)),
        Step::Returned { text, took } => (GREEN, "returned", format!("{}: {}", seconds(*took), shortened(text))),
        Step::Reprompt(text) => (YELLOW, "again", shortened(text)),
        Step::Failed(text) => (RED, "failed", shortened(text)),
        Step::Other(text) => (CYAN, "other", (*text).to_owned()),
    };
    let mut line = Clean::default();
    line.paint(style, word).text(" ".repeat(WORD - word.len())).quote(MARGIN, text);
    line
}

fn shown(call: &Call) -> String {
    let parameters: Vec<String> = call.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}.{}({})", call.action_group, call.function, parameters.join(", "))
}

fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            format!("{} ... ({} characters more)", &text[..end], text.chars().count() - LONGEST)
        }
        None => text.to_owned(),
    }
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{cuts, told};
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
        let plain = |step: &Step| anstream::adapter::strip_str(told(step).trimmed().as_str()).to_string();
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
            "thought  I ask.\n         | Then I tell.\nmodel    1.5 s, 812 tokens in, 64 out\n\
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
        assert!(told(&Step::Call(call)).as_str().ends_with("     g.f(a=␛[2Jb)\n"));
        let took = Duration::ZERO;
        assert!(told(&Step::Returned { text: "\u{1b}[2Jb".to_owned(), took }).as_str().ends_with(": ␛[2Jb\n"));
    }
}
