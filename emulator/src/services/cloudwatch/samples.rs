//! The sample alarms and metrics: those of a club's smartphone application and of what sends its push notifications.
//!
//! The errors are the same that stand in the sample logs: each tenth minute one of `push-worker`, each thirtieth one of
//! the API.

use crate::clock::Millis;

/// One minute.
pub(super) const MINUTE: Millis = 60_000;

/// One hour.
const HOUR: Millis = 60 * MINUTE;

/// A metric, with one value each minute.
#[derive(Debug, Clone, Copy)]
pub(super) struct Metric {
    pub(super) namespace: &'static str,
    pub(super) name: &'static str,
    pub(super) dimension: (&'static str, &'static str),
    /// The value of a minute, counted since 1970.
    pub(super) value: fn(u64) -> f64,
}

const WORKER: (&str, &str) = ("FunctionName", "push-worker");
const BALANCER: (&str, &str) = ("LoadBalancer", "app/kabaddi-app/50dc6c495c0c9188");
const DATABASE: (&str, &str) = ("DBInstanceIdentifier", "kabaddi-app");

pub(super) const METRICS: [Metric; 6] = [
    metric("AWS/Lambda", "Invocations", WORKER, |minute| 20.0 + 100.0 * evening(minute)),
    metric("AWS/Lambda", "Errors", WORKER, |minute| f64::from(minute % 10 == 7)),
    // Milliseconds.
    metric("AWS/Lambda", "Duration", WORKER, |minute| 180.0 + 240.0 * evening(minute)),
    metric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", BALANCER, |minute| f64::from(minute % 30 == 11)),
    // Seconds.
    metric("AWS/ApplicationELB", "TargetResponseTime", BALANCER, |minute| 0.05 + 0.15 * evening(minute)),
    // Percent.
    metric("AWS/RDS", "CPUUtilization", DATABASE, |minute| 25.0 + 40.0 * evening(minute)),
];

const fn metric(
    namespace: &'static str,
    name: &'static str,
    dimension: (&'static str, &'static str),
    value: fn(u64) -> f64,
) -> Metric {
    Metric { namespace, name, dimension, value }
}

/// How busy people are with the application: 1 at 21:00 in Japan, 0 at 9:00, and evenly in between.
fn evening(minute: u64) -> f64 {
    // 21:00 in Japan is noon in UTC.
    let from_midnight = u32::try_from(minute % 1440).unwrap_or_default();
    1.0 - f64::from(from_midnight.abs_diff(720)) / 720.0
}

/// An alarm.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alarm {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub(super) state: &'static str,
    /// Hours since it came into that state, counted from the hour that has begun.
    pub(super) hours: u64,
    pub(super) watches: Watched,
}

/// What an alarm watches.
#[derive(Debug, Clone, Copy)]
pub(super) enum Watched {
    /// The number of a metric in [`METRICS`], how it is summed up over how many seconds, and from what it rings.
    Metric { number: usize, statistic: &'static str, period: u64, threshold: f64 },
    /// A rule over other alarms.
    Rule(&'static str),
}

/// All of them, by name.
pub(super) const ALARMS: [Alarm; 5] = [
    Alarm {
        name: "api-5xx",
        about: "アプリの API が 5xx を 1 時間に 2 件以上返した",
        state: "ALARM",
        hours: 26,
        watches: Watched::Metric { number: 3, statistic: "Sum", period: 3600, threshold: 2.0 },
    },
    Alarm {
        name: "database-cpu",
        about: "アプリのデータベースの CPU 使用率が 80% 以上",
        state: "OK",
        hours: 240,
        watches: Watched::Metric { number: 5, statistic: "Average", period: 300, threshold: 80.0 },
    },
    Alarm {
        name: "nightly-export",
        about: "夜間の集計が終わっていない",
        state: "INSUFFICIENT_DATA",
        hours: 120,
        watches: Watched::Rule("ALARM(\"nightly-export-late\")"),
    },
    Alarm {
        name: "push-platform",
        about: "プッシュ通知の基盤のどこかに異常がある",
        state: "ALARM",
        hours: 26,
        watches: Watched::Rule("ALARM(\"api-5xx\") OR ALARM(\"push-worker-errors\")"),
    },
    Alarm {
        name: "push-worker-errors",
        about: "プッシュ通知の配信処理のエラーが 30 分に 3 件以上",
        state: "ALARM",
        hours: 2,
        watches: Watched::Metric { number: 1, statistic: "Sum", period: 1800, threshold: 3.0 },
    },
];

impl Alarm {
    /// When it came into its state.
    pub(super) fn since(&self, now: Millis) -> Millis {
        (now / HOUR * HOUR).saturating_sub(self.hours * HOUR)
    }
}
