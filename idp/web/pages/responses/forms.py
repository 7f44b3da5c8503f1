"""The forms that choose whose Response to explain. They use POST, so that no URL names a person."""

from typing import Any

from django import forms

from idp.agents.models import Agent
from idp.saml.models import ServiceProvider

UNKNOWN = "Nobody here has this email."


class AgentForm(forms.Form):
    """An agent by email, or nobody: then a fictitious person."""

    agent = forms.CharField(
        label="Email of the agent",
        required=False,
        help_text="Leave it empty for a made-up person.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_agent(self) -> Agent | None:
        """Return the agent, by email in any letter case, or None. Raises ValidationError if nobody has it."""
        email = str(self.cleaned_data["agent"])
        found = Agent.objects.filter(email__iexact=email).first() if email else None
        if email and found is None:
            raise forms.ValidationError(UNKNOWN)
        return found


class PreviewForm(AgentForm):
    """A service, and the agent whose Response to preview."""

    service = forms.ModelChoiceField(ServiceProvider.objects.all(), to_field_name="slug", empty_label=None)
    field_order = ["service", "agent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agent"].required = True
        self.fields["agent"].help_text = ""
