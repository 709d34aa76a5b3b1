"""Makes the agent's draft: its role, itself, the permission to call the function, and the action group."""

from __future__ import annotations

import json
from typing import Any, Dict

from account import ACTION_GROUP, AGENT_ROLE, MODEL, MODEL_REGIONS, NAME, PROFILE, TAGS, Account, policy, trust
from agent import Agent
from steps import Steps, equal, retried

INSTRUCTION = (
    "あなたはプッシュ通知を担当しています。get_my_api から開封率を取得し、"
    "最新のものと平均を日本語で簡潔に報告してください。"
)
STATEMENT = "AllowExecutionFromBedrock"


def make_agent_role(steps: Steps, account: Account) -> None:
    iam = account.iam
    source = f"arn:aws:bedrock:{account.region}:{account.id}:agent/*"
    profile = f"arn:aws:bedrock:{account.region}:{account.id}:inference-profile/{PROFILE}"
    models = [f"arn:aws:bedrock:{region}::foundation-model/{MODEL}" for region in MODEL_REGIONS]
    actions = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:GetInferenceProfile"]
    document = trust(
        "bedrock.amazonaws.com",
        StringEquals={"aws:SourceAccount": account.id},
        ArnLike={"aws:SourceArn": source},
    )

    def made() -> None:
        iam.create_role(RoleName=AGENT_ROLE, AssumeRolePolicyDocument=document)
        statement = {"Effect": "Allow", "Action": actions, "Resource": [profile, *models]}
        iam.put_role_policy(RoleName=AGENT_ROLE, PolicyName="model", PolicyDocument=policy(statement))
        iam.tag_role(RoleName=AGENT_ROLE, Tags=[{"Key": key, "Value": value} for key, value in TAGS.items()])
        tags = iam.list_role_tags(RoleName=AGENT_ROLE)["Tags"]
        equal({tag["Key"]: tag["Value"] for tag in tags}, TAGS, "the tags")
        seen = iam.get_role(RoleName=AGENT_ROLE)["Role"]["AssumeRolePolicyDocument"]
        equal(seen, json.loads(document), "the trust")

    steps.does("the agent's role is made", made)


def make_agent(steps: Steps, agent: Agent) -> None:
    client = agent.client
    request: Dict[str, Any] = {**agent.definition(INSTRUCTION), "tags": TAGS}

    def made() -> None:
        # The role, or its policy for the inference profile, is not seen by Bedrock at once.
        answer = retried("AccessDeniedException", "", lambda: client.create_agent(**request))["agent"]
        agent.id = answer["agentId"]
        equal(answer["agentArn"], agent.arn, "the ARN")
        agent.settle({"NOT_PREPARED"})
        seen = client.get_agent(agentId=agent.id)["agent"]
        equal((seen["instruction"], seen["foundationModel"]), (INSTRUCTION, PROFILE), "the definition")
        equal(client.list_tags_for_resource(resourceArn=agent.arn)["tags"], TAGS, "the tags")

    bad_name = {**request, "agentName": "peer--openrate"}
    steps.refuses(
        "an agent's name has no double hyphen", "ValidationException", lambda: client.create_agent(**bad_name)
    )
    steps.does("the agent is made", made)
    steps.refuses(
        "an alias needs a prepared agent",
        "ValidationException",
        lambda: client.create_agent_alias(agentId=agent.id, agentAliasName="early"),
        "Not Prepared state",
    )
    steps.refuses(
        "an agent that is not there is not found",
        "ResourceNotFoundException",
        lambda: client.get_agent(agentId="0123456789"),
    )


def permit(steps: Steps, agent: Agent) -> None:
    """Lets the agent, and no other, call version 1 of the function."""
    functions = agent.account.functions
    request = {
        "FunctionName": NAME,
        "Qualifier": "1",
        "StatementId": STATEMENT,
        "Action": "lambda:InvokeFunction",
        "Principal": "bedrock.amazonaws.com",
        "SourceAccount": agent.account.id,
        "SourceArn": agent.arn,
    }

    def permitted() -> None:
        functions.add_permission(**request)
        document = json.loads(functions.get_policy(FunctionName=NAME, Qualifier="1")["Policy"])
        (statement,) = document["Statement"]
        equal(statement["Sid"], STATEMENT, "the statement's id")
        equal(statement["Condition"]["ArnLike"], {"AWS:SourceArn": agent.arn}, "the source")
        equal(statement["Resource"], agent.account.function_arn + ":1", "the resource")

    steps.does("the agent is permitted to call the version", permitted)
    steps.refuses("a statement is added once", "ResourceConflictException", lambda: functions.add_permission(**request))
    steps.refuses(
        "the bare function stays without a policy",
        "ResourceNotFoundException",
        lambda: functions.get_policy(FunctionName=NAME),
    )
    steps.refuses(
        "a version that is not there gets no permission",
        "ResourceNotFoundException",
        lambda: functions.add_permission(**{**request, "Qualifier": "7"}),
    )


def add_action_group(steps: Steps, agent: Agent) -> None:
    client = agent.client
    days = {"type": "integer", "description": "今日を含む直近の日数", "required": False}
    executor = {"lambda": agent.account.function_arn + ":1"}
    request: Dict[str, Any] = {
        "agentId": agent.id,
        "agentVersion": "DRAFT",
        "actionGroupName": ACTION_GROUP,
        "description": "プッシュ通知開封率を取得します。",
        "actionGroupExecutor": executor,
        "functionSchema": {
            "functions": [{"name": "get_my_api", "description": "開封率を返します。", "parameters": {"days": days}}]
        },
    }

    def added() -> None:
        answer = client.create_agent_action_group(**request)["agentActionGroup"]
        agent.action_group_id = answer["actionGroupId"]
        seen = client.get_agent_action_group(
            agentId=agent.id, agentVersion="DRAFT", actionGroupId=agent.action_group_id
        )["agentActionGroup"]
        equal(seen["actionGroupState"], "ENABLED", "the state")
        equal(seen["actionGroupExecutor"], executor, "the executor")
        (function,) = seen["functionSchema"]["functions"]
        equal(function["parameters"], {"days": days}, "the parameters")
        equal(agent.action_groups_of("DRAFT"), [ACTION_GROUP], "the draft's action groups")

    bad_name = {**request, "actionGroupName": "get my api"}
    without_schema = {key: value for key, value in request.items() if key != "functionSchema"}
    steps.refuses(
        "an action group's name has no blanks",
        "ValidationException",
        lambda: client.create_agent_action_group(**bad_name),
    )
    steps.refuses(
        "an action group needs a schema",
        "ValidationException",
        lambda: client.create_agent_action_group(**without_schema),
        "apiSchema or functionSchema",
    )
    steps.does("the action group is added", added)
    steps.refuses(
        "an action group's name is taken once",
        "ConflictException",
        lambda: client.create_agent_action_group(**request),
    )
    steps.refuses(
        "an enabled action group stays",
        "ConflictException ValidationException",  # the text is known, the type is not
        lambda: client.delete_agent_action_group(
            agentId=agent.id, agentVersion="DRAFT", actionGroupId=agent.action_group_id
        ),
        "cannot be deleted when it is Enabled",
    )
