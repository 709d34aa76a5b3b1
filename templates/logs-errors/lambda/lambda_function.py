"""Answers an agent with the errors that stand in CloudWatch's logs."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import Any, Dict, Mapping, Optional

from bedrock_reply import Call, aws_client, reply, seconds_left
from find_errors import MAX_HOURS, find_errors, render

# Seconds kept back of the function's timeout: enough for the slowest request, all its tries together.
RESERVE = 20

FAILED = "ログを検索できませんでした。再度呼び出さず、取得できなかったことだけを利用者に伝えてください。"


def handler(event: Optional[Mapping[str, Any]], context: Any) -> Dict[str, Any]:
    """Bedrock's entry: the agent's call in, the answer in Bedrock's form out. Never raises."""
    return reply(event, lambda call: errors(call, context), FAILED)


def errors(call: Call, context: Any) -> str:
    """The errors as JSON. `hours`: how many hours back; `log_group`: one of the groups only."""
    groups = [group.strip() for group in os.environ["LOG_GROUPS"].split(",") if group.strip()]
    hours = call.whole_number("hours", 1, MAX_HOURS, default=1)
    asked = call.choice("log_group", ["", *groups], default="")
    found = find_errors(
        aws_client("logs"),
        groups=[asked] if asked else groups,
        now=datetime.now(timezone.utc),
        hours=hours,
        has_time=lambda: seconds_left(context) > RESERVE,
    )
    return render(found)
