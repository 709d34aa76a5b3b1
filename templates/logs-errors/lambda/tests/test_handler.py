"""What the agent is answered."""

import json
import logging
import os
import unittest
from pathlib import Path
from unittest import mock

import lambda_function
from tests.test_find_errors import FakeLogs, minutes

EVENT = json.loads((Path(__file__).parent.parent / "event.json").read_text(encoding="utf-8"))


def told(event, logs):
    """The state and the body of the answer."""
    with (
        mock.patch.object(lambda_function, "aws_client", lambda service: logs),
        mock.patch.dict(os.environ, {"LOG_GROUPS": "/a, /b"}),
    ):
        response = lambda_function.handler(event, None)["response"]["functionResponse"]
    return response.get("responseState"), response["responseBody"]["TEXT"]["body"]


def with_parameter(name, value):
    return {**EVENT, "parameters": [{"name": name, "type": "string", "value": value}]}


class Handler(unittest.TestCase):
    def setUp(self):
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def test_the_sample_event_is_answered(self):
        logs = FakeLogs([(minutes(5), "/a", "[ERROR] no")])
        state, body = told(EVENT, logs)
        self.assertIsNone(state)
        self.assertEqual(json.loads(body)["error_count"], 1)
        self.assertEqual(logs.asked["logGroupNames"], ["/a", "/b"])
        self.assertEqual(logs.asked["endTime"] - logs.asked["startTime"], 3 * 3600)

    def test_one_group_can_be_asked_for(self):
        logs = FakeLogs()
        told(with_parameter("log_group", "/b"), logs)
        self.assertEqual(logs.asked["logGroupNames"], ["/b"])

    def test_wrong_parameters_are_given_back_to_the_model(self):
        for name, value in [("hours", "25"), ("hours", "all"), ("log_group", "/secret")]:
            logs = FakeLogs()
            self.assertEqual(told(with_parameter(name, value), logs)[0], "REPROMPT")
            self.assertIsNone(logs.asked)

    def test_a_failure_is_told_and_never_raised(self):
        self.assertEqual(told(EVENT, FakeLogs(ends="Failed")), ("REPROMPT", lambda_function.FAILED))


if __name__ == "__main__":
    unittest.main()
