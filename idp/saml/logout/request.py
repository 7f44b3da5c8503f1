"""LogoutRequests: reads and checks those of service providers, builds ours (Core 3.7.1, Profiles 4.4).

A LogoutRequest ends sessions. So it must always be signed with a registered key, unlike AuthnRequests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lxml import etree

from idp.saml import names
from idp.saml.documents import parsing
from idp.saml.documents.elements import Element, element, instant
from idp.saml.documents.parsing import child, text_of
from idp.saml.errors import AnswerLogoutWithStatus, SamlStatus, StaleRequest
from idp.saml.protocol_message import (
    build_message,
    check_head,
    read_believed,
    read_head,
    read_instant,
    whole,
)
from idp.saml.received_message import Message, ReceivedMessage
from idp.saml.responses.assertion import LIFETIME, Subject
from idp.saml.trust import RequestSignature, SpTrust

_SAML = f"{{{names.ASSERTION}}}"
_SAMLP = f"{{{names.PROTOCOL}}}"
_ASYNCHRONOUS = f"{{{names.ASYNC_LOGOUT}}}Asynchronous"


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """What a LogoutRequest says. It is schema-valid, and not trusted yet.

    `name_id` is None if there is a BaseID or EncryptedID instead.
    """

    id: str
    issuer: str
    issue_instant: datetime
    destination: str | None = None
    not_on_or_after: datetime | None = None
    name_id: str | None = None
    name_id_format: str | None = None
    name_qualifier: str | None = None
    sp_name_qualifier: str | None = None
    session_indexes: tuple[str, ...] = ()
    asynchronous: bool = False


@dataclass(frozen=True, slots=True)
class TrustedLogoutRequest:
    """A request that was signed with a registered key.

    Without `session_indexes` it means all sessions of that name (Core 3.7.3.1). An `asynchronous` request gets no
    answer. It could be replayed until `replayable_until`, so its ID is stored until then.
    """

    id: str
    issuer: str
    name_id: str
    name_id_format: str | None
    name_qualifier: str | None
    sp_name_qualifier: str | None
    session_indexes: tuple[str, ...]
    asynchronous: bool
    relay_state: str | None
    replayable_until: datetime

    def is_about(self, subject: Subject, idp: str) -> bool:
        """Tell whether it names a subject by the name that we, the entity `idp`, gave this sender (Core 3.3.4).

        The value is compared exactly. A missing format means unspecified, a missing qualifier the party itself.
        """
        return (
            self.name_id == subject.name_id
            and self.name_id_format in (None, names.UNSPECIFIED, subject.name_id_format)
            and self.name_qualifier in (None, "", idp)
            and self.sp_name_qualifier in (None, "", self.issuer)
        )

    def ends(self, session_index: str) -> bool:
        """Tell whether it ends this session of the subject."""
        return not self.session_indexes or session_index in self.session_indexes


def parse(xml: bytes) -> LogoutRequest:
    """Read a schema-valid samlp:LogoutRequest 2.0.

    Raises UnreadableRequest or a subclass, and StaleRequest if an instant is not in UTC with Z.
    """
    return _read(parsing.parse(xml))


def check(
    received: ReceivedMessage,
    request: LogoutRequest,
    trust: SpTrust,
    *,
    slo_url: str,
    now: datetime,
    skew: timedelta,
) -> TrustedLogoutRequest:
    """Decide whether to obey this request, as received. The caller checks whether it was seen before.

    Until the request is trusted, raises BadSignature, UnknownServiceProvider, WrongDestination, StaleRequest, or a
    subclass of one. After that, raises AnswerLogoutWithStatus.
    """
    strict = replace(trust, request_signature=RequestSignature.REQUIRE)
    request, signed = read_believed(received, request, strict, _read, message=Message.REQUEST)
    check_head(request, strict, url=slo_url, signed=signed, now=now, skew=skew)
    _check_expiry(request, now, skew)
    return TrustedLogoutRequest(
        id=request.id,
        issuer=request.issuer,
        name_id=_name_id(request, received.relay_state),
        name_id_format=request.name_id_format,
        name_qualifier=request.name_qualifier,
        sp_name_qualifier=request.sp_name_qualifier,
        session_indexes=request.session_indexes,
        asynchronous=request.asynchronous,
        relay_state=received.relay_state,
        replayable_until=request.issue_instant + skew,
    )


def build(
    subject: Subject,
    session_indexes: Sequence[str],
    *,
    issuer: str,
    destination: str,
    now: datetime,
    reason: str | None = None,
) -> Element:
    """Build our unsigned LogoutRequest: the very NameID and session indexes that the service provider was given.

    `reason` is one of Core 3.7.3. It lasts as long as any Assertion issued before it (Core 3.7.3.2). Raises
    ValueError for text that XML cannot hold, or a name that is empty or padded.
    """
    name_id = element("saml:NameID", {"Format": subject.name_id_format}, text=whole(subject.name_id))
    indexes = (element("samlp:SessionIndex", text=it) for it in session_indexes)
    return build_message(
        "LogoutRequest",
        name_id,
        *indexes,
        issuer=issuer,
        destination=destination,
        now=now,
        attributes={"NotOnOrAfter": instant(now + LIFETIME), "Reason": reason},
    )


def _read(root: etree._Element) -> LogoutRequest:
    head = read_head(root, "LogoutRequest")
    name_id = child(root, f"{_SAML}NameID")
    named: Mapping[str, str] = {} if name_id is None else dict(name_id.items())
    extensions = child(root, f"{_SAMLP}Extensions")
    return LogoutRequest(
        id=head.id,
        issuer=head.issuer,
        issue_instant=head.issue_instant,
        destination=head.destination,
        not_on_or_after=None if root.get("NotOnOrAfter") is None else read_instant(root, "NotOnOrAfter"),
        name_id=None if name_id is None else text_of(name_id),
        name_id_format=named.get("Format"),
        name_qualifier=named.get("NameQualifier"),
        sp_name_qualifier=named.get("SPNameQualifier"),
        session_indexes=tuple(text_of(it) for it in root.findall(f"{_SAMLP}SessionIndex")),
        asynchronous=extensions is not None and extensions.find(_ASYNCHRONOUS) is not None,
    )


def _check_expiry(request: LogoutRequest, now: datetime, skew: timedelta) -> None:
    """The instant itself, tolerated skew included, is already too late."""
    if request.not_on_or_after is not None and now >= request.not_on_or_after + skew:
        raise StaleRequest(f"wanted it before {request.not_on_or_after} and {skew} more, saw it at {now}")


def _name_id(request: LogoutRequest, relay_state: str | None) -> str:
    if request.name_id is None:
        raise AnswerLogoutWithStatus(
            SamlStatus(names.REQUESTER, names.REQUEST_UNSUPPORTED),
            "wanted a plain NameID, saw a BaseID or an EncryptedID",
            in_response_to=request.id,
            relay_state=relay_state,
            asynchronous=request.asynchronous,
        )
    return request.name_id
