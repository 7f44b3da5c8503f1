"""The pages of Connect Flex: from three pasted values to the first sign-in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from idp import clock
from idp.saml.connecting import console, registration
from idp.saml.profiles import flex
from idp.web.pages.connect_flex import acts, heard, lookup, symptoms
from idp.web.pages.connect_flex.access import ADD, CHANGE, View, connection_of, operators_with, page
from idp.web.pages.connect_flex.form import ConnectForm, PasteForm, recognise

NOT_LOOKED_UP = (
    "Twilio could not be reached or gave no connection. Paste the connection (JQ and 32 hex digits) instead."
)
NO_CONNECTION = "This account has no enhanced SSO yet. Open Single sign-on (SSO) in the Console first."


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL patterns of the pages."""
    pages: list[tuple[str, View, str]] = [
        ("", begin, "connect_flex"),
        ("symptoms/", symptom_picker, "flex_symptoms"),
        ("look-up/account/", look_up, "flex_look_up"),
        ("listening/begin/", acts.listen, "flex_listen"),
        ("listening/end/", acts.stop_listening, "flex_stop_listening"),
        ("listening/heard/", heard_so_far, "flex_heard"),
        ("adopt/<int:pk>/", acts.adopt, "flex_adopt"),
        ("<slug:slug>/", connection, "flex_connection"),
        ("<slug:slug>/signatures/", acts.ignore_signatures, "flex_ignore_signatures"),
        ("<slug:slug>/opening/", acts.open_from_here, "flex_open_from_here"),
        ("<slug:slug>/opened/", acts.opened, "flex_opened"),
    ]
    return [path(f"connect-flex/{at}", site.admin_view(view), name=name) for at, view, name in pages]


@require_http_methods(["GET", "HEAD", "POST"])
@operators_with(ADD)
def begin(request: HttpRequest) -> HttpResponse:
    """Step 1: read what is pasted, and register it when the operator presses the button; or listen first."""
    pasting = PasteForm(request.GET if "pasted" in request.GET else None)
    understood = pasting.understood if pasting.is_valid() else flex.Pasted()
    refused: list[str] = []
    if request.method == "POST":
        form = ConnectForm(request.POST, understood)
        try:
            if form.is_valid():
                return acts.connected(request, form.connect())
            refused = [f"{field}: {text}" for field, texts in form.errors.items() for text in texts]
        except ValidationError as error:
            refused = error.messages
    return page(
        request,
        "connect_flex.html",
        title="Connect Flex",
        form=pasting,
        refused=refused,
        ways=[recognise(it) for it in (understood.enhanced, understood.legacy) if it],
        account_sid=understood.account_sid,
        needs_connection=understood.enhanced is None and understood.legacy is not None,
        connections=symptoms.flex_services(),
        fields=console.fields_of_a_new_one(clock.now()),
        ear=heard.panel(clock.now()),
    )


@require_POST
@operators_with(ADD)
def look_up(request: HttpRequest) -> HttpResponse:
    """Ask Twilio which connection an account has, and fill it in."""
    account_sid = request.POST.get("account_sid", "")
    found: list[str] = []
    try:
        found = lookup.connections(account_sid)
    except (lookup.LookupFailed, ValueError):
        messages.warning(request, NOT_LOOKED_UP)
    else:
        if not found:
            messages.warning(request, NO_CONNECTION)
        if found[1:]:
            others = ", ".join(found[1:])
            messages.info(request, f"Twilio names several connections. The first is filled in; the others: {others}.")
    return HttpResponseRedirect(reverse("admin:connect_flex", query={"pasted": "\n".join([account_sid, *found[:1]])}))


@require_safe
@operators_with(ADD)
def connection(request: HttpRequest, slug: str) -> HttpResponse:
    """Steps 2 to 4, for a registered connection."""
    sp, now = connection_of(slug), clock.now()
    return page(
        request,
        "connect_flex_connection.html",
        title=f"Connect {sp.name}",
        sp=sp,
        fields=console.fields_of(sp, now),
        start_url=f"{settings.LATCHKEY.base_url}{reverse('saml_start', args=[sp.slug])}",
        runtime_domain=console.RUNTIME_DOMAIN,
        warnings=registration.warnings(sp),
        others=[it for it in symptoms.flex_services() if it.pk != sp.pk],
        ear=heard.panel(now),
    )


@require_safe
@operators_with(ADD)
def heard_so_far(request: HttpRequest) -> HttpResponse:
    """Return the listening part alone, which the page's script polls."""
    shown = {"ear": heard.panel(clock.now()), "service": request.GET.get("service", "")}
    may_change = request.user.has_perm(CHANGE)
    return render(request, "admin/connect_flex_heard.html", {"may_change": may_change, **shown})


@require_safe
@operators_with(ADD)
def symptom_picker(request: HttpRequest) -> HttpResponse:
    """Show what agents see in Flex, its cause, and what to do."""
    services = symptoms.flex_services()
    wanted = request.GET.get("service", "")
    sp = next((it for it in services if it.slug == wanted), services[0] if services else None)
    told = symptoms.with_remedies(sp, clock.now())
    return page(
        request, "connect_flex_symptoms.html", title="What do you see in Flex?", sp=sp, services=services, told=told
    )
