"""Single logout (Profiles 4.4): ends sessions, notifies services through the browser, and answers at the end.

Our own session ends first, in one transaction, whatever happens to the rest. So no service can keep it alive.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from idp.agents.models import Device, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.login.endings import signing_out
from idp.saml import names
from idp.saml.errors import AnswerLogoutWithStatus, RepeatedLogoutRequest, SamlStatus, UnexpectedLogoutResponse
from idp.saml.logout import messages as logout_messages
from idp.saml.logout import response as logout_response
from idp.saml.logout.messages import Outgoing
from idp.saml.logout.participants import channels
from idp.saml.logout.request import TrustedLogoutRequest
from idp.saml.logout.response import TrustedLogoutResponse
from idp.saml.metadata import published
from idp.saml.models import IssuedAssertion, Logout, LogoutNotice, ObeyedLogoutRequest, ServiceProvider
from idp.saml.models.logout import Channel, Outcome
from idp.saml.responses.assertion import Subject
from idp.sessions.models import SsoSession

BROWSER_TAKES = timedelta(minutes=10)  # then whoever was not reached is told from server to server


def obey(sp: ServiceProvider, asked: TrustedLogoutRequest, origin: Origin, now: datetime) -> Logout:
    """End what a service provider asks to end, once, and start to notify the others.

    Raises RepeatedLogoutRequest, and AnswerLogoutWithStatus if we never gave the service provider that name.
    """
    _take_once(sp, asked)
    with transaction.atomic():
        devices = _devices(sp, asked)
        initiator = None if asked.asynchronous else sp
        logout = Logout.objects.create(
            initiator=initiator, request_id=asked.id, relay_state=asked.relay_state, begun_at=now
        )
        # The sender knows; only the others have to be told.
        known = IssuedAssertion.objects.filter(service_provider=sp, name_id=asked.name_id, over_at__isnull=True)
        known.filter(session_index__in=_indexes(devices)).update(over_at=now)
        _end(sp, devices, origin, now)
        _through_browser(logout, devices, now)
    return logout


@transaction.atomic
def begin_here(device: Device, origin: Origin, now: datetime, *, everywhere: bool = False) -> Logout:
    """End the session on this device, and start to notify the services that it was used for.

    `everywhere` also signs the agent's other devices out. Their services are notified from server to server.
    """
    logout = Logout.objects.create(begun_at=now)
    own = Device.objects.of(device.agent) if everywhere else Device.objects.filter(pk=device.pk)
    signing_out.sign_out(own, Reason.AGENT, "on the device", origin, now)
    _through_browser(logout, [device.pk], now)
    return logout


def open_requests(sp: ServiceProvider, now: datetime) -> list[str]:
    """Return the IDs of our LogoutRequests through browsers that this service provider may still answer."""
    recent = LogoutNotice.objects.filter(service_provider=sp, logout__begun_at__gt=now - BROWSER_TAKES)
    waiting = recent.filter(outcome=Outcome.ASKED, request_id__isnull=False)
    return [it for it in waiting.values_list("request_id", flat=True) if it is not None]


def take_answer(sp: ServiceProvider, told: TrustedLogoutResponse, now: datetime) -> Logout:
    """Record a service provider's answer. Raises UnexpectedLogoutResponse if it answered before."""
    asked = LogoutNotice.objects.filter(service_provider=sp, request_id=told.in_response_to)
    outcome = Outcome.ENDED if told.signed_out else Outcome.REFUSED
    if asked.filter(outcome=Outcome.ASKED).update(outcome=outcome, closed_at=now) != 1:
        raise UnexpectedLogoutResponse("this answer came before")
    logout = asked.get().logout
    if logout is None:
        raise UnexpectedLogoutResponse("this answer belongs to no logout through a browser")
    return logout


def next_message(logout: Logout, now: datetime) -> Outgoing | None:
    """Return the next message for the browser to carry, or None if it stays here.

    The services that are not notified yet come first, one by one, and then the answer to the one that started.
    """
    waiting = logout.notices.filter(outcome=Outcome.WAITING, channel=Channel.BROWSER)
    for notice in waiting.select_related("service_provider"):
        message = logout_messages.by_browser(notice, now)
        if message is None:
            continue
        mine = LogoutNotice.objects.filter(pk=notice.pk, outcome=Outcome.WAITING)
        if mine.update(outcome=Outcome.ASKED, request_id=message.id) == 1:
            return message
    return _last(logout, now)


def status_of(logout: Logout) -> SamlStatus:
    """Return the true status of a logout, after all services were asked."""
    untold = logout.notices.exclude(outcome=Outcome.ENDED).exists()
    return logout_response.status_of(ended=True, others_told=not untold)


def _last(logout: Logout, now: datetime) -> Outgoing | None:
    if Logout.objects.filter(pk=logout.pk, finished_at__isnull=True).update(finished_at=now) != 1:
        return None
    if logout.initiator is None:
        return None
    return logout_messages.answer(logout.initiator, status_of(logout), logout.request_id, logout.relay_state, now)


def _take_once(sp: ServiceProvider, asked: TrustedLogoutRequest) -> None:
    try:
        with transaction.atomic():
            ObeyedLogoutRequest.objects.create(
                service_provider=sp, request_id=asked.id, replayable_until=asked.replayable_until
            )
    except IntegrityError:
        raise RepeatedLogoutRequest("this LogoutRequest was taken before") from None


def _devices(sp: ServiceProvider, asked: TrustedLogoutRequest) -> list[UUID]:
    """Return the devices, one at least, on which the sessions that are meant were begun, as far as they are kept."""
    issued = IssuedAssertion.objects.filter(service_provider=sp, name_id=asked.name_id)
    idp = published.entity_id()
    meant = [
        it.session_index
        for it in issued
        if asked.is_about(Subject(it.name_id, it.name_id_format), idp) and asked.ends(it.session_index)
    ]
    devices = sorted(set(SsoSession.objects.filter(index__in=meant).values_list("device", flat=True)))
    if not devices:
        raise AnswerLogoutWithStatus(
            SamlStatus(names.REQUESTER, names.UNKNOWN_PRINCIPAL),
            "it names nobody, or no session, that this service got to know from us",
            in_response_to=asked.id,
            relay_state=asked.relay_state,
            asynchronous=asked.asynchronous,
        )
    return devices


def _indexes(devices: Iterable[UUID]) -> list[str]:
    return list(SsoSession.objects.filter(device__in=list(devices)).values_list("index", flat=True))


def _end(sp: ServiceProvider, devices: list[UUID], origin: Origin, now: datetime) -> None:
    chosen = Device.objects.filter(pk__in=devices)
    agent = chosen.select_related("agent")[0].agent
    events.record(Kind.SIGNED_OUT, origin, now, agent=agent, service=sp.slug)
    if sp.logout_ends == "phone":
        signing_out.sign_out(chosen, Reason.AGENT, f"at {sp}", origin, now)
    else:
        signing_out.end_sessions(chosen, Reason.AGENT, f"at {sp}", origin, now)


def _through_browser(logout: Logout, devices: list[UUID], now: datetime) -> None:
    """Take the notices of these devices for this browser to carry, where their services can be reached so."""
    notices = LogoutNotice.objects.filter(device__in=devices, made_at=now, logout__isnull=True)
    notices.update(logout=logout)
    for notice in logout.notices.select_related("service_provider"):
        if Channel.BROWSER in channels(notice.service_provider):
            logout.notices.filter(pk=notice.pk).update(channel=Channel.BROWSER, next_try_at=now + BROWSER_TAKES)
