"""Runs the steps of a peer test: one printed line a step, and bounded waits."""

from __future__ import annotations

import time
from typing import Any, Callable, Collection

from botocore.exceptions import ClientError

# Seconds. No passing state of the emulator lasts longer, not even with AWS's own timing.
PATIENCE = 60.0
POLL = 0.1


class Halt(Exception):
    """A step failed that the later ones build on."""


class Steps:
    """Counts what passed and what failed."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def does(self, name: str, action: Callable[[], Any]) -> Any:
        """A step that must work; what it returns is for the steps after it."""
        try:
            result = action()
        except Exception as problem:  # noqa: BLE001 - every kind of failure is this step's failure
            self._fail(name, f"{type(problem).__name__}: {problem}")
            raise Halt from problem
        self._pass(name)
        return result

    def refuses(self, name: str, codes: str, action: Callable[[], Any], text: str = "") -> None:
        """A step that must be refused with one of the error `codes` (separated by spaces) and a message with `text`."""
        try:
            action()
        except ClientError as refusal:
            error = refusal.response["Error"]
            if error["Code"] in codes.split() and text.lower() in error["Message"].lower():
                self._pass(name)
            else:
                self._fail(name, f"refused with {error['Code']}: {error['Message']}")
        except Exception as problem:  # noqa: BLE001 - boto3 itself could not send it, or not read the answer
            self._fail(name, f"{type(problem).__name__}: {problem}")
        else:
            self._fail(name, f"was not refused, but should be with {codes}")

    def close(self) -> int:
        """The closing line; gives the exit code."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed else 0

    def _pass(self, name: str) -> None:
        self.passed += 1
        print(f"ok    {name}", flush=True)

    def _fail(self, name: str, why: str) -> None:
        self.failed += 1
        print(f"FAIL  {name}: {why}", flush=True)


def equal(seen: Any, wanted: Any, what: str = "value") -> None:
    """Compares, whatever flags Python runs with."""
    if seen != wanted:
        raise AssertionError(f"{what} is {seen!r}, wanted {wanted!r}")


def until(what: str, status: Callable[[], str], target: Collection[str], pending: Collection[str]) -> str:
    """Polls a status until it is one of `target`; any status that is not pending either is a failure."""
    deadline = time.monotonic() + PATIENCE
    while True:
        seen = status()
        if seen in target:
            return seen
        if seen not in pending:
            raise AssertionError(f"{what} went to {seen}, wanted {sorted(target)}")
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} is still {seen} after {PATIENCE:.0f} s")
        time.sleep(POLL)


def until_gone(what: str, get: Callable[[], Any]) -> None:
    """Polls until the thing is not found any more."""

    def status() -> str:
        try:
            get()
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] == "ResourceNotFoundException":
                return "gone"
            raise
        return "there"

    until(what, status, target={"gone"}, pending={"there"})


def retried(code: str, text: str, action: Callable[[], Any]) -> Any:
    """Tries again while AWS refuses with this code and text: a new role takes its time to be seen everywhere."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return action()
        except ClientError as refusal:
            error = refusal.response["Error"]
            if error["Code"] != code or text not in error["Message"] or time.monotonic() > deadline:
                raise
        time.sleep(POLL)
