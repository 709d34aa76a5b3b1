//! Turns moments into the dates that stand on the wire, and a day of the calendar into a moment.

use crate::clock::Millis;

/// A moment split into its parts, in UTC.
struct Parts {
    year: u64,
    month: u64,
    day: u64,
    /// Milliseconds since the day began.
    of_day: u64,
}

const DAY: Millis = 86_400_000;

/// `2026-11-22T09:00:00Z`.
pub(crate) fn iso_seconds(at: Millis) -> String {
    format!("{}T{}Z", date(at), time(at))
}

/// `2026-11-22T09:00:00.000Z`.
pub(crate) fn iso_millis(at: Millis) -> String {
    format!("{}T{}.{:03}Z", date(at), time(at), at % 1000)
}

/// `2026-11-22`.
fn date(at: Millis) -> String {
    let Parts { year, month, day, .. } = parts(at);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `09:00:00`.
fn time(at: Millis) -> String {
    let seconds = parts(at).of_day / 1000;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Howard Hinnant's `civil_from_days`: years begin in March, so that the leap day is a year's last.
fn parts(at: Millis) -> Parts {
    let days = at / DAY + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    Parts {
        year: year_of_era + era * 400 + u64::from(month <= 2),
        month,
        day: day_of_year - (153 * from_march + 2) / 5 + 1,
        of_day: at % DAY,
    }
}

#[cfg(test)]
mod tests {
    use super::{iso_millis, iso_seconds};

    #[test]
    fn moments_are_written_as_dates_also_on_leap_days_and_at_year_ends() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_735_689_599_000, "2024-12-31T23:59:59Z"),
            (1_795_338_000_000, "2026-11-22T09:00:00Z"),
        ];
        for (at, expected) in cases {
            assert_eq!(iso_seconds(at), expected);
        }
        assert_eq!(iso_millis(1_795_338_000_007), "2026-11-22T09:00:00.007Z");
    }
}
