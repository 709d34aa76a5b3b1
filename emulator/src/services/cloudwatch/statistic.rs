//! What becomes of the values of one period: their sum, mean, extremes, number or a percentile.

/// A statistic of CloudWatch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Statistic {
    Average,
    Maximum,
    Minimum,
    SampleCount,
    Sum,
    /// The value that so many percent of all do not exceed.
    Percentile(f64),
}

impl Statistic {
    /// By CloudWatch's name; `p99.9` and the like are percentiles.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "Average" => Some(Self::Average),
            "Maximum" => Some(Self::Maximum),
            "Minimum" => Some(Self::Minimum),
            "SampleCount" => Some(Self::SampleCount),
            "Sum" => Some(Self::Sum),
            _ => {
                let percent: f64 = name.strip_prefix('p')?.parse().ok()?;
                (0.0..=100.0).contains(&percent).then_some(Self::Percentile(percent))
            }
        }
    }

    /// Of these values; none of no values.
    #[expect(clippy::cast_precision_loss, reason = "some thousand values")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the number of values")]
    pub(super) fn of(self, values: &[f64]) -> Option<f64> {
        if values.is_empty() {
            return None;
        }
        let (count, sum) = (values.len() as f64, values.iter().sum::<f64>());
        Some(match self {
            Self::Average => sum / count,
            Self::Maximum => values.iter().copied().fold(f64::MIN, f64::max),
            Self::Minimum => values.iter().copied().fold(f64::MAX, f64::min),
            Self::SampleCount => count,
            Self::Sum => sum,
            Self::Percentile(percent) => {
                let mut sorted = values.to_vec();
                sorted.sort_by(f64::total_cmp);
                let rank = (percent / 100.0 * count).ceil() as usize;
                sorted[rank.max(1) - 1]
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Statistic;

    #[test]
    fn values_are_summed_up_as_the_statistic_says() {
        for (name, expected) in [
            ("Average", 25.0),
            ("Maximum", 40.0),
            ("Minimum", 10.0),
            ("SampleCount", 4.0),
            ("Sum", 100.0),
            ("p0", 10.0),
            ("p50", 20.0),
            ("p99.9", 40.0),
        ] {
            let statistic = Statistic::named(name).expect(name);
            assert_eq!(statistic.of(&[40.0, 10.0, 30.0, 20.0]), Some(expected), "{name}");
            assert_eq!(statistic.of(&[]), None);
        }
        for name in ["", "Median", "p101", "p", "pp"] {
            assert_eq!(Statistic::named(name), None, "{name}");
        }
    }
}
