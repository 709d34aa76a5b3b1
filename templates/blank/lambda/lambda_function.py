"""Answers an agent by repeating what it is told. Put your own functions in the place of `echo`."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from bedrock_reply import Call, reply

FAILED = "処理に失敗しました。再度呼び出さず、失敗したことだけを利用者に伝えてください。"


def handler(event: Optional[Mapping[str, Any]], context: Any) -> Dict[str, Any]:
    """Bedrock's entry: the agent's call in, the answer in Bedrock's form out. Never raises."""
    return reply(event, lambda call: call.pick(FUNCTIONS)(call), FAILED)


def echo(call: Call) -> Dict[str, Any]:
    """`text`, `times` times."""
    text = call.text("text", longest=200)
    times = call.whole_number("times", 1, 5, default=1)
    return {"text": text, "times": times, "echo": [text] * times}


# By the names that agent.yaml gives them.
FUNCTIONS = {"echo": echo}
