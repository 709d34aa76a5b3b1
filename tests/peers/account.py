"""The account that a peer test works in: boto3's clients for it, and the names and ARNs of what is made there."""

from __future__ import annotations

import json
from typing import Any, Dict, List

import boto3
from botocore.config import Config

NAME = "peer-openrate"
FUNCTION_ROLE = "peer-openrate-lambda"
AGENT_ROLE = "peer-openrate-bedrock"
LOG_GROUP = f"/aws/lambda/{NAME}"
AGENT = "peer-openrate-agent"
ACTION_GROUP = "get_my_api"
ALIAS = "v1"
MODEL = "anthropic.claude-sonnet-4-6"
PROFILE = f"jp.{MODEL}"
# The regions that the profile may send a request to.
MODEL_REGIONS = ("ap-northeast-1", "ap-northeast-3")
TAGS = {"bedrock-ops:stack": NAME}


class Account:
    """Clients by the names of their services, each sending a request exactly once."""

    def __init__(self, endpoint: str, region: str) -> None:
        self.endpoint = endpoint
        self.region = region
        # With the access key of the environment, which is the one that the emulator printed.
        session = boto3.Session(region_name=region)
        # No second try: a refusal must be seen, not smoothed over.
        config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30)

        def client(service: str) -> Any:
            return session.client(service, endpoint_url=endpoint, config=config)

        self.sts = client("sts")
        self.iam = client("iam")
        self.ecr = client("ecr")
        self.logs = client("logs")
        self.functions = client("lambda")
        self.agents = client("bedrock-agent")
        self.conversations = client("bedrock-agent-runtime")
        self.id: str = self.sts.get_caller_identity()["Account"]

    @property
    def repository_uri(self) -> str:
        return f"{self.id}.dkr.ecr.{self.region}.amazonaws.com/{NAME}"

    @property
    def function_arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{self.id}:function:{NAME}"

    def role_arn(self, role: str) -> str:
        return f"arn:aws:iam::{self.id}:role/{role}"

    def inventory(self) -> Dict[str, List[str]]:
        """The names of all there is, by kind; every list read to its last page."""
        return {
            "repositories": self._names(self.ecr, "describe_repositories", "repositories", "repositoryName"),
            "roles": self._names(self.iam, "list_roles", "Roles", "RoleName"),
            "log groups": self._names(self.logs, "describe_log_groups", "logGroups", "logGroupName"),
            "functions": self._names(self.functions, "list_functions", "Functions", "FunctionName"),
            "agents": self._names(self.agents, "list_agents", "agentSummaries", "agentName"),
        }

    @staticmethod
    def _names(client: Any, operation: str, items: str, name: str) -> List[str]:
        pages = client.get_paginator(operation).paginate()
        return sorted(item[name] for page in pages for item in page[items])


def trust(service: str, **condition: Any) -> str:
    """A policy that lets one AWS service take a role."""
    statement: Dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    return policy(statement)


def policy(*statements: Dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
