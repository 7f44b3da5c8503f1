"""Exports of the trail, with positions in its chain: CSV for people, and JSON lines that can be verified.

Anyone who has a file of JSON lines can verify each line: its digest covers the previous digest and the line's contents
(`audit.chain.digests`). The last line is a checkpoint, signed over all bytes before it.
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
from idp.sql.in_parts import in_parts

RENAMED: Final = {"effect": "decision", "decided_by": "rule"}
"""Columns with another name in a file. There, `decided_by` is the rule's name."""

CHAIN: Final = ("position", "previous", "digest", *(f"{it}_{part}" for it in MARKED for part in ("salt", "mark")))
HEADINGS: Final = (
    *("at", "kind", "agent", "email", "device", "service", "method", "decision", "revision", "decided_by", "detail"),
    *("judged", "would_have", "address", "user_agent", "reference", "by", "about_name", "changes"),
    *("id", "agent_id", "device_id", "rule", "operator", "operator_id", "about"),
    *CHAIN,
)


def events_before(own: LoginEvent | None) -> QuerySet[LoginEvent]:
    """Return the events before the export, which has an event of its own."""
    return LoginEvent.objects.filter(pk__lt=own.pk) if own else LoginEvent.objects.all()


def as_csv(events: QuerySet[LoginEvent], now: datetime) -> Iterator[str]:
    """Yield CSV with headings. No spreadsheet runs a cell as a formula."""
    yield exporting.line(HEADINGS)
    for facts in facts_of(events, now):
        yield exporting.line(_cell(facts[name]) for name in HEADINGS)


def as_json_lines(events: QuerySet[LoginEvent], now: datetime) -> Iterator[str]:
    """Yield a line of JSON for each event, and a checkpoint at the end."""
    bytes_so_far, last = hashlib.sha256(), None
    for facts in facts_of(events, now):
        line, last = json.dumps(facts, ensure_ascii=False) + "\n", facts
        bytes_so_far.update(line.encode())
        yield line
    position, digest = (last["position"] or 0, last["digest"]) if last else (0, "")
    end = Checkpoint(Says.EXPORTED, position, bytes.fromhex(digest), bytes_so_far.hexdigest())
    yield json.dumps({"checkpoint": checkpoints.sign(end, now)}) + "\n"


WRITERS: Final = {"csv": as_csv, "jsonl": as_json_lines}


def facts_of(events: QuerySet[LoginEvent], now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the facts of each event in the chain's order, the oldest first. Only a part is in memory at a time."""
    sealing.seal_all(now, thorough=True)
    rows = events.select_related("agent", "device", "operator", "seal").order_by("seal__position", "pk")
    rules: dict[tuple[str, int | None], str] = {}
    before: tuple[int, bytes] | None = None
    for event in in_parts(rows):
        rule = event.decided_by, event.revision
        if rule not in rules:
            rules[rule] = name_of(*rule)  # cached by revision, because it takes a query
        seal: Seal | None = getattr(event, "seal", None)
        if seal is not None and (before is None or before[0] != seal.position - 1):
            before = seal.position - 1, _digest_of(seal.position - 1)
        yield _facts(event) | _names(event, rules[rule]) | _place(seal, before)
        before = (seal.position, bytes(seal.digest)) if seal is not None else None


def _digest_of(position: int) -> bytes:
    """Return the digest of a position that is not in the file, or the one before the first."""
    stored = Seal.objects.filter(position=position).values_list("digest", flat=True).first()
    if stored is not None:
        return bytes(stored)
    return bytes(Chain.objects.values_list("anchor_digest", flat=True).first() or digests.BEGINNING)


def _facts(event: LoginEvent) -> dict[str, Any]:
    plain = lines.plain({it: getattr(event, it) for it in lines.COLUMNS})
    return {RENAMED.get(name, name): value for name, value in plain.items()}


def _names(event: LoginEvent, rule: str) -> dict[str, str]:
    """Return the names at the time of the export. No digest covers them, only the file's checkpoint."""
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
    """Return a cell: empty for None and for empty facts, JSON for composite values."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    return "" if value is None else str(value)


def read_back(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of an event from a line of a file. Raises KeyError if one is missing."""
    return {name: facts[RENAMED.get(name, name)] for name in lines.COLUMNS}


def sealed(facts: dict[str, Any]) -> tuple[int, bytes, bytes, dict[str, bytes], dict[str, bytes]]:
    """Return position, previous digest, digest, salts and marks from a line of a file.

    Raises KeyError or ValueError.
    """
    salts, marks = (
        {it: value for it in MARKED if (value := bytes.fromhex(facts[f"{it}_{part}"]))} for part in ("salt", "mark")
    )
    return int(facts["position"]), bytes.fromhex(facts["previous"]), bytes.fromhex(facts["digest"]), salts, marks


def lines_of(file: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each line of a file, as text and parsed. Raises ValueError or TypeError."""
    for text in file:
        read = json.loads(text)
        if not isinstance(read, dict):
            raise TypeError("not a line of the trail")
        yield text, read
