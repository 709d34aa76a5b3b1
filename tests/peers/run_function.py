"""Invokes the function, reads what it answers, and finds what it printed in the logs."""

from __future__ import annotations

import base64
import json
import time
from typing import Any, Dict, List

from account import ACTION_GROUP, LOG_GROUP, NAME, Account
from steps import Steps, equal

EVENT = {"actionGroup": ACTION_GROUP, "function": "f", "sessionAttributes": {}, "promptSessionAttributes": {}}


def run_function(steps: Steps, account: Account) -> None:
    functions, logs = account.functions, account.logs

    def invoke(event: Any, **more: Any) -> Dict[str, Any]:
        return functions.invoke(FunctionName=NAME, Payload=json.dumps(event).encode(), LogType="Tail", **more)

    def answered() -> None:
        answer = invoke(EVENT, Qualifier="1")
        equal((answer["StatusCode"], answer["ExecutedVersion"]), (200, "1"), "the status and the version")
        equal("FunctionError" in answer, False, "whether it failed")
        reply = json.loads(answer["Payload"].read())
        equal(reply["response"]["function"], "f", "the reply's function")

    def failed() -> None:
        answer = invoke({})
        equal((answer["FunctionError"], answer["ExecutedVersion"]), ("Unhandled", "$LATEST"), "the error and the version")
        error = json.loads(answer["Payload"].read())
        equal((error["errorType"], error["errorMessage"]), ("KeyError", "'actionGroup'"), "the error")
        log = base64.b64decode(answer["LogResult"]).decode()
        equal(log.startswith("START RequestId: ") and "KeyError" in log, True, "whether the log tells it")

    def logged() -> None:
        events = _events(logs, filterPattern='"REPORT RequestId:"')
        equal(len(events), 2, "the reports")
        equal(events == sorted(events, key=lambda event: event["timestamp"]), True, "the order")
        (error,) = _events(logs, filterPattern="KeyError")
        pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=LOG_GROUP)
        streams = [stream["logStreamName"] for page in pages for stream in page["logStreams"]]
        equal(error["logStreamName"] in streams and len(streams) == 2, True, "the streams")
        stream = {"logGroupName": LOG_GROUP, "logStreamName": error["logStreamName"]}
        seen = logs.get_log_events(**stream, startFromHead=True)["events"]
        equal(error["message"] in [event["message"] for event in seen], True, "the event in its stream")

    def written() -> None:
        stream = {"logGroupName": LOG_GROUP, "logStreamName": "own"}
        logs.create_log_stream(**stream)
        now = int(time.time() * 1000)
        # The emulator's clock is not this machine's: the event's own time is what it was given, unless rejected.
        logs.put_log_events(**stream, logEvents=[{"timestamp": now, "message": "hello"}])
        logs.delete_log_stream(**stream)

    steps.does("a dry run runs nothing", lambda: equal(_dry_run(functions), 204, "the status"))
    steps.does("the function answers", answered)
    steps.does("what it raises is told", failed)
    steps.does("its log is found, in the order of time", logged)
    steps.does("a stream of one's own is written to", written)
    steps.refuses(
        "a version that is not there is not found", "ResourceNotFoundException", lambda: invoke(EVENT, Qualifier="9")
    )
    steps.refuses(
        "an event is JSON",
        "InvalidRequestContentException",
        lambda: functions.invoke(FunctionName=NAME, Payload=b"{"),
    )


def _dry_run(functions: Any) -> int:
    return functions.invoke(FunctionName=NAME, InvocationType="DryRun")["StatusCode"]


def _events(logs: Any, **more: Any) -> List[Dict[str, Any]]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=LOG_GROUP, **more)
    return [event for page in pages for event in page["events"]]
