"""Asks the published agent, through boto3's own reader of event streams."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Iterator, List, Tuple
from urllib.request import Request, urlopen

from account import ACTION_GROUP, ALIAS
from agent import Agent
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.eventstream import EventStreamBuffer
from botocore.model import ListShape, MapShape, Shape, StructureShape
from steps import Steps, equal

QUESTION = "直近7日間の最新の開封率を教えて"
SESSION = "peer-session"
# Seconds that the whole answer may take.
PATIENCE = 60


def ask(steps: Steps, agent: Agent) -> None:
    client = agent.account.conversations
    request: Dict[str, Any] = {
        "agentId": agent.id,
        "agentAliasId": agent.alias_id,
        "sessionId": SESSION,
        "inputText": QUESTION,
    }

    def events(**more: Any) -> List[Dict[str, Any]]:
        answer = client.invoke_agent(**{**request, **more})
        equal(answer["sessionId"], SESSION, "the session")
        equal(answer["contentType"], "application/json", "the content type")
        return list(answer["completion"])

    def answered() -> None:
        (event,) = events(sessionState={"sessionAttributes": {"team": "marketing"}})
        called = json.loads(_text([event]).splitlines()[-1])["event"]
        equal(called["parameters"], [{"name": "days", "type": "integer", "value": "7"}], "the parameters")
        equal(called["agent"]["version"], "1", "the version that answers")
        equal((called["inputText"], called["sessionId"]), (QUESTION, SESSION), "what the function is told")
        equal(called["sessionAttributes"], {"team": "marketing"}, "the session's attributes")

    def remembered() -> None:
        called = json.loads(_text(events()).splitlines()[-1])["event"]
        equal(called["sessionAttributes"], {"team": "marketing", "asked": "yes"}, "the session's attributes")

    def streamed() -> None:
        plain, parts = events(), events(streamingConfigurations={"streamFinalResponse": True})
        equal(_text(parts), _text(plain), "the text in parts")
        equal(len(plain) == 1 and len(parts) > 1, True, "that one is whole and the other in parts")

    def traced() -> None:
        traces = [event["trace"]["trace"]["orchestrationTrace"] for event in events(enableTrace=True) if "trace" in event]
        seen = [next(iter(trace)) for trace in traces]
        turn = ["modelInvocationInput", "modelInvocationOutput"]
        equal(seen, [*turn, "rationale", "invocationInput", "observation", *turn, "observation"], "the traces")
        called = traces[3]["invocationInput"]["actionGroupInvocationInput"]
        equal((called["actionGroupName"], called["executionType"]), (ACTION_GROUP, "LAMBDA"), "the action")

    def modelled() -> None:
        shape = client.meta.service_model.operation_model("InvokeAgent").output_shape.members["completion"]
        kinds = [_check(shape.members[kind], members, kind) for kind, members in _raw(agent, {"enableTrace": True})]
        equal({"trace", "chunk"}, set(kinds), "the kinds of events")

    steps.does("the agent answers with what its function says", answered)
    steps.does("a session remembers its attributes", remembered)
    steps.does("an answer may come in parts", streamed)
    steps.does("its steps are traced", traced)
    steps.does("no event has a member that botocore's model does not have", modelled)
    steps.refuses("a session's id has no blanks", "ValidationException", lambda: events(sessionId="a b"), "sessionId")
    steps.refuses(
        "an alias that is not there is not found",
        "ResourceNotFoundException",
        lambda: events(agentAliasId="0123456789"),
    )
    _set_state(agent, "REJECT_INVOCATIONS")
    # The stream has begun when AWS says no: botocore raises while it is read.
    steps.refuses("an alias that rejects says so in the stream", "validationException", events, "REJECT_INVOCATIONS")
    _set_state(agent, "ACCEPT_INVOCATIONS")


def _text(events: List[Dict[str, Any]]) -> str:
    return b"".join(event["chunk"]["bytes"] for event in events).decode()


def _set_state(agent: Agent, state: str) -> None:
    routing = [{"agentVersion": "1"}]
    agent.client.update_agent_alias(
        agentId=agent.id,
        agentAliasId=agent.alias_id,
        agentAliasName=ALIAS,
        routingConfiguration=routing,
        aliasInvocationState=state,
    )
    agent.settle_alias()


def _raw(agent: Agent, more: Dict[str, Any]) -> Iterator[Tuple[str, Any]]:
    """The events as they stand on the wire: boto3 leaves out what its model does not know."""
    path = f"/agents/{agent.id}/agentAliases/{agent.alias_id}/sessions/{SESSION}/text"
    request = AWSRequest("POST", agent.account.endpoint + path, data=json.dumps({"inputText": QUESTION, **more}))
    request.headers["Content-Type"] = "application/json"
    SigV4Auth(Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]), "bedrock", agent.account.region).add_auth(request)
    sent = Request(request.url, request.data.encode(), dict(request.headers.items()))
    buffer = EventStreamBuffer()
    with urlopen(sent, timeout=PATIENCE) as answer:
        buffer.add_data(answer.read())
    for message in buffer:
        yield message.headers[":event-type"], json.loads(message.payload)


def _check(shape: Shape, value: Any, path: str) -> str:
    """Goes through a value with its shape; any member that the shape does not have is a failure."""
    if isinstance(shape, StructureShape):
        if not isinstance(value, dict) or not set(value) <= set(shape.members):
            raise AssertionError(f"{path} is {value!r}, but has the members {sorted(shape.members)}")
        if shape.is_tagged_union and len(value) != 1:
            raise AssertionError(f"{path} has {sorted(value)}, but is a union")
        for name, member in value.items():
            _check(shape.members[name], member, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for member in value:
            _check(shape.member, member, f"{path}[]")
    elif isinstance(shape, MapShape):
        for member in value.values():
            _check(shape.value, member, f"{path}{{}}")
    else:
        kinds = {"integer": int, "long": int, "boolean": bool}
        if not isinstance(value, kinds.get(shape.type_name, str)):
            raise AssertionError(f"{path} is {value!r}, but should be of the type {shape.type_name}")
        if getattr(shape, "enum", None) and value not in shape.enum:
            raise AssertionError(f"{path} is {value!r}, but should be one of {shape.enum}")
    return path
