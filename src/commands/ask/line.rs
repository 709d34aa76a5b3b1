//! What a line that was typed in a conversation means.

/// What was typed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing.
    Empty,
    /// A question.
    Question(String),
    /// `/trace`
    Trace,
    /// `/new`
    New,
    /// `/help`
    Help,
    /// `/quit`
    Quit,
    /// A word with a slash that means nothing here.
    Unknown(String),
}

/// What `/help` prints.
pub(super) const HELP: &str = "\
/trace   tell what the agent does meanwhile, or leave it
/new     begin a new session: the agent forgets what was said
/quit    end, as Ctrl-D does
Ctrl-C   ends an answer that is coming, and clears a line that is typed";

impl Line {
    pub(super) fn of(typed: &str) -> Self {
        let typed = typed.trim();
        // A question may begin with a path: `/aws/lambda/openrate に何がある?`
        let word = typed.strip_prefix('/').filter(|word| word.chars().all(|letter| letter.is_ascii_alphabetic()));
        match (typed, word) {
            ("", _) => Self::Empty,
            ("/trace", _) => Self::Trace,
            ("/new", _) => Self::New,
            ("/help", _) => Self::Help,
            ("/quit" | "/exit", _) => Self::Quit,
            (_, Some(word)) => Self::Unknown(word.to_owned()),
            (question, None) => Self::Question(question.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HELP, Line};

    #[test]
    fn a_line_is_a_command_only_if_it_is_one_word_with_a_slash() {
        for (typed, meant) in [("", Line::Empty), (" \t", Line::Empty), ("/trace ", Line::Trace), ("/new", Line::New)] {
            assert_eq!(Line::of(typed), meant, "{typed}");
        }
        assert_eq!(Line::of("/tarce"), Line::Unknown("tarce".to_owned()));
        for question in ["最新の開封率を教えて", "/aws/lambda/openrate に何がある?", "/new ideas please"]
        {
            assert_eq!(Line::of(question), Line::Question(question.to_owned()));
        }
    }

    #[test]
    fn every_command_that_help_names_is_known() {
        let named = HELP.lines().filter_map(|line| line.split_whitespace().next()).filter(|word| word.starts_with('/'));
        let known: Vec<Line> = named.map(Line::of).collect();
        assert_eq!(known, [Line::Trace, Line::New, Line::Quit]);
    }
}
