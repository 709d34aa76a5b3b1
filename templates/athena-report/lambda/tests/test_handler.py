"""What the agent is answered."""

import json
import logging
import os
import unittest
from pathlib import Path
from unittest import mock

import lambda_function
from tests.fake_athena import FakeAthena, row

EVENT = json.loads((Path(__file__).parent.parent / "event.json").read_text(encoding="utf-8"))


def told(event, client):
    """The state and the body of the answer."""
    with (
        mock.patch.object(lambda_function, "aws_client", lambda service: client),
        mock.patch.dict(os.environ, {"ATHENA_WORKGROUP": "w", "ATHENA_DATABASE": "d"}),
    ):
        response = lambda_function.handler(event, None)["response"]["functionResponse"]
    return response.get("responseState"), response["responseBody"]["TEXT"]["body"]


class Handler(unittest.TestCase):
    def setUp(self):
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def test_the_sample_event_is_answered(self):
        state, body = told(EVENT, FakeAthena([row("c", 1, 49, 1)]))
        self.assertIsNone(state)
        self.assertEqual(json.loads(body)["latest"]["open_rate_percent"], 2.04)

    def test_wrong_days_are_given_back_to_the_model_without_a_query(self):
        for value in ["0", "366", "all", "1 OR 1 = 1"]:
            client = FakeAthena()
            event = {**EVENT, "parameters": [{"name": "days", "type": "integer", "value": value}]}
            self.assertEqual(told(event, client)[0], "REPROMPT")
            self.assertIsNone(client.asked)

    def test_a_failure_is_told_and_never_raised(self):
        self.assertEqual(told(EVENT, FakeAthena(ends="FAILED")), ("REPROMPT", lambda_function.FAILED))


if __name__ == "__main__":
    unittest.main()
