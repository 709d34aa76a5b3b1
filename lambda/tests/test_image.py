"""What goes into the container image."""

import re
import unittest
from fnmatch import fnmatch
from pathlib import Path

FOLDER = Path(__file__).parent.parent


def lines(name):
    """The lines of a file that are no comments."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


class Image(unittest.TestCase):
    def test_every_module_is_copied_into_the_image(self):
        copied = {word for line in lines("Dockerfile") if line.startswith("COPY") for word in line.split()}
        for module in FOLDER.glob("*.py"):
            self.assertTrue(any(fnmatch(module.name, word) for word in copied), module.name)

    def test_every_requirement_is_pinned(self):
        for requirement in lines("requirements.txt"):
            self.assertRegex(requirement, re.compile(r"^[a-z0-9-]+==[0-9][0-9a-z.]*$"))

    def test_tests_and_secrets_stay_out(self):
        ignored = lines(".dockerignore")
        for name in ["tests", ".env", "event.json"]:
            self.assertIn(name, ignored)


if __name__ == "__main__":
    unittest.main()
