"""`manage.py verify_trail`: check that every event of the trail is unchanged and that none is missing."""

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import CommandError

from idp import clock
from idp.audit.chain import sealing, verifying
from idp.audit.chain.verifying import Place
from idp.audit.chain.walk import Verified
from idp.web.management.at_once import CommandAtOnce
from idp.web.management.output import reading, write_json
from idp.web.trail import export_verification
from idp.web.trail.export_verification import NotATrail


class Command(CommandAtOnce):
    """Verifies the trail, or a file exported from it. Exits with status 1 if something is wrong."""

    help = (
        "Verifies the trail: that every entry is as it was sealed, and none is missing. With --file it verifies a file "
        "of JSON lines instead, without the database. Exits with status 1 if something is wrong."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what to verify, and against what."""
        parser.add_argument("--file", metavar="FILE", help="a file from export_audit --format jsonl; - is stdin")
        parser.add_argument(
            "--keys", metavar="FILE", help="with --file: the public keys, as saved from /.well-known/jwks.json"
        )
        parser.add_argument(
            "--known",
            action="append",
            default=[],
            type=place,
            metavar="POSITION:DIGEST",
            help="a checkpoint of this chain that was noted elsewhere; may be repeated",
        )
        parser.add_argument("--no-seal", action="store_true", help="do not first seal entries that are waiting for it")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, file: str | None, as_json: bool, **more: Any) -> None:
        """Verify, and print what is intact and what is not."""
        if file and more["known"]:
            raise CommandError("--known needs the database: leave it out with --file.")
        if more["keys"] and not file:
            raise CommandError("--keys is only for --file; the database has its own keys.")
        found = _of_file(file, more["keys"]) if file else _of_tables(more["known"], seal=not more["no_seal"])
        if as_json:
            write_json(self.stdout, _as_values(found))
        else:
            self._print(found)
        if not found.in_order:
            sys.exit(1)

    def _print(self, found: Verified) -> None:
        for it in found.faults:
            at = f"{it.position:>10}  {f'{it.reference}  ' if it.reference else ''}"
            self.stdout.write(f"{at}{it.why}")
        if found.faulty > len(found.faults):
            self.stdout.write(f"            and {found.faulty - len(found.faults):,} more")
        self.stdout.write(f"{found.hold:,} lines are intact, from position {found.first:,} to {found.last:,}.")
        if found.left_out:
            self.stdout.write(f"{found.left_out:,} lines between them are not in the file and were not verified.")
        if found.unsealed:
            self.stdout.write(f"{found.unsealed:,} lines have no seal yet and were not verified.")
        self.stdout.write(f"The chain ends with {found.last}:{found.digest.hex()}")
        self.stderr.write(
            "The trail is intact." if found.in_order else "The trail is not intact: see the faults above."
        )


def place(typed: str) -> Place:
    """Read a position and its digest, `POSITION:DIGEST` in hexadecimal. Raises ArgumentTypeError."""
    if not re.fullmatch("[0-9]{1,18}:[0-9a-fA-F]{64}", typed):
        raise argparse.ArgumentTypeError(f"“{typed}” is no checkpoint, such as 7:3f… with all 64 hex digits")
    position, _, digest = typed.partition(":")
    return int(position), bytes.fromhex(digest)


def _of_tables(known: list[Place], *, seal: bool) -> Verified:
    if seal:
        sealing.seal_all(clock.now(), thorough=True)
    return verifying.verify(known)


def _of_file(file: str, keys: str | None) -> Verified:
    try:
        given = export_verification.keys_from(_text(keys)) if keys else None
        with reading(file), _opened(file) as lines:
            return export_verification.verify(lines, given)
    except NotATrail as error:
        raise CommandError(str(error)) from None


def _text(file: str) -> str:
    with reading(file):
        return Path(file).read_text(encoding="utf-8")


@contextmanager
def _opened(file: str) -> Iterator[TextIO]:
    if file == "-":
        yield sys.stdin
        return
    with Path(file).open(encoding="utf-8", newline="\n") as opened:
        yield opened


def _as_values(found: Verified) -> dict[str, Any]:
    return {
        "in_order": found.in_order,
        "lines_that_hold": found.hold,
        "faults": found.faulty,
        "first_faults": [{"position": it.position, "reference": it.reference, "why": it.why} for it in found.faults],
        "missing": found.missing,
        "left_out": found.left_out,
        "unsealed": found.unsealed,
        "first_position": found.first,
        "last_position": found.last,
        "signed_to": found.signed_to,
        "digest": found.digest.hex(),
    }
