//! How far back a log is read: a span before now, or a moment.

use std::time::Duration;

use crate::moment::Moment;

/// Units of a span, with their seconds.
const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 60 * 60), ('d', 24 * 60 * 60)];

/// Where reading begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// So long before now.
    Ago(Duration),
    /// At a moment.
    At(Moment),
}

impl Since {
    /// Reads `30s`, `10m`, `2h`, `1d`, or a time as RFC 3339 writes it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "write a span like 30s, 10m, 2h or 1d, or a time like 2026-11-22T09:00:00Z".to_owned();
        let span = || {
            let (unit, seconds) = UNITS.iter().find(|(unit, _)| text.ends_with(*unit))?;
            let count: u64 = text.strip_suffix(*unit)?.parse().ok()?;
            count.checked_mul(*seconds).map(Duration::from_secs)
        };
        span().map(Self::Ago).or_else(|| Moment::parse(text).map(Self::At)).ok_or_else(wrong)
    }

    /// The moment, seen from now. No log reaches back beyond 1970.
    pub fn from(self, now: Moment) -> Moment {
        match self {
            Self::At(moment) => Moment(moment.0.max(0)),
            Self::Ago(span) => {
                let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
                Moment(now.0.saturating_sub(millis).max(0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Since;
    use crate::moment::Moment;

    #[test]
    fn a_span_and_a_time_name_a_moment() {
        let now = Moment(1_795_338_000_000);
        for (text, earlier) in [("30s", 30), ("10m", 600), ("2h", 7_200), ("1d", 86_400), ("0s", 0)] {
            assert_eq!(Since::parse(text).unwrap().from(now), Moment(now.0 - earlier * 1000), "{text}");
        }
        assert_eq!(Since::parse("2026-11-22T18:00:00+09:00").unwrap().from(Moment(0)), now);
        assert_eq!(Since::parse("999999999999d").unwrap().from(now), Moment(0));
    }

    #[test]
    fn anything_else_is_refused_with_examples() {
        for text in ["", "10", "m", "-5m", "1.5h", "10 m", "yesterday", "2026-11-22", "99999999999999999999d"] {
            assert!(Since::parse(text).unwrap_err().contains("10m"), "{text}");
        }
    }
}
