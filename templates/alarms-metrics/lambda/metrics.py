"""Reads the values of one CloudWatch metric, and turns them into the JSON text that the model reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from statistics import fmean
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from bedrock_reply import Reprompt, fitted

# CloudWatch keeps values of single minutes for 15 days.
MAX_HOURS = 14 * 24

STATISTICS = ("Average", "Sum", "Minimum", "Maximum", "SampleCount", "p95", "p99")

# Values that are asked for: enough to see a course, few enough to read.
POINTS = 120

# Whoever reads the answers is in Japan, which keeps no summer time.
JAPAN = timezone(timedelta(hours=9))


@dataclass(frozen=True)
class Metric:
    """A metric's values over a period, the newest first."""

    asked: Mapping[str, Any]
    statistic: str
    start: datetime
    end: datetime
    # Seconds that each value stands for.
    period: int
    points: Sequence[Tuple[datetime, float]]


def dimensions(text: str) -> List[Dict[str, str]]:
    """`Name=Value,Name=Value` as CloudWatch takes it."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    found = [{"Name": name.strip(), "Value": value.strip()} for name, _, value in pairs]
    if len(found) > 30 or not all(each["Name"] and each["Value"] for each in found):
        raise Reprompt("dimensions は 名前=値 の形で、複数あるときはカンマ区切りで指定してください。")
    return found


def get_metric(cloudwatch: Any, asked: Mapping[str, Any], statistic: str, hours: int, now: datetime) -> Metric:
    """The values of the last hours, in whole minutes so long that there are at most about `POINTS`."""
    period = 60 * -(-hours * 60 // POINTS)
    # CloudWatch aligns values to the period, and is quickest when start and end are aligned too.
    end = datetime.fromtimestamp(-(-now.timestamp() // period) * period, timezone.utc)
    start = end - timedelta(hours=hours)
    query: Dict[str, Any] = {
        "MetricDataQueries": [
            {"Id": "m", "MetricStat": {"Metric": dict(asked), "Period": period, "Stat": statistic}},
        ],
        "StartTime": start,
        "EndTime": end,
        "ScanBy": "TimestampDescending",
    }
    points: List[Tuple[datetime, float]] = []
    while True:
        page = cloudwatch.get_metric_data(**query)
        for result in page["MetricDataResults"]:
            points += zip(result["Timestamps"], result["Values"])
        if not page.get("NextToken"):
            return Metric(asked, statistic, start, end, period, points)
        query["NextToken"] = page["NextToken"]


def render_metric(metric: Metric) -> str:
    """The report as JSON, short enough for an agent."""
    return fitted(len(metric.points), lambda shown: _report(metric, shown))


def _report(metric: Metric, shown: int) -> Dict[str, Any]:
    report: Dict[str, Any] = {
        "namespace": metric.asked["Namespace"],
        "metric": metric.asked["MetricName"],
        "dimensions": metric.asked["Dimensions"],
        "statistic": metric.statistic,
        "period": {"from": _moment(metric.start), "to": _moment(metric.end)},
        "period_seconds": metric.period,
        "summary": _summary([value for _, value in metric.points]),
        "points": [{"at": _moment(at), "value": _short(value)} for at, value in metric.points[:shown]],
    }
    if not metric.points:
        report["notes"] = [
            "この期間に値がありません。名前空間、メトリクス名、ディメンションがすべて正しいか確認してください。"
        ]
    elif shown < len(metric.points):
        report["notes"] = [f"一覧が長いため、古い値{len(metric.points) - shown}件を省略しました。summary には含まれています。"]
    return report


def _summary(values: Sequence[float]) -> Any:
    if not values:
        return None
    summary = {"newest": values[0], "minimum": min(values), "maximum": max(values), "mean": fmean(values)}
    return {name: _short(value) for name, value in summary.items()}


def _short(value: float) -> float:
    """Six digits that count, as more are only noise to the model."""
    return float(f"{value:.6g}")


def _moment(at: datetime) -> str:
    return at.astimezone(JAPAN).isoformat(timespec="minutes")
