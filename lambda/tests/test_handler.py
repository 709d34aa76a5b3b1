"""The contract with Bedrock: what comes in, what goes out, and that nothing is ever raised."""

import json
import logging
import os
import unittest
from datetime import datetime
from pathlib import Path
from unittest import mock

import lambda_function
from tests.fake_pinpoint import NOW, FakePinpoint, Throttled, campaign, days_ago

EVENT = json.loads((Path(__file__).parent.parent / "event.json").read_text(encoding="utf-8"))


class Context:
    """Lambda's context with so many milliseconds left."""

    def __init__(self, left):
        self.left = left

    def get_remaining_time_in_millis(self):
        return self.left


def call(event, pinpoint=None, context=None):
    """The handler's response, with the clock at NOW."""
    clock = mock.Mock(wraps=datetime)
    clock.now.return_value = NOW
    pinpoint = pinpoint or FakePinpoint([campaign("c", days_ago(1))], lambda *_: ["0.0204"])
    with (
        mock.patch.object(lambda_function, "aws_client", lambda service: pinpoint),
        mock.patch.object(lambda_function, "datetime", clock),
        mock.patch.dict(os.environ, {"APPLICATION_ID": "app", "KPI_NAME": "push-open-rate"}),
    ):
        return lambda_function.handler(event, context)


def function_response(response):
    return response["response"]["functionResponse"]


def body(response):
    return function_response(response)["responseBody"]["TEXT"]["body"]


class Handler(unittest.TestCase):
    def setUp(self):
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def test_the_sample_event_is_answered_as_bedrock_asks(self):
        response = call(EVENT)
        self.assertEqual(response["messageVersion"], "1.0")
        self.assertEqual(response["response"]["actionGroup"], "get_my_api")
        self.assertEqual(response["response"]["function"], "get_my_api")
        self.assertNotIn("responseState", function_response(response))
        self.assertEqual(json.loads(body(response))["latest"]["open_rate_percent"], 2.04)
        json.dumps(response)

    def test_the_body_leaves_japanese_readable(self):
        self.assertIn("ありませんでした", body(call(EVENT, FakePinpoint([]))))

    def test_attributes_go_back_as_they_came(self):
        response = call({**EVENT, "sessionAttributes": {"a": "1"}, "promptSessionAttributes": {"b": "2"}})
        self.assertEqual(response["sessionAttributes"], {"a": "1"})
        self.assertEqual(response["promptSessionAttributes"], {"b": "2"})

    def test_an_event_without_attributes_or_parameters_is_answered(self):
        response = call({"messageVersion": "1.0", "actionGroup": "g", "function": "f"})
        self.assertEqual(response["sessionAttributes"], {})
        self.assertEqual(response["promptSessionAttributes"], {})
        self.assertNotIn("responseState", function_response(response))

    def test_days_limits_the_period(self):
        for event, start in [(EVENT, "2026-10-24"), ({**EVENT, "parameters": []}, "2026-08-25")]:
            self.assertEqual(json.loads(body(call(event)))["period"]["from"], start)

    def test_wrong_days_are_given_back_to_the_model(self):
        for value in ["0", "91", "-1", "3.5", "all", "", None]:
            response = call({**EVENT, "parameters": [{"name": "days", "type": "integer", "value": value}]})
            self.assertEqual(function_response(response)["responseState"], "REPROMPT", value)
            self.assertIn("1 から 90", body(response))

    def test_a_failure_is_told_and_never_raised(self):
        for problem in [RuntimeError("no network"), KeyError("CampaignsResponse")]:
            pinpoint = mock.Mock()
            pinpoint.get_campaigns.side_effect = problem
            response = call(EVENT, pinpoint)
            self.assertEqual(function_response(response)["responseState"], "REPROMPT")
            self.assertEqual(body(response), lambda_function.FAILED)

    def test_a_failure_is_logged_with_its_stack(self):
        logging.disable(logging.NOTSET)
        pinpoint = mock.Mock()
        pinpoint.get_campaigns.side_effect = RuntimeError("no network")
        with self.assertLogs(level="ERROR") as logs:
            call(EVENT, pinpoint)
        self.assertIn("Traceback", logs.output[0])
        self.assertIn("no network", logs.output[0])

    def test_throttling_is_told_as_what_it_is(self):
        pinpoint = mock.Mock()
        pinpoint.get_campaigns.side_effect = Throttled()
        self.assertEqual(body(call(EVENT, pinpoint)), lambda_function.THROTTLED)

    def test_a_function_without_its_application_says_so_in_the_log_only(self):
        with (
            mock.patch.dict(os.environ, clear=True),
            mock.patch.object(lambda_function, "aws_client", lambda service: FakePinpoint([])),
        ):
            response = lambda_function.handler(EVENT, None)
        self.assertEqual(body(response), lambda_function.FAILED)

    def test_an_empty_event_is_answered_too(self):
        for event in [None, {}]:
            self.assertEqual(call(event)["response"]["function"], "")

    def test_a_function_short_of_time_answers_with_what_it_has(self):
        told = json.loads(body(call(EVENT, context=Context(left=5_000))))
        self.assertEqual(told["campaigns"], [])
        self.assertIn("時間内に取得できなかった", "".join(told["notes"]))
        self.assertEqual(json.loads(body(call(EVENT, context=Context(left=60_000))))["campaign_count"], 1)


if __name__ == "__main__":
    unittest.main()
