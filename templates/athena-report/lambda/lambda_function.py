"""Answers an agent with the open rates of push notifications, which Athena computes."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import Any, Dict, Mapping, Optional

from athena import Athena
from bedrock_reply import Call, aws_client, reply, seconds_left
from open_rate import DEFAULT_DAYS, MAX_DAYS, get_open_rates, render

# Seconds kept back of the function's timeout: enough for the slowest request, all its tries together.
RESERVE = 20

FAILED = "プッシュ通知開封率を取得できませんでした。再度呼び出さず、取得できなかったことだけを利用者に伝えてください。"


def handler(event: Optional[Mapping[str, Any]], context: Any) -> Dict[str, Any]:
    """Bedrock's entry: the agent's call in, the answer in Bedrock's form out. Never raises."""
    return reply(event, lambda call: open_rates(call, context), FAILED)


def open_rates(call: Call, context: Any) -> str:
    """The open rates as JSON. The optional parameter `days`: how many days back to look, today included."""
    days = call.whole_number("days", 1, MAX_DAYS, default=DEFAULT_DAYS)
    athena = Athena(
        aws_client("athena"),
        workgroup=os.environ["ATHENA_WORKGROUP"],
        database=os.environ["ATHENA_DATABASE"],
        has_time=lambda: seconds_left(context) > RESERVE,
    )
    return render(get_open_rates(athena, datetime.now(timezone.utc).date(), days))
