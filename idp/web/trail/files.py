"""Lines of the trail into a file, with their places in its chain: CSV for people, JSON lines that can be verified.

Whoever has a file of JSON lines can verify each line by itself: its digest is made of the digest before it and of what
it says (`audit.chain.digests`). The last line is a checkpoint, signed, over all bytes before it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from idp.audit.chain import checkpoints, digests, lines, sealing
from idp.audit.chain.checkpoints import Checkpoint, Says
from idp.audit.chain.digests import MARKED
from idp.audit.models import Chain, LoginEvent, Seal
from idp.importing import exporting
from idp.policies.rule_names import name_of

CHUNK: Final = 2_000
CALLED: Final = {"effect": "decision", "decided_by": "rule"}
"""Columns that have another name in a file; there `decided_by` is what the rule is called."""

CHAIN: Final = ("position", "previous", "digest", *(f"{it}_{part}" for it in MARKED for part in ("salt", "mark")))
HEADINGS: Final = (
    *("at", "kind", "agent", "email", "device", "service", "method", "decision", "revision", "decided_by", "detail"),
    *("judged", "would_have", "address", "user_agent", "reference", "by", "about_name", "changes"),
    *("id", "agent_id", "device_id", "rule", "operator", "operator_id", "about"),
    *CHAIN,
)


def before(own: LoginEvent | None) -> QuerySet[LoginEvent]:
    """Return the lines that were there when an export was asked for, which has a line of its own."""
    return LoginEvent.objects.filter(pk__lt=own.pk) if own else LoginEvent.objects.all()


def as_csv(events: QuerySet[LoginEvent], now: datetime) -> Iterator[str]:
    """Write lines as CSV, with headings; no cell is run by a spreadsheet."""
    yield exporting.line(HEADINGS)
    for facts in told(events, now):
        yield exporting.line(_cell(facts[name]) for name in HEADINGS)


def as_json_lines(events: QuerySet[LoginEvent], now: datetime) -> Iterator[str]:
    """Write a line of JSON for each, and a checkpoint at the end."""
    bytes_so_far, last = hashlib.sha256(), None
    for facts in told(events, now):
        line, last = json.dumps(facts, ensure_ascii=False) + "\n", facts
        bytes_so_far.update(line.encode())
        yield line
    position, digest = (last["position"] or 0, last["digest"]) if last else (0, "")
    end = Checkpoint(Says.EXPORTED, position, bytes.fromhex(digest), bytes_so_far.hexdigest())
    yield json.dumps({"checkpoint": checkpoints.sign(end, now)}) + "\n"


WRITERS: Final = {"csv": as_csv, "jsonl": as_json_lines}


def told(events: QuerySet[LoginEvent], now: datetime) -> Iterator[dict[str, Any]]:
    """Yield all about each line, in the chain's order, the oldest first; a chunk of them is in memory at a time."""
    sealing.seal_all(now, thorough=True)
    rows = events.select_related("agent", "device", "operator", "seal").order_by("seal__position", "pk")
    rules: dict[tuple[str, int | None], str] = {}
    before: tuple[int, bytes] | None = None
    for event in rows.iterator(chunk_size=CHUNK):
        rule = event.decided_by, event.revision
        if rule not in rules:
            rules[rule] = name_of(*rule)  # once for each revision, since looking it up takes a query
        seal: Seal | None = getattr(event, "seal", None)
        if seal is not None and (before is None or before[0] != seal.position - 1):
            before = seal.position - 1, _digest_of(seal.position - 1)
        yield _facts(event) | _names(event, rules[rule]) | _place(seal, before)
        before = (seal.position, bytes(seal.digest)) if seal is not None else None


def _digest_of(position: int) -> bytes:
    """Return the digest of a position that is not among the lines of a file, or the one before the first."""
    kept = Seal.objects.filter(position=position).values_list("digest", flat=True).first()
    if kept is not None:
        return bytes(kept)
    return bytes(Chain.objects.values_list("anchor_digest", flat=True).first() or digests.BEGINNING)


def _facts(event: LoginEvent) -> dict[str, Any]:
    plain = lines.plain({it: getattr(event, it) for it in lines.COLUMNS})
    return {CALLED.get(name, name): value for name, value in plain.items()}


def _names(event: LoginEvent, rule: str) -> dict[str, str]:
    """Return what things are called at the export; no digest covers it, only the checkpoint of the file."""
    agent, device, operator = event.agent, event.device, event.operator
    return {
        "agent": agent.full_name if agent else "",
        "email": agent.email if agent else "",
        "device": device.label if device else "",
        "decided_by": rule,
        "operator": str(operator) if operator else "",
    }


def _place(seal: Seal | None, before: tuple[int, bytes] | None) -> dict[str, Any]:
    if seal is None or before is None:
        return {"position": None, **dict.fromkeys(CHAIN[1:], "")}
    marks = {it: bytes(getattr(seal, it)).hex() for it in CHAIN[3:]}
    return {"position": seal.position, "previous": before[1].hex(), "digest": bytes(seal.digest).hex()} | marks


def _cell(value: object) -> str:
    """Write a value into a cell: nothing for None and for empty facts, JSON for what has parts."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    return "" if value is None else str(value)


def read_back(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a line, from what a file says of it. Raises KeyError if one is missing."""
    return {name: facts[CALLED.get(name, name)] for name in lines.COLUMNS}


def sealed(facts: dict[str, Any]) -> tuple[int, bytes, bytes, dict[str, bytes], dict[str, bytes]]:
    """Return position, digest before, digest, salts and marks of a line of a file. Raises KeyError, ValueError."""
    salts, marks = (
        {it: value for it in MARKED if (value := bytes.fromhex(facts[f"{it}_{part}"]))} for part in ("salt", "mark")
    )
    return int(facts["position"]), bytes.fromhex(facts["previous"]), bytes.fromhex(facts["digest"]), salts, marks


def lines_of(file: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each line of a file, as it stands and as it reads. Raises ValueError, TypeError."""
    for text in file:
        read = json.loads(text)
        if not isinstance(read, dict):
            raise TypeError("not a line of the trail")
        yield text, read
