"""Open rates: which days are asked for, and what the model is told."""

import json
import unittest

from bedrock_reply import BODY_LIMIT, size
from open_rate import MOST, SQL, get_open_rates, render
from tests.fake_athena import NOW, FakeAthena, athena, row


def body(rows, days=90):
    return render(get_open_rates(athena(FakeAthena(rows)), NOW.date(), days))


class OpenRates(unittest.TestCase):
    def test_latest_and_average_stand_there_ready(self):
        told = json.loads(body([row("new", 1, 49, 1), row("old", 9, 100, 3)]))
        self.assertEqual(told["unit"], "percent")
        self.assertEqual(
            told["latest"], {"name": "new", "sent_at": "2026-11-21T21:00:00+09:00", "open_rate_percent": 2.04}
        )
        self.assertEqual(told["average_open_rate_percent"], 2.52)
        self.assertEqual(told["campaigns"][1]["sent"], 100)
        self.assertEqual(told["campaigns"][1]["opened"], 3)
        self.assertNotIn("notes", told)

    def test_the_asked_days_are_counted_with_today(self):
        for days, first in [(1, "2026-11-22"), (30, "2026-10-24"), (365, "2025-11-23")]:
            client = FakeAthena()
            get_open_rates(athena(client), NOW.date(), days)
            self.assertEqual(client.asked["ExecutionParameters"], [f"'{first}'", "'2026-11-22'"])
        self.assertEqual(SQL.count("?"), 2)

    def test_without_campaigns_nothing_is_made_up(self):
        told = json.loads(body([]))
        self.assertIsNone(told["latest"])
        self.assertIsNone(told["average_open_rate_percent"])
        self.assertEqual(len(told["notes"]), 1)

    def test_a_campaign_without_a_name_goes_by_its_id(self):
        nameless = row("c", 1, 10, 1)
        nameless[1] = None
        self.assertEqual(json.loads(body([nameless]))["latest"]["name"], "id-c")

    def test_a_long_list_loses_its_oldest_and_says_so(self):
        text = body([row("全国カバディ選手権のお知らせ" * 2 + str(n), n / 10, 100, 1) for n in range(MOST)])
        told = json.loads(text)
        self.assertLessEqual(size(text), BODY_LIMIT)
        self.assertEqual(told["campaign_count"], MOST)
        self.assertEqual(len(told["notes"]), 2)
        self.assertIn(f"{MOST - len(told['campaigns'])}件を省略", told["notes"][1])


if __name__ == "__main__":
    unittest.main()
