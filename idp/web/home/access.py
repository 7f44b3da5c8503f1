"""The home page's alarms about access: an unreadable policy, unexpected refusals, a stop, and passes."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, F, Q
from django.urls import reverse

from idp.agents.models import AccessPass
from idp.audit.models import Kind, LoginEvent
from idp.audit.statistics import unexpected_refusals
from idp.policies.access.decisions import FAULT, PASS
from idp.policies.in_force import InForce
from idp.policies.models import Stop
from idp.policies.rule_names import name_of
from idp.web.home.batched_queries import Answers, Question, how_many
from idp.web.home.step import Step

RECENT = timedelta(days=1)
UNREADABLE = "A rule cannot be read, so everybody it applies to is refused. Delete that rule and publish."


def questions(now: datetime) -> dict[str, Question]:
    """Return the questions about access, by the names that `alarms` reads."""
    refused = LoginEvent.objects.filter(kind=Kind.REFUSED, at__gt=now - RECENT)
    return {
        "faults": how_many(refused.filter(decided_by=FAULT)),
        "refused_since_published": how_many(unexpected_refusals.refusals_since(now)),
    }


def alarms(now: datetime, answers: Answers, present: InForce) -> Iterator[Step]:
    """Yield what is unusual, the gravest first. `answers` are those to `questions`."""
    passes = AccessPass.objects.running(now)
    for stop in Stop.objects.in_force() if present.stopped else ():
        why = f"All sign-ins have been stopped since {stop.since:%H:%M} UTC: {stop.why}"
        yield Step("Lift the stop", reverse("admin:stop"), why)
    if present.policy is None or not present.policy.readable:
        yield Step("Access rules", reverse("admin:policies_accessrule_changelist"), UNREADABLE)
    elif faults := answers["faults"]:
        times = "1 sign-in" if faults == 1 else f"{faults} sign-ins"
        why = (
            f"The access rules could not be evaluated for {times} within a day, so those were refused. The log "
            f"says why."
        )
        yield Step("Refused sign-ins", f"{reverse('admin:audit_loginevent_changelist')}?decided_by={FAULT}", why)
    if answers["refused_since_published"] > unexpected_refusals.LEAST:
        yield from _unexpected_refusals(now)
    by_pass = Q(agent__events__decided_by=PASS, agent__events__at__gte=F("given_at"))
    uses = Count("agent__events", filter=by_pass)
    for given in passes.select_related("agent").annotate(uses=uses) if answers["let_in"] else ():
        yield Step("Temporary passes", reverse("admin:agents_accesspass_changelist"), _pass_sentence(given), loud=False)


def _unexpected_refusals(now: datetime) -> Iterator[Step]:
    found = unexpected_refusals.find(now)
    if found is not None:
        page = f"{reverse('admin:publish_policy')}?to={found.revision - 1}"
        by = tuple(f"{name_of(key, found.revision)}: {times}" for key, times in found.by)
        yield Step("Go back to the earlier rules", page, found.sentence, lines=by)


def _pass_sentence(given: AccessPass) -> str:
    uses = getattr(given, "uses", 0)
    used = "not used yet" if not uses else "used once" if uses == 1 else f"used {uses} times"
    return f"{given.agent} is exempt from the access rules until {given.until:%H:%M} UTC: {given.why} ({used})"
