"""What was called and answered, with ids and secrets replaced, so that a report can be published and used as fixtures."""

import datetime
import json
import re

# The account that AWS's own examples use.
EXAMPLE_ACCOUNT = "123456789012"

# What is never written, whatever its value: members of requests and answers that hold secrets.
SECRET_MEMBERS = re.compile(r"secret|token|password|credential|accesskey|environment|location", re.IGNORECASE)


class Redaction:
    """Replaces ids by stable placeholders: the same id gets the same one everywhere in a report."""

    PATTERNS = (
        # A request id or a revision id.
        ("00000000-0000-0000-0000-{:012d}", re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")),
        # An access key, and the unique id of a role or user.
        ("AKIAEXAMPLE{:05d}", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{12,}\b")),
        ("AROAEXAMPLE{:05d}", re.compile(r"\b(?:AROA|AIDA)[0-9A-Z]{12,}\b")),
        # An agent's, alias's or action group's id: ten capitals and digits with at least one digit.
        ("ID{:08d}", re.compile(r"\b(?=[A-Z]*[0-9])[0-9A-Z]{10}\b")),
        ("somebody{}@example.com", re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b")),
    )

    def __init__(self, account):
        self.account = account
        self.seen = {}

    def text(self, text):
        """A text without what identifies the account or its owner."""
        if self.account:
            text = text.replace(self.account, EXAMPLE_ACCOUNT)
        text = re.sub(r"\b(?!123456789012\b)\d{12}\b", EXAMPLE_ACCOUNT, text)
        for form, pattern in self.PATTERNS:
            text = pattern.sub(lambda found, form=form: self.placeholder(form, found.group()), text)
        return re.sub(r"(assumed-role/[\w+=,.@-]+/)[\w+=,.@-]+", r"\1session", text)

    def placeholder(self, form, found):
        known = self.seen.setdefault(form, {})
        return form.format(known.setdefault(found, len(known) + 1))

    def value(self, value):
        """A value of JSON likewise. Members that hold secrets keep their names only."""
        if isinstance(value, dict):
            return {key: "REDACTED" if SECRET_MEMBERS.search(key) and item else self.value(item)
                    for key, item in value.items() if key != "ResponseMetadata"}
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, datetime.datetime):
            return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return value if isinstance(value, (int, float, bool, type(None))) else f"<{type(value).__name__}>"


class Report:
    """The steps and the questions of one run, in order. Written after each, so that a run that is cut off loses nothing."""

    def __init__(self, path, redaction, about):
        self.path, self.redaction = path, redaction
        self.document = {"format": 1, "about": redaction.value(about), "steps": [], "questions": []}

    def step(self, name, code, seconds, stdout, stderr):
        clean = self.redaction.text
        self.document["steps"].append({"step": name, "exit": code, "seconds": round(seconds, 1),
                                       "stdout": clean(stdout), "stderr": clean(stderr)})
        self.write()

    def question(self, text, answer, calls):
        self.document["questions"].append({"question": text, "answer": self.redaction.text(answer),
                                           "calls": self.redaction.value(calls)})
        self.write()

    def write(self):
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(self.document, file, ensure_ascii=False, indent=2)
            file.write("\n")
