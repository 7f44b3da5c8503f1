"""Reads an AuthnRequest, and decides whether to trust it (Core 3.4.1, Profiles 4.1.4.1)."""

from dataclasses import field
from datetime import datetime, timedelta

from lxml import etree

from idp.saml import names
from idp.saml.documents import parsing
from idp.saml.documents.parsing import Document, boolean, child, text_of
from idp.saml.errors import (
    AnswerWithStatus,
    ReturnAddress,
    SamlStatus,
    UnofferedBinding,
    UnregisteredAcs,
    quoted,
)
from idp.saml.protocol_message import check_head, read_believed, read_head
from idp.saml.received_message import Message, ReceivedMessage
from idp.saml.requests.requested_context import Comparison, RequestedContext, acceptable
from idp.saml.trust import RequestedContextRule, SpTrust
from idp.values import value

_SAML = f"{{{names.ASSERTION}}}"
_SAMLP = f"{{{names.PROTOCOL}}}"


@value
class AuthnRequest:
    """What an AuthnRequest says. It is schema-valid, and not trusted yet.

    `allow_create` is None if the request does not say. `document` is what was read.
    """

    id: str
    issuer: str
    issue_instant: datetime
    destination: str | None = None
    acs_url: str | None = None
    acs_index: int | None = None
    protocol_binding: str | None = None
    force_authn: bool = False
    is_passive: bool = False
    name_id_format: str | None = None
    sp_name_qualifier: str | None = None
    allow_create: bool | None = None
    requested_context: RequestedContext | None = None
    subject_name_id: str | None = None
    subject_unsupported: bool = False
    provider_name: str | None = None
    has_signature: bool = field(default=False, compare=False)
    document: Document | None = field(default=None, compare=False, repr=False)


@value
class TrustedAuthnRequest:
    """A request that may be answered, at a registered ACS only.

    `accepted_contexts` is None if any context will do. `name_id_format` is the requested one; None and *unspecified*
    mean the profile's own. `allow_create` is false only if the request says so. The caller checks it and
    `subject_name_id` against the agent who signs in. `signed` tells whether a registered key has signed it.
    """

    id: str
    acs_url: str
    relay_state: str | None
    force_authn: bool
    is_passive: bool
    accepted_contexts: tuple[str, ...] | None
    name_id_format: str | None
    allow_create: bool
    subject_name_id: str | None
    signed: bool


def parse(xml: bytes) -> AuthnRequest:
    """Read a schema-valid samlp:AuthnRequest 2.0.

    Raises UnreadableRequest or a subclass, and StaleRequest if its instant is not in UTC with Z.
    """
    root = parsing.parse(xml)
    return _read(root, Document(xml, root))


def check(
    received: ReceivedMessage,
    request: AuthnRequest,
    trust: SpTrust,
    *,
    sso_url: str,
    now: datetime,
    skew: timedelta,
) -> TrustedAuthnRequest:
    """Decide whether this request, as received, may be answered to the service provider.

    Until the request is trusted, raises UnknownServiceProvider, BadSignature, WrongDestination, StaleRequest,
    UnregisteredAcs, or a subclass of one. After that, raises AnswerWithStatus.
    """
    request, signed = read_believed(received, request, trust, _read, message=Message.REQUEST, document=request.document)
    check_head(request, trust, url=sso_url, signed=signed, now=now, skew=skew)
    address = ReturnAddress(_acs(request, trust), request.id, received.relay_state)
    _check_name_id_policy(request, trust, address)
    _check_subject(request, address)
    return TrustedAuthnRequest(
        id=request.id,
        acs_url=address.acs_url,
        relay_state=received.relay_state,
        force_authn=request.force_authn,
        is_passive=request.is_passive,
        accepted_contexts=_contexts(request, trust, address),
        name_id_format=request.name_id_format,
        # By Core, a missing policy means false. But saml2int (SDP-SP04) recommends leaving it out, and if it were
        # refused, nobody could sign in there for the first time.
        allow_create=request.allow_create is not False,
        subject_name_id=request.subject_name_id,
        signed=signed,
    )


def _read(root: etree._Element, document: Document | None = None) -> AuthnRequest:
    head = read_head(root, "AuthnRequest")
    policy = child(root, f"{_SAMLP}NameIDPolicy")
    index = root.get("AssertionConsumerServiceIndex")
    name_id, unsupported = _subject(child(root, f"{_SAML}Subject"))
    return AuthnRequest(
        id=head.id,
        issuer=head.issuer,
        issue_instant=head.issue_instant,
        destination=head.destination,
        acs_url=root.get("AssertionConsumerServiceURL"),
        acs_index=None if index is None else int(index),
        protocol_binding=root.get("ProtocolBinding"),
        force_authn=boolean(root, "ForceAuthn"),
        is_passive=boolean(root, "IsPassive"),
        name_id_format=None if policy is None else policy.get("Format"),
        sp_name_qualifier=None if policy is None else policy.get("SPNameQualifier"),
        allow_create=_allow_create(policy),
        requested_context=_requested_context(child(root, f"{_SAMLP}RequestedAuthnContext")),
        subject_name_id=name_id,
        subject_unsupported=unsupported,
        provider_name=root.get("ProviderName"),
        has_signature=child(root, f"{{{names.SIGNATURE}}}Signature") is not None,
        document=document,
    )


def _allow_create(policy: etree._Element | None) -> bool | None:
    if policy is None or policy.get("AllowCreate") is None:
        return None
    return boolean(policy, "AllowCreate")


def _subject(subject: etree._Element | None) -> tuple[str | None, bool]:
    """Return the NameID of a Subject, and whether it holds more than we can answer."""
    if subject is None:
        return None, False
    if [it.tag for it in subject] != [f"{_SAML}NameID"]:
        return None, True
    return text_of(subject[0]), False


def _requested_context(element: etree._Element | None) -> RequestedContext | None:
    if element is None:
        return None
    classes = (text_of(it) for it in element.findall(f"{_SAML}AuthnContextClassRef"))
    return RequestedContext(
        Comparison(element.get("Comparison", Comparison.EXACT)),
        tuple(it.strip(parsing.XML_SPACE) for it in classes),
    )


def _acs(request: AuthnRequest, trust: SpTrust) -> str:
    if request.protocol_binding not in (None, names.HTTP_POST):
        raise UnofferedBinding(f"wanted {names.HTTP_POST}, saw {quoted(request.protocol_binding)}")
    if request.acs_url is not None and request.acs_index is not None:
        raise UnregisteredAcs("wanted an ACS by URL or by index, saw both")
    if request.acs_url is not None:
        found = [url for url, _, _ in trust.acs if url == request.acs_url]
    elif request.acs_index is not None:
        found = [url for url, index, _ in trust.acs if index == request.acs_index]
    else:
        found = [url for url, _, is_default in trust.acs if is_default] or [url for url, _, _ in trust.acs]
    if not found:
        acs = request.acs_url if request.acs_url is not None else request.acs_index
        raise UnregisteredAcs(f"wanted one of {[url for url, _, _ in trust.acs]}, saw {quoted(acs)}")
    return found[0]


def _check_name_id_policy(request: AuthnRequest, trust: SpTrust, address: ReturnAddress) -> None:
    open_formats = (None, names.UNSPECIFIED, *trust.name_id_formats)
    if request.name_id_format in open_formats and request.sp_name_qualifier in (None, "", trust.entity_id):
        return
    raise AnswerWithStatus(
        SamlStatus(names.REQUESTER, names.INVALID_NAME_ID_POLICY),
        address,
        f"wanted a NameID format of {trust.name_id_formats}, saw {quoted(request.name_id_format)} "
        f"for {quoted(request.sp_name_qualifier)}",
    )


def _check_subject(request: AuthnRequest, address: ReturnAddress) -> None:
    if request.subject_unsupported:
        raise AnswerWithStatus(
            SamlStatus(names.REQUESTER, names.REQUEST_UNSUPPORTED),
            address,
            "wanted a plain NameID in Subject, saw another identifier or a confirmation",
        )


def _contexts(request: AuthnRequest, trust: SpTrust, address: ReturnAddress) -> tuple[str, ...] | None:
    if request.requested_context is None or trust.requested_context == RequestedContextRule.IGNORE:
        return None
    accepted = acceptable(request.requested_context, trust.contexts)
    if not accepted:
        raise AnswerWithStatus(
            SamlStatus(names.RESPONDER, names.NO_AUTHN_CONTEXT),
            address,
            f"wanted a context among {trust.contexts}, saw {quoted(request.requested_context)}",
        )
    return accepted
