"""Publishes the agent: prepares the draft, cuts versions by way of the alias, and goes back to an earlier one."""

from __future__ import annotations

from account import ACTION_GROUP, ALIAS, TAGS
from agent import Agent
from build_agent import INSTRUCTION
from steps import Steps, equal, until

CHANGED = INSTRUCTION + "推定値を示すときは、推定であることを明記してください。"


def publish(steps: Steps, agent: Agent) -> None:
    """Prepares the draft and makes the alias, which cuts version 1."""
    client = agent.client

    def published() -> None:
        agent.prepare()
        answer = client.create_agent_alias(agentId=agent.id, agentAliasName=ALIAS, tags=TAGS)["agentAlias"]
        agent.alias_id = answer["agentAliasId"]
        agent.settle_alias()
        equal(agent.aliases(), [ALIAS], "the aliases")
        equal(agent.routed_version(), "1", "the routed version")
        equal(agent.instruction_of("1"), INSTRUCTION, "the version's instruction")
        equal(agent.action_groups_of("1"), [ACTION_GROUP], "the version's action groups")
        equal(client.list_tags_for_resource(resourceArn=answer["agentAliasArn"])["tags"], TAGS, "the tags")

    steps.does("preparing and an alias cut version 1", published)
    steps.refuses(
        "an alias's name is taken once",
        "ConflictException",
        lambda: client.create_agent_alias(agentId=agent.id, agentAliasName=ALIAS),
        "already exists",
    )
    steps.refuses(
        "an alias's name has no double underscore",
        "ValidationException",
        lambda: client.create_agent_alias(agentId=agent.id, agentAliasName="v__2"),
    )
    steps.refuses("an alias does not route to the draft", "ValidationException", lambda: agent.route("DRAFT"))
    steps.refuses(
        "an agent with an alias stays",
        "ConflictException",
        lambda: client.delete_agent(agentId=agent.id),
        "active aliases",
    )


def change(steps: Steps, agent: Agent) -> None:
    """A new instruction becomes version 2; then the alias goes back to version 1, and 2 is thrown away."""
    client = agent.client

    def changed() -> None:
        client.update_agent(agentId=agent.id, **agent.definition(CHANGED))
        agent.settle({"NOT_PREPARED", "PREPARED"})
        agent.prepare()
        equal(agent.routed_version(), "1", "the routed version until the alias is moved")
        agent.route(None)
        equal(agent.routed_version(), "2", "the routed version")
        equal(agent.instruction_of("1"), INSTRUCTION, "the old version's instruction")
        equal(agent.instruction_of("2"), CHANGED, "the new version's instruction")
        equal(agent.versions(), ["1", "2", "DRAFT"], "the versions")

    def rolled_back() -> None:
        agent.route("1")
        equal(agent.routed_version(), "1", "the routed version")
        client.delete_agent_version(agentId=agent.id, agentVersion="2")
        until("version 2", lambda: "there" if "2" in agent.versions() else "gone", {"gone"}, {"there"})

    steps.does("a changed instruction becomes version 2", changed)
    steps.refuses(
        "a routed version stays",
        "ConflictException",
        lambda: client.delete_agent_version(agentId=agent.id, agentVersion="2"),
    )
    steps.does("the alias goes back to version 1", rolled_back)
