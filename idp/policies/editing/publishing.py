"""Changes the access policy: a draft starts as a copy of the live revision, and is published whole or discarded.

Each function runs in one transaction that first locks the policy (`hold`), so that publications run one after another.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from idp.policies.access.rules import Effect, Rule
from idp.policies.editing import rule_rows
from idp.policies.editing.differences import Difference, differences
from idp.policies.models import AccessRule, PolicyRevision, State

DRAFT_GONE = "There is no draft to publish any more: it has been published or discarded since."
MEANWHILE = "Somebody has changed the access rules since. Check the differences again, then publish."
MEANWHILE_WRITTEN = "Somebody has changed or published the draft since. Look at it again, then discard it."
NO_REASON = "Give a reason of 1 to 200 characters."
NOTHING_NEW = "The draft is the same as the rules in force."
UNREADABLE = "A rule of the draft cannot be read. Delete it or switch it off first."
LONGEST_REASON = 200


class CannotPublish(Exception):
    """A revision could not be published. `sentence` says why. Nothing was changed."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Seen:
    """What an operator saw before publishing: the number of the live revision, and a fingerprint of the draft."""

    live: int
    draft: str

    def __str__(self) -> str:
        return f"{self.live}-{self.draft}"


def live() -> PolicyRevision:
    """Return the revision in force."""
    return PolicyRevision.objects.live().prefetch_related("rules").get()


def draft() -> PolicyRevision | None:
    """Return the draft, or None."""
    return PolicyRevision.objects.draft().prefetch_related("rules").first()


def edited() -> PolicyRevision:
    """Return what an operator edits next: the draft, or else the revision in force."""
    return draft() or live()


def edited_rule(key: str) -> AccessRule | None:
    """Return the rule with a key as an operator edits it next; None if it is gone, or the text is no rule's key."""
    try:
        named = UUID(key)
    except ValueError:
        return None
    return edited().rules.filter(key=named).first()


@transaction.atomic
def begin_draft(author: UUID | None = None) -> PolicyRevision:
    """Return the draft. If there is none, create it as a copy of the live revision."""
    PolicyRevision.objects.all().hold()
    existing = draft()
    if existing is not None:
        return existing
    return _copy_of(live(), author_id=author)


@transaction.atomic
def rewrite(revision: PolicyRevision, rules: Iterable[Rule], default: Effect) -> None:
    """Replace the rules and the default of a draft. A rule that has a key keeps it."""
    revision.default_effect = default.value
    revision.save()
    revision.rules.all().delete()
    AccessRule.objects.bulk_create(
        rule_rows.of(rule, revision=revision, position=position) for position, rule in enumerate(rules, start=1)
    )


@transaction.atomic
def discard(looked_at: str | None = None) -> None:
    """Delete the draft, if there is one. Raises CannotPublish.

    `looked_at` is the text of what the operator had `seen`. If somebody has changed the draft since, it is kept.
    """
    PolicyRevision.objects.all().hold()
    if looked_at is not None and looked_at != str(seen()):
        raise CannotPublish(MEANWHILE_WRITTEN)
    PolicyRevision.objects.draft().delete()


def seen(revision: PolicyRevision | None = None) -> Seen:
    """Return what there is to see now, of this revision or of the one being edited, for publishing to compare."""
    return Seen(live().number or 0, fingerprint(revision or edited()))


def changes() -> tuple[Difference, ...]:
    """Return what publishing the draft would change, in words."""
    return differences(live().policy, edited().policy)


@transaction.atomic
def publish(*, author: UUID | None, reason: str, now: datetime, looked_at: str) -> PolicyRevision:
    """Put the whole draft in force at once. Raises CannotPublish.

    `looked_at` is the text of what the operator had `seen`. If the live revision or the draft has changed since,
    nothing is published.
    """
    PolicyRevision.objects.all().hold()
    written = draft()
    if written is None:
        raise CannotPublish(DRAFT_GONE)
    if looked_at != str(seen()):
        raise CannotPublish(MEANWHILE)
    if not changes():
        raise CannotPublish(NOTHING_NEW)
    if not written.policy.readable:
        raise CannotPublish(UNREADABLE)
    return go_live(written, author=author, reason=reason, now=now)


@transaction.atomic
def go_back(number: int, *, author: UUID | None, reason: str, now: datetime, looked_at: str) -> PolicyRevision:
    """Put an older revision's rules in force again, as a new revision. A draft is kept. Raises CannotPublish.

    `looked_at` is the text of what the operator had `seen`. If the live revision has changed since, nothing is done.
    """
    PolicyRevision.objects.all().hold()
    older = PolicyRevision.objects.filter(number=number).prefetch_related("rules").first()
    if older is None:
        raise CannotPublish(f"There is no revision {number}.")
    if looked_at != str(seen(older)):
        raise CannotPublish(MEANWHILE)
    if not differences(live().policy, older.policy):
        raise CannotPublish(f"Revision {number} is the same as the rules in force.")
    if not older.policy.readable:
        raise CannotPublish(f"A rule of revision {number} can no longer be read.")
    aside = PolicyRevision.objects.draft()
    kept = list(aside.prefetch_related("rules"))
    discard()
    restored = go_live(_copy_of(older, author_id=author, restored=older), author=author, reason=reason, now=now)
    for revision in kept:
        _copy_of(revision, author_id=revision.author_id)
    return restored


@transaction.atomic
def go_live(revision: PolicyRevision, *, author: UUID | None, reason: str, now: datetime) -> PolicyRevision:
    """Number a draft and make it the live revision. Raises CannotPublish if the reason is empty or too long."""
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise CannotPublish(NO_REASON)
    PolicyRevision.objects.all().retire()
    number = PolicyRevision.objects.all().next_number()
    PolicyRevision.objects.draft().filter(pk=revision.pk).update(
        state=State.LIVE, number=number, author_id=author, reason=reason, at=now
    )
    return PolicyRevision.objects.get(pk=revision.pk)


def fingerprint(revision: PolicyRevision) -> str:
    """Return a short text that differs if anything in the revision differs."""
    words = [revision.default_effect, *(rule_rows.to_json(it) for it in revision.rules.all())]
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:16]


def in_force_since(keys: Iterable[UUID | str]) -> dict[str, datetime]:
    """Return when each rule first came into force, by its key, in one query. Rules that never did are left out."""
    published = AccessRule.objects.filter(key__in=keys).exclude(revision__state=State.DRAFT)
    first = published.order_by().values_list("key").annotate(first=Min("revision__at"))
    return {str(key): at for key, at in first}


def _copy_of(revision: PolicyRevision, **fields: Any) -> PolicyRevision:
    copy = PolicyRevision.objects.create(default_effect=revision.default_effect, **fields)
    AccessRule.objects.bulk_create(
        rule_rows.copy(it, revision=copy, position=it.position) for it in revision.rules.all()
    )
    return PolicyRevision.objects.prefetch_related("rules").get(pk=copy.pk)
