"""The home page's alarms about texts and codes: outages, refusals, the budget, and guessing.

Each says what is wrong and what to do. All facts come from the database; Twilio is not asked.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.urls import reverse

from idp.audit.models import Kind, LoginEvent
from idp.otp import outcomes
from idp.otp.allowances import FREE_FAILURES
from idp.otp.gateway import Failure
from idp.otp.limits import pauses, todays_sends
from idp.otp.models import (
    TRIED_IN_VAIN,
    WENT_WELL,
    Breaker,
    Outcome,
    PhoneAuthenticator,
    Verification,
    VerificationSend,
)
from idp.otp.outcomes import Repeat
from idp.web.home.batched_queries import Answers, Question, how_many, sum_of, whether
from idp.web.home.step import Step

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NEARLY_SPENT = 0.8
FEW_WRONG_CODES = 20
"""Wrong codes of unknown devices in an hour that are usual. Each right code allows one more."""
PAUSED_SHOWN = 5
UNCHECKED_FIX = "The log has Twilio's error code for each. Look at status.twilio.com."
CODES, TRAIL, CHECKUP = "admin:otp_verification_changelist", "admin:audit_loginevent_changelist", "admin:checkup"
STANDING = (Failure.MISCONFIGURED.value,)
"""Failures that the checkup reports for as long as they last."""


def questions(now: datetime) -> dict[str, Question]:
    """Return the questions about texts, by the names that `alarms` reads."""
    return {
        "breaker": whether(Breaker.objects.filter(opened_at__isnull=False)),
        "sent_today": sum_of(todays_sends.today(now), "number"),
        "refused_sends": whether(_refused_sends(now)),
        "strangers_tries": sum_of(_tried_in_vain(now), "strangers_tries"),
        # The most of all, not any: for any PostgreSQL groups all codes along an index of numbers, to find the first.
        "paused": _wrong_in_a_row(now).order_by("-wrong").values_list("wrong")[:1],
        "unchecked": how_many(LoginEvent.objects.filter(kind=Kind.CODE_UNKNOWN, at__gt=now - DAY)),
    }


def alarms(now: datetime, answers: Answers) -> list[Step]:
    """Return what is wrong with texts and codes, the worst first. `answers` are those to `questions`."""
    found = [
        *(_breaker() if answers["breaker"] else ()),
        *_budget(answers["sent_today"] or 0),
        *(_refused(now) if answers["refused_sends"] else ()),
        *_guessed(answers["strangers_tries"] or 0, now),
        *(_paused(now) if answers["paused"] else ()),
        *_unchecked(answers["unchecked"]),
    ]
    return sorted(found, key=lambda it: not it.loud)


def _breaker() -> Iterator[Step]:
    open_now = Breaker.objects.filter(opened_at__isnull=False).first()
    if open_now is None or open_now.opened_at is None:
        return
    why = f"Nobody has received a code since {open_now.opened_at:%H:%M} UTC. Phones that are signed in keep working."
    outcome = outcomes.of_send(open_now.reason, None)
    yield Step("Run the checkup", reverse(CHECKUP), f"{why} {outcome.operator if outcome else ''}", loud=True)


def _budget(sent: int) -> Iterator[Step]:
    most = settings.LATCHKEY.texts_a_day
    if sent < NEARLY_SPENT * most:
        return
    spent = sent >= most
    state = (
        f"All {most} texts of the day are used up. Until midnight UTC only phones that have signed in before get codes."
        if spent
        else f"{sent} of the day's {most} texts are used."
    )
    fix = "Find out who asks for them. If they are your agents, raise LATCHKEY_TEXTS_A_DAY and restart."
    yield Step("Codes", reverse(CODES), f"{state} {fix}", loud=spent)


def _refused_sends(now: datetime) -> QuerySet[VerificationSend]:
    real = VerificationSend.objects.filter(at__gt=now - DAY, verification__authenticator__isnull=False)
    return real.exclude(WENT_WELL).order_by()


def _refused(now: datetime) -> Iterator[Step]:
    """Yield each kind of alarming outcome among the last day's sends, once."""
    rows = _refused_sends(now).values_list("answer", "code")
    judged = Counter(outcome for answer, code in rows if (outcome := outcomes.of_send(answer, code)))
    for outcome, count in judged.most_common():
        if outcome.alarm and outcome.made not in STANDING:
            sends = "1 send" if count == 1 else f"{count} sends"
            why = f"{sends} in the last 24 hours: {outcome.operator}"
            yield Step("Codes", reverse(CODES), why, loud=outcome.repeat is not Repeat.WITHOUT_TEMPLATE)


def _recent(now: datetime) -> QuerySet[Verification]:
    return Verification.objects.filter(started_at__gt=now - HOUR, asked_by__isnull=True)


def _tried_in_vain(now: datetime) -> QuerySet[Verification]:
    return _recent(now).filter(TRIED_IN_VAIN)


def _guessed(wrong: int, now: datetime) -> Iterator[Step]:
    """Compare wrong codes with right ones, which are counted only until there are enough of them."""
    enough = max(0, wrong - FEW_WRONG_CODES)
    if enough and _recent(now).filter(outcome=Outcome.APPROVED).order_by()[:enough].count() < enough:
        why = (
            f"{wrong} wrong codes came from unknown phones in the last hour. Nobody got in. If the trail shows that "
            f"they come from few addresses, block those in front of Latchkey."
        )
        yield Step("Trail", reverse(TRAIL) + "?kind__exact=code+wrong", why, loud=True)


def _wrong_in_a_row(now: datetime) -> QuerySet[Any, Any]:
    tried = Verification.objects.filter(authenticator__isnull=False, started_at__gt=now - pauses.REMEMBERED)
    tried = tried.filter(asked_by__isnull=True)
    unproved = tried.filter(TRIED_IN_VAIN).order_by()
    return unproved.values("counted_as", "authenticator").annotate(wrong=Sum("tries")).filter(wrong__gte=FREE_FAILURES)


def _paused(now: datetime) -> Iterator[Step]:
    for row in _wrong_in_a_row(now).order_by("-wrong")[:PAUSED_SHOWN]:
        phone = PhoneAuthenticator.objects.select_related("user").get(pk=row["authenticator"])
        for own in (True, False):
            until = pauses.paused_until(row["counted_as"], own=own, now=now)
            if until is not None:
                yield _pause(phone, until, own=own)


def _pause(phone: PhoneAuthenticator, until: datetime, *, own: bool) -> Step:
    whose = "their own phone" if own else "everybody but their own phone"
    why = (
        f"Codes for {phone.user} are paused for {whose} until {until:%d %b %H:%M} UTC, after many wrong ones. "
        "Ask the agent whether that was them. You can lift the pause."
    )
    return Step("Agent", reverse("admin:agents_agent_change", args=[phone.user_id]), why, loud=own)


def _unchecked(count: int) -> Iterator[Step]:
    if count:
        codes = "1 code" if count == 1 else f"{count} codes"
        why = f"{codes} in the last 24 hours could not be checked, so nobody got in with them. {UNCHECKED_FIX}"
        yield Step("Trail", reverse(TRAIL) + "?kind__exact=code+unchecked", why, loud=False)
