"""Finds errors with CloudWatch Logs Insights, and turns them into the JSON text that the model reads."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, List, Mapping, Sequence

from bedrock_reply import Reprompt, fitted

MAX_HOURS = 24

# The newest errors that are read; the count is of all. Insights gives up to 10000.
MOST = 1000

# What counts as an error. A function called find_errors does not: there the word goes on.
PATTERN = r"/(?i)((error|exception|fatal|traceback)\b|timed out)/"

QUERY = f"fields @timestamp, @log, @message | filter @message like {PATTERN} | sort @timestamp desc | limit {MOST}"

# Seconds between two looks at a query that is still running.
PAUSE = 0.5

# Characters of a message that are shown; what follows is mostly the stack.
SHOWN = 400

# Kinds of errors that are shown, those with the most errors.
KINDS = 20

# Whoever reads the answers is in Japan, which keeps no summer time.
JAPAN = timezone(timedelta(hours=9))

TOO_SLOW = "時間内にログを検索できませんでした。hours を短くするか log_group を指定して、もう一度質問するよう利用者に伝えてください。"

NO_GROUP = "ロググループ {groups} のいずれかがありません。agent.yaml の LOG_GROUPS を確認するよう利用者に伝えてください。"

# What differs from one error to the next of its kind: ids and numbers.
VARYING = re.compile(r"\b(?:[0-9a-fA-F]{8,}|[0-9a-fA-F-]{36}|[0-9][0-9:.,TZ-]*)\b")


@dataclass(frozen=True)
class LogError:
    """One line of a log that is an error."""

    at: datetime
    group: str
    message: str


@dataclass(frozen=True)
class Found:
    """What was found in one period, the newest error first."""

    start: datetime
    end: datetime
    groups: Sequence[str]
    # Of all errors in the period, also of those that were not read.
    count: int
    errors: Sequence[LogError]


def find_errors(
    logs: Any,
    groups: Sequence[str],
    now: datetime,
    hours: int,
    has_time: Callable[[], bool],
    sleep: Callable[[float], None] = time.sleep,
) -> Found:
    """The errors of the last hours in the log groups. Gives the query up when there is no time left."""
    start = now - timedelta(hours=hours)
    query = _start(logs, groups, start, now)
    while True:
        results = logs.get_query_results(queryId=query)
        if results["status"] == "Complete":
            break
        if results["status"] not in ("Scheduled", "Running"):
            raise RuntimeError(f"the query ended as {results['status']}")
        if not has_time():
            logs.stop_query(queryId=query)
            raise Reprompt(TOO_SLOW)
        sleep(PAUSE)
    errors = [_error({field["field"]: field["value"] for field in row}) for row in results["results"]]
    count = int(results.get("statistics", {}).get("recordsMatched", len(errors)))
    return Found(start, now, groups, count, errors)


def _start(logs: Any, groups: Sequence[str], start: datetime, end: datetime) -> str:
    """The id of the query, begun. One log group that is not there, and nothing is searched."""
    try:
        return logs.start_query(
            logGroupNames=list(groups),
            startTime=int(start.timestamp()),
            endTime=int(end.timestamp()),
            queryString=QUERY,
        )["queryId"]
    except Exception as problem:
        # Told by botocore's error code, so that botocore stays optional.
        code = (getattr(problem, "response", None) or {}).get("Error", {}).get("Code")
        if code != "ResourceNotFoundException":
            raise
        raise Reprompt(NO_GROUP.format(groups="、".join(groups))) from problem


def _error(row: Mapping[str, str]) -> LogError:
    at = datetime.strptime(row["@timestamp"], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=timezone.utc)
    # `@log` is the account's number, a colon, and the group.
    return LogError(at, row.get("@log", "").partition(":")[2], row.get("@message", "").strip())


def render(found: Found) -> str:
    """The report as JSON, short enough for an agent: the oldest errors give way, and the report says so."""
    return fitted(len(found.errors), lambda shown: _report(found, shown))


def _report(found: Found, shown: int) -> Dict[str, Any]:
    report: Dict[str, Any] = {
        "period": {"from": _moment(found.start), "to": _moment(found.end)},
        "log_groups": list(found.groups),
        "error_count": found.count,
        "kinds": _kinds(found.errors),
        "errors": [
            {"at": _moment(error.at), "log_group": error.group, "message": error.message[:SHOWN]}
            for error in found.errors[:shown]
        ],
    }
    notes = []
    if found.count > len(found.errors):
        notes.append(f"種類ごとの件数は、新しいエラー{len(found.errors)}件だけを数えたものです。")
    if shown < len(found.errors):
        notes.append(f"一覧が長いため、古いエラー{len(found.errors) - shown}件を省略しました。")
    if notes:
        report["notes"] = notes
    return report


def _kinds(errors: Sequence[LogError]) -> List[Dict[str, Any]]:
    """Errors that differ in numbers and ids only, counted together."""
    kinds: Dict[Any, List[LogError]] = defaultdict(list)
    for error in errors:
        kinds[(error.group, VARYING.sub("#", error.message)[:SHOWN])].append(error)
    most = sorted(kinds.items(), key=lambda kind: len(kind[1]), reverse=True)[:KINDS]
    return [
        {"count": len(same), "last_at": _moment(same[0].at), "log_group": group, "message": message[:200]}
        for (group, message), same in most
    ]


def _moment(at: datetime) -> str:
    return at.astimezone(JAPAN).isoformat(timespec="seconds")
