"""The programs that are compared. Each makes the same stack, changes one field of it, and takes it away."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Dict, List, Optional, Protocol
from urllib.parse import urlsplit

from measure import OUTPUT, Cost, environment, measured

REPOSITORY = Path(__file__).resolve().parent.parent
ACCOUNT, REGION, NAME = "123456789012", "ap-northeast-1", "push-openrate"

# Seconds between making a role and using it. The emulator shows a new role after 8 s; Terraform can only wait blindly,
# and this is the wait that suits it best here. `bedrock-ops` tries until it works.
ROLE_SECONDS = "10"

PHASES = ("first deploy", "nothing changed", "one field changed", "destroy")


class Contender(Protocol):
    """One program in a folder of its own."""

    name: str

    def prepare(self, folder: Path, endpoint: str, registry: str) -> Dict[str, Cost]:
        """Writes what the program reads, and does what has to be done once; gives what that took.

        All services answer at `endpoint`; images come from and go to `registry`.
        """

    def first_deploy(self) -> List[Cost]:
        """From nothing to the line for Slack; one cost for each command."""

    def nothing_changed(self) -> List[Cost]: ...

    def one_field_changed(self) -> List[Cost]:
        """The agent's instruction becomes another."""

    def destroy(self) -> List[Cost]: ...


class BedrockOps:
    """This project's program."""

    name = "bedrock-ops"

    def __init__(self, binary: Path) -> None:
        self.binary = str(binary)

    def prepare(self, folder: Path, endpoint: str, registry: str) -> Dict[str, Cost]:
        self.folder, self.environment = folder, environment(folder, endpoint)
        text = (REPOSITORY / "agent.yaml").read_text(encoding="utf-8")
        base = f"\nlambda:\n  base_image: {urlsplit(registry).netloc}/lambda/python:3.12\n"
        self.manifest = text.replace("\nlambda:\n", base)
        self._write(self.manifest)
        (folder / "lambda").mkdir()
        for handler in (REPOSITORY / "lambda").glob("*.py"):
            shutil.copy(handler, folder / "lambda")
        # No libraries: fetching them would measure the network.
        (folder / "lambda" / "requirements.txt").write_text("")
        return {}

    def first_deploy(self) -> List[Cost]:
        return [self._run("deploy", "11 to create")]

    def nothing_changed(self) -> List[Cost]:
        return [self._run("deploy", "nothing to do")]

    def one_field_changed(self) -> List[Cost]:
        self._write(self.manifest.replace("  instruction: |\n", "  instruction: |\n    落ち着いて答えてください。\n"))
        return [self._run("deploy", "routes to version 2")]

    def destroy(self) -> List[Cost]:
        return [self._run("destroy", "a second look found nothing left")]

    def _run(self, command: str, says: str) -> Cost:
        return measured([self.binary, command, "--yes"], self.folder, self.environment, says)

    def _write(self, text: str) -> None:
        (self.folder / "agent.yaml").write_text(text, encoding="utf-8")


class Terraform:
    """Terraform with the AWS provider, on the article's configuration, mended."""

    name = "Terraform"

    def __init__(self, mirror: Path) -> None:
        self.mirror = mirror

    def prepare(self, folder: Path, endpoint: str, registry: str) -> Dict[str, Cost]:
        """Installs the provider, makes the repository, and pushes the image that the rest needs."""
        self.folder = folder
        shutil.copy(REPOSITORY / "tests/peers/terraform/main.tf", folder)
        settings = folder / "settings.tfrc"
        settings.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{self.mirror}"\n  }}\n}}\n')
        self.environment = {
            **environment(folder, endpoint),
            "TF_CLI_CONFIG_FILE": str(settings),
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_VAR_endpoint": endpoint,
            "TF_VAR_role_seconds": ROLE_SECONDS,
            "TF_VAR_image_uri": self._image("sha256:" + "0" * 64),
        }
        init = measured(["terraform", "init", "-input=false", "-no-color"], folder, self.environment)
        self.repository = self._run("apply", "1 added", "-target=aws_ecr_repository.function")
        push = [sys.executable, str(REPOSITORY / "tests/peers/push.py"), "--endpoint-url", registry]
        pushed = measured([*push, "--repository", NAME], folder, self.environment, "sha256:")
        digest = (folder / OUTPUT).read_text().strip()
        self.environment["TF_VAR_image_uri"] = self._image(digest)
        return {"`terraform init`": init, "pushing the image for Terraform": pushed}

    def first_deploy(self) -> List[Cost]:
        """Two runs: the repository has to be there before the image, and the image before the function."""
        return [self.repository, self._run("apply", "11 added, 0 changed")]

    def nothing_changed(self) -> List[Cost]:
        return [self._run("apply", "0 added, 0 changed, 0 destroyed")]

    def one_field_changed(self) -> List[Cost]:
        self.environment["TF_VAR_instruction"] = (
            "プッシュ通知開封率を get_my_api 関数から取得し、最新のものと全ての平均を日本語で簡潔に報告してください。落ち着いて答えてください。"
        )
        return [self._run("apply", "0 added, 1 changed, 0 destroyed")]

    def destroy(self) -> List[Cost]:
        return [self._run("destroy", "12 destroyed")]

    def _run(self, command: str, says: str, *further: str) -> Cost:
        flags = ["-auto-approve", "-input=false", "-no-color"]
        return measured(["terraform", command, *flags, *further], self.folder, self.environment, says)

    @staticmethod
    def _image(digest: str) -> str:
        return f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{NAME}@{digest}"


def provider_mirror(named: Optional[Path]) -> Optional[Path]:
    """A folder with Terraform's AWS provider in it: the one named, or one in the usual places."""
    home = Path.home()
    usual = [home / ".terraform.d/plugins", home / ".terraform.d/plugin-cache", home / ".local/share/terraform/plugins"]
    variables = [Path(os.environ[name]) for name in ("TF_PLUGIN_MIRROR", "TF_PLUGIN_CACHE_DIR") if name in os.environ]
    of_system = [folder for place in ("/opt", "/usr/share", "/usr/local/share") for folder in two_levels(Path(place))]
    places = [named] if named else [*variables, *usual, *of_system]
    return next((place for place in places if (place / "registry.terraform.io/hashicorp/aws").is_dir()), None)


def two_levels(place: Path) -> List[Path]:
    """The place itself, the folders in it, and the folders in those."""
    return [place, *(path for pattern in ("*", "*/*") for path in sorted(place.glob(pattern)) if path.is_dir())]
