"""The facts of the home page: many questions in few queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp import clock
from idp.agents import access_passes
from idp.agents.models import Agent
from idp.audit.models import Kind, LoginEvent
from idp.audit.statistics import hourly
from idp.audit.statistics.hours import hour_of
from idp.keys.models import SigningKey
from idp.otp.models import SENT, PhoneAuthenticator, VerificationSend
from idp.policies import in_force
from idp.policies.in_force import InForce
from idp.policies.models import PolicyRevision
from idp.saml.metadata_updates import alarms as metadata_alarms
from idp.saml.models import ServiceProvider
from idp.web.checkup import address, clocks, proxies, signing_keys, verify
from idp.web.checkup.finding import Finding
from idp.web.checkup.proxies import ProxyHeaders
from idp.web.home import access, batched_queries, texts
from idp.web.home.batched_queries import Question, how_many, whether
from idp.web.trail import alarms
from idp.webhooks import alarms as webhook_alarms

WEEK = 7 * 24


@dataclass(frozen=True, slots=True)
class Facts:
    """Answers by name, the policy in force, the signing keys, and the checkup's findings that cost nothing more."""

    now: datetime
    present: InForce
    answers: Mapping[str, Any]
    keys: list[SigningKey]
    findings: list[Finding]


def gather(request: HttpRequest, operator: Agent, now: datetime) -> Facts:
    """Gather the facts in three queries. The request shows what the proxies add."""
    conf, before = settings.LATCHKEY, clock.now()
    answers = {**batched_queries.ask(_questions(operator, now)), "let_in": access_passes.any_valid(now)}
    ahead = clocks.ahead(answers["database_clock"], before, clock.now())
    keys = signing_keys.rows()
    findings = [
        *proxies.judge(ProxyHeaders.of(request), conf),
        *clocks.judge(ahead, None),
        *signing_keys.stored(now, keys),
        *address.check_locally(conf),
        *verify.last_answers(answers["last_answer"]),
    ]
    return Facts(now, in_force.look(), answers, keys, findings)


def _questions(operator: Agent, now: datetime) -> dict[str, Question]:
    numbers = PhoneAuthenticator.objects.filter(user__is_active=True)
    return {
        "database_clock": clocks.question(),
        "last_answer": verify.question(),
        "own_app": whether(TOTPDevice.objects.devices_for_user(operator, confirmed=True)),
        "signed_in": whether(LoginEvent.objects.filter(kind=Kind.SIGNED_IN)),
        "text_sent": whether(VerificationSend.objects.filter(answer=SENT)),
        "services": how_many(ServiceProvider.objects.filter(enabled=True)),
        "agents": whether(numbers),
        "own_number": whether(numbers.filter(user=operator)),
        "number_of": numbers.order_by("pk").values_list("user")[:1],
        "policy_changed": whether(PolicyRevision.objects.exclude(number=1)),
        "alarms_waiting": whether(alarms.waiting()),
        "webhooks_in_trouble": whether(webhook_alarms.in_trouble(now)),
        "metadata_sources": whether(metadata_alarms.sources()),
        "hours_kept": hourly.counted_hours(now),
        "a_week_ago": hourly.sign_ins_of(hour_of(now) - WEEK),
        **texts.questions(now),
        **access.questions(now),
    }
