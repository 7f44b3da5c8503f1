"""The forms that choose whose Response to explain. They use POST, so that no URL names a person."""

from typing import Any

from django import forms

from idp.saml.models import ServiceProvider
from idp.web.pages.agent_by_email import AgentByEmail


class AgentForm(forms.Form):
    """An agent by email, or nobody: then a fictitious person."""

    agent = AgentByEmail(
        label="Email of the agent",
        required=False,
        help_text="Leave it empty for a made-up person.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class PreviewForm(AgentForm):
    """A service, and the agent whose Response to preview."""

    service = forms.ModelChoiceField(ServiceProvider.objects.all(), to_field_name="slug", empty_label=None)
    field_order = ["service", "agent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agent"].required = True
        self.fields["agent"].help_text = ""
