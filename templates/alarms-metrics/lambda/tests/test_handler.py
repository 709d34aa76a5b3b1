"""What the agent is answered."""

import json
import logging
import unittest
from pathlib import Path
from unittest import mock

import lambda_function
from tests.fake_cloudwatch import FakeCloudWatch, alarm

EVENT = json.loads((Path(__file__).parent.parent / "event.json").read_text(encoding="utf-8"))


def told(event, cloudwatch):
    """The state and the body of the answer."""
    with mock.patch.object(lambda_function, "aws_client", lambda service: cloudwatch):
        response = lambda_function.handler(event, None)["response"]["functionResponse"]
    return response.get("responseState"), response["responseBody"]["TEXT"]["body"]


def with_parameters(**values):
    asked = {"namespace": "AWS/Lambda", "metric": "Errors", **values}
    return {**EVENT, "parameters": [{"name": name, "type": "string", "value": asked[name]} for name in asked]}


class Handler(unittest.TestCase):
    def setUp(self):
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def test_the_sample_event_is_answered(self):
        cloudwatch = FakeCloudWatch(values=[1.0])
        state, body = told(EVENT, cloudwatch)
        self.assertIsNone(state)
        self.assertEqual(json.loads(body)["statistic"], "Sum")
        (asked,) = cloudwatch.asked
        self.assertEqual(
            asked["MetricDataQueries"][0]["MetricStat"]["Metric"]["Dimensions"],
            [{"Name": "FunctionName", "Value": "push-worker"}],
        )

    def test_alarms_are_listed(self):
        state, body = told({**EVENT, "function": "list_alarms", "parameters": []}, FakeCloudWatch([alarm("a", 1)]))
        self.assertIsNone(state)
        self.assertEqual(json.loads(body)["alarm_count"], 1)

    def test_wrong_calls_are_given_back_to_the_model(self):
        wrong = [
            {**EVENT, "function": "delete_alarms"},
            with_parameters(namespace=""),
            with_parameters(hours="337"),
            with_parameters(statistic="Median"),
            with_parameters(dimensions="orders"),
        ]
        for event in wrong:
            cloudwatch = FakeCloudWatch()
            self.assertEqual(told(event, cloudwatch)[0], "REPROMPT")
            self.assertEqual(cloudwatch.asked, [])

    def test_a_failure_is_told_and_never_raised(self):
        cloudwatch = mock.Mock()
        cloudwatch.get_metric_data.side_effect = RuntimeError("no network")
        self.assertEqual(told(EVENT, cloudwatch), ("REPROMPT", lambda_function.FAILED))


if __name__ == "__main__":
    unittest.main()
