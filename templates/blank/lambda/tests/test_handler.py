"""What the agent is answered."""

import json
import logging
import unittest
from pathlib import Path

import lambda_function

EVENT = json.loads((Path(__file__).parent.parent / "event.json").read_text(encoding="utf-8"))


def told(event):
    """The state and the body of the answer."""
    response = lambda_function.handler(event, None)["response"]["functionResponse"]
    return response.get("responseState"), response["responseBody"]["TEXT"]["body"]


def with_parameters(**values):
    return {**EVENT, "parameters": [{"name": name, "type": "string", "value": values[name]} for name in values]}


class Handler(unittest.TestCase):
    def setUp(self):
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def test_the_sample_event_is_answered(self):
        state, body = told(EVENT)
        self.assertIsNone(state)
        self.assertEqual(json.loads(body), {"text": "こんにちは", "times": 3, "echo": ["こんにちは"] * 3})

    def test_once_is_enough_when_nobody_says_how_often(self):
        self.assertEqual(json.loads(told(with_parameters(text="a"))[1])["echo"], ["a"])

    def test_wrong_parameters_are_given_back_to_the_model(self):
        for wrong in [{}, {"text": "あ" * 201}, {"text": "a", "times": "6"}]:
            self.assertEqual(told(with_parameters(**wrong))[0], "REPROMPT", wrong)


if __name__ == "__main__":
    unittest.main()
