"""One agent seen through boto3: its ids, what its versions hold, and waiting until it has settled."""

from __future__ import annotations

from typing import Any, Collection, Dict, List, Optional

from account import AGENT, AGENT_ROLE, ALIAS, PROFILE, Account
from steps import until


class Agent:
    """The ids are AWS's to give; they are filled in as the things are made."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.client = account.agents
        self.id = ""
        self.action_group_id = ""
        self.alias_id = ""

    @property
    def arn(self) -> str:
        return f"arn:aws:bedrock:{self.account.region}:{self.account.id}:agent/{self.id}"

    def definition(self, instruction: str) -> Dict[str, Any]:
        """What CreateAgent and UpdateAgent both want; an update resets whatever is left out."""
        return {
            "agentName": AGENT,
            "foundationModel": PROFILE,
            "instruction": instruction,
            "agentResourceRoleArn": self.account.role_arn(AGENT_ROLE),
        }

    def prepare(self) -> None:
        self.client.prepare_agent(agentId=self.id)
        self.settle({"PREPARED"})

    def route(self, version: Optional[str]) -> None:
        """Moves the alias to a version; `None` lets AWS cut a new one."""
        request: Dict[str, Any] = {"agentId": self.id, "agentAliasId": self.alias_id, "agentAliasName": ALIAS}
        if version:
            request["routingConfiguration"] = [{"agentVersion": version}]
        self.client.update_agent_alias(**request)
        self.settle_alias()

    def settle(self, target: Collection[str]) -> None:
        """Waits until the agent is in a state of `target`."""
        pending = {"CREATING", "UPDATING", "PREPARING", "VERSIONING"}
        until("the agent", lambda: self.client.get_agent(agentId=self.id)["agent"]["agentStatus"], target, pending)

    def settle_alias(self) -> None:
        """Waits until the alias is ready, and the agent done with cutting the version."""
        until("the alias", lambda: self._alias()["agentAliasStatus"], {"PREPARED"}, {"CREATING", "UPDATING"})
        self.settle({"PREPARED"})

    def routed_version(self) -> str:
        return self._alias()["routingConfiguration"][0]["agentVersion"]

    def instruction_of(self, version: str) -> str:
        answer = self.client.get_agent_version(agentId=self.id, agentVersion=version)
        return answer["agentVersion"]["instruction"]

    def action_groups_of(self, version: str) -> List[str]:
        pages = self.client.get_paginator("list_agent_action_groups").paginate(agentId=self.id, agentVersion=version)
        return [group["actionGroupName"] for page in pages for group in page["actionGroupSummaries"]]

    def versions(self) -> List[str]:
        """The draft among them."""
        pages = self.client.get_paginator("list_agent_versions").paginate(agentId=self.id)
        return sorted(version["agentVersion"] for page in pages for version in page["agentVersionSummaries"])

    def aliases(self) -> List[str]:
        """Their names, without the built-in one that tests the draft."""
        pages = self.client.get_paginator("list_agent_aliases").paginate(agentId=self.id)
        summaries = [summary for page in pages for summary in page["agentAliasSummaries"]]
        return sorted(alias["agentAliasName"] for alias in summaries if alias["agentAliasId"] != "TSTALIASID")

    def _alias(self) -> Dict[str, Any]:
        return self.client.get_agent_alias(agentId=self.id, agentAliasId=self.alias_id)["agentAlias"]
