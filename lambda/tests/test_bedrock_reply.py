"""What every handler shares: parameters, the envelope, the room for an answer."""

import json
import logging
import unittest

from bedrock_reply import BODY_LIMIT, THROTTLED, TOO_LONG, Call, Reprompt, fitted, reply, seconds_left, size

FAILED = "取得できませんでした。"


class Throttled(Exception):
    """An error as botocore raises it."""

    response = {"Error": {"Code": "ThrottlingException"}}


def event(**parameters):
    listed = [{"name": name, "type": "string", "value": value} for name, value in parameters.items()]
    return {"messageVersion": "1.0", "actionGroup": "g", "function": "f", "parameters": listed}


def call(**parameters):
    return Call(event(**parameters))


def failing(problem):
    def answer(_):
        raise problem

    return answer


def told(response):
    """The state and the body."""
    given = response["response"]["functionResponse"]
    return given.get("responseState"), given["responseBody"]["TEXT"]["body"]


class Parameters(unittest.TestCase):
    def test_a_whole_number_keeps_its_limits(self):
        for value, number in [("1", 1), (" 24 ", 24), ("２", 2)]:
            self.assertEqual(call(hours=value).whole_number("hours", 1, 24, default=3), number)
        self.assertEqual(call().whole_number("hours", 1, 24, default=3), 3)
        for value in ["0", "25", "-1", "1.5", "all", "", None]:
            with self.assertRaisesRegex(Reprompt, "hours には 1 から 24"):
                call(hours=value).whole_number("hours", 1, 24, default=3)

    def test_a_text_keeps_its_length(self):
        self.assertEqual(call(text=" はい ").text("text", 5), "はい")
        self.assertEqual(call().text("text", 5, default=""), "")
        for value in ["", " ", None, "123456"]:
            with self.assertRaisesRegex(Reprompt, "5 文字以内"):
                call(text=value).text("text", 5)
        with self.assertRaises(Reprompt):
            call(text="123456").text("text", 5, default="")

    def test_a_choice_is_one_of_those_offered(self):
        self.assertEqual(call(of="b").choice("of", ["a", "b"]), "b")
        self.assertEqual(call(of="").choice("of", ["a", "b"], default="a"), "a")
        for value in ["c", "", None]:
            with self.assertRaisesRegex(Reprompt, "a、b"):
                call(of=value).choice("of", ["a", "b"])

    def test_a_function_that_is_not_there_is_told_with_those_that_are(self):
        self.assertEqual(call().pick({"f": 1}), 1)
        with self.assertRaisesRegex(Reprompt, "g、h"):
            call().pick({"g": 1, "h": 2})


class Reply(unittest.TestCase):
    def setUp(self):
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def test_an_answer_stands_in_bedrocks_envelope(self):
        asked = {**event(), "sessionAttributes": {"a": "1"}, "promptSessionAttributes": {"b": "2"}}
        self.assertEqual(
            reply(asked, lambda _: {"名前": "値"}, FAILED),
            {
                "messageVersion": "1.0",
                "response": {
                    "actionGroup": "g",
                    "function": "f",
                    "functionResponse": {"responseBody": {"TEXT": {"body": '{"名前": "値"}'}}},
                },
                "sessionAttributes": {"a": "1"},
                "promptSessionAttributes": {"b": "2"},
            },
        )

    def test_nothing_is_ever_raised(self):
        for problem, text in [
            (Reprompt("hours を指定してください。"), "hours を指定してください。"),
            (Throttled(), THROTTLED),
            (RuntimeError("no network"), FAILED),
        ]:
            self.assertEqual(told(reply(event(), failing(problem), FAILED)), ("REPROMPT", text))
        self.assertEqual(told(reply(event(), lambda _: object(), FAILED)), ("REPROMPT", FAILED))

    def test_an_event_of_another_shape_is_answered_too(self):
        for asked in [None, [], {}, {"parameters": None}, {"parameters": ["days"]}]:
            self.assertEqual(reply(asked, lambda call: call.function, FAILED)["messageVersion"], "1.0")

    def test_an_answer_too_long_is_not_sent(self):
        self.assertEqual(told(reply(event(), lambda _: "長" * BODY_LIMIT, FAILED)), ("REPROMPT", TOO_LONG))


class Room(unittest.TestCase):
    def test_as_much_is_shown_as_there_is_room_for(self):
        rows = ["開封率" * 10] * 1000
        body = fitted(len(rows), lambda shown: {"rows": rows[:shown]})
        shown = len(json.loads(body)["rows"])
        self.assertLessEqual(size(body), BODY_LIMIT)
        self.assertGreater(size(json.dumps({"rows": rows[: shown + 1]}, ensure_ascii=False)), BODY_LIMIT)

    def test_a_short_list_is_shown_whole(self):
        for count in [0, 1, 2, 3]:
            self.assertEqual(fitted(count, lambda shown: shown), str(count))

    def test_without_lambda_there_is_time_without_end(self):
        self.assertGreater(seconds_left(None), 10**9)


if __name__ == "__main__":
    unittest.main()
