"""Agents and operators."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import OuterRef, QuerySet, Subquery
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.http import urlencode

from idp import clock, reference
from idp.agents import provisioning, roles
from idp.agents.models import Agent, Device
from idp.login import request_facts
from idp.login.endings import agent_switch, number_change
from idp.otp import numbers
from idp.otp.models import PhoneAuthenticator
from idp.saml import name_ids
from idp.saml.name_ids import NameIdRefused
from idp.web import people_search, rights, safe_list_run
from idp.web.admin.base.long_lists import LongList
from idp.web.admin.base.within_reach import WithinReach
from idp.web.admin.people import number_changes
from idp.web.admin.people.agent_filters import HasNumber, InDepartment, SignedIn
from idp.web.admin.people.agent_forms import AgentForm, LimitedAgentForm, PhoneForm
from idp.web.departments import reach
from idp.web.operators import recent_factor
from idp.web.pages import export_agents, safe_list
from idp.web.pages.agent import name_id, overview
from idp.web.pages.agent.urls import agent_urls

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldsetSpec

    _Formsets = Iterable[BaseModelFormSet[Any, Any]]

RIGHTS = ("is_staff", "is_superuser", "groups")
FROM_HOME = "find"
"""The parameter of a search from the home page."""
WAYS_BACK = ("may_use_app", "may_make_recovery_codes")


class PhoneInline(admin.StackedInline[PhoneAuthenticator, Agent]):
    """The agent's mobile number."""

    model = PhoneAuthenticator
    form = PhoneForm
    extra = 1
    max_num = 1
    verbose_name = verbose_name_plural = "mobile number"
    fieldset: ClassVar[None] = None  # the first one, which has no heading

    # The number belongs to the agent, so the rights on agents apply to it.
    def has_view_permission(self, request: HttpRequest, agent: Agent | None = None) -> bool:
        """Operators who may see or change agents."""
        return request.user.has_perm(rights.SEE_PEOPLE) or self.has_change_permission(request, agent)

    def has_change_permission(self, request: HttpRequest, _: Agent | None = None) -> bool:
        """Operators who may change agents."""
        return request.user.has_perm(rights.CHANGE_PEOPLE)

    def has_add_permission(self, request: HttpRequest, agent: Agent | None = None) -> bool:
        """As for changing."""
        return self.has_change_permission(request, agent)

    def has_delete_permission(self, request: HttpRequest, agent: Agent | None = None) -> bool:
        """As for changing."""
        return self.has_change_permission(request, agent)


@admin.register(Agent)
class AgentAdmin(WithinReach[Agent], LongList[Agent]):
    """People who sign in to services, and people who operate Latchkey."""

    agent_lookup = "pk"
    form = AgentForm
    inlines = [PhoneInline]
    list_display = [
        "full_name",
        "email",
        "department",
        "roles_and_operator",
        "number",
        "is_active",
        "last_sign_in",
    ]
    list_filter = [
        "is_active",
        InDepartment,
        HasNumber,
        SignedIn,
        "roles__role",
        "is_staff",
    ]
    search_fields = ["full_name", "email"]
    search_help_text = "Name, email, mobile number, or the reference on the agent's screen"
    readonly_fields = ["name_id", "roles_as_text"]
    list_per_page = 50
    change_form_template = "admin/agent/page.html"
    change_list_template = "admin/agents.html"
    actions = ["put_on_safe_list", "export_chosen"]

    def has_safe_list_permission(self, request: HttpRequest) -> bool:
        """Whether the operator may put numbers on Twilio's safe list."""
        return request.user.has_perm(safe_list.MAY_ASK)

    @admin.action(description="Put the chosen agents' numbers on Twilio's safe list", permissions=["safe_list"])
    def put_on_safe_list(self, request: HttpRequest, chosen: QuerySet[Agent]) -> HttpResponse:
        """Show the effect first; a button on that page puts the numbers on the list."""
        return safe_list.page_for(request, Agent.objects.filter(pk__in=chosen.values("pk")))

    @admin.action(description="Export the chosen agents to a file", permissions=["view"])
    def export_chosen(self, request: HttpRequest, chosen: QuerySet[Agent]) -> HttpResponse:
        """Return a file of the chosen agents, with the columns that an import reads."""
        return export_agents.as_csv(request, Agent.objects.filter(pk__in=chosen.values("pk")))

    def get_urls(self) -> list[URLPattern]:
        """Add the URLs of the buttons on an agent's page."""
        return [*agent_urls(self), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the list. If the search is no agent's name but a reference, go to the trail.

        The search of the home page goes on to the agent's page if it finds only one.
        """
        typed = request.GET.get(SEARCH_VAR, "")
        if FROM_HOME in request.GET and self.has_view_permission(request):
            return self._found(request, typed)
        is_reference = bool(reference.read(typed)) and request.user.has_perm(rights.SEE_TRAIL)
        if is_reference and not self.get_queryset(request).filter(people_search.people(typed)).exists():
            return redirect(f"{reverse('admin:audit_loginevent_changelist')}?{urlencode({SEARCH_VAR: typed})}")
        return super().changelist_view(request, *args, **kwargs)

    def _found(self, request: HttpRequest, typed: str) -> HttpResponse:
        found = list(self.get_queryset(request).filter(people_search.people(typed))[:2]) if typed.strip() else []
        if len(found) == 1:
            return redirect("admin:agents_agent_change", found[0].pk)
        return redirect(f"{reverse('admin:agents_agent_changelist')}?{urlencode({SEARCH_VAR: typed})}")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show, next to the form, what is known of the agent and what the operator can do."""
        kwargs["extra_context"] = overview.page_context(request, self, self.get_object(request, object_id))
        return super().change_view(request, object_id, *args, **kwargs)

    def get_fieldsets(self, request: HttpRequest, agent: Agent | None = None) -> "_FieldsetSpec":
        """Offer roles to tick, or show them if the operator may not change them."""
        changing = self.has_change_permission(request, agent) if agent else self.has_add_permission(request)
        shown = "flex_roles" if changing else "roles_as_text"
        named = "chosen_name_id" if self._may_choose_name_id(request, agent) else "name_id"
        own = ("full_name", "email", "department", "language", shown, "is_active", named)
        person: _FieldsetSpec = [(None, {"fields": own}), ("When no text arrives", {"fields": WAYS_BACK})]
        rights: _FieldsetSpec = [("Operator", {"fields": RIGHTS, "classes": ["collapse"]})]
        return person if reach.limits_of(request.user) else [*person, *rights]

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[ModelForm[Agent]]:
        """Say who fills the form in, and limit a supervisor to their own departments and the roles they may grant."""
        if limits := reach.limits_of(request.user):
            kwargs["form"] = type("FormOfASupervisor", (LimitedAgentForm,), {"limits": limits, "chosen_name_id": None})
        form = super().get_form(request, *args, **kwargs)
        return type(form.__name__, (form,), {"filled_in_by": request.user.pk})

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Offer supervisors only the filters that help among their own agents."""
        return list(self.list_filter[:4] if reach.limits_of(request.user) else self.list_filter)

    def get_readonly_fields(self, request: HttpRequest, agent: Agent | None = None) -> list[str]:
        """Only superusers grant rights. A name ID can be chosen until a service has received one."""
        fixed = list(self.readonly_fields)
        if not self._may_choose_name_id(request, agent):
            fixed.append("chosen_name_id")
        return fixed if reach.may_grant_rights(request.user) else [*fixed, *RIGHTS]

    def _may_choose_name_id(self, request: HttpRequest, agent: Agent | None) -> bool:
        may = request.user.has_perm(name_id.MAY_CHOOSE) and self.has_change_permission(request, agent)
        return may and not (agent and name_ids.is_fixed(agent))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        """Fetch what the columns show, in a fixed number of queries."""
        rows = super().get_queryset(request).select_related("department")
        rows = rows.prefetch_related("roles", "numbers")
        own = Device.objects.filter(agent=OuterRef("pk")).order_by("-last_seen_at")
        return rows.annotate(last_sign_in_at=Subquery(own.values("last_seen_at")[:1]))

    def get_search_results(self, _: HttpRequest, rows: QuerySet[Any], term: str) -> tuple[QuerySet[Any], bool]:
        """Find agents by name or email in any spelling, or by number."""
        return rows.filter(people_search.people(term)), False

    @admin.display(description="roles")
    def roles_as_text(self, agent: Agent) -> str:
        """Return the roles as text."""
        return ", ".join(agent.role_names)

    @admin.display(description="roles")
    def roles_and_operator(self, agent: Agent) -> str:
        """Return the roles, and "operator" for operators."""
        return ", ".join(["operator"] * agent.is_staff + list(agent.role_names))

    @admin.display(description="mobile number")
    def number(self, agent: Agent) -> str:
        """Return the last four digits only, because a list is visible to bystanders."""
        return ", ".join(f"…{phone.number[-4:]}" for phone in agent.numbers.all())

    @admin.display(description="last sign-in", ordering="last_sign_in_at")
    def last_sign_in(self, agent: Agent) -> datetime | None:
        """Return when the agent last signed in, on any device."""
        return getattr(agent, "last_sign_in_at", None)

    @admin.display(description="name ID")
    def name_id(self, agent: Agent) -> str:
        """Return the name ID that services know the agent by."""
        known = name_ids.current(agent)
        return known.value if known else "made at the first sign-in"

    def has_change_permission(self, request: HttpRequest, agent: Agent | None = None) -> bool:
        """Only superusers change operators, whose email and rights open the admin."""
        allowed = agent is None or reach.may_change(request.user, agent)
        return allowed and super().has_change_permission(request, agent)

    def has_delete_permission(self, _: HttpRequest, __: Agent | None = None) -> bool:
        """No: the trail refers to agents. Disabling one signs them out at once."""
        return False

    def save_model(self, request: HttpRequest, agent: Agent, form: ModelForm[Agent], change: bool) -> None:
        """Save the agent. Disabling one signs them out.

        A changed number, a role beyond that of an agent, and operators' rights need a recent code.
        """
        if change and self._changes_number(request, agent):
            recent_factor.require(request, f"change the mobile number of {agent}")
        if given := roles.powers_given(agent.role_names if change else (), form.cleaned_data.get("flex_roles", ())):
            recent_factor.require(request, f"give {agent} the role {' and '.join(given)}")
        if not set(RIGHTS).isdisjoint(form.changed_data):
            recent_factor.require(request, f"change what {agent} may do as an operator")
        if not change:
            agent.set_unusable_password()
        super().save_model(request, agent, form, change)
        if "flex_roles" in form.cleaned_data:
            chosen = form.cleaned_data["flex_roles"]
            provisioning.set_roles(agent, chosen) if chosen else agent.roles.all().delete()
        if "chosen_name_id" in form.changed_data:
            self._choose_name_id(request, agent, form.cleaned_data["chosen_name_id"])
        if change and "is_active" in form.changed_data:
            follow = agent_switch.follow_on if agent.is_active else agent_switch.follow_off
            follow([agent], str(request.user), request_facts.origin_of(request), clock.now())

    def _changes_number(self, request: HttpRequest, agent: Agent) -> bool:
        """Whether the form that was posted changes the number, adds one or removes it."""
        return any(
            formset(**self.get_formset_kwargs(request, agent, inline, formset.get_default_prefix())).has_changed()
            for formset, inline in self.get_formsets_with_inlines(request, agent)
        )

    def _choose_name_id(self, request: HttpRequest, agent: Agent, value: str) -> None:
        try:
            name_ids.choose(agent, value, str(request.user), request_facts.origin_of(request), clock.now())
        except NameIdRefused as refused:  # the agent's first sign-in came first
            messages.error(request, f"{refused} The rest is saved.")

    def save_related(self, request: HttpRequest, form: ModelForm[Agent], formsets: "_Formsets", change: bool) -> None:
        """Save the rest, and take numbers that no agent has any more off Twilio's safe list."""
        super().save_related(request, form, formsets, change)
        safe_list_run.after_change(request_facts.origin_of(request), [form.instance.pk])

    def save_formset(
        self, request: HttpRequest, form: ModelForm[Agent], formset: BaseModelFormSet[Any, Any], change: bool
    ) -> None:
        """Save the number. A new one revokes sign-ins and pending codes of the old one, and both numbers get a text."""
        if formset.model is not PhoneAuthenticator or not formset.has_changed() or not change:
            super().save_formset(request, form, formset, change)
            return
        agent = form.instance
        before = number_changes.numbers_of(agent)
        numbers.end_open([agent], clock.now())
        origin = request_facts.origin_of(request)
        number_change.end_sign_ins([agent], str(request.user), origin, clock.now())
        super().save_formset(request, form, formset, change)
        number_changes.announce(request, agent, before)
