"""What is read out of a campaign's record."""

import unittest
from datetime import datetime, timedelta, timezone

from campaign import parse_time, sent_campaign
from tests.fake_pinpoint import NOW, campaign, days_ago


def last_sent(frequency, start, **schedule):
    item = campaign("c", None, "PENDING_NEXT_RUN", Schedule={"StartTime": start, "Frequency": frequency, **schedule})
    return sent_campaign(item, NOW).last_sent


class SentCampaign(unittest.TestCase):
    def test_a_campaign_counts_only_once_it_has_been_sent(self):
        for status in ["SCHEDULED", "EXECUTING", "PAUSED", "DELETED", "INVALID"]:
            self.assertIsNone(sent_campaign(campaign("c", days_ago(1), status), NOW), status)
        for status in ["COMPLETED", "PENDING_NEXT_RUN"]:
            self.assertIsNotNone(sent_campaign(campaign("c", days_ago(1), status), NOW), status)

    def test_a_campaign_of_the_future_does_not_count(self):
        self.assertIsNone(sent_campaign(campaign("c", days_ago(-1)), NOW))

    def test_an_ab_test_may_carry_its_status_in_the_default_state(self):
        item = campaign("c", days_ago(1), DefaultState={"CampaignStatus": "COMPLETED"})
        del item["State"]
        self.assertIsNotNone(sent_campaign(item, NOW))

    def test_a_record_without_any_state_does_not_count(self):
        item = campaign("c", days_ago(1))
        del item["State"]
        self.assertIsNone(sent_campaign(item, NOW))

    def test_the_send_date_is_the_scheduled_start_and_never_the_last_edit(self):
        self.assertEqual(sent_campaign(campaign("c", days_ago(3)), NOW).last_sent, NOW - timedelta(days=3))

    def test_an_immediate_campaign_went_out_when_it_was_created(self):
        item = campaign("c", "IMMEDIATE", CreationDate=days_ago(5))
        self.assertEqual(sent_campaign(item, NOW).last_sent, NOW - timedelta(days=5))

    def test_a_campaign_without_a_name_goes_by_its_id(self):
        item = campaign("c", days_ago(1))
        del item["Name"]
        self.assertEqual(sent_campaign(item, NOW).name, "c")


class LastRun(unittest.TestCase):
    def test_a_timetable_is_followed_to_its_last_run(self):
        self.assertEqual(
            last_sent("HOURLY", "2026-11-01T00:15:00Z"), datetime(2026, 11, 22, 9, 15, tzinfo=timezone.utc)
        )
        self.assertEqual(last_sent("DAILY", "2026-11-01T10:00:00Z"), datetime(2026, 11, 21, 10, tzinfo=timezone.utc))
        self.assertEqual(last_sent("WEEKLY", "2026-11-02T10:00:00Z"), datetime(2026, 11, 16, 10, tzinfo=timezone.utc))
        self.assertEqual(last_sent("MONTHLY", "2026-01-22T09:00:00Z"), datetime(2026, 11, 22, 9, tzinfo=timezone.utc))
        self.assertEqual(last_sent("MONTHLY", "2025-12-31T09:00:00Z"), datetime(2026, 10, 31, 9, tzinfo=timezone.utc))

    def test_a_timetable_that_has_ended_is_followed_to_its_end(self):
        end = "2026-11-10T00:00:00Z"
        self.assertEqual(
            last_sent("DAILY", "2026-11-01T10:00:00Z", EndTime=end), datetime(2026, 11, 9, 10, tzinfo=timezone.utc)
        )
        self.assertEqual(last_sent("EVENT", "2026-11-01T10:00:00Z", EndTime=end), parse_time(end))

    def test_a_campaign_that_events_trigger_has_no_send_date(self):
        item = campaign("c", None, Schedule={"StartTime": days_ago(9), "Frequency": "IN_APP_EVENT"})
        self.assertTrue(sent_campaign(item, NOW).triggered)


class ParseTime(unittest.TestCase):
    def test_pinpoints_times_are_read_as_utc(self):
        noon = datetime(2026, 9, 1, 12, tzinfo=timezone.utc)
        for text in [
            "2026-09-01T12:00:00Z",
            "2026-09-01T12:00:00.000Z",
            "2026-09-01T21:00:00+09:00",
            "2026-09-01T12:00:00",
        ]:
            self.assertEqual(parse_time(text), noon, text)

    def test_what_is_no_time_is_none(self):
        for text in [None, "", "IMMEDIATE"]:
            self.assertIsNone(parse_time(text))


if __name__ == "__main__":
    unittest.main()
