"""The pages of Connect Flex: from three pasted values to the first sign-in."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from idp import clock
from idp.saml.connecting import console, registration
from idp.saml.models import ServiceProvider
from idp.saml.profiles import flex
from idp.web import rights
from idp.web.operators import recent_factor
from idp.web.pages.connect_flex import buttons, listening_panel, lookup, symptoms
from idp.web.pages.connect_flex.access import connect_page, connection_of
from idp.web.pages.connect_flex.forms import ConnectForm, PasteForm, recognise

NOT_LOOKED_UP = (
    "Twilio could not be reached or gave no connection. Paste the connection (JQ and 32 hex digits) instead."
)
NO_CONNECTION = "This account has no enhanced SSO yet. Open Single sign-on (SSO) in the Console first."


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL patterns of the pages."""
    pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
        ("", begin, "connect_flex"),
        ("symptoms/", symptom_picker, "flex_symptoms"),
        ("look-up/account/", look_up, "flex_look_up"),
        ("listening/begin/", buttons.listen, "flex_listen"),
        ("listening/end/", buttons.stop_listening, "flex_stop_listening"),
        ("listening/requests/", listening_part, "flex_requests"),
        ("adopt/<int:pk>/", buttons.adopt, "flex_adopt"),
        ("<slug:slug>/", connection, "flex_connection"),
        ("<slug:slug>/signatures/", buttons.ignore_signatures, "flex_ignore_signatures"),
        ("<slug:slug>/opening/", buttons.open_from_here, "flex_open_from_here"),
        ("<slug:slug>/opened/", buttons.report_opened, "flex_opened"),
    ]
    return [path(f"connect-flex/{at}", site.admin_view(view), name=name) for at, view, name in pages]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(rights.ADD_SERVICES, raise_exception=True)
def begin(request: HttpRequest) -> HttpResponse:
    """Step 1: read what is pasted, and register it when the operator presses the button; or listen first."""
    form = PasteForm(request.GET if "pasted" in request.GET else None)
    pasted = form.understood if form.is_valid() else flex.Pasted()
    errors: list[str] = []
    if request.method == "POST":
        connected = _connect(request, ConnectForm(request.POST, pasted))
        if isinstance(connected, ServiceProvider):
            return buttons.to_connection(request, connected)
        errors = connected
    recognised = [recognise(it) for it in (pasted.enhanced, pasted.legacy) if it]
    needs_connection = pasted.enhanced is None and pasted.legacy is not None
    return connect_page(
        request,
        "begin.html",
        title="Connect Flex",
        form=form,
        errors=errors,
        recognised=recognised,
        legacy_is_open=bool(errors) or (len(recognised) == 1 and not needs_connection),
        account_sid=pasted.account_sid,
        needs_connection=needs_connection,
        connections=symptoms.flex_services(),
        fields=console.fields_of_a_new_one(clock.now()),
        panel=listening_panel.panel(clock.now()),
    )


def _connect(request: HttpRequest, form: ConnectForm) -> ServiceProvider | list[str]:
    """Register the connection, with a recent code. Return it, or the errors."""
    if not form.is_valid():
        return [f"{field}: {text}" for field, texts in form.errors.items() for text in texts]
    recent_factor.require(request, f"connect {form.cleaned_data['name']}", cancel=request.get_full_path())
    try:
        return form.connect()
    except ValidationError as error:
        return error.messages


@require_POST
@permission_required(rights.ADD_SERVICES, raise_exception=True)
def look_up(request: HttpRequest) -> HttpResponse:
    """Ask Twilio which connection an account has, and fill it in."""
    account_sid = request.POST.get("account_sid", "")
    names: list[str] = []
    try:
        names = lookup.connections(account_sid)
    except (lookup.LookupFailed, ValueError):
        messages.warning(request, NOT_LOOKED_UP)
    else:
        if not names:
            messages.warning(request, NO_CONNECTION)
        if names[1:]:
            others = ", ".join(names[1:])
            messages.info(request, f"Twilio names several connections. The first is filled in; the others: {others}.")
    return HttpResponseRedirect(reverse("admin:connect_flex", query={"pasted": "\n".join([account_sid, *names[:1]])}))


@require_safe
@permission_required(rights.ADD_SERVICES, raise_exception=True)
def connection(request: HttpRequest, slug: str) -> HttpResponse:
    """Steps 2 to 4, for a registered connection."""
    sp, now = connection_of(slug), clock.now()
    return connect_page(
        request,
        "connection.html",
        title=f"Connect {sp.name}",
        sp=sp,
        fields=console.fields_of(sp, now),
        start_url=f"{settings.LATCHKEY.base_url}{reverse('saml_start', args=[sp.slug])}",
        runtime_domain=console.RUNTIME_DOMAIN,
        warnings=registration.warnings(sp),
        others=[it for it in symptoms.flex_services() if it.pk != sp.pk],
        panel=listening_panel.panel(now),
    )


@require_safe
@permission_required(rights.ADD_SERVICES, raise_exception=True)
def listening_part(request: HttpRequest) -> HttpResponse:
    """Return the listening part alone, which the page's script polls."""
    shown = {"panel": listening_panel.panel(clock.now()), "service": request.GET.get("service", "")}
    may_change = request.user.has_perm(rights.CHANGE_SERVICES)
    return render(request, "admin/connect_flex/listening_panel.html", {"may_change": may_change, **shown})


@require_safe
@permission_required(rights.ADD_SERVICES, raise_exception=True)
def symptom_picker(request: HttpRequest) -> HttpResponse:
    """Show what agents see in Flex, its cause, and what to do."""
    services = symptoms.flex_services()
    wanted = request.GET.get("service", "")
    sp = next((it for it in services if it.slug == wanted), services[0] if services else None)
    return connect_page(
        request,
        "symptoms.html",
        title="What do you see in Flex?",
        sp=sp,
        services=services,
        symptoms=symptoms.with_remedies(sp, clock.now()),
    )
