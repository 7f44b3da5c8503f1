"""The admin's site: only operators, with a password and a second factor of their own."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import login as log_in
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_http_methods
from django_otp import login as pass_second_factor
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp import clock
from idp.agents.models import Agent, Supervisor
from idp.audit import acts
from idp.audit.models import Kind
from idp.otp.other_codes import written_codes
from idp.web import qr
from idp.web.departments import home as department_home
from idp.web.departments import reach
from idp.web.home import checklist
from idp.web.home import page as home
from idp.web.operators import links, own_sign_in, recent_factor, sign_in_trail
from idp.web.operators.login_form import OperatorLoginForm
from idp.web.operators.recent_factor import View
from idp.web.pages import alarms, checkup, costs, everyone_out, export_agents, safe_list, stop
from idp.web.pages.connect_flex import pages as connect_flex
from idp.web.pages.import_agents import pages as import_agents
from idp.web.pages.keys import page as keys
from idp.web.pages.metadata import new_service, registered_service
from idp.web.pages.policy import history as policy_history
from idp.web.pages.policy.publish import page as policy_publish
from idp.web.pages.responses import pages as responses
from idp.web.site import contents

# An agent's mobile number is a django-otp device too, and must never open the admin.
OPERATOR_FACTORS = (TOTPDevice, StaticDevice)
PAGES = (
    connect_flex,
    keys,
    new_service,
    registered_service,
    responses,
    checkup,
    costs,
    alarms,
    everyone_out,
    safe_list,
    stop,
    policy_publish,
    policy_history,
    import_agents,
    export_agents,
)


class OperatorSite(admin.AdminSite):
    """Django's admin, for operators with two factors."""

    site_header = site_title = "Latchkey"
    index_title = "Overview"
    login_form = OperatorLoginForm
    login_template = "admin/operator_login.html"
    logout_template = "admin/signed_out.html"
    site_url = None
    enable_nav_sidebar = False  # lists need the width

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the user is an active operator who passed an operator's factor in this session."""
        user: Agent | AnonymousUser = request.user
        factor: Device | None = getattr(user, "otp_device", None)
        return user.is_active and user.is_staff and isinstance(factor, OPERATOR_FACTORS)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Add the one-time link, the page of the own sign-in, and the pages of `PAGES`."""
        own = [
            path("enter/<str:secret>", enter, name="enter"),
            path("own-sign-in/", self.admin_view(self.own_sign_in), name="own_sign_in"),
            path("password_change/", self.admin_view(self.own_sign_in), name="password_change"),
        ]
        pages = [page for module in PAGES for page in module.urls(self)]
        return [*own, *pages, *super().get_urls()]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Let every page ask for a new code, by `recent_factor.require`."""
        return super().admin_view(recent_factor.confirmable(view), cacheable)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add a list's title, also to its rows' pages, what fills it, and the consequence of deleting."""
        page = (request.resolver_match.url_name if request.resolver_match else None) or ""
        limited = reach.limits_of(request.user) is not None
        texts = {"empty_text": contents.empty_text(page), "deletion_text": contents.deletion_text(page)}
        listed_as = contents.listed_as(page, limited=limited)
        return {**super().each_context(request), "listed_as": listed_as, **texts}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:  # noqa: ANN401 - a lazy list
        """Return the sections of the table of contents.

        Django asks for them on every page, for its sidebar, and we have none: it would take an eighth of a page's time.
        """
        by_package = super().get_app_list
        if app_label:
            return by_package(request, app_label)
        return SimpleLazyObject(lambda: list(contents.arrange(by_package(request))))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Sign an operator out, and record it in the trail."""
        if isinstance(request.user, Agent) and self.has_permission(request):
            sign_in_trail.record_sign_out(request, request.user)
        return super().logout(request, extra_context)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the home page: what to do next, what is wrong, and the contents. Supervisors see their agents."""
        if limits := reach.limits_of(request.user):
            return self._supervisors_home(limits, request)
        return super().index(request, {**home.parts(request, reach.operator_of(request)), **(extra_context or {})})

    def app_index(self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - as Django's
        """Show one section of the contents, without the other parts of the home page."""
        others: dict[str, Any] = dict.fromkeys(("may_find", "checklist", "alerts", "dashboard"))
        return super().app_index(request, app_label, {**others, **(extra_context or {})})

    def _supervisors_home(self, limits: Supervisor, request: HttpRequest) -> TemplateResponse:
        operator = reach.operator_of(request)
        has_app = TOTPDevice.objects.devices_for_user(operator, confirmed=True).exists()
        shown = {"title": "Your people", "steps": checklist.own(operator, has_app=has_app)}
        context = {**self.each_context(request), **department_home.context(limits, clock.now()), **shown}
        return TemplateResponse(request, "admin/department_home.html", context)

    def own_sign_in(self, request: HttpRequest) -> HttpResponse:
        """Let an operator set a password and register an authenticator app."""
        operator = reach.operator_of(request)
        app = own_sign_in.app_to_register(operator, request.session)
        by_link = isinstance(getattr(request.user, "otp_device", None), StaticDevice)
        form = own_sign_in.OwnSignInForm(request, app, by_link=by_link)
        if request.method == "POST" and form.is_valid():
            form.save()
            acts.record(Kind.OWN_SIGN_IN, acts.thing(operator), clock.now())
            del request.session[own_sign_in.SHOWN_KEY]
            log_in(request, operator)
            pass_second_factor(request, app)
            recent_factor.remember(request.session, clock.now())
            messages.success(request, "From now on you sign in with your password and your authenticator app.")
            return HttpResponseRedirect(reverse("admin:index"))
        shown = {
            "title": "Your own sign-in",
            "form": form,
            "qr": qr.drawn(app.config_url),
            "key": written_codes.key_text(app.bin_key),
            "address": app.config_url,
            "operator": operator,
        }
        return render(request, "admin/own_sign_in.html", {**self.each_context(request), **shown})


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, secret: str) -> HttpResponse:
    """Open the admin by a one-time link. GET uses nothing; the button does."""
    now = clock.now()
    if request.method == "GET":
        link = links.find(secret, now)
        return render(request, "admin/enter.html", {"operator": link.operator})
    operator, factor = links.use(secret, now)
    sign_in_trail.record_sign_in(request, operator, "by one-time link")
    log_in(request, operator)
    pass_second_factor(request, factor)
    return HttpResponseRedirect(reverse("admin:index"))
