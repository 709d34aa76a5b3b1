"""What the agent is answered."""

import json
import logging
import unittest
from datetime import datetime, timezone
from pathlib import Path
from unittest import mock

import lambda_function
from tests.test_get_cost import COSTS, FakeExplorer

EVENT = json.loads((Path(__file__).parent.parent / "event.json").read_text(encoding="utf-8"))


def told(event, explorer):
    """The state and the body of the answer, on 2026-11-22."""
    clock = mock.Mock()
    clock.now.return_value = datetime(2026, 11, 22, tzinfo=timezone.utc)
    with (
        mock.patch.object(lambda_function, "aws_client", lambda *_: explorer),
        mock.patch.object(lambda_function, "datetime", clock),
    ):
        response = lambda_function.handler(event, None)["response"]["functionResponse"]
    return response.get("responseState"), response["responseBody"]["TEXT"]["body"]


def with_month(month):
    return {**EVENT, "parameters": [{"name": "month", "type": "string", "value": month}]}


class Handler(unittest.TestCase):
    def setUp(self):
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def test_the_sample_event_asks_for_the_current_month(self):
        state, body = told(EVENT, FakeExplorer({}))
        self.assertEqual((state, json.loads(body)["month"]), (None, "2026-11"))

    def test_a_month_can_be_asked_for(self):
        state, body = told(with_month("2026-10"), FakeExplorer(COSTS))
        self.assertIsNone(state)
        self.assertEqual(json.loads(body)["total"], 800.12)

    def test_a_wrong_month_is_given_back_to_the_model_and_costs_nothing(self):
        explorer = FakeExplorer({})
        self.assertEqual(told(with_month("先月"), explorer)[0], "REPROMPT")
        self.assertEqual(explorer.asked, [])

    def test_a_failure_is_told_and_never_raised(self):
        explorer = mock.Mock()
        explorer.get_cost_and_usage.side_effect = RuntimeError("no network")
        self.assertEqual(told(EVENT, explorer), ("REPROMPT", lambda_function.FAILED))


if __name__ == "__main__":
    unittest.main()
