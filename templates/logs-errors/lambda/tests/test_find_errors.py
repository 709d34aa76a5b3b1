"""What is asked of CloudWatch Logs Insights, and what the model is told."""

import json
import re
import unittest
from datetime import datetime, timedelta, timezone
from unittest import mock

from bedrock_reply import BODY_LIMIT, Reprompt, size
from find_errors import MOST, PATTERN, find_errors, render

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)


class FakeLogs:
    """CloudWatch Logs with these lines (how long ago, group, message), whose query takes so many looks."""

    def __init__(self, lines=(), looks=1, ends="Complete", matched=None):
        self.lines, self.looks, self.ends, self.matched = list(lines), looks, ends, matched
        self.asked, self.stopped = None, False

    def start_query(self, **asked):
        self.asked = asked
        return {"queryId": "q"}

    def get_query_results(self, queryId):
        self.looks -= 1
        if self.looks > 0:
            return {"status": "Running", "results": []}
        rows = [
            [
                {"field": "@timestamp", "value": (NOW - ago).strftime("%Y-%m-%d %H:%M:%S.000")},
                {"field": "@log", "value": f"123456789012:{group}"},
                {"field": "@message", "value": message},
                {"field": "@ptr", "value": "p"},
            ]
            for ago, group, message in self.lines
        ]
        matched = len(rows) if self.matched is None else self.matched
        return {"status": self.ends, "results": rows, "statistics": {"recordsMatched": float(matched)}}

    def stop_query(self, queryId):
        self.stopped = True


def minutes(number):
    return timedelta(minutes=number)


def find(logs, has_time=lambda: True, hours=3):
    return find_errors(logs, ["/a", "/b"], NOW, hours, has_time, sleep=lambda _: None)


def report(logs):
    return json.loads(render(find(logs)))


class Query(unittest.TestCase):
    def test_the_asked_hours_of_all_groups_are_searched(self):
        logs = FakeLogs()
        find(logs, hours=3)
        self.assertEqual(logs.asked["logGroupNames"], ["/a", "/b"])
        self.assertEqual(logs.asked["endTime"] - logs.asked["startTime"], 3 * 3600)

    def test_a_query_is_waited_for(self):
        self.assertEqual(find(FakeLogs([(minutes(1), "/a", "ERROR")], looks=4)).count, 1)

    def test_a_query_without_time_left_is_stopped(self):
        logs = FakeLogs(looks=4)
        with self.assertRaisesRegex(Reprompt, "hours を短く"):
            find(logs, has_time=lambda: False)
        self.assertTrue(logs.stopped)

    def test_a_log_group_that_is_not_there_is_told(self):
        for code, told in [("ResourceNotFoundException", Reprompt), ("AccessDeniedException", RuntimeError)]:
            logs, problem = FakeLogs(), RuntimeError(code)
            problem.response = {"Error": {"Code": code}}
            logs.start_query = mock.Mock(side_effect=problem)
            with self.assertRaises(told):
                find(logs)

    def test_a_query_that_failed_is_no_answer(self):
        with self.assertRaisesRegex(RuntimeError, "Timeout"):
            find(FakeLogs(ends="Timeout"))

    def test_errors_are_told_from_what_only_sounds_like_them(self):
        pattern = re.compile(PATTERN.strip("/").replace("(?i)", ""), re.IGNORECASE)
        for line in ["[ERROR] no", "ValueError: x", "java.lang.NullPointerException: x", "Task timed out after 3 s"]:
            self.assertRegex(line, pattern)
        for line in ["find_errors was called", "all is well", "START RequestId: 1"]:
            self.assertNotRegex(line, pattern)


class Report(unittest.TestCase):
    def test_errors_that_differ_in_numbers_only_are_of_one_kind(self):
        told = report(
            FakeLogs(
                [
                    (minutes(1), "/a", "ERROR request 0a1b2c3d4e5f took 31.5 s"),
                    (minutes(2), "/b", "FATAL disk full"),
                    (minutes(3), "/a", "ERROR request ffeeddccbbaa took 30 s"),
                ]
            )
        )
        self.assertEqual(told["error_count"], 3)
        self.assertEqual([kind["count"] for kind in told["kinds"]], [2, 1])
        self.assertEqual(told["kinds"][0]["last_at"], "2026-11-22T20:59:00+09:00")
        self.assertEqual([error["log_group"] for error in told["errors"]], ["/a", "/b", "/a"])
        self.assertNotIn("notes", told)

    def test_without_errors_nothing_is_made_up(self):
        told = report(FakeLogs())
        self.assertEqual((told["error_count"], told["kinds"], told["errors"]), (0, [], []))

    def test_many_errors_are_cut_and_it_is_said(self):
        lines = [(minutes(n / 60), "/a", f"ERROR 注文の処理に失敗しました {n} " + "x" * 2000) for n in range(MOST)]
        body = render(find(FakeLogs(lines, matched=5000)))
        told = json.loads(body)
        self.assertLessEqual(size(body), BODY_LIMIT)
        self.assertEqual(told["error_count"], 5000)
        self.assertEqual(len(told["notes"]), 2)
        self.assertGreater(len(told["errors"]), 10)

    def test_many_kinds_leave_room(self):
        lines = [(minutes(1), "/a", "ERROR " + chr(0x3041 + n % 80) * (n + 1)) for n in range(300)]
        self.assertLessEqual(size(render(find(FakeLogs(lines)))), BODY_LIMIT)


if __name__ == "__main__":
    unittest.main()
