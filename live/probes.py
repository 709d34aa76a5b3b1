"""Questions about AWS that no document answers, each put to AWS itself on the stack of a live check.

A probe returns its answer as a sentence. Every call that it makes goes through `Calls`, which records it. A probe leaves the
stack such that the next `bedrock-ops deploy` converges; what it makes beside the stack it deletes again.
"""

import json
import time

from botocore.exceptions import ClientError


class Calls:
    """The clients of a run. What a probe calls is recorded as service, operation, request, status and answer."""

    def __init__(self, session):
        self.session, self.clients, self.made = session, {}, []

    def __call__(self, service, operation, credentials=None, **request):
        client = self.client(service, credentials)
        record = {"service": service, "operation": operation, "request": request}
        self.made.append(record)
        try:
            answer = getattr(client, operation)(**request)
        except ClientError as error:
            record["status"] = error.response["ResponseMetadata"]["HTTPStatusCode"]
            record["error"] = error.response["Error"]
            raise
        record["status"] = answer["ResponseMetadata"]["HTTPStatusCode"]
        record["answer"] = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
        return answer

    def client(self, service, credentials):
        if credentials:
            return self.session.client(service, **credentials)
        return self.clients.setdefault(service, self.session.client(service))

    def failure(self, service, operation, **request):
        """The call's error as `Code: message`, or nothing when it succeeds."""
        try:
            self(service, operation, **request)
        except ClientError as error:
            return "{Code}: {Message}".format(**error.response["Error"])
        return None


def settled(calls, stack):
    """The alias and the agent once neither is in a passing state; after two minutes as they are."""
    for _ in range(60):
        alias = calls("bedrock-agent", "get_agent_alias", agentId=stack.agent, agentAliasId=stack.alias)["agentAlias"]
        agent = calls("bedrock-agent", "get_agent", agentId=stack.agent)["agent"]
        if not any(state.endswith("ING") for state in (alias["agentAliasStatus"], agent["agentStatus"])):
            break
        time.sleep(stack.pause)
    return alias, agent


def pause(calls, stack, state):
    """Pauses or resumes the alias; everything else is sent back as it was read."""
    alias, _ = settled(calls, stack)
    members = ("agentAliasName", "description", "routingConfiguration")
    kept = {name: alias[name] for name in members if alias.get(name)}
    calls("bedrock-agent", "update_agent_alias", agentId=stack.agent, agentAliasId=stack.alias,
          aliasInvocationState=state, **kept)
    return settled(calls, stack)[0]


def state_reset(calls, stack):
    """Does UpdateAgentAlias without aliasInvocationState resume a paused alias?"""
    pause(calls, stack, "REJECT_INVOCATIONS")
    alias, _ = settled(calls, stack)
    calls("bedrock-agent", "update_agent_alias", agentId=stack.agent, agentAliasId=stack.alias,
          agentAliasName=alias["agentAliasName"], routingConfiguration=alias["routingConfiguration"])
    after = settled(calls, stack)[0].get("aliasInvocationState")
    pause(calls, stack, "ACCEPT_INVOCATIONS")
    return f"paused, then updated without the member: the alias is {after}"


def pending_permission(calls, stack):
    """Is AddPermission refused on a version that is Pending?"""
    calls("lambda", "update_function_configuration", FunctionName=stack.name, Description=f"live check {time.time():.0f}")
    for _ in range(60):
        settings = calls("lambda", "get_function_configuration", FunctionName=stack.name)
        if settings.get("LastUpdateStatus") != "InProgress":
            break
        time.sleep(stack.pause)
    version = calls("lambda", "publish_version", FunctionName=stack.name)
    error = calls.failure("lambda", "add_permission", FunctionName=stack.name, Qualifier=version["Version"],
                          StatementId="live-check", Action="lambda:InvokeFunction", Principal="bedrock.amazonaws.com")
    return f"the new version was {version.get('State')}; AddPermission: {error or 'accepted'}"


def request_tag(calls, stack):
    """Does aws:RequestTag reach bedrock:TagResource?"""
    role = f"{stack.name}-probe"
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                     "Principal": {"AWS": f"arn:{stack.partition}:iam::{stack.account}:root"}}]}
    allowed = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "bedrock:TagResource", "Resource": "*",
        "Condition": {"StringEquals": {"aws:RequestTag/live-check": "yes"}}}]}
    calls("iam", "create_role", RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
    try:
        calls("iam", "put_role_policy", RoleName=role, PolicyName="probe", PolicyDocument=json.dumps(allowed))
        assumed, error = None, None
        for _ in range(30):
            try:
                arn = f"arn:{stack.partition}:iam::{stack.account}:role/{role}"
                assumed = calls("sts", "assume_role", RoleArn=arn, RoleSessionName="live-check")["Credentials"]
                break
            except ClientError as refused:
                error = refused
                if refused.response["Error"]["Code"] != "AccessDenied":
                    break
                time.sleep(stack.pause)
        if assumed is None:
            return f"not answered: the probe's role can't be assumed ({error})"
        keys = {"aws_access_key_id": assumed["AccessKeyId"], "aws_secret_access_key": assumed["SecretAccessKey"],
                "aws_session_token": assumed["SessionToken"]}
        try:
            calls("bedrock-agent", "tag_resource", credentials=keys, resourceArn=stack.agent_arn, tags={"live-check": "yes"})
        except ClientError as refused:
            return "no: with the condition TagResource is refused, {Code}".format(**refused.response["Error"])
        calls("bedrock-agent", "untag_resource", resourceArn=stack.agent_arn, tagKeys=["live-check"])
        return "yes: with the condition TagResource is allowed"
    finally:
        calls.failure("iam", "delete_role_policy", RoleName=role, PolicyName="probe")
        calls.failure("iam", "delete_role", RoleName=role)


def group_flips_draft(calls, stack):
    """Does a changed action group turn a PREPARED agent into NOT_PREPARED, and does PrepareAgent change updatedAt?"""
    before = settled(calls, stack)[1]
    listed = calls("bedrock-agent", "list_agent_action_groups", agentId=stack.agent, agentVersion="DRAFT")
    group_id = listed["actionGroupSummaries"][0]["actionGroupId"]
    group = calls("bedrock-agent", "get_agent_action_group", agentId=stack.agent, agentVersion="DRAFT",
                  actionGroupId=group_id)["agentActionGroup"]
    members = ("actionGroupName", "actionGroupExecutor", "functionSchema", "actionGroupState")
    calls("bedrock-agent", "update_agent_action_group", agentId=stack.agent, agentVersion="DRAFT", actionGroupId=group_id,
          description="changed by the live check", **{name: group[name] for name in members if name in group})
    changed = settled(calls, stack)[1]
    calls("bedrock-agent", "prepare_agent", agentId=stack.agent)
    prepared = settled(calls, stack)[1]
    moved = "changed" if prepared["updatedAt"] != changed["updatedAt"] else "did not change"
    return f"{before['agentStatus']} became {changed['agentStatus']}; PrepareAgent {moved} updatedAt"


def duplicate_group(calls, stack):
    """What does AWS answer to a second action group of the same name?"""
    listed = calls("bedrock-agent", "list_agent_action_groups", agentId=stack.agent, agentVersion="DRAFT")
    name = listed["actionGroupSummaries"][0]["actionGroupName"]
    schema = {"functions": [{"name": "probe", "description": "probe"}]}
    error = calls.failure("bedrock-agent", "create_agent_action_group", agentId=stack.agent, agentVersion="DRAFT",
                          actionGroupName=name, functionSchema=schema, actionGroupExecutor={"customControl": "RETURN_CONTROL"})
    return error or "it was accepted"


def version_in_use(calls, stack):
    """What does AWS answer to DeleteAgentVersion of a version that an alias routes to?"""
    alias, _ = settled(calls, stack)
    version = alias["routingConfiguration"][0]["agentVersion"]
    error = calls.failure("bedrock-agent", "delete_agent_version", agentId=stack.agent, agentVersion=version)
    return error or f"version {version} was deleted"


def repository_policy(calls, stack):
    """Which statements does the repository's policy hold after a function was created from it?"""
    error = calls.failure("ecr", "get_repository_policy", repositoryName=stack.name)
    if error:
        return error
    policy = json.loads(calls.made[-1]["answer"]["policyText"])
    return ", ".join(statement.get("Sid", "(no Sid)") for statement in policy["Statement"]) or "none"


def memory_configuration(calls, stack):
    """What does GetAgent answer as memoryConfiguration of an agent without memory?"""
    return json.dumps(settled(calls, stack)[1].get("memoryConfiguration", "absent"))


def model_states(calls, _stack):
    """Which models are ACTIVE, LEGACY or gone today?"""
    answers = []
    for model in ("anthropic.claude-sonnet-4-6", "anthropic.claude-sonnet-4-5-20250929-v1:0",
                  "anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-3-5-sonnet-20240620-v1:0"):
        error = calls.failure("bedrock", "get_foundation_model", modelIdentifier=model)
        lifecycle = calls.made[-1].get("answer", {}).get("modelDetails", {}).get("modelLifecycle", {})
        said = ", ".join(f"{name} {value if isinstance(value, str) else value.date()}" for name, value in lifecycle.items())
        answers.append(f"{model}: {error or said}")
    return "; ".join(answers)


def pinpoint(calls, _stack):
    """What does Pinpoint's GetApps answer after its end of support?"""
    return calls.failure("pinpoint", "get_apps") or "it still answers"


# In this order: what only reads comes first.
PROBES = (model_states, pinpoint, repository_policy, memory_configuration, duplicate_group, version_in_use, request_tag,
          group_flips_draft, state_reset, pending_permission)

# Open questions that a run of minutes can't answer.
UNANSWERED = (
    ("Does restoring an idle function that fails end in Failed or Inactive?", "not answered: it takes weeks without a call"),
    ("Is there a limit on the versions of an agent?", "not answered: it takes more versions than one run should make"),
)
