"""Answers an agent with CloudWatch's alarms, and with the values of a metric."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Dict, Mapping, Optional

from alarms import list_alarms, render_alarms
from bedrock_reply import Call, aws_client, reply
from metrics import MAX_HOURS, STATISTICS, dimensions, get_metric, render_metric

FAILED = "CloudWatch から取得できませんでした。再度呼び出さず、取得できなかったことだけを利用者に伝えてください。"


def handler(event: Optional[Mapping[str, Any]], context: Any) -> Dict[str, Any]:
    """Bedrock's entry: the agent's call in, the answer in Bedrock's form out. Never raises."""
    return reply(event, lambda call: call.pick(FUNCTIONS)(call), FAILED)


def alarms(call: Call) -> str:
    """The alarms that are in ALARM, as JSON."""
    return render_alarms(list_alarms(aws_client("cloudwatch")))


def metric(call: Call) -> str:
    """A metric's values as JSON."""
    asked = {
        "Namespace": call.text("namespace", longest=255),
        "MetricName": call.text("metric", longest=255),
        "Dimensions": dimensions(call.text("dimensions", longest=1000, default="")),
    }
    statistic = call.choice("statistic", STATISTICS, default="Average")
    hours = call.whole_number("hours", 1, MAX_HOURS, default=3)
    now = datetime.now(timezone.utc)
    return render_metric(get_metric(aws_client("cloudwatch"), asked, statistic, hours, now))


# By the names that agent.yaml gives them.
FUNCTIONS = {"list_alarms": alarms, "get_metric": metric}
