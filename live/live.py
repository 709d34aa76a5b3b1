#!/usr/bin/env python3
"""Deploys, changes, queries and destroys a stack of its own in a real account, and records how AWS behaved.

The stack is destroyed at the end, also after an error and after Ctrl-C. Needs Python 3.9 or newer, boto3, and credentials
of an account that may create Bedrock agents. live/README.md describes the report.
"""

import argparse
import datetime
import os
import secrets
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import probes
from recording import Redaction, Report

COST = """\
expected cost: a few US cents, estimated from list prices and not measured: about five short questions to the model (the
largest part), an image of some 200 MB in ECR for a few minutes, log lines, function calls within Lambda's free tier"""

QUESTION = "「はい」という言葉を 2 回繰り返してください。"


@dataclass
class Stack:
    """The stack of this run."""

    name: str
    partition: str
    account: str
    region: str
    pause: float
    agent: str = ""
    alias: str = ""

    @property
    def agent_arn(self):
        return f"arn:{self.partition}:bedrock:{self.region}:{self.account}:agent/{self.agent}"


class Failed(Exception):
    """A step did not end as it should."""


class Run:
    """The steps of one run, in a folder of its own."""

    def __init__(self, options, folder, stack, report):
        self.program, self.folder, self.stack, self.report = shlex.split(options.program), folder, stack, report

    def step(self, name, *words, code=0):
        """Runs `bedrock-ops` and records it; another exit code than expected ends the run."""
        print(f"-- {name}: bedrock-ops {shlex.join(words)}", flush=True)
        started = time.monotonic()
        ended = subprocess.run([*self.program, *words], cwd=self.folder, capture_output=True, text=True, encoding="utf-8",
                               errors="replace", stdin=subprocess.DEVNULL, check=False)
        seconds = time.monotonic() - started
        self.report.step(name, ended.returncode, seconds, ended.stdout, ended.stderr)
        print(f"   exit {ended.returncode} after {seconds:.1f} s", flush=True)
        if ended.returncode != code:
            raise Failed(f"{name}: exit {ended.returncode}, expected {code}\n{ended.stdout}{ended.stderr}")
        return ended.stdout

    def edit(self, old, new):
        """Replaces a text of the manifest that occurs once."""
        manifest = self.folder / "agent.yaml"
        text = manifest.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise Failed(f"the template has {text.count(old)} places with `{old}`")
        manifest.write_text(text.replace(old, new), encoding="utf-8")

    def life(self, calls):
        """The whole life of a stack, with the questions about AWS in between."""
        self.step("validate", "validate")
        line = self.step("deploy", "deploy", "--yes").split()
        self.stack.agent, self.stack.alias = line[-2].rsplit("/", 1)[1], line[-1]
        self.step("deploy again: nothing to do", "plan", "--detailed-exitcode")
        self.step("ask", "ask", QUESTION)
        self.step("invoke", "invoke", "-p", "text=live")
        self.step("status", "status")
        self.edit("timeout: 60 ", "timeout: 30 ")
        self.step("change: plan", "plan", "--detailed-exitcode", code=2)
        self.step("change: deploy", "deploy", "--yes")
        probes.pause(calls, self.stack, "REJECT_INVOCATIONS")
        self.edit("timeout: 30 ", "timeout: 45 ")
        self.step("deploy while the alias is paused", "deploy", "--yes")
        paused = probes.settled(calls, self.stack)[0].get("aliasInvocationState")
        question = "Does a paused alias stay paused across a deploy of bedrock-ops?"
        print(f"-- {question}\n   {paused}", flush=True)
        self.report.question(question, str(paused), calls.made[-2:])
        probes.pause(calls, self.stack, "ACCEPT_INVOCATIONS")
        self.rollback(calls)
        for probe in probes.PROBES:
            self.ask_aws(probe, calls)
        for question, answer in probes.UNANSWERED:
            self.report.question(question, answer, [])
        self.step("deploy after the questions", "deploy", "--yes")
        self.step("ask at the end", "ask", QUESTION)
        self.step("logs", "logs", "--since", "1h")

    def rollback(self, calls):
        """Routes the alias to the version before, as an operator would by hand, and asks it."""
        alias, _ = probes.settled(calls, self.stack)
        version = int(alias["routingConfiguration"][0]["agentVersion"])
        calls("bedrock-agent", "update_agent_alias", agentId=self.stack.agent, agentAliasId=self.stack.alias,
              agentAliasName=alias["agentAliasName"], routingConfiguration=[{"agentVersion": str(version - 1)}],
              aliasInvocationState="ACCEPT_INVOCATIONS")
        probes.settled(calls, self.stack)
        self.step("ask the version before", "ask", QUESTION)
        self.step("the plan notices the older version", "plan", "--detailed-exitcode", code=2)

    def ask_aws(self, probe, calls):
        question, first = probe.__doc__.strip(), len(calls.made)
        print(f"-- {question}", flush=True)
        try:
            answer = probe(calls, self.stack)
        except ClientError as error:
            answer = f"not answered: {error}"
        print(f"   {answer}", flush=True)
        self.report.question(question, answer, calls.made[first:])

    def destroy(self):
        """Always the last step. Signals wait until it has ended."""
        for caught in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(caught, signal.SIG_IGN)
        self.step("destroy", "destroy", "--yes")


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default="cargo run --release --quiet --", help="how bedrock-ops is started")
    parser.add_argument("--region", default="ap-northeast-1", help="where the stack is made")
    parser.add_argument("--model", help="the model or inference profile, instead of the template's")
    parser.add_argument("--base-image", help="the base image, instead of the template's (for the emulator)")
    parser.add_argument("--report", type=Path, help="the file for the report [live-report-DATE.json]")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds between two looks at a state")
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    return parser.parse_args()


def confirmed(stack, report, yes):
    print(f"this makes the stack {stack.name} in account {stack.account}, region {stack.region}, and destroys it at the end")
    print(COST)
    print(f"the report goes to {report}; ids are replaced in it", flush=True)
    return yes or (sys.stdin.isatty() and input("type the account number to start: ").strip() == stack.account)


def main():
    chosen = options()
    root = Path(__file__).resolve().parent.parent
    if chosen.program.startswith("cargo run"):
        chosen.program = f"cargo run --release --quiet --manifest-path {shlex.quote(str(root / 'Cargo.toml'))} --"
    session = boto3.Session(region_name=chosen.region)
    caller = session.client("sts", config=Config(retries={"max_attempts": 3})).get_caller_identity()
    stack = Stack(f"live-check-{secrets.token_hex(4)}", caller["Arn"].split(":")[1], caller["Account"], chosen.region, chosen.pause)
    today = datetime.datetime.now(datetime.timezone.utc)
    path = (chosen.report or Path(f"live-report-{today:%Y-%m-%d}.json")).resolve()
    if not confirmed(stack, path, chosen.yes):
        print("not confirmed; nothing was made", file=sys.stderr)
        return 1
    # Ctrl-C and SIGTERM end the run by an exception, so that the stack is destroyed.
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    about = {"date": f"{today:%Y-%m-%d}", "region": stack.region, "boto3": boto3.__version__,
             "endpoint": os.environ.get("AWS_ENDPOINT_URL", "AWS")}
    report = Report(path, Redaction(stack.account), about)
    calls = probes.Calls(session)
    with tempfile.TemporaryDirectory(prefix="live-check-") as folder:
        run = Run(chosen, Path(folder), stack, report)
        run.step("init", "init", "--template", "blank", "--name", stack.name, ".")
        adjust(run, chosen)
        ended = 0
        try:
            run.life(calls)
        except (Failed, ClientError, KeyboardInterrupt) as error:
            print(f"error: {str(error) or 'interrupted'}", file=sys.stderr)
            ended = 130 if isinstance(error, KeyboardInterrupt) else 1
        finally:
            try:
                run.destroy()
                run.step("nothing is left", "destroy", "--yes")
            except Failed as error:
                print(f"error: {error}\nthe stack {stack.name} may still be there: delete it by hand", file=sys.stderr)
                ended = 3
    print(f"{'all steps passed' if ended == 0 else 'stopped'}; the report is in {path}")
    return ended


def adjust(run, chosen):
    """Region, model and base image as they were chosen."""
    if chosen.region != "ap-northeast-1":
        run.edit("region: ap-northeast-1", f"region: {chosen.region}")
    if chosen.model:
        run.edit("model: jp.anthropic.claude-sonnet-4-6", f"model: {chosen.model}")
    if chosen.base_image:
        run.edit("  source: lambda/ ", f"  base_image: {chosen.base_image}\n  source: lambda/ ")


if __name__ == "__main__":
    sys.exit(main())
