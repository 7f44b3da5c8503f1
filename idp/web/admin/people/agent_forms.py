"""The forms of an agent: roles to tick, and a mobile number in any spelling."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from idp.agents import roles
from idp.agents.models import Agent, Department, Supervisor
from idp.login.endings import agent_switch
from idp.otp import identifiers, numbers
from idp.otp.models import NUMBER_NAME, PhoneAuthenticator
from idp.saml import name_ids
from idp.saml.models.subject_name import LONGEST

NOT_YOURS = "You cannot take this right from yourself. Ask another operator."
LOCKING_OUT = {"is_active": agent_switch.NOT_YOURSELF, "is_staff": NOT_YOURS, "is_superuser": NOT_YOURS}


class PastedEmail(forms.EmailField):
    """An email, which may be pasted with what an address book or a link writes around it."""

    def to_python(self, value: object) -> str:
        """Return the address alone."""
        return identifiers.bare_address(super().to_python(value) or "")


class AgentForm(forms.ModelForm[Agent]):
    """An agent, with roles to tick. A subclass sets `filled_in_by`, the operator's ID."""

    filled_in_by: UUID | None = None
    flex_roles = forms.MultipleChoiceField(
        label="Roles",
        choices=[(role, role) for role in roles.ROLES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="What the agent may do in Flex. Roles that begin with wfo are for Flex Insights.",
    )

    chosen_name_id = forms.CharField(
        label="Name ID",
        max_length=LONGEST,
        required=False,
        help_text="The name by which Flex knows the worker. It is fixed from the first sign-in on. If empty, "
        "Latchkey then makes a random one. To keep a worker that Flex already has, type its name exactly.",
    )

    class Meta:
        model = Agent
        fields = [
            "full_name",
            "email",
            "department",
            "language",
            "is_active",
            "may_use_app",
            "may_make_recovery_codes",
            "is_staff",
            "is_superuser",
            "groups",
        ]
        field_classes = {"email": PastedEmail}
        widgets = {"groups": forms.CheckboxSelectMultiple}
        help_texts = {
            "is_staff": "May open this admin, with a password and a second factor. "
            "To let them in, run: python manage.py add_operator EMAIL",
            "groups": "What the operator may do, unless they are a superuser.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "flex_roles" in self.fields:
            added = self.instance._state.adding
            self.fields["flex_roles"].initial = ["agent"] if added else self.instance.role_names
        if "chosen_name_id" in self.fields and not self.instance._state.adding:
            known = name_ids.current(self.instance)
            self.fields["chosen_name_id"].initial = known.value if known else ""

    def clean_chosen_name_id(self) -> str:
        """Return the name ID.

        Raises ValidationError if it cannot be one, or if the agent's name ID is fixed already.
        """
        value: str = self.cleaned_data["chosen_name_id"]
        if "chosen_name_id" not in self.changed_data:
            return value
        agent = None if self.instance._state.adding else self.instance
        if value and (sentence := name_ids.fault(value, agent)):
            raise ValidationError(sentence)
        if agent and name_ids.is_fixed(agent):
            raise ValidationError(name_ids.FIXED)
        return value

    def clean(self) -> dict[str, Any]:
        """Reject roles that Flex would not accept. An operator who is no agent has no roles."""
        data = super().clean() or self.cleaned_data
        chosen = frozenset(data.get("flex_roles", []))
        operator = data.get("is_staff", self.instance.is_staff)
        if "flex_roles" in data and (chosen or not operator) and (fault := roles.fault(chosen)):
            self.add_error("flex_roles", fault)
        if self.instance.pk == self.filled_in_by:
            self._keep_in(data)
        return data

    def _keep_in(self, data: dict[str, Any]) -> None:
        """Let operators not lock themselves out: the last one could not undo it."""
        for name, sentence in LOCKING_OUT.items():
            if getattr(self.instance, name) and data.get(name) is False:
                self.add_error(name, sentence)


class LimitedAgentForm(AgentForm):
    """The form of an agent as a supervisor sees it: only their departments, and the roles that they may grant.

    A subclass sets `limits`.
    """

    limits: Supervisor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(departments := self.fields.get("department"), forms.ModelChoiceField):
            departments.queryset = Department.objects.filter(pk__in=list(self.limits.named))
            departments.required, departments.empty_label = True, None
        if isinstance(ticked := self.fields.get("flex_roles"), forms.MultipleChoiceField):
            ticked.choices = [(role, role) for role in roles.ROLES if role in self.limits.grantable]
            if self.instance._state.adding and len(self.limits.grantable) == 1:
                ticked.initial = list(self.limits.grantable)


class NumberField(forms.CharField):
    """A mobile number in any spelling, normalised to E.164."""

    def to_python(self, value: object) -> str:
        """Return the number in E.164."""
        typed = super().to_python(value)
        return numbers.normal(typed, settings.LATCHKEY.default_country) if typed else ""

    def has_changed(self, initial: object, data: object) -> bool:
        """Compare numbers, not spellings, because a new number signs the agent out."""
        try:
            return self.to_python(data) != (initial or "")
        except ValidationError:
            return True


class PhoneForm(forms.ModelForm[PhoneAuthenticator]):
    """An agent's mobile number."""

    number = NumberField(
        max_length=40,
        error_messages={"unique": "Somebody else has this number."},
        help_text="With + and country code. Changing the number signs the agent out everywhere.",
    )

    class Meta:
        model = PhoneAuthenticator
        fields = ["number"]

    def save(self, commit: bool = True) -> PhoneAuthenticator:
        """Set the name, which django-otp requires of each of its devices."""
        self.instance.name = NUMBER_NAME
        return super().save(commit)
