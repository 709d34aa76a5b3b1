"""The text that the model is given."""

import json
import unittest

from bedrock_reply import BODY_LIMIT
from get_openrate import get_openrate
from report import render
from tests.fake_pinpoint import NOW, FakePinpoint, campaign, days_ago


def report(campaigns, ratios, **more):
    return json.loads(render(get_openrate(FakePinpoint(campaigns, ratios), "app", "push-open-rate", NOW, **more)))


class Render(unittest.TestCase):
    def test_latest_and_average_stand_there_ready(self):
        ratios = {"old": ["0.03"], "new": ["0.02040816326530612"]}
        told = report(
            [campaign("old", days_ago(9)), campaign("new", days_ago(1))], lambda identity, _: ratios[identity]
        )
        self.assertEqual(told["unit"], "percent")
        self.assertEqual(told["period"], {"from": "2026-08-25", "to": "2026-11-22"})
        self.assertEqual(
            told["latest"], {"name": "new", "sent_at": "2026-11-21T18:30:00+09:00", "open_rate_percent": 2.04}
        )
        self.assertEqual(told["average_open_rate_percent"], 2.52)
        self.assertEqual([c["open_rate_percent"] for c in told["campaigns"]], [2.04, 3.0])
        self.assertNotIn("notes", told)

    def test_without_campaigns_nothing_is_made_up(self):
        told = report([], lambda *_: [])
        self.assertIsNone(told["latest"])
        self.assertIsNone(told["average_open_rate_percent"])
        self.assertEqual(len(told["notes"]), 1)

    def test_what_the_average_leaves_out_is_said(self):
        told = report(
            [campaign("silent", days_ago(1)), campaign("read", days_ago(2))],
            lambda identity, _: ["0.1"] if identity == "read" else [],
        )
        self.assertIn("1件", told["notes"][0])
        self.assertEqual(told["average_open_rate_percent"], 10.0)

    def test_a_triggered_campaign_is_latest_only_when_there_is_no_other(self):
        triggered = campaign("t", None, "COMPLETED", Schedule={"StartTime": days_ago(50), "Frequency": "EVENT"})
        self.assertEqual(
            report([triggered, campaign("sent", days_ago(9))], lambda *_: ["0.1"])["latest"]["name"], "sent"
        )
        self.assertIsNone(report([triggered], lambda *_: ["0.1"])["latest"]["sent_at"])

    def test_several_values_of_a_campaign_are_all_shown(self):
        told = report([campaign("c", days_ago(1))], lambda *_: ["0.1", "0.3"])
        self.assertEqual([m["open_rate_percent"] for m in told["campaigns"][0]["measurements"]], [10.0, 30.0])

    def test_a_long_list_loses_its_oldest_and_says_so(self):
        campaigns = [
            campaign(f"c{n}", days_ago(1 + n / 100), Name="全国カバディ選手権のお知らせ" * 4) for n in range(400)
        ]
        ratios = lambda identity, _: ["0.5" if identity == "c399" else "0.1"]  # noqa: E731
        body = render(get_openrate(FakePinpoint(campaigns, ratios), "app", "push-open-rate", NOW))
        told = json.loads(body)
        self.assertLessEqual(len(json.dumps(body)), BODY_LIMIT)
        self.assertEqual(told["campaign_count"], 400)
        self.assertEqual(told["average_open_rate_percent"], 10.1)
        cut = 400 - len(told["campaigns"])
        self.assertIn(f"{cut}件を省略", told["notes"][0])
        self.assertEqual(told["campaigns"][0]["sent_at"], told["latest"]["sent_at"])
        # No more was cut than had to be: another campaign would not have fitted.
        another = json.dumps(json.dumps(told["campaigns"][-1], ensure_ascii=False))
        self.assertGreater(len(json.dumps(body)) + len(another), BODY_LIMIT)


if __name__ == "__main__":
    unittest.main()
