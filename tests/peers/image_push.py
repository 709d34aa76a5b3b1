"""Makes a tiny container image and pushes it as a registry client does: over the OCI distribution API, with urllib."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from typing import Dict, NamedTuple, Optional, Tuple
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import Request, urlopen

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"

# Seconds that one request may take.
TIMEOUT = 60


class Image(NamedTuple):
    """An image for one platform with one layer."""

    manifest: bytes
    config: bytes
    layer: bytes

    @property
    def digest(self) -> str:
        return digest(self.manifest)


class Refused(Exception):
    """The registry said no."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


def digest(content: bytes) -> str:
    """The name that a registry gives to the content."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def image(handler: str) -> Image:
    """A linux/amd64 image that holds `handler` as /var/task/lambda_function.py."""
    files = _tar(handler.encode())
    layer = gzip.compress(files, mtime=0)
    config = _json(
        {
            "architecture": "amd64",
            "os": "linux",
            # The entrypoint is that of the Python base image of AWS.
            "config": {
                "Entrypoint": ["/lambda-entrypoint.sh"],
                "Cmd": ["lambda_function.handler"],
                "WorkingDir": "/var/task",
            },
            "rootfs": {"type": "layers", "diff_ids": [digest(files)]},
        }
    )
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE, "digest": digest(config), "size": len(config)},
            "layers": [{"mediaType": LAYER_TYPE, "digest": digest(layer), "size": len(layer)}],
        }
    )
    return Image(manifest, config, layer)


class Registry:
    """A registry that takes Basic credentials on every call, as ECR does."""

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.token = token

    def push(self, repository: str, pushed: Image, tag: str) -> str:
        """Pushes blobs and manifest; gives the digest that the registry answers."""
        for blob in (pushed.layer, pushed.config):
            self._push_blob(repository, blob)
        _, headers, _ = self._call("PUT", f"/v2/{repository}/manifests/{tag}", pushed.manifest, MANIFEST_TYPE)
        return headers["docker-content-digest"]

    def manifest(self, repository: str, reference: str) -> bytes:
        """A manifest by tag or digest, as it was pushed."""
        return self._call("GET", f"/v2/{repository}/manifests/{reference}", accept=MANIFEST_TYPE)[2]

    def blob(self, repository: str, of: str) -> bytes:
        return self._call("GET", f"/v2/{repository}/blobs/{of}")[2]

    def _push_blob(self, repository: str, blob: bytes) -> None:
        if self._has_blob(repository, digest(blob)):
            return
        _, headers, _ = self._call("POST", f"/v2/{repository}/blobs/uploads/", b"")
        _, headers, _ = self._call("PATCH", headers["location"], blob, "application/octet-stream")
        location = headers["location"]
        # The location may carry a query already.
        joint = "&" if "?" in location else "?"
        self._call("PUT", f"{location}{joint}digest={digest(blob)}", b"")

    def _has_blob(self, repository: str, of: str) -> bool:
        try:
            self._call("HEAD", f"/v2/{repository}/blobs/{of}")
        except Refused as refusal:
            if refusal.status == 404:
                return False
            raise
        return True

    def _call(
        self, method: str, path: str, body: Optional[bytes] = None, content_type: str = "", accept: str = "*/*"
    ) -> Tuple[int, Dict[str, str], bytes]:
        """One request; a location in an answer may be a path or a whole URL. Header names come back in lower case."""
        request = Request(urljoin(self.base, path), data=body, method=method)
        request.add_header("Authorization", f"Basic {self.token}")
        request.add_header("Accept", accept)
        if content_type:
            request.add_header("Content-Type", content_type)
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return answer.status, headers, answer.read()
        except HTTPError as refusal:
            raise Refused(refusal.code, _code(refusal.read())) from None


def _code(body: bytes) -> str:
    """The first error's code in a registry's answer; empty when there is none, as after HEAD."""
    try:
        return json.loads(body)["errors"][0]["code"]
    except (ValueError, KeyError, IndexError, TypeError):
        return ""


def _tar(handler: bytes) -> bytes:
    """The layer's files. Lambda wants an entry for every folder above a file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for folder in ("var", "var/task"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        entry = tarfile.TarInfo("var/task/lambda_function.py")
        entry.size, entry.mode = len(handler), 0o644
        tar.addfile(entry, io.BytesIO(handler))
    return buffer.getvalue()


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
