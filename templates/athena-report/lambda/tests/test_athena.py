"""Queries: what is asked of Athena, and how its rows are read."""

import unittest
from datetime import date

from bedrock_reply import Reprompt
from tests.fake_athena import FakeAthena, athena, row


class Queries(unittest.TestCase):
    def test_a_query_runs_in_its_workgroup_and_database(self):
        client = FakeAthena()
        athena(client).rows("SELECT 1")
        self.assertEqual(client.asked["WorkGroup"], "w")
        self.assertEqual(client.asked["QueryExecutionContext"], {"Database": "d"})
        self.assertNotIn("ExecutionParameters", client.asked)

    def test_values_are_sent_beside_the_query(self):
        client = FakeAthena()
        athena(client).rows("SELECT ?", [date(2026, 11, 22), 7])
        self.assertEqual(client.asked["QueryString"], "SELECT ?")
        self.assertEqual(client.asked["ExecutionParameters"], ["'2026-11-22'", "7"])

    def test_a_text_is_no_value(self):
        client = FakeAthena()
        with self.assertRaises(TypeError):
            athena(client).rows("SELECT ?", ["' OR 1 = 1"])
        self.assertIsNone(client.asked)

    def test_all_pages_are_read_without_the_row_of_names(self):
        rows = athena(FakeAthena([row(f"c{n}", n, 10, n) for n in range(5)], page=2, looks=3)).rows("SELECT 1")
        self.assertEqual([each["name"] for each in rows], ["c0", "c1", "c2", "c3", "c4"])

    def test_a_query_without_time_left_is_stopped(self):
        client = FakeAthena(looks=3)
        with self.assertRaisesRegex(Reprompt, "期間を短く"):
            athena(client, has_time=lambda: False).rows("SELECT 1")
        self.assertTrue(client.stopped)

    def test_a_query_that_failed_says_why(self):
        with self.assertRaisesRegex(RuntimeError, "FAILED: table not found"):
            athena(FakeAthena(ends="FAILED")).rows("SELECT 1")


if __name__ == "__main__":
    unittest.main()
