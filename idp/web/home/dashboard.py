"""The dashboard: sign-ins, codes and costs at a glance, from the hourly figures."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse

from idp.audit import upkeep
from idp.audit.models import Figure
from idp.audit.statistics import hourly
from idp.background import PATIENCE
from idp.policies.access.decisions import AGENT, DEVICE, FAULT, SERVICE, STOP
from idp.policies.access.rules import DEFAULT, Policy
from idp.policies.models import AccessRule
from idp.web import services_offered
from idp.web.home import figures
from idp.web.home.bars import Plot, plot
from idp.web.home.facts import Facts
from idp.web.home.figures import Codes, Share, Split
from idp.web.home.period import PERIODS, Period, chosen
from idp.web.request_fields import NIL, row_uuid
from idp.web.services_offered import Offered

DECIDED_BY = {
    DEFAULT: "No rule matched, and the default is to refuse",
    FAULT: "The access rules could not be evaluated; the log says why",
    STOP: "All sign-ins were stopped",
    SERVICE: "The service was switched off",
    AGENT: "The agent was switched off",
    DEVICE: "The phone or computer was signed out",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to the same page for another period."""

    words: str
    query: str
    current: bool


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The context of the template."""

    period: Period
    periods: list[Choice]
    offered: Offered | None
    service: str
    plot: Plot
    total: Split
    silent_percent: int | None
    this_hour: Split
    a_week_ago: int
    codes: Codes
    platforms: list[Share]
    browsers: list[Share]
    refusals: list[Share]
    cost: Decimal | None
    forgetful: int
    missing: int


def read_dashboard(facts: Facts, query: QueryDict) -> Dashboard:
    """Return the figures of the requested period and service. Has missing hours counted in the background."""
    now, period = facts.now, chosen(query.get("period", ""))
    missing = 0
    if facts.answers["hours_kept"] < len(hourly.settled(now)):
        upkeep.counting.dispatch(PATIENCE)
        missing = sum(1 for it in hourly.settled_uncounted(now) if it in period.hours(now))
    services = services_offered.first() if facts.answers["services"] > 1 else None
    service = services_offered.known(query.get("service", "")) if services else ""
    sums = hourly.read(period.hours(now), now, step=period.step, service=service or None)
    numbers = period.numbers(now)
    splits = figures.split(sums, numbers)
    total, prices = figures.together(splits), settings.LATCHKEY.prices
    return Dashboard(
        period=period,
        periods=_periods(period, service),
        offered=services,
        service=service,
        plot=plot([period.bar(it) for it in numbers], splits, [period.label(it) for it in numbers[:: period.columns]]),
        total=total,
        silent_percent=figures.percent(total.silent, total.signed_in),
        this_hour=splits[-1] if period.step == 1 else Split(),
        a_week_ago=facts.answers["a_week_ago"] or 0,
        codes=figures.codes(sums),
        platforms=figures.shares(figures.platforms(figures.by(sums, Figure.PLATFORM))),
        browsers=figures.shares(figures.by(sums, Figure.BROWSER)),
        refusals=_refusals(figures.by(sums, Figure.REFUSED), facts.present.policy),
        cost=figures.cost(sums, prices) if prices else None,
        forgetful=figures.forgetful(sums),
        missing=missing,
    )


def _periods(current: Period, service: str) -> list[Choice]:
    filters = {"service": service} if service else {}
    return [Choice(it.words, urlencode({"period": it.name, **filters}), it is current) for it in PERIODS]


def _refusals(counted: Counter[str], policy: Policy | None) -> list[Share]:
    """Return the refusals by the rule that decided, each linked to its rule in the editor."""
    sentences, editor = _rule_sentences(counted, policy), reverse("admin:policies_accessrule_changelist")
    whole = counted.total()
    return [
        Share(
            sentences.get(of) or DECIDED_BY.get(of) or of or figures.UNKNOWN,
            times,
            figures.percent(times, whole) or 0,
            f"{editor}#rule-{of}" if of in sentences else "",
        )
        for of, times in counted.most_common(figures.SHOWN)
    ]


def _rule_sentences(counted: Mapping[str, int], policy: Policy | None) -> dict[str, str]:
    """Return the sentences of rules by key: those in force, otherwise the latest revision that has them."""
    found = {it.key: f"{it.name}: {it.sentence}" for it in (policy.rules if policy else ())}
    gone = {it for it in counted if it not in found and row_uuid(it) != NIL}
    for rule in AccessRule.objects.filter(key__in=gone).order_by("revision__number") if gone else ():
        found[str(rule.key)] = f"{rule.name}: {rule.sentence} (no longer in force)"
    return found
