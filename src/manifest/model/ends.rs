//! The models whose end on Bedrock is known: those that articles, samples and older manifests name.
//!
//! Sources: the user guide (`model-lifecycle`), AWS's notices, and public reports. Where no source has the day, the month stands
//! here in which the first report says that the model has ended.

/// The end of a model's life on Bedrock.
#[derive(Debug, PartialEq, Eq)]
pub struct EndOfLife {
    /// What the ids of its versions have in common.
    model: &'static str,
    /// The day from which it can't be called (`2026-03-01`), or a month by whose end that was so (`2025-09`).
    pub on: &'static str,
    /// The id of a model that takes its place. It was released before 2026-07-30, when the catalogue for agents was
    /// frozen.
    pub successor: &'static str,
}

const fn end(model: &'static str, on: &'static str, successor: &'static str) -> EndOfLife {
    EndOfLife { model, on, successor }
}

const SONNET: &str = "anthropic.claude-sonnet-4-6";
const HAIKU: &str = "anthropic.claude-haiku-4-5-20251001-v1:0";
const OPUS: &str = "anthropic.claude-opus-4-7";
const NOVA: &str = "amazon.nova-2-lite-v1:0";

const ENDS: [EndOfLife; 16] = [
    end("anthropic.claude-instant", "2025-09", HAIKU),
    end("anthropic.claude-v2", "2025-09", SONNET),
    end("anthropic.claude-3-haiku-20240307", "2026-09-10", HAIKU),
    end("anthropic.claude-3-opus-20240229", "2026-04", OPUS),
    end("anthropic.claude-3-sonnet-20240229", "2026-07-30", SONNET),
    end("anthropic.claude-3-5-haiku-20241022", "2026-06-19", HAIKU),
    end("anthropic.claude-3-5-sonnet-20240620", "2026-03-01", SONNET),
    end("anthropic.claude-3-5-sonnet-20241022", "2026-03-01", SONNET),
    end("anthropic.claude-3-7-sonnet-20250219", "2026-04-28", SONNET),
    end("anthropic.claude-sonnet-4-20250514", "2026-10-14", SONNET),
    end("anthropic.claude-opus-4-20250514", "2026-06", OPUS),
    end("anthropic.claude-opus-4-1-20250805", "2027-01-08", OPUS),
    end("amazon.nova-premier-v1", "2026-09-14", NOVA),
    end("amazon.titan-text-express", "2025-12", NOVA),
    end("amazon.titan-text-lite", "2025-12", NOVA),
    end("amazon.titan-text-premier", "2025-12", NOVA),
];

/// The end of the model behind an id or ARN, if it is known.
pub fn end_of_life(model: &str) -> Option<&'static EndOfLife> {
    ENDS.iter().find(|end| model.contains(end.model))
}

impl EndOfLife {
    /// Whether it has come by this day (`2026-11-22`).
    pub fn has_come(&self, today: &str) -> bool {
        let as_long = today.get(..self.on.len()).unwrap_or(today);
        if self.on.len() == today.len() { self.on <= as_long } else { self.on < as_long }
    }

    /// `on 2026-03-01`, `by 2025-09`.
    pub fn shown(&self) -> String {
        let is_day = self.on.len() == "2026-03-01".len();
        format!("{} {}", if is_day { "on" } else { "by" }, self.on)
    }
}

#[cfg(test)]
mod tests {
    use super::{ENDS, end_of_life};

    #[test]
    fn an_end_is_found_by_id_profile_or_arn() {
        let on = |model: &str| end_of_life(model).map(|end| end.on);
        assert_eq!(on("anthropic.claude-v2:1"), Some("2025-09"));
        assert_eq!(on("us.anthropic.claude-opus-4-20250514-v1:0"), Some("2026-06"));
        assert_eq!(on("anthropic.claude-opus-4-1-20250805-v1:0"), Some("2027-01-08"));
        let arn = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-5-sonnet-20240620-v1:0";
        assert_eq!(on(arn), Some("2026-03-01"));
        assert_eq!(on("jp.anthropic.claude-sonnet-4-6"), None);
    }

    #[test]
    fn no_successor_has_an_end_itself() {
        for end in &ENDS {
            assert_eq!(end_of_life(end.successor), None, "{}", end.model);
        }
    }

    #[test]
    fn an_end_has_come_on_its_day_and_after_its_month() {
        let come = |model: &str, today: &str| end_of_life(model).unwrap().has_come(today);
        let (day, month) = ("anthropic.claude-3-haiku-20240307", "anthropic.claude-v2");
        assert!(!come(day, "2026-09-09") && come(day, "2026-09-10"));
        assert!(!come(month, "2025-09-30") && come(month, "2025-10-01"));
    }
}
