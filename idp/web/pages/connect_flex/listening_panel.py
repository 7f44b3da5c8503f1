"""The requests recorded while listening, in words: the outcome of each, its reason, and what to do."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from idp.login.errors import AlreadySignedIn
from idp.saml import errors
from idp.saml.connecting import adoption, listening
from idp.saml.connecting.adoption import Offer
from idp.saml.metadata import published
from idp.saml.models import HeardRequest, Listening, ServiceProvider

ACCEPTED = "Accepted: the request is right, and the browser went on to the sign-in."
UNKNOWN_ISSUER = "Refused: no service with this issuer is connected here."
CONNECTED_SINCE = "Refused when it arrived, but {service} is connected now. Sign in there again."
REFUSALS = {
    errors.UnregisteredAcs.code: "Refused: it asks for the answer at an ACS URL that is not registered for this "
    "service.",
    errors.UnofferedBinding.code: "Refused: it asks for the answer by another binding than HTTP-POST. Set its "
    "ProtocolBinding to HTTP-POST.",
    errors.BadSignature.code: "Refused: its signature is wrong.",
    errors.UnknownSigningKey.code: "Refused: it is signed with a key that is not registered for this service.",
    errors.MissingSignature.code: "Refused: it is not signed, but this service is set up to require a signature.",
    errors.MisshapenSignature.code: "Refused: its signature is built or placed in a way that cannot be trusted.",
    errors.DeniedAlgorithm.code: "Refused: it is signed by an algorithm that is too weak, such as SHA-1. Choose "
    "RSA-SHA256 there, or switch signing off.",
    errors.WrongDestination.code: "Refused: it was meant for another address. Single Sign-On URL in the Console must "
    "be {sso_url}.",
    errors.StaleRequest.code: "Refused: the clocks do not agree. {clock}",
    errors.UnreadableRequest.code: "Refused: it cannot be read as a sign-in request.",
    errors.NoRequest.code: "Nothing to answer: somebody opened the sign-in address itself.",
    errors.RequestTooLarge.code: "Refused: it is too large.",
    errors.RelayStateTooLong.code: "Refused: its RelayState is longer than 4 kB.",
    errors.AnswerWithStatus.code: "Answered with an error: {answered_with}. {wish}",
    AlreadySignedIn.code: "Already answered: this same request has had its answer. Start again from Flex.",
}
UNMET_WISHES = {
    "InvalidNameIDPolicy": "It asks for the name ID format {name_id_format}, which this kind of service does not get, "
    "or forbids to make a first one (AllowCreate).",
    "NoAuthnContext": "It asks for a stronger proof than a code. Set the requested context of this service to ignore.",
    "NoPassive": "It wants no page shown (IsPassive), and one was needed: the agent was not signed in here, or an "
    "access rule refused them.",
    "UnknownPrincipal": "It names the person to sign in, and another one is signed in here.",
    "RequestUnsupported": "It names the person to sign in, in a way that is not supported.",
}


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A recorded request, in words. `service` is the one with its issuer, if any."""

    row: HeardRequest
    sentence: str
    service: ServiceProvider | None
    offer: Offer | None
    details: tuple[str, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether the request was accepted."""
        return not self.row.outcome

    @property
    def may_ignore_signature(self) -> bool:
        """Whether ignoring its signature would let the request in."""
        return self.service is not None and self.row.outcome == errors.UnknownSigningKey.code

    @property
    def fault(self) -> str:
        """Why a request that names itself a Flex cannot be connected by a click, or empty."""
        return adoption.fault(self.row)

    @property
    def needs_metadata(self) -> bool:
        """Whether it takes metadata to connect it: it has an issuer that no service has, and it is not Flex."""
        return bool(self.row.issuer) and self.service is None and self.offer is None and not self.fault


@dataclass(frozen=True, slots=True)
class ListeningPanel:
    """The listening part of the page. `state` changes whenever there is something new to show."""

    now: datetime
    listening: Listening | None
    requests: Sequence[RequestLine]

    @property
    def minutes_left(self) -> int:
        """Minutes until listening ends, rounded up."""
        left = self.listening.until - self.now if self.listening else timedelta()
        return math.ceil(left / timedelta(minutes=1))

    @property
    def state(self) -> str:
        """A short text for the page's script to compare."""
        newest = max((it.row.pk for it in self.requests), default=0)
        known = sum(1 for it in self.requests if it.offer is None)
        return f"{self.minutes_left}-{len(self.requests)}-{newest}-{known}"


def panel(now: datetime) -> ListeningPanel:
    """Return whether Latchkey is listening, and the requests since listening began."""
    rows = list(HeardRequest.objects.all()[: listening.MOST_HEARD])
    found = ServiceProvider.objects.filter(entity_id__in={row.issuer for row in rows}).prefetch_related("consumers")
    services = {sp.entity_id: sp for sp in found}
    return ListeningPanel(now, listening.current(now), [describe(row, services.get(row.issuer)) for row in rows])


def describe(row: HeardRequest, service: ServiceProvider | None) -> RequestLine:
    """Describe a request."""
    return RequestLine(row, _sentence(row, service), service, adoption.offer(row, service), tuple(_details(row)))


def _sentence(row: HeardRequest, service: ServiceProvider | None) -> str:
    if not row.outcome:
        return ACCEPTED
    if service is not None and not service.enabled:
        return f"Refused: {service} is switched off here."
    if service is not None and _would_be_known(row, service):
        return CONNECTED_SINCE.format(service=service)
    if service is None and row.outcome == errors.UnknownServiceProvider.code:
        return UNKNOWN_ISSUER
    # An issuer that was unknown and is connected now may still have asked for another address.
    outcome = errors.UnregisteredAcs.code if row.outcome in adoption.ADOPTABLE else row.outcome
    sentence = REFUSALS.get(outcome, "It ended with the error {outcome}.")
    contents: Mapping[str, Any] = row.says
    status = contents.get("answered_with", "")
    wish = UNMET_WISHES.get(status, "").format(name_id_format=contents.get("name_id_format") or "unspecified")
    return sentence.format(
        sso_url=published.sso_url(), clock=_clock(contents), answered_with=status, wish=wish, outcome=row.outcome
    )


def _would_be_known(row: HeardRequest, service: ServiceProvider) -> bool:
    """Whether the issuer or address that was unknown has been registered since."""
    registered = row.acs_url in ("", *(it.url for it in service.consumers.all()))
    return row.outcome in adoption.ADOPTABLE and registered


def _clock(contents: Mapping[str, Any]) -> str:
    if "skew" not in contents:
        return "Its time is not in UTC."
    skew = int(contents["skew"])
    which = "behind" if skew > 0 else "ahead of"
    return (
        f"Its time is {abs(skew)} seconds {which} ours; at most {settings.LATCHKEY.clock_skew_seconds} are allowed. "
        f"If this happens often, correct the clock of this server."
    )


def _details(row: HeardRequest) -> list[str]:
    """Return what the request contains."""
    contents: Mapping[str, Any] = row.says
    if not contents:
        return []
    contexts = ", ".join(contents.get("contexts", ()))
    signed = "signed" if row.signed else "not signed"
    return [
        f"by HTTP-{row.binding.upper() if row.binding == 'post' else 'Redirect'}, {signed}",
        f"NameID format: {contents.get('name_id_format') or 'not said'}",
        f"context: {contents.get('comparison')} {contexts}" if contexts else "context: not said",
        *(["asks for a fresh code (ForceAuthn)"] if contents.get("force_authn") else []),
        *(["wants no page shown (IsPassive)"] if contents.get("is_passive") else []),
        *([f"calls itself {contents['provider_name']}"] if contents.get("provider_name") else []),
        "names its destination" if contents.get("has_destination") else "names no destination",
        f"clock {contents.get('skew', 0)} s behind ours"
        if contents.get("skew", 0) >= 0
        else f"clock {-contents['skew']} s ahead",
    ]
