"""Reads which CloudWatch alarms are in ALARM, and turns them into the JSON text that the model reads."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any, Dict, List, Mapping, Sequence

from bedrock_reply import fitted

# Alarms that are read; whoever has more of them in ALARM at once is not helped by a longer list.
MOST = 500

# Characters of a reason that are shown: the data points follow, as text.
SHOWN = 300

# Whoever reads the answers is in Japan, which keeps no summer time.
JAPAN = timezone(timedelta(hours=9))


def list_alarms(cloudwatch: Any) -> List[Mapping[str, Any]]:
    """The alarms in ALARM, metric alarms and composite ones, the newest first; at most about `MOST`."""
    asked: Dict[str, Any] = {
        "StateValue": "ALARM",
        "AlarmTypes": ["MetricAlarm", "CompositeAlarm"],
        "MaxRecords": 100,
    }
    found: List[Mapping[str, Any]] = []
    while True:
        page = cloudwatch.describe_alarms(**asked)
        found += page.get("CompositeAlarms", []) + page.get("MetricAlarms", [])
        if not page.get("NextToken") or len(found) >= MOST:
            return sorted(found, key=_since, reverse=True)
        asked["NextToken"] = page["NextToken"]


def _since(alarm: Mapping[str, Any]) -> Any:
    """When it went into ALARM; the other time moves with every new reason."""
    return alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]


def render_alarms(alarms: Sequence[Mapping[str, Any]]) -> str:
    """The report as JSON, short enough for an agent: the oldest alarms give way, and the report says so."""
    return fitted(len(alarms), lambda shown: _report(alarms, shown))


def _report(alarms: Sequence[Mapping[str, Any]], shown: int) -> Dict[str, Any]:
    report: Dict[str, Any] = {"alarm_count": len(alarms), "alarms": [_alarm(alarm) for alarm in alarms[:shown]]}
    notes = []
    if len(alarms) >= MOST:
        notes.append("アラームが多すぎるため、総数は実際より少ないことがあります。")
    if shown < len(alarms):
        notes.append(f"一覧が長いため、古いアラーム{len(alarms) - shown}件を省略しました。総数には含まれています。")
    if notes:
        report["notes"] = notes
    return report


def _alarm(alarm: Mapping[str, Any]) -> Dict[str, Any]:
    shown: Dict[str, Any] = {
        "name": alarm["AlarmName"],
        "since": _since(alarm).astimezone(JAPAN).isoformat(timespec="seconds"),
        "reason": alarm.get("StateReason", "")[:SHOWN],
    }
    if alarm.get("AlarmDescription"):
        shown["description"] = alarm["AlarmDescription"][:SHOWN]
    # A composite alarm has no metric, and one that calculates has several.
    if alarm.get("MetricName"):
        shown["metric"] = {
            "namespace": alarm["Namespace"],
            "name": alarm["MetricName"],
            "dimensions": ",".join(f"{each['Name']}={each['Value']}" for each in alarm.get("Dimensions", [])),
        }
    return shown
