"""Supervisors: the departments that they look after, and the roles that they may grant. A supervisor can be barred."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse

from idp import clock
from idp.agents import provisioning, reach, roles
from idp.agents.models import Agent, Supervisor, writable
from idp.otp.other_codes import one_time_codes
from idp.sql.unindexed import Unindexed
from idp.web.admin.base.buttons import button, show_once
from idp.web.admin.base.by_superusers import BySuperusers
from idp.web.admin.people.agent_forms import PastedEmail
from idp.web.operators import links, recent_factor

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldsetSpec

NEW = ("email", "full_name")


class SupervisorForm(forms.ModelForm[Supervisor]):
    """A supervisor's departments and roles to tick. For a new supervisor, it also asks who it is."""

    email = PastedEmail(label="Email", max_length=254, help_text="The email of an agent here, or of a new person.")
    full_name = forms.CharField(required=False, max_length=256, validators=[writable], help_text="For a new person.")
    grantable = forms.MultipleChoiceField(
        label="Roles that they may grant",
        choices=[(role, role) for role in roles.ROLES],
        initial=["agent"],
        widget=forms.CheckboxSelectMultiple,
        help_text="They cannot reach agents with any other role: a code for such an agent would give them that role.",
    )

    class Meta:
        model = Supervisor
        fields = ["departments", "barred"]
        widgets = {"departments": forms.CheckboxSelectMultiple}
        help_texts = {"departments": "They look after the agents of these departments only."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "grantable" in self.fields and self.instance.pk:
            self.fields["grantable"].initial = sorted(self.instance.grantable)
        if self.instance.pk:
            for name in NEW:
                self.fields.pop(name, None)

    def clean_email(self) -> str:
        """Reject a person who would lose rights by it, or who is a supervisor already."""
        email: str = self.cleaned_data["email"]
        known = Agent.objects.filter(email__iexact=email).first()
        if known and (fault := provisioning.no_supervisor(known)):
            raise ValidationError(fault)
        if known and reach.limits_of(known):
            raise ValidationError(f"{known} is a supervisor already.")
        return email


@admin.register(Supervisor)
class SupervisorAdmin(BySuperusers[Supervisor]):
    """Supervisors, each responsible for the agents of some departments."""

    form = SupervisorForm
    change_form_template = "admin/supervisor.html"
    list_display = ["person", "department_names", "roles_in_words", "barred"]
    list_filter = ["barred"]
    list_select_related = ["person"]
    ordering = [Unindexed("person__full_name").asc()]  # they are few; SQLite would scan all agents by name
    search_fields = ["person__full_name", "person__email"]
    actions = None

    def get_fieldsets(self, _: HttpRequest, supervisor: Supervisor | None = None) -> "_FieldsetSpec":
        """Ask for the person only when a supervisor is added."""
        first, last = ((), ("barred",)) if supervisor else (NEW, ())
        return [(None, {"fields": (*first, "departments", "grantable", *last)})]

    def get_queryset(self, request: HttpRequest) -> Any:  # noqa: ANN401 - as its base says
        """Fetch what the columns show, in a fixed number of queries."""
        return super().get_queryset(request).prefetch_related("departments", "roles")

    @admin.display(description="departments")
    def department_names(self, supervisor: Supervisor) -> str:
        """Return the names of their departments."""
        return ", ".join(it.name for it in supervisor.departments.all())

    @admin.display(description="may grant")
    def roles_in_words(self, supervisor: Supervisor) -> str:
        """Return the roles that they may grant."""
        return ", ".join(role for role in roles.ROLES if role in supervisor.grantable)

    def save_model(self, request: HttpRequest, obj: Supervisor, form: Any, change: bool) -> None:  # noqa: ANN401
        """Save the supervisor. Barring one also revokes the one-time codes that they gave.

        A recent code is needed for everything but barring.
        """
        data = form.cleaned_data
        if form.changed_data and not (form.changed_data == ["barred"] and obj.barred):
            recent_factor.require(request, "change what a supervisor may do" if change else "add a supervisor")
        if not change:
            made, _ = provisioning.supervisor(data["email"], data["full_name"], data["departments"], data["grantable"])
            obj.pk, obj.person = made.pk, made.person
            return
        super().save_model(request, obj, form, change)
        provisioning.set_grantable(obj, data["grantable"])
        if obj.barred:
            one_time_codes.revoke_given_by(obj.person, clock.now())

    def delete_model(self, request: HttpRequest, obj: Supervisor) -> None:
        """Delete the supervisor, and close the admin to the person. The person otherwise stays as they are."""
        person = obj.person
        with transaction.atomic():
            super().delete_model(request, obj)
            person.is_staff = False
            person.save(update_fields=["is_staff"])

    def get_urls(self) -> list[URLPattern]:
        """Add the URL of the button that makes a link."""
        return [button(self, "supervisor_link", "link", self.make_link), *super().get_urls()]

    @transaction.atomic
    def make_link(self, request: HttpRequest, supervisor: Supervisor) -> HttpResponse:
        """Make a link that opens the admin once for a supervisor, and show it once."""
        page = reverse("admin:agents_supervisor_change", args=[supervisor.pk])
        recent_factor.require(request, f"make a link into the admin for {supervisor}", cancel=page)
        link = links.make(supervisor.person, clock.now())
        self.log_change(request, supervisor, "Made a link into the admin.")
        return show_once(self, request, supervisor, "Link", "admin/supervisor_link.html", link=link)
