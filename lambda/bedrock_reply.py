"""What every handler of an agent shares: its parameters in, the one form of answer that Bedrock takes out.

`bedrock-ops init` writes this same file into every new handler's folder. Nothing in it is about any one handler.
"""

from __future__ import annotations

import json
import logging
import math
from functools import lru_cache
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, TypeVar

logger = logging.getLogger()
logger.setLevel(logging.INFO)

# Bytes of the body as it travels, escaped once more inside the response. AWS asked for at most 25 KB for the whole
# response; the rest is for the envelope and the session attributes.
BODY_LIMIT = 24_000

THROTTLED = "データの取得が混み合っています。1分ほど待ってからもう一度質問するよう利用者に伝えてください。"
TOO_LONG = "結果が長すぎて返せませんでした。期間や対象を絞ってもう一度質問するよう利用者に伝えてください。"

# How AWS's services say that there were too many requests.
THROTTLE_CODES = frozenset(
    {"LimitExceededException", "RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)

Picked = TypeVar("Picked")


class Reprompt(Exception):
    """The text that the model is given instead of an answer: what is wrong, and what to do about it."""


class Call:
    """One call by the agent: the function's name, and the parameters as the model filled them in."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self.function: str = event.get("function") or ""
        # Bedrock sends every value as a string, whatever its type in the manifest.
        self._values = {each.get("name"): each.get("value") for each in event.get("parameters") or []}

    def pick(self, functions: Mapping[str, Picked]) -> Picked:
        """What belongs to the called function."""
        if self.function not in functions:
            raise Reprompt(f"関数 {self.function} はありません。使えるのは {'、'.join(functions)} です。")
        return functions[self.function]

    def text(self, name: str, longest: int, default: Optional[str] = None) -> str:
        """A text of at most `longest` characters. Without a default it must be there."""
        value = str(self._values.get(name) or "").strip()
        if not value and default is not None:
            return default
        if not 1 <= len(value) <= longest:
            raise Reprompt(f"{name} には {longest} 文字以内の文字列を指定してください。")
        return value

    def choice(self, name: str, choices: Sequence[str], default: Optional[str] = None) -> str:
        """One of the `choices`. Without a default it must be there."""
        value = str(self._values.get(name) or default or "").strip()
        if value not in choices:
            raise Reprompt(f"{name} には次のいずれかを指定してください: {'、'.join(choices)}")
        return value

    def whole_number(self, name: str, lowest: int, highest: int, default: int) -> int:
        """A whole number from `lowest` to `highest`."""
        if name not in self._values:
            return default
        try:
            number = int(str(self._values[name]))
        except ValueError:
            number = None
        if number is None or not lowest <= number <= highest:
            raise Reprompt(f"{name} には {lowest} から {highest} までの整数を指定してください。")
        return number


def reply(
    event: Optional[Mapping[str, Any]], answer: Callable[[Call], Any], failed: str, throttled: str = THROTTLED
) -> Dict[str, Any]:
    """The response of `messageVersion` 1.0 to an event of a function schema, with the JSON of what `answer` returns.

    Never raises: an exception would end the conversation with DependencyFailedException. REPROMPT instead gives a text
    back to the model, which then says what is wrong: that of a `Reprompt`, else `throttled` or `failed`.
    """
    event = event if isinstance(event, dict) else {}
    try:
        body = answer(Call(event))
        if not isinstance(body, str):
            body = as_json(body)
        if size(body) > BODY_LIMIT:
            logger.warning("the answer takes %d bytes, there is room for %d", size(body), BODY_LIMIT)
            return _response(event, TOO_LONG, "REPROMPT")
        return _response(event, body)
    except Reprompt as problem:
        logger.warning("told the model: %s", problem)
        return _response(event, str(problem), "REPROMPT")
    except Exception as problem:  # noqa: BLE001 - see above
        logger.exception("no answer")
        return _response(event, throttled if _is_throttle(problem) else failed, "REPROMPT")


def fitted(count: int, report: Callable[[int], Any]) -> str:
    """The JSON of `report(shown)`, where `shown`, at most `count`, is the most that the reply has room for."""
    fits, too_many = 0, count + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if size(as_json(report(middle))) <= BODY_LIMIT:
            fits = middle
        else:
            too_many = middle
    return as_json(report(fits))


def as_json(value: Any) -> str:
    """The value as JSON in which Japanese stays readable."""
    return json.dumps(value, ensure_ascii=False)


def size(body: str) -> int:
    """The bytes that a body takes inside the response."""
    return len(json.dumps(body))


def seconds_left(context: Any) -> float:
    """Until Lambda ends this call; without end where there is no Lambda."""
    return context.get_remaining_time_in_millis() / 1000 if context else math.inf


@lru_cache(maxsize=None)
def aws_client(service: str, region: Optional[str] = None, read_timeout: int = 5) -> Any:
    """boto3's client of a service, made on the first call and kept while the function stays warm."""
    # Imported here, so that all else runs and is tested without boto3.
    import boto3
    from botocore.config import Config

    # Adaptive: it slows down by itself when AWS says that there were too many requests. Three tries, so that one slow
    # request cannot eat up the function's minute.
    retries = {"mode": "adaptive", "total_max_attempts": 3}
    config = Config(retries=retries, connect_timeout=1, read_timeout=read_timeout)
    return boto3.client(service, region_name=region, config=config)


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
    return error.get("Error", {}).get("Code") in THROTTLE_CODES
