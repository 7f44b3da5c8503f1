"""The SAML addresses: a request comes in, the login is asked, and a signed Response goes out."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from idp import clock
from idp.audit import events
from idp.audit.models import Kind
from idp.branding import brands
from idp.login import cookies, request_facts
from idp.login.flow import dispatcher, sign_in, storage
from idp.login.flow.dispatcher import Concluded
from idp.login.flow.in_memory import Flow, InMemoryFlow
from idp.login.ladder.requirements import LoginRequirements
from idp.login.ladder.steps import Refuse, RefusedBy
from idp.login.models import LoginFlow
from idp.login.pages import notices, rendering
from idp.saml import names
from idp.saml.bindings.decoding import receive_relay_state
from idp.saml.bindings.posting import Purpose, post_form
from idp.saml.bindings.receiving import receive
from idp.saml.connecting import listening
from idp.saml.errors import AnswerWithStatus, SamlStatus
from idp.saml.metadata import published
from idp.saml.models import ServiceProvider
from idp.saml.optimistic import with_last_known_version
from idp.saml.requests import authn_request, unsolicited
from idp.saml.requests.authn_request import TrustedAuthnRequest
from idp.saml.requests.pending import PendingRequest
from idp.saml.responses import responding

METADATA_TYPE = "application/samlmetadata+xml; charset=utf-8"
METADATA_AGE = 300


@csrf_exempt
@require_http_methods(["GET", "POST"])
@listening.noted
@with_last_known_version
def sso(request: HttpRequest) -> HttpResponse:
    """Take an AuthnRequest by HTTP-Redirect or HTTP-POST (Profiles 4.1).

    With Redirect the browser sends Latchkey's cookies, so a silent sign-in is answered in the same request. A POST from
    another site carries no cookies: the flow is stored, and the browser comes back by GET.
    """
    now = clock.now()
    received = receive(request)
    parsed = authn_request.parse(received.xml)
    sp, trust = ServiceProvider.objects.get_with_trust(parsed.issuer)
    try:
        trusted = authn_request.check(
            received, parsed, trust, sso_url=published.sso_url(), now=now, skew=settings.LATCHKEY.clock_skew
        )
    except AnswerWithStatus as error:
        return _answer_with_status(request, sp, error)
    pending = PendingRequest.of(trusted)
    flow = InMemoryFlow(_requirements(sp, trusted), sp.timeout_policy, _respond_address, pending.to_json, now)
    if request.method == "POST":
        responding.refuse_answered(sp, trusted.id)
        return rendering.store_and_redirect(request, flow, flow.return_to)
    return _conclude(request, flow, sp, pending)


@require_GET  # by HEAD somebody would be signed in whose browser gets no answer to carry
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Start a sign-in at Latchkey that no service provider requested (Profiles 4.1.5).

    A browser that prefetches the page, as for a bookmark whose name is being typed, signs nobody in.
    """
    if request_facts.looks_ahead(request):
        return HttpResponse(status=503)  # the browser asks again when a person opens it
    relay_state = receive_relay_state(request.META.get("QUERY_STRING", ""))
    sp = unsolicited.service_of(slug)
    pending = unsolicited.pending_request(sp, relay_state)
    requirements = LoginRequirements(service=sp.slug, service_name=sp.name)
    flow = InMemoryFlow(requirements, sp.timeout_policy, _respond_address, pending.to_json, clock.now())
    return _conclude(request, flow, sp, pending)


@require_http_methods(["GET", "POST"])
def respond(request: HttpRequest, flow_id: UUID) -> HttpResponse:
    """Answer the request of a login, or lead back to its pages. A POST declines it, and tells the service so."""
    now = clock.now()
    flow = storage.get(flow_id, cookies.flow_secret(request, flow_id), now, answered_at=request.path)
    sp, pending = ServiceProvider.objects.get_enabled(flow.service), PendingRequest.from_json(flow.protocol)
    responding.check_address(sp, pending)
    if request.method == "GET":
        return _conclude(request, flow, sp, pending)
    with transaction.atomic():
        storage.give_up(flow, now)
        events.record(Kind.DECLINED, request_facts.origin_of(request), now, service=sp.slug)
    if pending.request_id is None:  # no service requested it
        return rendering.see_other("/")
    return _refuse(request, sp, pending, SamlStatus(names.RESPONDER, names.REQUEST_DENIED))


@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """Publish our metadata, with `?signed` signed; built from settings, never from the Host header."""
    build = published.signed_metadata if "signed" in request.GET else published.metadata_document
    response = HttpResponse(build(clock.now()), content_type=METADATA_TYPE)
    response["Cache-Control"] = f"public, max-age={METADATA_AGE}"
    return response


def _requirements(sp: ServiceProvider, trusted: TrustedAuthnRequest) -> LoginRequirements:
    return LoginRequirements(
        service=sp.slug,
        service_name=sp.name,
        force_authn=trusted.force_authn,
        is_passive=trusted.is_passive,
        accepted=sp.accepted(trusted.accepted_contexts),
    )


def _respond_address(flow_id: UUID) -> str:
    return f"/saml/respond/{flow_id}"


def _conclude(request: HttpRequest, flow: Flow, sp: ServiceProvider, pending: PendingRequest) -> HttpResponse:
    now = clock.now()
    facts = request_facts.of_browser(request, flow.touch_points)
    try:
        step = dispatcher.conclude(
            flow,
            facts,
            now,
            lambda admission: responding.success(sp, pending, admission, facts.origin, now),
            responding.answered_before,
        )
    except AnswerWithStatus as error:
        return _answer_with_status(request, sp, error)
    if not isinstance(step, Concluded) and isinstance(flow, InMemoryFlow):  # a conclusion has checked this already
        responding.refuse_answered(sp, pending.request_id)
    match step:
        case Concluded(answer, cookie_changes):
            news = notices.of_ended(sign_in.replaced_by(flow))
            response = _post(request, sp, pending, answer, Purpose.SIGNING_IN, news=news)
            cookies.write(response, request, cookie_changes)
            return response
        case Refuse() if flow.is_passive or step.by == RefusedBy.NOT_PASSIVE:
            return _refuse(request, sp, pending, SamlStatus(names.RESPONDER, names.NO_PASSIVE))
        case Refuse() if isinstance(flow, LoginFlow) and flow.finished_at is not None:
            # The rules changed between the code and the answer.
            return rendering.refusal(request, flow, step, facts)
    return rendering.store_and_redirect(request, flow, rendering.address(flow))


def _answer_with_status(request: HttpRequest, sp: ServiceProvider, error: AnswerWithStatus) -> HttpResponse:
    return _refuse(request, sp, PendingRequest.at(error.return_address), error.saml_status)


def _refuse(request: HttpRequest, sp: ServiceProvider, pending: PendingRequest, status: SamlStatus) -> HttpResponse:
    response = _post(request, sp, pending, responding.refusal(sp, pending, status, clock.now()), Purpose.DECLINED)
    return listening.answered_with(response, status)


def _post(
    request: HttpRequest,
    sp: ServiceProvider,
    pending: PendingRequest,
    answer: bytes,
    purpose: Purpose,
    *,
    news: str = "",
) -> HttpResponse:
    """Send a Response through the browser by HTTP-POST (Bindings 3.5)."""
    fields: list[tuple[str, str | bytes]] = [("SAMLResponse", answer)]
    if pending.relay_state is not None:
        fields.append(("RelayState", pending.relay_state))
    return post_form(request, pending.acs_url, fields, purpose, sp.name, news=news, brand=brands.of(sp.slug))
