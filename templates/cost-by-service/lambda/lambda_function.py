"""Answers an agent with what AWS cost in a month, service by service."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Dict, Mapping, Optional

from bedrock_reply import Call, aws_client, reply
from get_cost import get_cost, month_of, render

FAILED = "料金を取得できませんでした。再度呼び出さず、取得できなかったことだけを利用者に伝えてください。"

# Cost Explorer has one endpoint for all regions, and may think for a while.
REGION = "us-east-1"
READ_TIMEOUT = 20


def handler(event: Optional[Mapping[str, Any]], context: Any) -> Dict[str, Any]:
    """Bedrock's entry: the agent's call in, the answer in Bedrock's form out. Never raises."""
    return reply(event, cost, FAILED)


def cost(call: Call) -> str:
    """The costs as JSON. The optional parameter `month`: which one, as YYYY-MM."""
    # Cost Explorer's months are UTC's.
    today = datetime.now(timezone.utc).date()
    month = month_of(call.text("month", longest=10, default=""), today)
    return render(get_cost(aws_client("ce", REGION, READ_TIMEOUT), month, today))
