"""Single logout (Profiles 4.4): ends sessions, notifies services through the browser, and answers at the end.

Our own session ends first, in its own transaction, so that no service can keep it alive.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from idp.agents import locks
from idp.agents.models import Device, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.login.endings import signing_out
from idp.saml import names
from idp.saml.errors import AnswerLogoutWithStatus, RepeatedLogoutRequest, SamlStatus, UnexpectedLogoutResponse
from idp.saml.logout import messages as logout_messages
from idp.saml.logout.messages import Outgoing
from idp.saml.logout.notifying import BROWSER_TAKES
from idp.saml.logout.participants import channels
from idp.saml.logout.request import TrustedLogoutRequest
from idp.saml.logout.response import TrustedLogoutResponse
from idp.saml.metadata import published
from idp.saml.models import IssuedAssertion, Logout, LogoutNotice, ObeyedLogoutRequest, ServiceProvider
from idp.saml.models.logout import Channel, Outcome
from idp.saml.models.service_provider import LogoutEnds
from idp.saml.responses.assertion import Subject
from idp.sessions.models import SsoSession

ANSWERED = (Outcome.ENDED, Outcome.REFUSED)


def accept_request(sp: ServiceProvider, request: TrustedLogoutRequest, origin: Origin, now: datetime) -> Logout:
    """End the sessions that a LogoutRequest names, once, and start to notify the other services.

    The same request may come again, since the browser may find us busy, or lose our redirect. It ends nothing more
    then, and is answered. Raises RepeatedLogoutRequest after a new sign-in, and AnswerLogoutWithStatus if we never gave
    the service provider that name.
    """
    with transaction.atomic():
        if _is_repeated(sp, request):
            logout = _begun_before(sp, request)
        else:
            devices = _devices(sp, request)
            logout = _begin_for(sp, request, devices, origin, now) if devices else None
    if logout is None:  # raised after the commit: the same request ends no later session either
        raise AnswerLogoutWithStatus(
            SamlStatus(names.REQUESTER, names.UNKNOWN_PRINCIPAL),
            "it names no person or session that this service received from us",
            in_response_to=request.id,
            relay_state=request.relay_state,
            asynchronous=request.asynchronous,
        )
    return logout


@transaction.atomic
def begin(device: Device, origin: Origin, now: datetime, *, everywhere: bool = False) -> Logout:
    """End the session on this device, and start to notify the services that it was used for.

    `everywhere` also signs the agent's other devices out. Their services are notified from server to server.
    """
    logout = Logout.objects.create(begun_at=now)
    own = Device.objects.of(device.agent) if everywhere else Device.objects.filter(pk=device.pk)
    signing_out.sign_out(own, Reason.AGENT, "on the device", origin, now)
    _through_browser(logout, [device.pk], now)
    return logout


def open_requests(sp: ServiceProvider, now: datetime) -> list[str]:
    """Return the IDs of our LogoutRequests through browsers that this service provider may answer, or answer again."""
    recent = LogoutNotice.objects.filter(service_provider=sp, logout__begun_at__gt=now - BROWSER_TAKES)
    sent = recent.filter(outcome__in=[Outcome.ASKED, *ANSWERED], request_id__isnull=False)
    return [it for it in sent.values_list("request_id", flat=True) if it is not None]


def accept_response(sp: ServiceProvider, response: TrustedLogoutResponse, now: datetime) -> Logout:
    """Record a service provider's answer, once.

    The same answer may come again, since the browser may lose our redirect. Then it changes nothing, and the browser is
    sent on once more. Raises UnexpectedLogoutResponse if no logout through a browser waits for the answer.
    """
    notices = LogoutNotice.objects.filter(service_provider=sp, request_id=response.in_response_to)
    notice = notices.select_related("logout").first()
    if notice is None or notice.logout is None:
        raise UnexpectedLogoutResponse("this answer belongs to no logout through a browser")
    outcome = Outcome.ENDED if response.signed_out else Outcome.REFUSED
    if notices.filter(outcome=Outcome.ASKED).update(outcome=outcome, closed_at=now) != 1:
        _ask_again(notice.logout)
    return notice.logout


@transaction.atomic
def next_message(logout: Logout, now: datetime) -> Outgoing | None:
    """Return the next message for the browser to carry, or None if it stays here.

    The services that are not notified yet come first, one by one, and then the answer to the one that started. One
    whose message cannot be made is not counted as notified.
    """
    waiting = logout.notices.filter(outcome=Outcome.WAITING, channel=Channel.BROWSER)
    for notice in waiting.select_related("service_provider"):
        message = logout_messages.by_browser(notice, now)
        if message is None:
            continue
        reserved = LogoutNotice.objects.filter(pk=notice.pk, outcome=Outcome.WAITING)
        if reserved.update(outcome=Outcome.ASKED, request_id=message.id) == 1:
            return message
    return _last(logout, now)


def status_of(logout: Logout) -> SamlStatus:
    """Return the true status of a logout, after all services were notified (Core 3.7.3.2).

    The top code is about our own session only, which has ended. PartialLogout below it says that not all other service
    providers of the session have confirmed.
    """
    are_left = logout.notices.exclude(outcome=Outcome.ENDED).exists()
    return SamlStatus(names.SUCCESS, names.PARTIAL_LOGOUT if are_left else None)


def _last(logout: Logout, now: datetime) -> Outgoing | None:
    Logout.objects.filter(pk=logout.pk, finished_at__isnull=True).update(finished_at=now)
    if logout.initiator is None or logout.asynchronous:
        return None
    return logout_messages.response_to(logout.initiator, status_of(logout), logout.request_id, logout.relay_state, now)


def _is_repeated(sp: ServiceProvider, request: TrustedLogoutRequest) -> bool:
    try:
        with transaction.atomic():
            ObeyedLogoutRequest.objects.create(
                service_provider=sp, request_id=request.id, replayable_until=request.replayable_until
            )
    except IntegrityError:
        return True
    return False


def _begun_before(sp: ServiceProvider, request: TrustedLogoutRequest) -> Logout | None:
    """Return the logout that this request began before, or None if it named nobody then.

    Raises RepeatedLogoutRequest if its sender has a session that it names, as another request under a used ID would, or
    one begun since: whoever signed in again would read that they are signed out.
    """
    begun = Logout.objects.filter(initiator=sp, request_id=request.id).order_by("begun_at").last()
    for it in _received(sp, request):
        if it.over_at is None and (request.ends(it.session_index) or (begun and it.issued_at >= begun.begun_at)):
            raise RepeatedLogoutRequest("this LogoutRequest was obeyed before, and did not end a session that is open")
    if begun is not None and begun.finished_at is None:
        _ask_again(begun)
    return begun


def _ask_again(logout: Logout) -> None:
    """Let the service that was asked last be asked again: the browser is here, and not on its way with an answer."""
    logout.notices.filter(outcome=Outcome.ASKED).update(outcome=Outcome.WAITING)


def _received(sp: ServiceProvider, request: TrustedLogoutRequest) -> list[IssuedAssertion]:
    """Return the Assertions that the sender received about the subject of its request."""
    issued = IssuedAssertion.objects.filter(service_provider=sp, name_id=request.name_id).defer("response")
    idp = published.entity_id()
    return [it for it in issued if request.is_about(Subject(it.name_id, it.name_id_format), idp)]


def _devices(sp: ServiceProvider, request: TrustedLogoutRequest) -> list[UUID]:
    """Return the devices on which the sessions that the request names were begun."""
    ended = [it.session_index for it in _received(sp, request) if request.ends(it.session_index)]
    return sorted(set(SsoSession.objects.filter(index__in=ended).values_list("device", flat=True)))


def _begin_for(
    sp: ServiceProvider, request: TrustedLogoutRequest, devices: list[UUID], origin: Origin, now: datetime
) -> Logout:
    locks.hold_devices(devices)
    logout = Logout.objects.create(
        initiator=sp,
        request_id=request.id,
        relay_state=request.relay_state,
        asynchronous=request.asynchronous,
        begun_at=now,
    )
    # The sender knows already; the others have to be notified.
    known = IssuedAssertion.objects.filter(service_provider=sp, name_id=request.name_id, over_at__isnull=True)
    known.filter(session_index__in=_indexes(devices)).update(over_at=now)
    _end(sp, devices, origin, now)
    _through_browser(logout, devices, now)
    return logout


def _indexes(devices: Iterable[UUID]) -> list[str]:
    return list(SsoSession.objects.filter(device__in=list(devices)).values_list("index", flat=True))


def _end(sp: ServiceProvider, devices: list[UUID], origin: Origin, now: datetime) -> None:
    chosen = Device.objects.filter(pk__in=devices)
    agent = chosen.select_related("agent")[0].agent
    events.record(Kind.SIGNED_OUT, origin, now, agent=agent, service=sp.slug)
    if sp.logout_ends == LogoutEnds.PHONE:
        signing_out.sign_out(chosen, Reason.AGENT, f"at {sp}", origin, now)
    else:
        signing_out.end_sessions(chosen, Reason.AGENT, f"at {sp}", origin, now)


def _through_browser(logout: Logout, devices: list[UUID], now: datetime) -> None:
    """Assign the notices of these devices to this browser, if their services can be reached through it."""
    notices = LogoutNotice.objects.filter(device__in=devices, made_at=now, logout__isnull=True)
    notices.update(logout=logout)
    for notice in logout.notices.select_related("service_provider"):
        if Channel.BROWSER in channels(notice.service_provider):
            logout.notices.filter(pk=notice.pk).update(channel=Channel.BROWSER, next_try_at=now + BROWSER_TAKES)
