//! A moment, and how it is written: in UTC, as AWS and the handlers' own logs write it.

use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// This moment, by this machine's clock.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Of AWS's own type; what lies beyond all calendars is the beginning of time.
    pub fn of(time: &DateTime) -> Self {
        Self(time.to_millis().unwrap_or_default())
    }

    /// Reads `2026-11-22T09:00:00Z` and the same with an offset.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::from_str(text, Format::DateTimeWithOffset).ok().map(|time| Self::of(&time))
    }

    /// `2026-11-22T09:00:00.120Z`.
    pub fn rfc3339(self) -> String {
        format!("{}T{}Z", self.date(), self.clock())
    }

    /// `2026-11-22`.
    pub fn date(self) -> String {
        let written = DateTime::from_millis(self.0).fmt(Format::DateTime).unwrap_or_default();
        written.split('T').next().unwrap_or_default().to_owned()
    }

    /// `09:00:00.120`.
    pub fn clock(self) -> String {
        let (seconds, millis) = (self.0.rem_euclid(DAY) / 1000, self.0.rem_euclid(1000));
        format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    /// `2026-11-22 09:00:00 UTC`.
    pub fn shown(self) -> String {
        format!("{} {} UTC", self.date(), &self.clock()[..8])
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn a_moment_is_read_and_written_in_utc() {
        let moment = Moment::parse("2026-11-22T18:00:00.12+09:00").unwrap();
        assert_eq!(moment, Moment(1_795_338_000_120));
        assert_eq!(moment.rfc3339(), "2026-11-22T09:00:00.120Z");
        assert_eq!(moment.shown(), "2026-11-22 09:00:00 UTC");
        assert_eq!(Moment(-1).rfc3339(), "1969-12-31T23:59:59.999Z");
        assert_eq!(Moment::parse("2026-11-22"), None);
    }
}
