"""`manage.py policy_file`: access rules in a file, with test cases that they must pass, for version control."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from idp import clock
from idp.audit import acts
from idp.audit.models import Kind
from idp.policies.editing import policy_file, publishing
from idp.policies.editing.policy_file import Misfit, PolicyFile
from idp.policies.models import PolicyRevision
from idp.web.management.output import reading
from idp.web.management.recorded import RecordedCommand


class Command(RecordedCommand):
    """Exports, tests or imports access rules."""

    help = "Exports access rules to a file, runs the test cases of a file, or imports its rules as a draft."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the act and the file."""
        parser.add_argument("act", choices=["export", "test", "import"], help="export, test or import")
        parser.add_argument("file", nargs="?", default="-", help="the file; by default, or with -, stdin or stdout")
        parser.add_argument("--draft", action="store_true", help="export the draft, if any")
        parser.add_argument("--replace", action="store_true", help="overwrite an existing draft")

    def handle(self, *_: Any, act: str, file: str, draft: bool, replace: bool, **__: Any) -> None:
        """Do it, and print the outcome on stderr."""
        if act == "export":
            self._export(file, draft=draft)
            return
        read = self._passed(file)
        if act == "import":
            self._import(read, replace=replace)

    def _export(self, file: str, *, draft: bool) -> None:
        policy = (publishing.edited() if draft else publishing.live()).policy
        if not policy.readable:
            raise CommandError("A rule cannot be read. Delete it in the admin, publish, and export again.")
        if file == "-":
            self.stdout.write(policy_file.write(policy, []), ending="")
            return
        path = Path(file)
        try:
            path.write_text(policy_file.write(policy, _cases(path)), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
        self.stderr.write(f"{len(policy.rules)} rules written to {file}. Its test cases are unchanged.")

    def _passed(self, file: str) -> PolicyFile:
        try:
            read = policy_file.read(_text(file))
        except Misfit as error:
            raise CommandError(str(error)) from None
        failed = policy_file.failures(read)
        for it in failed:
            by = f" by {it.by}" if it.by else ""
            self.stderr.write(f"{it.case.name}: {it.case.expect} was expected, it came to {it.came}{by}.")
        if failed:
            raise CommandError(f"{len(failed)} of {len(read.cases)} cases fail. Nothing was changed.")
        self.stderr.write(f"{len(read.cases)} cases pass.")
        return read

    def _import(self, read: PolicyFile, *, replace: bool) -> None:
        with transaction.atomic():
            PolicyRevision.objects.all().hold()
            if publishing.draft() is not None and not replace:
                raise CommandError("There is a draft already. Publish it or throw it away, or import with --replace.")
            draft = publishing.begin_draft()
            publishing.rewrite(draft, read.policy.rules, read.policy.default)
            said = f"Rewritten from a file: {len(read.policy.rules)} rules."
            acts.record(Kind.CHANGED, acts.thing(draft), clock.now(), detail=said)
            changes = publishing.changes()
            if not changes:
                publishing.discard()
        for it in changes:
            self.stdout.write(it.sentence)
        next_step = "Publish it under Access rules in the admin." if changes else "That is in force already."
        self.stderr.write(f"{'The file is the draft now. ' if changes else ''}{next_step}")


def _text(file: str) -> str:
    with reading(file):
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")


def _cases(path: Path) -> list[Any]:
    """Return the test cases of an existing file unchanged."""
    if not path.exists():
        return []
    try:
        cases = json.loads(path.read_text(encoding="utf-8")).get("cases", [])
    except (ValueError, AttributeError) as error:
        raise CommandError(f"{path} is there and is no policy: {error}") from None
    return cases if isinstance(cases, list) else []
