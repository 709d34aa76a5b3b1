"""Answers an action group of an Amazon Bedrock agent with the open rates of push notifications."""

from __future__ import annotations

import logging
import os
from datetime import datetime, timezone
from typing import Any, Dict, Mapping, Optional

from get_openrate import MAX_DAYS, get_openrate, pinpoint_client
from report import render

logger = logging.getLogger()
logger.setLevel(logging.INFO)

# Milliseconds kept back of the function's timeout: enough for the slowest request, all its tries together.
RESERVE_MS = 20_000

FAILED = "プッシュ通知開封率を取得できませんでした。再度呼び出さず、取得できなかったことだけを利用者に伝えてください。"
THROTTLED = "プッシュ通知開封率の取得が混み合っています。1分ほど待ってからもう一度質問するよう利用者に伝えてください。"
BAD_DAYS = f"days には 1 から {MAX_DAYS} までの整数を指定してください。"


class BadParameter(Exception):
    """A parameter that the model filled in wrongly; the text tells it how to do better."""


def handler(event: Optional[Mapping[str, Any]], context: Any) -> Dict[str, Any]:
    """Bedrock's entry: an event of a function schema in, a response of `messageVersion` 1.0 out.

    Never raises: an exception would end the conversation with DependencyFailedException. REPROMPT instead gives the
    text back to the model, which then says what is wrong.
    """
    event = event or {}
    try:
        return _response(event, _answer(event, context))
    except BadParameter as problem:
        logger.warning("bad parameter: %s", problem)
        return _response(event, str(problem), "REPROMPT")
    except Exception as problem:  # noqa: BLE001 - see above
        logger.exception("no open rates")
        return _response(event, THROTTLED if _is_throttle(problem) else FAILED, "REPROMPT")


def _answer(event: Mapping[str, Any], context: Any) -> str:
    """The body of the reply: JSON."""
    rates = get_openrate(
        pinpoint_client(),
        application_id=os.environ["APPLICATION_ID"],
        kpi_name=os.environ.get("KPI_NAME", "push-open-rate"),
        now=datetime.now(timezone.utc),
        days=_days(event),
        has_time=lambda: context is None or context.get_remaining_time_in_millis() > RESERVE_MS,
    )
    logger.info("%d campaigns with open rates since %s", len(rates.rates), rates.start)
    return render(rates)


def _days(event: Mapping[str, Any]) -> int:
    """The optional parameter `days`: how many days back to look, today included. Bedrock sends values as strings."""
    for parameter in event.get("parameters") or []:
        if parameter.get("name") == "days":
            return _whole_number(parameter.get("value"))
    return MAX_DAYS


def _whole_number(text: Any) -> int:
    try:
        days = int(text)
    except (TypeError, ValueError):
        raise BadParameter(BAD_DAYS) from None
    if not 1 <= days <= MAX_DAYS:
        raise BadParameter(BAD_DAYS)
    return days


def _response(event: Mapping[str, Any], body: str, state: Optional[str] = None) -> Dict[str, Any]:
    """The envelope that Bedrock asks for. Attributes go back as they came, or the session would lose them."""
    function_response: Dict[str, Any] = {"responseBody": {"TEXT": {"body": body}}}
    if state:
        function_response["responseState"] = state
    return {
        "messageVersion": "1.0",
        "response": {
            "actionGroup": event.get("actionGroup", ""),
            "function": event.get("function", ""),
            "functionResponse": function_response,
        },
        "sessionAttributes": event.get("sessionAttributes") or {},
        "promptSessionAttributes": event.get("promptSessionAttributes") or {},
    }


def _is_throttle(problem: Exception) -> bool:
    """Whether AWS refused for too many requests. Told by botocore's error code, so that botocore stays optional."""
    error = getattr(problem, "response", None) or {}
    return error.get("Error", {}).get("Code") in {"TooManyRequestsException", "ThrottlingException"}
