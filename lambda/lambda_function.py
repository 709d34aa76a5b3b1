"""Answers an action group of an Amazon Bedrock agent with the open rates of push notifications."""

from __future__ import annotations

import logging
import os
from datetime import datetime, timezone
from typing import Any, Dict, Mapping, Optional

from bedrock_reply import Call, aws_client, reply, seconds_left
from get_openrate import MAX_DAYS, get_openrate
from report import render

logger = logging.getLogger(__name__)

# Seconds kept back of the function's timeout: enough for the slowest request, all its tries together.
RESERVE = 20

FAILED = "プッシュ通知開封率を取得できませんでした。再度呼び出さず、取得できなかったことだけを利用者に伝えてください。"
THROTTLED = "プッシュ通知開封率の取得が混み合っています。1分ほど待ってからもう一度質問するよう利用者に伝えてください。"


def handler(event: Optional[Mapping[str, Any]], context: Any) -> Dict[str, Any]:
    """Bedrock's entry: the agent's call in, the answer in Bedrock's form out. Never raises."""
    return reply(event, lambda call: open_rates(call, context), FAILED, THROTTLED)


def open_rates(call: Call, context: Any) -> str:
    """The open rates as JSON. The optional parameter `days`: how many days back to look, today included."""
    rates = get_openrate(
        aws_client("pinpoint"),
        application_id=os.environ["APPLICATION_ID"],
        kpi_name=os.environ.get("KPI_NAME", "push-open-rate"),
        now=datetime.now(timezone.utc),
        days=call.whole_number("days", 1, MAX_DAYS, default=MAX_DAYS),
        has_time=lambda: seconds_left(context) > RESERVE,
    )
    logger.info("%d campaigns with open rates since %s", len(rates.rates), rates.start)
    return render(rates)
