"""Reserves a text or call within Latchkey's own limits, and makes it with Verify.

A send is reserved and committed before Twilio is called, so that no two browsers can exceed a limit together.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, transaction

from idp.otp import allowances, breaker, verifications
from idp.otp.channels import Channel
from idp.otp.gateway import NotSent, Sent, VerifyGateway
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.limits import before_sending, caps, service_rate_limits
from idp.otp.limits.asker import Asker
from idp.otp.models import SENT, TO_NOBODY, PhoneAuthenticator, Verification, VerificationSend
from idp.otp.verifications import Paused


@dataclass(frozen=True, slots=True)
class Reservation:
    """The verification for a request, and the send to make now; None if one was made just before.

    `too_early`: the request was no double tap, so the agent has to wait before another send.
    """

    verification: Verification
    send: VerificationSend | None
    too_early: bool = False


@dataclass(frozen=True, slots=True)
class BudgetSpent:
    """Nothing more is sent today, to anybody."""


def reserve(
    typed: PhoneNumber | Email, channel: Channel, asker: Asker, now: datetime
) -> Reservation | Paused | BudgetSpent:
    """Reserve a send to what was typed, or join the one that was made a moment ago.

    Once sends or tries are used up, nothing is sent until the code has expired. An identifier that belongs to nobody
    gets a decoy, which counts in the same way.
    """
    authenticator = verifications.find_authenticator(typed)
    own, prefix = asker.owns(authenticator), caps.prefix_of(typed)
    counted_as = verifications.counted_as_of(typed, authenticator)
    verdict = before_sending.check_limits(counted_as, own=own, asker=asker, prefix=prefix, now=now)
    if verdict.is_budget_spent:
        return BudgetSpent()
    if verdict.paused_until is not None and verifications.under_way(counted_as, now) is None:
        return Paused(verdict.paused_until)
    send: VerificationSend | None = None
    try:
        with transaction.atomic():
            verification, is_new = verifications.find_or_create(authenticator, counted_as, now)
            last = None if is_new else verification.sends.order_by("nth").last()
            is_paused = verdict.paused_until is not None
            if last is not None and (joined := _joined(verification, last, own=own, is_paused=is_paused, now=now)):
                return joined
            send = VerificationSend.objects.create(
                verification=verification,
                nth=last.nth + 1 if last else 1,
                channel=channel,
                at=now,
                own=own,
                asked_from=asker.asked_from,
                prefix=prefix,
            )
    except OperationalError:
        if send is None or not VerificationSend.objects.filter(pk=send.pk, verification=verification).exists():
            raise
        # It was committed, and the answer got lost. Nobody else would make this send.
    return Reservation(verification, send)


def _joined(
    verification: Verification, last: VerificationSend, *, own: bool, is_paused: bool, now: datetime
) -> Reservation | None:
    """Return the reservation without a new send, unless another send is allowed now."""
    again_at = allowances.next_send_at(last.nth, last.at, own=own)
    tries_left = allowances.tries_left(verification.tries, verification.strangers_tries, own=own)
    if not is_paused and again_at is not None and again_at <= now and tries_left > 0:
        return None
    is_too_early = again_at is not None and last.at + allowances.DOUBLE_TAP <= now < again_at
    return Reservation(verification, None, too_early=is_too_early)


def carry_out(
    send: VerificationSend, gateway: VerifyGateway, reference: str, now: datetime, *, address: str | None = None
) -> Sent | NotSent | None:
    """Make the reserved text or call, and store Twilio's answer. Sends nothing for a decoy, and returns None.

    Call it outside any transaction, since it waits for Twilio. `address` is the IP address behind the request.
    """
    verification, phone = send.verification, send.verification.authenticator
    result = None
    if phone is not None:
        if verification.asked_by_id is None and phone.has_test is not False:
            _end_tests(phone, gateway, now)  # otherwise Twilio would text the same code again
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


def _end_tests(phone: PhoneAuthenticator, gateway: VerifyGateway, now: datetime) -> None:
    """End the open test codes of a number, at Twilio too: an operator may know them."""
    for test in verifications.open_tests().filter(authenticator=phone):
        if test.sid:
            gateway.cancel(test.sid)  # if that fails, `checks.check` rejects the test's code
        verifications.end(Verification.objects.filter(pk=test.pk, ended_at__isnull=True), now)


def _answer(result: Sent | NotSent | None) -> str:
    match result:
        case None:
            return TO_NOBODY
        case Sent():
            return SENT
        case NotSent(failure, code, _):
            return f"{failure.value} ({code})" if code else failure.value
