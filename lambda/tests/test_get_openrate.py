"""How Pinpoint is asked, and what is kept of its answers."""

import unittest
from datetime import timedelta

from get_openrate import get_openrate, windows
from tests.fake_pinpoint import NOW, FakePinpoint, campaign, days_ago


def read(pinpoint, **more):
    return get_openrate(pinpoint, "app", "push-open-rate", NOW, **more)


class GetOpenrate(unittest.TestCase):
    def test_ratios_become_percent(self):
        rates = read(FakePinpoint([campaign("c", days_ago(1))], lambda *_: ["0.0204"])).rates
        self.assertAlmostEqual(rates[0].percent, 2.04)

    def test_all_pages_of_campaigns_are_read(self):
        pinpoint = FakePinpoint([campaign(f"c{n}", days_ago(n + 1)) for n in range(5)], lambda *_: ["0.1"], page=2)
        self.assertEqual(len(read(pinpoint).rates), 5)
        self.assertEqual(pinpoint.pages_read, 3)

    def test_the_campaign_sent_last_comes_first_whatever_was_edited_last(self):
        old, new = campaign("old", days_ago(20)), campaign("new", days_ago(2), LastModifiedDate=days_ago(2))
        rates = read(FakePinpoint([old, new], lambda *_: ["0.1"])).rates
        self.assertEqual([rate.campaign.id for rate in rates], ["new", "old"])

    def test_a_single_send_costs_one_request_from_its_send_on(self):
        pinpoint = FakePinpoint([campaign("c", days_ago(60))], lambda *_: ["0.1"])
        read(pinpoint)
        self.assertEqual(len(pinpoint.kpi_calls), 1)
        self.assertEqual(pinpoint.kpi_calls[0]["StartTime"], NOW - timedelta(days=61))

    def test_a_recurring_campaign_is_measured_over_the_whole_period(self):
        daily = campaign("c", None, "PENDING_NEXT_RUN", Schedule={"StartTime": days_ago(400), "Frequency": "DAILY"})
        pinpoint = FakePinpoint([daily], lambda identity, start: ["0.3" if NOW - start < timedelta(days=31) else "0.1"])
        (rate,) = read(pinpoint).rates
        self.assertEqual(len(pinpoint.kpi_calls), 3)
        self.assertAlmostEqual(rate.newest_percent, 30.0)
        self.assertAlmostEqual(rate.percent, (10 + 10 + 30) / 3)

    def test_all_rows_of_a_window_count(self):
        rates = read(FakePinpoint([campaign("c", days_ago(1))], lambda *_: ["0.1", "0.3"])).rates
        self.assertAlmostEqual(rates[0].percent, 20.0)

    def test_a_campaign_without_figures_is_counted_apart(self):
        campaigns = [
            campaign("silent", days_ago(1)),
            campaign("undelivered", days_ago(2)),
            campaign("read", days_ago(3)),
        ]
        values = {"silent": [], "undelivered": ["NaN"], "read": ["0.5"]}
        result = read(FakePinpoint(campaigns, lambda identity, start: values[identity]))
        self.assertEqual([rate.campaign.id for rate in result.rates], ["read"])
        self.assertEqual(result.without_data, 2)

    def test_only_the_asked_days_count(self):
        campaigns = [
            campaign("today", days_ago(0.1)),
            campaign("yesterday", days_ago(1)),
            campaign("older", days_ago(9)),
        ]
        for days, expected in [(1, ["today"]), (2, ["today", "yesterday"]), (90, ["today", "yesterday", "older"])]:
            rates = read(FakePinpoint(campaigns, lambda *_: ["0.1"]), days=days).rates
            self.assertEqual([rate.campaign.id for rate in rates], expected)

    def test_what_pinpoint_no_longer_tells_is_not_asked_for(self):
        pinpoint = FakePinpoint([campaign("c", days_ago(91))], lambda *_: ["0.1"])
        self.assertEqual(read(pinpoint).rates, [])
        self.assertEqual(pinpoint.kpi_calls, [])

    def test_when_the_time_runs_out_the_oldest_stay_unread(self):
        answers = iter([True, True, False])
        pinpoint = FakePinpoint([campaign(f"c{n}", days_ago(n + 1)) for n in range(5)], lambda *_: ["0.1"])
        with self.assertLogs("get_openrate", "WARNING"):
            result = read(pinpoint, has_time=lambda: next(answers))
        self.assertEqual([rate.campaign.id for rate in result.rates], ["c0", "c1"])
        self.assertEqual(result.not_read, 3)

    def test_a_kpi_that_is_no_rate_is_refused(self):
        with self.assertRaisesRegex(ValueError, "unique-deliveries"):
            get_openrate(FakePinpoint([]), "app", "unique-deliveries", NOW)


class Windows(unittest.TestCase):
    def test_windows_cover_a_span_without_gap_or_overlap(self):
        start = NOW - timedelta(days=89)
        cut = list(windows(start, NOW))
        self.assertEqual(cut[0][0], start)
        self.assertEqual(cut[-1][1], NOW)
        for (_, end), (following, _) in zip(cut, cut[1:]):
            self.assertEqual(following - end, timedelta(seconds=1))

    def test_an_empty_span_has_no_window(self):
        self.assertEqual(list(windows(NOW, NOW)), [])


if __name__ == "__main__":
    unittest.main()
