"""When a device needs its next code, in words, under the timeout policies of the services."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from idp.agents.models import Device
from idp.login.flow import device_state
from idp.login.ladder.next_code import NextCode, next_code
from idp.login.pages.localised import both, instant, sentence
from idp.native.models import Client, ClientKind
from idp.policies.models import TimeoutPolicy as Chosen
from idp.policies.timeouts import TimeoutPolicy
from idp.saml.models import ServiceProvider
from idp.sessions import lifecycle as sessions
from idp.sessions.models import SsoSession


@dataclass(frozen=True, slots=True)
class InForce:
    """A policy, and the names of the services that use it. That of an app applies to the devices of its `client` ID."""

    policy: TimeoutPolicy
    services: tuple[str, ...]
    client: str = ""


def in_force() -> list[InForce]:
    """Return the policies of all enabled services. Two queries, however many services there are."""
    services = list(ServiceProvider.objects.filter(enabled=True).values_list("timeout_policy", "name"))
    limits = {it.pk: it.limits for it in Chosen.objects.filter(pk__in={pk for pk, _ in services})}
    found: dict[TimeoutPolicy, list[str]] = {}
    for pk, name in services:
        found.setdefault(limits[pk], []).append(name)
    return [InForce(policy, tuple(names)) for policy, names in found.items()]


def in_force_with_apps() -> list[InForce]:
    """Return the policies of all enabled apps too, in one more query."""
    apps = Client.objects.filter(enabled=True, kind=ClientKind.APP).select_related("timeout_policy").order_by("name")
    return [*in_force(), *(InForce(it.timeout_policy.limits, (it.name,), it.client_id) for it in apps)]


def due_times(device: Device, session: SsoSession | None, policies: Iterable[InForce]) -> dict[NextCode, list[str]]:
    """Return when the next code is due, with the services that it applies to. Computed as the next sign-in would."""
    facts, open_session = device_state.device_facts(device), device_state.session_facts(session)
    issued = device.last_seen_at if device.remembered else None
    found: dict[NextCode, list[str]] = {}
    for it in (each for each in policies if each.client in ("", device.client)):
        due = next_code(facts, open_session, it.policy, token_issued_at=issued)
        found.setdefault(due, []).extend(it.services)
    return found


def for_agent(device: Device, now: datetime) -> list[SafeString]:
    """Return sentences for an agent, as HTML: when this device needs its next code, one for each group of services."""
    found = due_times(device, sessions.find(device), in_force())
    if len(found) == 1:
        return [_sentence(next(iter(found)), now)]
    groups = [(both(names), _sentence(due, now)) for due, names in found.items()]
    return [sentence(_("%(services)s: %(sentence)s"), services=names, sentence=due) for names, due in groups]


def for_operator(device: Device, session: SsoSession | None, policies: list[InForce], now: datetime) -> str:
    """Return the same for a table cell, in UTC. Empty for a revoked device."""
    if device.revoked_at is not None:
        return ""
    found = by_service(device, session, policies, now)
    return found[0][1] if len(found) == 1 else "; ".join(f"{names}: {due}" for names, due in found)


def by_service(
    device: Device, session: SsoSession | None, policies: Iterable[InForce], now: datetime
) -> list[tuple[str, str]]:
    """Return groups of services with when their next code is due, in words."""
    return [(", ".join(names), _short(due, now)) for due, names in due_times(device, session, policies).items()]


def _sentence(due: NextCode, now: datetime) -> SafeString:
    unused = instant(due.unused)
    if due.unused <= now:
        return sentence(_("You need a code next time you sign in."))
    if due.at_latest is None:
        keep = _("You need no new code while you keep signing in. If you stop, you need one on %(at)s.")
        return sentence(keep, at=unused)
    if due.at_latest == due.unused:
        return sentence(_("You need your next code on %(at)s."), at=unused)
    either = _("You need your next code on %(latest)s, or on %(at)s if you do not sign in before then.")
    return sentence(either, latest=instant(due.at_latest), at=unused)


def _short(due: NextCode, now: datetime) -> str:
    if due.unused <= now:
        return "now"
    if due.at_latest is None:
        return f"{_minute(due.unused)} if unused, else never"
    if due.at_latest == due.unused:
        return _minute(due.unused)
    return f"{_minute(due.at_latest)}, or {_minute(due.unused)} if unused"


def _minute(at: datetime) -> str:
    return f"{at:%-d %b %Y, %H:%M}"
