"""Metrics: what is asked of CloudWatch, and what the model is told."""

import json
import unittest
from datetime import timedelta

from bedrock_reply import BODY_LIMIT, Reprompt, size
from metrics import MAX_HOURS, POINTS, dimensions, get_metric, render_metric
from tests.fake_cloudwatch import NOW, FakeCloudWatch

ASKED = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": []}


def report(cloudwatch, hours=3):
    return json.loads(render_metric(get_metric(cloudwatch, ASKED, "Sum", hours, NOW)))


class Metrics(unittest.TestCase):
    def test_the_figures_stand_there_ready(self):
        told = report(FakeCloudWatch(values=[2.0, 1.0, 4.0]))
        self.assertEqual(told["summary"], {"newest": 2.0, "minimum": 1.0, "maximum": 4.0, "mean": 2.33333})
        self.assertEqual([point["value"] for point in told["points"]], [2.0, 1.0, 4.0])
        self.assertNotIn("notes", told)

    def test_any_period_gives_about_as_many_values(self):
        for hours in [1, 2, 3, 24, 100, MAX_HOURS]:
            cloudwatch = FakeCloudWatch()
            metric = get_metric(cloudwatch, ASKED, "Sum", hours, NOW)
            self.assertEqual(metric.period % 60, 0)
            self.assertLessEqual(timedelta(hours=hours) / timedelta(seconds=metric.period), POINTS)
            self.assertEqual(metric.end - metric.start, timedelta(hours=hours))
            self.assertGreaterEqual(metric.end, NOW)
            self.assertEqual(metric.end.timestamp() % metric.period, 0)

    def test_all_pages_are_read(self):
        self.assertEqual(len(report(FakeCloudWatch(values=[1.0] * 5, page=2))["points"]), 5)

    def test_without_values_nothing_is_made_up(self):
        told = report(FakeCloudWatch())
        self.assertIsNone(told["summary"])
        self.assertIn("値がありません", told["notes"][0])

    def test_as_many_values_as_are_asked_for_fit(self):
        body = render_metric(get_metric(FakeCloudWatch(values=[123456.789] * POINTS), ASKED, "Sum", 2, NOW))
        self.assertLessEqual(size(body), BODY_LIMIT)
        self.assertEqual(len(json.loads(body)["points"]), POINTS)

    def test_dimensions_are_read_as_pairs(self):
        self.assertEqual(dimensions(""), [])
        self.assertEqual(
            dimensions("FunctionName=orders, Resource=orders:live"),
            [{"Name": "FunctionName", "Value": "orders"}, {"Name": "Resource", "Value": "orders:live"}],
        )
        for wrong in ["orders", "=orders", "FunctionName=", "a=b,c"]:
            with self.assertRaises(Reprompt):
                dimensions(wrong)


if __name__ == "__main__":
    unittest.main()
