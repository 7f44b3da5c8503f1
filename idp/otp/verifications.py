"""The verification behind what an agent typed: found or begun, its tries counted, and used up by one sign-in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Greatest

from idp.bearer_secrets import keyed_hash
from idp.clock import CLOCKS_APART
from idp.otp import allowances
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.limits import pauses
from idp.otp.limits.asker import Asker
from idp.otp.models import Outcome, PhoneAuthenticator, Verification
from idp.sql.prepared import Insert

_INSERT = Insert(Verification, unless_there=True)


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing is sent and no code is accepted until an instant."""

    until: datetime


def begin(typed: PhoneNumber | Email, asker: Asker, now: datetime) -> Verification | Paused:
    """Find or create the verification in which tries for this identifier are counted. Nothing is sent.

    For proofs that need no text. A pause after wrong codes holds them up as it does a text.
    """
    authenticator = find_authenticator(typed)
    counted_as = counted_as_of(typed, authenticator)
    until = pauses.paused_until(counted_as, own=asker.owns(authenticator), now=now)
    if until is not None and under_way(counted_as, now) is None:
        return Paused(until)
    with transaction.atomic():
        verification, _ = find_or_create(authenticator, counted_as, now)
    return verification


def find_authenticator(typed: PhoneNumber | Email) -> PhoneAuthenticator | None:
    """Return the number that an identifier leads to, also of a switched-off agent, and whether it has an open test."""
    tests = open_tests().filter(authenticator=OuterRef("pk"))
    rows: Any = PhoneAuthenticator.objects.select_related("user").filter(confirmed=True).annotate(tested=Exists(tests))
    if isinstance(typed, PhoneNumber):
        found = rows.filter(number=typed.e164).first()
    else:
        found = rows.filter(user__email__iexact=typed.address).first()
    if found is not None:
        found.has_test = found.tested
    number: PhoneAuthenticator | None = found
    return number


def counted_as_of(typed: PhoneNumber | Email, authenticator: PhoneAuthenticator | None) -> str:
    """Return the key under which sends and tries are counted: a keyed hash of the number, or of what was typed."""
    return keyed_hash("counted as", authenticator.number if authenticator else typed.shown.lower())


def find_or_create(
    authenticator: PhoneAuthenticator | None, counted_as: str, now: datetime
) -> tuple[Verification, bool]:
    """Return the verification under way, locked until the commit, or a new one; and whether it is new."""
    begun = Verification.objects.select_related("authenticator__user").filter(
        counted_as=counted_as, ended_at__isnull=True
    )
    new = Verification(authenticator=authenticator, counted_as=counted_as, started_at=now)
    while not _INSERT(new):
        if not _hold(begun):
            continue  # it ended at the same moment
        found = begun.get()
        is_of_the_future = found.started_at > now + CLOCKS_APART  # begun by a wrong clock
        if not is_of_the_future and not allowances.is_over(found.started_at, now):
            return found, False
        end(begun, now)
    return new, True


def under_way(counted_as: str, now: datetime) -> Verification | None:
    """Return the verification whose code can still be typed, or None. A pause begins only after it."""
    begun = Verification.objects.filter(counted_as=counted_as, ended_at__isnull=True)
    return begun.filter(started_at__gt=now - allowances.CODE_LIFETIME).first()


def is_under_way(verification: Verification, now: datetime) -> bool:
    """Whether its code can still sign an agent in: not used, ended or too old."""
    return verification.ended_at is None and not allowances.is_over(verification.started_at, now)


def count_try(verification: Verification, asker: Asker, login: UUID | None = None) -> bool:
    """Use one of the remaining tries, before a code is checked. Returns False if there is none.

    Until `note_verdict`, the row says in which login a code was typed that had no verdict.
    """
    left = Verification.objects.filter(pk=verification.pk, tries__lt=allowances.TRIES)
    if asker.agent is not None and asker.owns(verification.authenticator):
        return left.update(tries=F("tries") + 1, unjudged_in=login) == 1
    strangers = left.filter(strangers_tries__lt=allowances.STRANGERS_TRIES)
    counted = {"tries": F("tries") + 1, "strangers_tries": F("strangers_tries") + 1}
    return strangers.update(**counted, unjudged_in=login) == 1


def note_verdict(verification: Verification, login: UUID) -> None:
    """Store that the latest code which was typed in a login had its verdict."""
    Verification.objects.filter(pk=verification.pk, unjudged_in=login).update(unjudged_in=None)
    verification.unjudged_in = None


def approve(verification: Verification, now: datetime, outcome: Outcome = Outcome.APPROVED) -> bool:
    """Use up an approved verification. Returns False if it was used before: one code, one sign-in."""
    return end(Verification.objects.filter(pk=verification.pk, ended_at__isnull=True), now, outcome) == 1


def end(rows: QuerySet[Verification], now: datetime, outcome: Outcome = Outcome.EXPIRED) -> int:
    """End verifications, no earlier than they began: nodes' clocks may differ. Returns how many there were."""
    return rows.update(ended_at=Greatest(now, F("started_at")), outcome=outcome)


def open_tests() -> QuerySet[Verification]:
    """Return the test codes that are not over. Operators requested them, and may know them."""
    return Verification.objects.filter(asked_by__isnull=False, ended_at__isnull=True)


def _hold(rows: QuerySet[Verification]) -> bool:
    return rows.update(tries=F("tries")) > 0
