"""Pushes the tiny image of image_push.py into an emulated repository, for Terraform, which can't; prints its digest.

    python3 tests/peers/push.py --endpoint-url http://127.0.0.1:PORT --repository NAME

The standard library is all it needs.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
from datetime import datetime, timezone
from functools import reduce
from typing import Any, Dict
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from image_push import TIMEOUT, Registry, image

HANDLER = "def handler(event, context):\n    return {}\n"
TARGET = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"
CONTENT_TYPE = "application/x-amz-json-1.1"
# The key that the emulator printed.
KEY_ID, SECRET = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]


def signed(endpoint: str, region: str, body: bytes) -> Dict[str, str]:
    """The headers of a POST to ECR at `/`, signed as AWS wants it (version 4)."""
    now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-type": CONTENT_TYPE,
        "host": urlsplit(endpoint).netloc,
        "x-amz-date": now,
        "x-amz-target": TARGET,
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = [now[:8], region, "ecr", "aws4_request"]
    text = "\n".join(["AWS4-HMAC-SHA256", now, "/".join(scope), hashlib.sha256(canonical.encode()).hexdigest()])
    key = reduce(lambda key, part: hmac.digest(key, part.encode(), "sha256"), scope, f"AWS4{SECRET}".encode())
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    credential = f"{KEY_ID}/{'/'.join(scope)}"
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
    return headers


def registry(endpoint: str, region: str) -> Registry:
    """The account's registry, opened with a password that it was asked for."""
    body = b"{}"
    with urlopen(Request(f"{endpoint}/", body, signed(endpoint, region, body)), timeout=TIMEOUT) as answer:
        granted: Dict[str, Any] = json.load(answer)["authorizationData"][0]
    return Registry(granted["proxyEndpoint"], granted["authorizationToken"])


def main() -> None:
    parser = argparse.ArgumentParser(description="Pushes a tiny image into an emulated repository")
    parser.add_argument("--endpoint-url", required=True, help="where the emulator answers")
    parser.add_argument("--repository", required=True, help="the repository, which must be there")
    parser.add_argument("--region", default="ap-northeast-1", help="default: %(default)s")
    arguments = parser.parse_args()
    endpoint = arguments.endpoint_url.rstrip("/")
    print(registry(endpoint, arguments.region).push(arguments.repository, image(HANDLER), "pushed-1"))


if __name__ == "__main__":
    main()
