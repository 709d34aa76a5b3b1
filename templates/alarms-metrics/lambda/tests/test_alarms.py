"""Alarms: what is asked of CloudWatch, and what the model is told."""

import json
import unittest

from alarms import list_alarms, render_alarms
from bedrock_reply import BODY_LIMIT, size
from tests.fake_cloudwatch import FakeCloudWatch, alarm


def report(cloudwatch):
    return json.loads(render_alarms(list_alarms(cloudwatch)))


class Alarms(unittest.TestCase):
    def test_the_alarm_that_rang_last_comes_first(self):
        told = report(FakeCloudWatch([alarm("old", 90), alarm("new", 5)]))
        self.assertEqual([each["name"] for each in told["alarms"]], ["new", "old"])
        self.assertEqual(told["alarms"][0]["since"], "2026-11-22T20:55:30+09:00")

    def test_an_alarm_names_its_metric_as_get_metric_takes_it(self):
        (told,) = report(FakeCloudWatch([alarm("a", 1)]))["alarms"]
        expected = {"namespace": "AWS/Lambda", "name": "Errors", "dimensions": "FunctionName=orders"}
        self.assertEqual(told["metric"], expected)

    def test_a_composite_alarm_is_told_without_a_metric(self):
        composite = {name: value for name, value in alarm("c", 1).items() if name[0] not in "MND"}
        (told,) = report(FakeCloudWatch(composites=[composite]))["alarms"]
        self.assertNotIn("metric", told)

    def test_all_pages_are_read_and_only_what_is_in_alarm(self):
        cloudwatch = FakeCloudWatch([alarm(f"a{n}", n) for n in range(5)], page=2)
        self.assertEqual(report(cloudwatch)["alarm_count"], 5)
        self.assertEqual(len(cloudwatch.asked), 3)
        self.assertTrue(all(asked["StateValue"] == "ALARM" for asked in cloudwatch.asked))

    def test_without_alarms_nothing_is_made_up(self):
        self.assertEqual(report(FakeCloudWatch()), {"alarm_count": 0, "alarms": []})

    def test_a_long_list_loses_its_oldest_and_says_so(self):
        many = [alarm(f"警報{n}", n, StateReason="しきい値を超えました" * 30) for n in range(300)]
        body = render_alarms(list_alarms(FakeCloudWatch(many)))
        told = json.loads(body)
        self.assertLessEqual(size(body), BODY_LIMIT)
        self.assertEqual(told["alarm_count"], 300)
        self.assertIn(f"{300 - len(told['alarms'])}件を省略", told["notes"][0])


if __name__ == "__main__":
    unittest.main()
