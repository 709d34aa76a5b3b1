"""Drives an emulated AWS with boto3 through all that bedrock-ops does there, from an empty account to an empty account.

    python3 tests/peers/lifecycle.py --endpoint-url http://127.0.0.1:PORT

One line a step, last `N passed, M failed`; the exit code is 1 when anything failed. It only runs against a loopback
address: on AWS it would ask for money.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from urllib.parse import urlsplit

from account import Account
from agent import Agent
from ask import ask
from build_agent import add_action_group, make_agent, make_agent_role, permit
from build_function import make_function, make_function_role, make_log_group, make_repository, push_image
from destroy import destroy, look_empty
from release_agent import change, publish
from run_function import run_function
from steps import Halt, Steps


def run(steps: Steps, endpoint: str, region: str) -> None:
    """The whole story in its order."""
    account = steps.does("the caller is known", lambda: Account(endpoint, region))
    steps.does("the account is empty", lambda: look_empty(account))
    make_repository(steps, account)
    digest = push_image(steps, account)
    make_function_role(steps, account)
    make_agent_role(steps, account)
    make_log_group(steps, account)
    make_function(steps, account, digest)
    run_function(steps, account)
    agent = Agent(account)
    make_agent(steps, agent)
    permit(steps, agent)
    add_action_group(steps, agent)
    publish(steps, agent)
    ask(steps, agent)
    change(steps, agent)
    destroy(steps, account, agent)


def loopback(url: str) -> str:
    """Takes only an address on this machine."""
    if urlsplit(url).hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise argparse.ArgumentTypeError(f"{url} is not on this machine")
    return url


def main() -> int:
    parser = argparse.ArgumentParser(description="boto3 against an emulated AWS")
    parser.add_argument("--endpoint-url", required=True, type=loopback, help="where the emulator answers")
    parser.add_argument("--region", default="ap-northeast-1", help="default: %(default)s")
    arguments = parser.parse_args()
    steps = Steps()
    # A step that halts the story has printed its line; what would come next builds on it.
    with suppress(Halt):
        run(steps, arguments.endpoint_url, arguments.region)
    return steps.close()


if __name__ == "__main__":
    sys.exit(main())
