"""Answers the agent with one open rate."""


def handler(event, context):
    body = {"TEXT": {"body": "20.38"}}
    response = {
        "actionGroup": event["actionGroup"],
        "function": event["function"],
        "functionResponse": {"responseBody": body},
    }
    return {"messageVersion": "1.0", "response": response}
