"""Takes everything away again, the dependent before what it depends on, and looks that nothing is left."""

from __future__ import annotations

from account import AGENT_ROLE, ALIAS, FUNCTION_ROLE, LOG_GROUP, NAME, Account
from agent import Agent
from steps import Steps, equal, until_gone


def destroy(steps: Steps, account: Account, agent: Agent) -> None:
    client, functions, iam = account.agents, account.functions, account.iam

    def agent_gone() -> None:
        client.delete_agent_alias(agentId=agent.id, agentAliasId=agent.alias_id)
        until_gone(f"the alias {ALIAS}", lambda: client.get_agent_alias(agentId=agent.id, agentAliasId=agent.alias_id))
        equal(agent.aliases(), [], "the aliases")
        client.delete_agent(agentId=agent.id)
        until_gone("the agent", lambda: client.get_agent(agentId=agent.id))

    def function_gone() -> None:
        functions.delete_function(FunctionName=NAME)
        until_gone("the function", lambda: functions.get_function(FunctionName=NAME))
        account.logs.delete_log_group(logGroupName=LOG_GROUP)

    def roles_gone() -> None:
        for role, name in ((FUNCTION_ROLE, "logs"), (AGENT_ROLE, "model")):
            iam.delete_role_policy(RoleName=role, PolicyName=name)
            iam.delete_role(RoleName=role)

    steps.does("alias and agent are deleted", agent_gone)
    steps.does("function and log group are deleted", function_gone)
    steps.refuses(
        "a repository with an image stays",
        "RepositoryNotEmptyException",
        lambda: account.ecr.delete_repository(repositoryName=NAME),
    )
    steps.does("the repository is deleted", lambda: account.ecr.delete_repository(repositoryName=NAME, force=True))
    steps.does("both roles are deleted", roles_gone)
    steps.refuses("a deleted role is not found", "NoSuchEntity", lambda: iam.get_role(RoleName=AGENT_ROLE))
    steps.does("nothing is left", lambda: look_empty(account))


def look_empty(account: Account) -> None:
    """The account holds nothing of the kinds that this test makes."""
    equal({kind: names for kind, names in account.inventory().items() if names}, {}, "what is there")
