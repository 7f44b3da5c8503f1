"""Requests codes and checks them. Our own limits are enforced before Twilio is called."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Greatest

from idp.bearer_secrets import keyed_hash
from idp.otp import breaker, open_channels
from idp.otp.channels import Channel
from idp.otp.gateway import CheckResult, CodeChecker, Failure, NotSent, Sent, VerifyGateway
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.limits import allowances, hindrances, service_rate_limits
from idp.otp.limits.asker import Asker
from idp.otp.models import Outcome, PhoneAuthenticator, Verification, VerificationSend
from idp.sql.prepared import Insert

_BEGIN = Insert(Verification, unless_there=True)
NO_VERDICT = {CheckResult.UNKNOWN: Failure.UNAVAILABLE, CheckResult.MISCONFIGURED: Failure.MISCONFIGURED}
"""What the shared breaker counts, the same as where Verify is asked about itself in a check's stead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The verification for a request. `send` is to be carried out now, or None if one was made just before.

    `too_early`: it was no double tap either, so whoever asked has to wait for another send.
    """

    verification: Verification
    send: VerificationSend | None
    too_early: bool = False


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing is sent, and nothing can be tried, until then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """Nothing is sent any more today, whoever asks: the day's texts are used up."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person may still do with their code: tries left, and when (if at all) it can be sent again.

    `channel` is how it went last, None before the first send; `channels` are the ways that it can go by now.
    """

    tries_left: int
    sends: int
    channel: Channel | None
    channels: tuple[Channel, ...]
    next_send_at: datetime | None
    expires_at: datetime


class Checked(StrEnum):
    """The result of a code that was typed."""

    APPROVED = "approved"
    WRONG = "wrong"
    GONE = "over at Twilio"
    """Right or wrong, the code counts no more: it was taken before, or had run out there. Told like a wrong one."""
    TOO_MANY_TRIES = "too many tries"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


def ask(typed: PhoneNumber | Email, channel: Channel, asker: Asker, now: datetime) -> Asked | Paused | Spent:
    """Reserve a send for what was typed, or join the one that was made a moment ago.

    Once sends or tries are used up, nothing is sent until the code has expired. The reservation is committed before
    Twilio is called, so that no two browsers can exceed the limit. An identifier that belongs to nobody gets a decoy,
    which counts in the same way.
    """
    authenticator = find_authenticator(typed)
    own, prefix = asker.owns(authenticator), hindrances.prefix_of(typed)
    counted_as = counted_as_of(typed, authenticator)
    hindrance = hindrances.hindrance(counted_as, own=own, asker=asker, prefix=prefix, now=now)
    if hindrance.spent:
        return Spent()
    until = hindrance.until
    if until is not None and under_way(counted_as, now) is None:
        return Paused(until)
    with transaction.atomic():
        verification, is_new = _open(authenticator, counted_as, now)
        last = None if is_new else verification.sends.order_by("nth").last()
        nth = last.nth + 1 if last else 1
        if last is not None:
            again_at = allowances.next_send_at(last.nth, last.at, most=_most_sends(own))
            if until or again_at is None or now < again_at or _tries_left(verification, own) <= 0:
                waits = again_at is not None and last.at + allowances.DOUBLE_TAP <= now < again_at
                return Asked(verification, None, too_early=waits)
        send = VerificationSend.objects.create(
            verification=verification,
            nth=nth,
            channel=channel,
            at=now,
            own=own,
            asked_from=asker.asked_from,
            prefix=prefix,
        )
    return Asked(verification, send)


def join(typed: PhoneNumber | Email, asker: Asker, now: datetime) -> Verification | Paused:
    """Find or begin the verification that tries for what was typed are counted in. Nothing is sent.

    For proofs that need no text; a pause for wrong codes holds them up like a text.
    """
    authenticator = find_authenticator(typed)
    counted_as = counted_as_of(typed, authenticator)
    until = hindrances.paused_until(counted_as, own=asker.owns(authenticator), now=now)
    if until is not None and under_way(counted_as, now) is None:
        return Paused(until)
    with transaction.atomic():
        verification, _ = _open(authenticator, counted_as, now)
    return verification


def standing(verification: Verification, asker: Asker, now: datetime) -> Standing:
    """Tell what is left of a verification for this browser, as its row says now."""
    sent = VerificationSend.objects.filter(verification=verification.pk).select_related("verification__authenticator")
    last: Any = sent.annotate(refused=open_channels.some_refused(now)).order_by("nth").last()
    if last is None:
        verification.refresh_from_db()
    else:
        verification = last.verification
    own = asker.owns(verification.authenticator)
    sends = last.nth if last else 0
    over = verification.ended_at is not None or allowances.is_over(verification.started_at, now)
    return Standing(
        tries_left=_tries_left(verification, own),
        sends=sends,
        channel=Channel(last.channel) if last else None,
        channels=open_channels.offered(now, refused=last is None or last.refused),
        next_send_at=now if over or last is None else allowances.next_send_at(sends, last.at, most=_most_sends(own)),
        expires_at=verification.started_at + allowances.CODE_LIFETIME,
    )


def carry_out(
    send: VerificationSend, gateway: VerifyGateway, reference: str, now: datetime, *, address: str | None = None
) -> Sent | NotSent | None:
    """Make the reserved text or call, and store Twilio's answer. Sends nothing for a decoy, and returns None.

    Call it outside any transaction, since it waits for Twilio. `address` is the IP address of whoever asked.
    """
    verification, phone = send.verification, send.verification.authenticator
    result = None
    if phone is not None:
        if verification.asked_by_id is None and phone.has_test is not False:
            end_tests(phone, gateway, now)  # else the same code would be texted again
        counted_by = service_rate_limits.count_by(phone, address)
        result = gateway.start(phone.number, Channel(send.channel), reference, counted_by)
    if isinstance(result, Sent):
        Verification.objects.filter(pk=verification.pk).update(sid=result.sid)
        breaker.note_success()
    elif isinstance(result, NotSent) and result.opens_breaker:
        breaker.note_failure(result.failure, now)
    send.answer, send.code = _answer(result), result.code if result else None
    send.save(update_fields=["answer", "code"])
    return result


def check(verification: Verification, code: str, asker: Asker, gateway: CodeChecker, now: datetime) -> Checked:
    """Check a code. The try is counted and committed before Twilio is called.

    No code is right for a decoy, or for a verification that is used up. A stranger sees the same answer in each case.
    An approved verification stays open: `approve` closes it in the transaction that signs the agent in.
    """
    if allowances.is_over(verification.started_at, now):
        return Checked.EXPIRED
    if not count_try(verification, asker):
        return Checked.TOO_MANY_TRIES
    fresh = _with_tests().get(pk=verification.pk)
    verification.tries, verification.strangers_tries = fresh.tries, fresh.strangers_tries
    if fresh.authenticator is None or not fresh.sid or fresh.ended_at is not None:
        return _wrong_unless_down(gateway, now)
    if fresh.asked_by_id is None and fresh.is_of_a_test:  # type: ignore[attr-defined]  # of `_with_tests`
        return _wrong_unless_down(gateway, now)
    result = gateway.check(sid=fresh.sid, to=fresh.authenticator.number, code=code)
    if (failure := NO_VERDICT.get(result)) is not None:
        breaker.note_failure(failure, now)
    return _settle(verification, result)


def is_under_way(verification: Verification, now: datetime) -> bool:
    """Whether its code can still sign somebody in: not used up, ended or too old."""
    return verification.ended_at is None and not allowances.is_over(verification.started_at, now)


def under_way(counted_as: str, now: datetime) -> Verification | None:
    """Return the verification whose code can still be typed, if one is out: a pause begins with the next one."""
    begun = Verification.objects.filter(counted_as=counted_as, ended_at__isnull=True)
    return begun.filter(started_at__gt=now - allowances.CODE_LIFETIME).first()


def count_try(verification: Verification, asker: Asker) -> bool:
    """Take one of the tries that are left, before a code is looked at; False if there is none."""
    left = Verification.objects.filter(pk=verification.pk, tries__lt=allowances.TRIES)
    if asker.agent is not None and asker.owns(verification.authenticator):
        return left.update(tries=F("tries") + 1) == 1
    strangers = left.filter(strangers_tries__lt=allowances.STRANGERS_TRIES)
    return strangers.update(tries=F("tries") + 1, strangers_tries=F("strangers_tries") + 1) == 1


def _tries_left(verification: Verification, own: bool) -> int:
    left = allowances.TRIES - verification.tries
    return left if own else min(left, allowances.STRANGERS_TRIES - verification.strangers_tries)


def _most_sends(own: bool) -> int:
    return allowances.SENDS if own else allowances.STRANGERS_SENDS


def _wrong_unless_down(gateway: CodeChecker, now: datetime) -> Checked:
    """Probe Verify if there is nothing to check. So in an outage all answers are alike, and take as long."""
    failure = gateway.probe()
    if failure is None:
        return Checked.WRONG
    breaker.note_failure(failure, now)
    return Checked.UNKNOWN


def end_tests(phone: PhoneAuthenticator, gateway: VerifyGateway, now: datetime) -> None:
    """End the test codes that are out for a number, at Twilio too: an operator may have heard them."""
    for test in _open_tests().filter(authenticator=phone):
        if test.sid:
            gateway.cancel(test.sid)  # if that fails, `check` takes its code from nobody
        Verification.objects.filter(pk=test.pk, ended_at__isnull=True).update(
            ended_at=Greatest(now, F("started_at")), outcome=Outcome.EXPIRED
        )


def _open_tests() -> QuerySet[Verification]:
    return Verification.objects.filter(asked_by__isnull=False, ended_at__isnull=True)


def _with_tests() -> QuerySet[Verification]:
    """Annotate each with whether Twilio gave it the verification of a test, whose code an operator may know."""
    tests = Verification.objects.filter(sid=OuterRef("sid"), asked_by__isnull=False)
    return Verification.objects.select_related("authenticator").annotate(is_of_a_test=Exists(tests))


def approve(verification: Verification, now: datetime, outcome: Outcome = Outcome.APPROVED) -> bool:
    """Use up an approved verification. Returns False if it was used before: one code, one sign-in."""
    closed = Verification.objects.filter(pk=verification.pk, ended_at__isnull=True).update(
        ended_at=Greatest(now, F("started_at")), outcome=outcome
    )
    return closed == 1


def find_authenticator(typed: PhoneNumber | Email) -> PhoneAuthenticator | None:
    """Return the number that a typed identifier leads to, switched-off agents included, and whether a test is out."""
    tests = _open_tests().filter(authenticator=OuterRef("pk"))
    rows: Any = PhoneAuthenticator.objects.select_related("user").filter(confirmed=True).annotate(tested=Exists(tests))
    if isinstance(typed, PhoneNumber):
        found = rows.filter(number=typed.e164).first()
    else:
        found = rows.filter(user__email__iexact=typed.address).first()
    if found is not None:
        found.has_test = found.tested
    number: PhoneAuthenticator | None = found
    return number


def _open(authenticator: PhoneAuthenticator | None, counted_as: str, now: datetime) -> tuple[Verification, bool]:
    """Return a new verification, or the one under way, held until the commit; and whether it is new."""
    begun = Verification.objects.select_related("authenticator__user").filter(
        counted_as=counted_as, ended_at__isnull=True
    )
    new = Verification(authenticator=authenticator, counted_as=counted_as, started_at=now)
    while not _BEGIN(new):
        if not _hold(begun):
            continue  # it came to its end in this very moment
        found = begun.get()
        to_come = found.started_at > now + allowances.CLOCKS_APART  # nobody waits for a wrong clock's hour to pass
        if not to_come and not allowances.is_over(found.started_at, now):
            return found, False
        begun.update(ended_at=Greatest(now, F("started_at")), outcome=Outcome.EXPIRED)
    return new, True


def _hold(rows: QuerySet[Verification]) -> bool:
    return rows.update(tries=F("tries")) > 0


def _settle(verification: Verification, result: CheckResult) -> Checked:
    match result:
        case CheckResult.APPROVED:
            return Checked.APPROVED
        case CheckResult.UNKNOWN | CheckResult.MISCONFIGURED:
            return Checked.UNKNOWN
        case CheckResult.TOO_MANY_TRIES:
            Verification.objects.filter(pk=verification.pk).update(tries=allowances.TRIES)
            return Checked.TOO_MANY_TRIES
        case CheckResult.GONE:  # over at Twilio: the next send starts anew there
            Verification.objects.filter(pk=verification.pk).update(sid="")
            return Checked.GONE
    return Checked.WRONG


def _answer(result: Sent | NotSent | None) -> str:
    match result:
        case None:
            return "not sent: nobody has this number"
        case Sent():
            return "sent"
        case NotSent(failure, code, _):
            return f"{failure.value} ({code})" if code else failure.value


def counted_as_of(typed: PhoneNumber | Email, authenticator: PhoneAuthenticator | None) -> str:
    """Return what sends and tries are counted under: a number, or for nobody's identifier what was typed."""
    return keyed_hash("counted as", authenticator.number if authenticator else typed.shown.lower())
