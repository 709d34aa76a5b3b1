"""Makes what the agent calls: repository, image, role, log group and function, each read back after it is made."""

from __future__ import annotations

from typing import Any, Dict

from account import FUNCTION_ROLE, LOG_GROUP, NAME, TAGS, Account, policy, trust
from image_push import MANIFEST_TYPE, Refused, Registry, digest, image
from steps import PATIENCE, POLL, Steps, equal, retried

# Answers as Bedrock wants it, with the whole event as its text.
HANDLER = """
import json

def handler(event, context):
    body = {"open_rate_percent": 20.38, "event": event}
    return {
        "messageVersion": "1.0",
        "response": {
            "actionGroup": event["actionGroup"],
            "function": event["function"],
            "functionResponse": {"responseBody": {"TEXT": {"body": json.dumps(body, ensure_ascii=False)}}},
        },
        "sessionAttributes": {**event["sessionAttributes"], "asked": "yes"},
        "promptSessionAttributes": event["promptSessionAttributes"],
    }
"""
ABSENT_DIGEST = "sha256:" + "0" * 64


def make_repository(steps: Steps, account: Account) -> None:
    ecr = account.ecr
    request: Dict[str, Any] = {
        "repositoryName": NAME,
        "imageTagMutability": "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
        "tags": [{"Key": key, "Value": value} for key, value in TAGS.items()],
    }

    def made() -> None:
        repository = ecr.create_repository(**request)["repository"]
        equal(repository["repositoryUri"], account.repository_uri, "the URI")
        (seen,) = ecr.describe_repositories(repositoryNames=[NAME])["repositories"]
        equal(seen["imageTagMutability"], "IMMUTABLE", "the mutability")
        tags = ecr.list_tags_for_resource(resourceArn=seen["repositoryArn"])["tags"]
        equal({tag["Key"]: tag["Value"] for tag in tags}, TAGS, "the tags")

    steps.refuses(
        "a repository's name has no capitals",
        "InvalidParameterException",
        lambda: ecr.create_repository(repositoryName="Peer-Openrate"),
    )
    steps.refuses(
        "a repository that is not there is not found",
        "RepositoryNotFoundException",
        lambda: ecr.describe_repositories(repositoryNames=[NAME]),
    )
    steps.does("the repository is made", made)
    steps.refuses(
        "a repository is made once", "RepositoryAlreadyExistsException", lambda: ecr.create_repository(**request)
    )


def push_image(steps: Steps, account: Account) -> str:
    """Pushes the image; gives its digest."""
    answer = account.ecr.get_authorization_token()["authorizationData"][0]
    registry = Registry(answer["proxyEndpoint"], answer["authorizationToken"])
    tiny = image(HANDLER)

    def pushed() -> str:
        equal(registry.push(NAME, tiny, "src-1"), tiny.digest, "the digest")
        equal(registry.manifest(NAME, tiny.digest), tiny.manifest, "the manifest")
        equal(registry.blob(NAME, digest(tiny.layer)), tiny.layer, "the layer")
        pages = account.ecr.get_paginator("describe_images").paginate(repositoryName=NAME)
        (seen,) = [detail for page in pages for detail in page["imageDetails"]]
        equal((seen["imageDigest"], seen["imageTags"]), (tiny.digest, ["src-1"]), "the image")
        equal(seen["imageManifestMediaType"], MANIFEST_TYPE, "the media type")
        return tiny.digest

    steps.does("an image needs a repository", lambda: _refused(lambda: registry.push("absent", tiny, "x"), 404))
    steps.does(
        "a push needs credentials", lambda: _refused(lambda: Registry(registry.base, "eA==").push(NAME, tiny, "x"), 401)
    )
    result = steps.does("the image is pushed", pushed)
    other = image(HANDLER + "\n")
    steps.does("an immutable tag stays", lambda: _refused(lambda: registry.push(NAME, other, "src-1"), 400))
    steps.refuses(
        "an image that is not there is not found",
        "ImageNotFoundException",
        lambda: account.ecr.describe_images(repositoryName=NAME, imageIds=[{"imageDigest": ABSENT_DIGEST}]),
    )
    return result


def make_function_role(steps: Steps, account: Account) -> None:
    iam = account.iam
    request: Dict[str, Any] = {
        "RoleName": FUNCTION_ROLE,
        "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
        "Tags": [{"Key": key, "Value": value} for key, value in TAGS.items()],
    }
    arn = f"arn:aws:logs:{account.region}:{account.id}:log-group:{LOG_GROUP}:*"
    logs = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": arn}

    def made() -> None:
        equal(iam.create_role(**request)["Role"]["Arn"], account.role_arn(FUNCTION_ROLE), "the ARN")
        iam.put_role_policy(RoleName=FUNCTION_ROLE, PolicyName="logs", PolicyDocument=policy(logs))
        seen = iam.get_role(RoleName=FUNCTION_ROLE)["Role"]
        principal = seen["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
        equal(principal, {"Service": "lambda.amazonaws.com"}, "the trust")
        equal({tag["Key"]: tag["Value"] for tag in seen["Tags"]}, TAGS, "the tags")
        document = iam.get_role_policy(RoleName=FUNCTION_ROLE, PolicyName="logs")["PolicyDocument"]
        equal(document["Statement"], [logs], "the policy")
        pages = iam.get_paginator("list_role_policies").paginate(RoleName=FUNCTION_ROLE)
        equal([name for page in pages for name in page["PolicyNames"]], ["logs"], "the policies")

    bad_name = {**request, "RoleName": "peer openrate"}
    bad_trust = {**request, "AssumeRolePolicyDocument": "{"}
    steps.refuses("a role's name has no blanks", "ValidationError", lambda: iam.create_role(**bad_name))
    steps.refuses("a role's trust is JSON", "MalformedPolicyDocument", lambda: iam.create_role(**bad_trust))
    steps.does("the function's role is made", made)
    steps.refuses("a role is made once", "EntityAlreadyExists", lambda: iam.create_role(**request))
    steps.refuses(
        "a role with a policy stays", "DeleteConflict", lambda: iam.delete_role(RoleName=FUNCTION_ROLE), "must delete"
    )


def make_log_group(steps: Steps, account: Account) -> None:
    logs = account.logs

    def made() -> None:
        logs.create_log_group(logGroupName=LOG_GROUP, tags=TAGS)
        logs.put_retention_policy(logGroupName=LOG_GROUP, retentionInDays=14)
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=LOG_GROUP)
        (seen,) = [group for page in pages for group in page["logGroups"]]
        equal(seen["retentionInDays"], 14, "the retention")
        equal(seen["arn"], seen["logGroupArn"] + ":*", "the longer ARN")
        equal(logs.list_tags_for_resource(resourceArn=seen["logGroupArn"])["tags"], TAGS, "the tags")

    steps.does("the log group is made", made)
    steps.refuses(
        "a log group is made once",
        "ResourceAlreadyExistsException",
        lambda: logs.create_log_group(logGroupName=LOG_GROUP),
    )
    steps.refuses(
        "logs are not kept for 15 days",
        "InvalidParameterException",
        lambda: logs.put_retention_policy(logGroupName=LOG_GROUP, retentionInDays=15),
    )


def make_function(steps: Steps, account: Account, image_digest: str) -> None:
    """Makes the function and publishes version 1."""
    functions = account.functions
    request: Dict[str, Any] = {
        "FunctionName": NAME,
        "PackageType": "Image",
        "Code": {"ImageUri": f"{account.repository_uri}@{image_digest}"},
        "Role": account.role_arn(FUNCTION_ROLE),
        "Timeout": 60,
        "MemorySize": 256,
        "Environment": {"Variables": {"KPI_NAME": "push-open-rate"}},
        "Tags": TAGS,
    }

    def create(wanted: Dict[str, Any]) -> None:
        # A role is not seen by Lambda at once.
        retried("InvalidParameterValueException", "cannot be assumed", lambda: functions.create_function(**wanted))

    def made() -> None:
        create(request)
        patience = {"Delay": POLL, "MaxAttempts": int(PATIENCE / POLL)}
        functions.get_waiter("function_active_v2").wait(FunctionName=NAME, WaiterConfig=patience)
        seen = functions.get_function(FunctionName=NAME)
        equal(seen["Code"]["ResolvedImageUri"], request["Code"]["ImageUri"], "the image")
        equal(seen["Tags"], TAGS, "the tags")
        equal(seen["Configuration"]["CodeSha256"], image_digest[len("sha256:") :], "the code's hash")
        equal(seen["Configuration"]["Environment"], request["Environment"], "the environment")

    def published() -> None:
        equal(functions.publish_version(FunctionName=NAME)["Version"], "1", "the version")
        equal(functions.publish_version(FunctionName=NAME)["Version"], "1", "the version of an unchanged function")
        pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=NAME)
        equal([v["Version"] for page in pages for v in page["Versions"]], ["$LATEST", "1"], "the versions")

    unknown = {**request, "Code": {"ImageUri": f"{account.repository_uri}@{ABSENT_DIGEST}"}}
    code = "InvalidParameterValueException"
    steps.refuses("an unknown image is refused", code, lambda: create(unknown), "source image")
    bad_name = {**request, "FunctionName": "peer openrate"}
    steps.refuses(
        "a function's name has no blanks", f"ValidationException {code}", lambda: functions.create_function(**bad_name)
    )
    steps.refuses(
        "a function that is not there is not found",
        "ResourceNotFoundException",
        lambda: functions.get_function(FunctionName=NAME),
    )
    steps.does("the function is made", made)
    steps.refuses("a function is made once", "ResourceConflictException", lambda: functions.create_function(**request))
    steps.does("a version is published, once", published)


def _refused(action: Any, status: int) -> None:
    """The registry's refusals have a shape of their own."""
    try:
        action()
    except Refused as refusal:
        equal(refusal.status, status, "the status")
    else:
        raise AssertionError(f"was not refused, but should be with {status}")
