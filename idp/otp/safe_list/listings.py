"""Which numbers are on Twilio's safe list, which are to be added, and which are to be removed.

Twilio keeps a number until it is removed. So these rows also tell which numbers to remove when an agent is switched off
or gets another number.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from idp.agents.models import Agent
from idp.clock import has_come, lately
from idp.otp.models import PhoneAuthenticator, SafeListing
from idp.otp.safe_list.provider import PER_MINUTE, STANDSTILLS, Reply, Verdict

MINUTE = timedelta(minutes=1)
CLAIMED = timedelta(minutes=2)
"""How long a request whose process died prevents others from repeating it."""
CLOSED_PAUSE = timedelta(hours=1)
LONGEST_PAUSE = timedelta(hours=6)
COUNTED_AT_ONCE = 2000
"""If more agents have a number, the changes are counted only on request, because that takes seconds."""
FORGOTTEN_AFTER = timedelta(days=30)
CONCERNS_ALL = {Verdict.BUSY: MINUTE, **dict.fromkeys(STANDSTILLS, CLOSED_PAUSE)}


@dataclass(frozen=True, slots=True)
class Preview:
    """What putting some agents' numbers on the list would change."""

    new: int
    listed: int
    under_way: int
    leaving: int
    without_number: int


def are_many() -> bool:
    """Whether so many agents have a number that counting them would take long."""
    return PhoneAuthenticator.objects.order_by()[COUNTED_AT_ONCE : COUNTED_AT_ONCE + 1].exists()


def not_done() -> QuerySet[SafeListing]:
    """Return the numbers whose request to Twilio is due, or that it refused."""
    return SafeListing.objects.filter(Q(due_at__isnull=False) | Q(wanted=True, listed_at__isnull=True))


def latest_verdict() -> Verdict | None:
    """Return the result of the last request, if there was one."""
    answered = SafeListing.objects.filter(tried_at__isnull=False).exclude(verdict="").order_by("-tried_at")
    latest = answered.values_list("verdict", flat=True).first()
    return Verdict(latest) if latest else None


def preview(agents: QuerySet[Agent] | None = None) -> Preview:
    """Count what putting these agents' numbers, or everybody's, on the list would change."""
    chosen = _enrolled(agents)
    listed = SafeListing.objects.filter(wanted=True, listed_at__isnull=False, number__in=chosen.values("number"))
    under_way = SafeListing.objects.filter(
        wanted=True, listed_at__isnull=True, due_at__isnull=False, number__in=chosen.values("number")
    )
    return Preview(
        new=chosen.count() - listed.count() - under_way.count(),
        listed=listed.count(),
        under_way=under_way.count(),
        leaving=_orphans().count(),
        without_number=agents.exclude(pk__in=chosen.values("user")).count() if agents is not None else 0,
    )


@transaction.atomic
def ask(now: datetime, agents: QuerySet[Agent] | None = None) -> int:
    """Ask for the numbers of these agents, or of all, to be put on the list. Returns how many were asked for.

    Only confirmed numbers of agents who are switched on count. What is on the list, or under way to it, stays.
    """
    settled = SafeListing.objects.filter(Q(listed_at__isnull=False) | Q(due_at__isnull=False), wanted=True)
    lacking = _enrolled(agents).exclude(number__in=settled.values("number"))
    rows = [_asked(it.user_id, it.number, now) for it in lacking]
    SafeListing.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["agent", "wanted", "asked_at", "due_at", "tries", "verdict", "code"],
    )
    return len(rows)


@transaction.atomic
def let_go(now: datetime, changed: Collection[UUID] | None = None) -> int:
    """Ask for the numbers of nobody, or of agents who are switched off, to be taken off. Returns how many.

    The number that replaced a listed one comes on the list in its place. What is long over is forgotten. Where it is
    known which agents were `changed`, only what was asked for them is looked at, however long the list is.
    """
    if changed is None:
        SafeListing.objects.filter(wanted=False, due_at__isnull=True, tried_at__lt=now - FORGOTTEN_AFTER).delete()
    orphans = _orphans(changed)
    heirs = list(orphans.filter(agent__is_active=True).values_list("agent", flat=True))
    orphans.filter(tried_at__isnull=True).delete()  # Twilio never heard of them
    gone = orphans.all().update(wanted=False, asked_at=now, due_at=now, tries=0, verdict="", code=None)
    if heirs:
        ask(now, Agent.objects.filter(pk__in=heirs))
    return gone


def again(now: datetime) -> int:
    """Make numbers due at once that were refused or postponed. Returns how many."""
    leaves = Q(wanted=False) & (Q(listed_at__isnull=False) | Q(due_at__isnull=False))
    left = SafeListing.objects.filter(leaves | Q(wanted=True, listed_at__isnull=True))
    claimed = lately("tried_at", now - CLAIMED, now) & Q(verdict="")
    return left.filter(Q(tried_at__isnull=True) | ~claimed).update(due_at=now, tries=0)


def take_due(now: datetime) -> SafeListing | None:
    """Claim the next number that is due at Twilio; None if there is none, or the minute's requests are used up."""
    within_the_minute = SafeListing.objects.filter(lately("tried_at", now - MINUTE, now))
    if within_the_minute.count() >= PER_MINUTE:
        return None
    due = SafeListing.objects.filter(has_come("due_at", now, LONGEST_PAUSE)).order_by("due_at", "pk")
    for row in due[:PER_MINUTE]:
        claim = SafeListing.objects.filter(pk=row.pk, due_at=row.due_at, wanted=row.wanted)
        if claim.update(due_at=now + CLAIMED, tried_at=now, tries=F("tries") + 1, verdict="", code=None):
            row.refresh_from_db()
            return row
    return None


def note(row: SafeListing, reply: Reply, now: datetime) -> None:
    """Store the result of a request. If it concerns all numbers, all of them wait."""
    mine = SafeListing.objects.filter(pk=row.pk)
    mine.update(verdict=reply.verdict.value, code=reply.code)
    if reply.verdict is Verdict.DONE:
        mine.update(listed_at=now if row.wanted else None)
    # An operator may have requested the opposite meanwhile; then that is still due.
    same = mine.filter(wanted=row.wanted)
    if reply.verdict in (Verdict.DONE, Verdict.REFUSED):
        same.update(due_at=None, tries=0)
    elif reply.verdict in CONCERNS_ALL:
        until = now + CONCERNS_ALL[reply.verdict]
        same.update(due_at=until)
        SafeListing.objects.filter(due_at__lt=until).update(due_at=until)
    else:
        same.update(due_at=now + min(MINUTE * (1 << min(row.tries, 10)), LONGEST_PAUSE))


def _asked(agent_id: UUID, number: str, now: datetime) -> SafeListing:
    return SafeListing(agent_id=agent_id, number=number, wanted=True, asked_at=now, due_at=now)


def _enrolled(agents: QuerySet[Agent] | None = None) -> QuerySet[PhoneAuthenticator]:
    numbers = PhoneAuthenticator.objects.filter(confirmed=True, user__is_active=True)
    return numbers if agents is None else numbers.filter(user__in=agents)


def _orphans(asked_for: Collection[UUID] | None = None) -> QuerySet[SafeListing]:
    """Numbers that are, or will be, on the list although no enrolled agent has them any more."""
    wanted = SafeListing.objects.filter(wanted=True)
    if asked_for is not None:
        theirs = PhoneAuthenticator.objects.filter(user__in=asked_for)
        wanted = wanted.filter(Q(agent__in=asked_for) | Q(number__in=theirs.values("number")))
    return wanted.filter(~Exists(_enrolled().filter(number=OuterRef("number"))))
