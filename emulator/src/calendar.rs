//! Turns moments into the dates that stand on the wire, and such dates into moments.

use crate::clock::Millis;

/// A moment split into its parts, in UTC.
struct Parts {
    year: u64,
    month: u64,
    day: u64,
    /// Milliseconds since the day began.
    of_day: u64,
}

/// A day's length.
pub(crate) const DAY: Millis = 86_400_000;

/// `2026-11-22T09:00:00Z`.
pub(crate) fn iso_seconds(at: Millis) -> String {
    format!("{}T{}Z", date(at), time(at))
}

/// `2026-11-22T09:00:00.000Z`.
pub(crate) fn iso_millis(at: Millis) -> String {
    format!("{}T{}.{:03}Z", date(at), time(at), at % 1000)
}

/// `2026-11-22 09:00:00.000`, as the query engines write it.
pub(crate) fn spaced_millis(at: Millis) -> String {
    format!("{} {}.{:03}", date(at), time(at), at % 1000)
}

/// The moment at which a day begins that is written `2026-11-22`.
pub(crate) fn midnight(text: &str) -> Option<Millis> {
    moment(&format!("{text}T00:00:00Z"))
}

/// The number of a moment's month, counted so that the one after it is one more.
pub(crate) fn month(at: Millis) -> u64 {
    let Parts { year, month, .. } = parts(at);
    year * 12 + month - 1
}

/// When the month of that number begins; 0 for those before 1970.
pub(crate) fn month_begins(number: u64) -> Millis {
    days(number / 12, number % 12 + 1, 1).map_or(0, |days| days * DAY)
}

/// The moment of a date as clients write it: in UTC, with or without a fraction of the second. None for anything else,
/// and for what lies before 1970.
pub(crate) fn moment(text: &str) -> Option<Millis> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let digits = fraction.len() <= 9 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let millis: Millis = format!("{fraction:0<3}").get(..3).filter(|_| digits)?.parse().ok()?;
    let at = days(year, month, day)? * DAY + ((hour * 60 + minute) * 60 + second) * 1000 + millis;
    // Only what is written back as it came is a date: this leaves out the 31st of June and 25 o'clock.
    (iso_seconds(at) == format!("{date}T{time}Z")).then_some(at)
}

/// The parts of a text, each of the length told.
fn numbers(text: &str, between: char, lengths: [usize; 3]) -> Option<[u64; 3]> {
    let parts: Vec<&str> = text.split(between).collect();
    let fit = parts.len() == 3 && parts.iter().zip(lengths).all(|(part, length)| part.len() == length);
    let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?;
    if fit { Some([number(parts[0])?, number(parts[1])?, number(parts[2])?]) } else { None }
}

/// Howard Hinnant's `days_from_civil`, the way back from [`parts`].
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = year.checked_sub(u64::from(month <= 2))?;
    let from_march = (month + 9) % 12;
    let day_of_year = (153 * from_march + 2) / 5 + day.checked_sub(1)?;
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era).checked_sub(719_468)
}

/// `2026-11-22`.
pub(crate) fn date(at: Millis) -> String {
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
    use super::{iso_millis, iso_seconds, midnight, moment, month, month_begins, spaced_millis};

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
            assert_eq!(moment(expected), Some(at));
        }
        assert_eq!(iso_millis(1_795_338_000_007), "2026-11-22T09:00:00.007Z");
    }

    #[test]
    fn months_are_counted_across_the_ends_of_years() {
        let at = |text| midnight(text).expect("a day");
        assert_eq!(month(at("2027-01-31")), month(at("2026-12-01")) + 1);
        assert_eq!(month_begins(month(at("2026-12-31"))), at("2026-12-01"));
        assert_eq!(month_begins(month(at("2026-12-31")) + 1), at("2027-01-01"));
        assert_eq!(spaced_millis(at("2028-02-29") + 7), "2028-02-29 00:00:00.007");
        assert_eq!(midnight("2026-02-29"), None);
    }

    #[test]
    fn what_is_no_date_is_no_moment() {
        assert_eq!(moment("2026-11-22T09:00:00.007Z"), Some(1_795_338_000_007));
        assert_eq!(moment("2026-11-22T09:00:00.5Z"), Some(1_795_338_000_500));
        for text in [
            "",
            "yesterday",
            "2026-11-22",
            "2026-11-22T09:00:00",
            "2026-11-22T09:00:00+09:00",
            "2026-06-31T00:00:00Z",
            "2026-11-22T25:00:00Z",
            "2026-00-10T00:00:00Z",
            "1969-12-31T00:00:00Z",
            "+026-11-22T09:00:00Z",
            "2026-11-22T09:00:00.xZ",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
