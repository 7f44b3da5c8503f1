"""A form's field for an agent, whom the operator names by email."""

from typing import Any

from django import forms

from idp.agents.models import Agent

UNKNOWN = "Nobody has this email."
LONGEST = 254


class AgentByEmail(forms.CharField):
    """Becomes the agent with that email, in any letter case, or None if it is left empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST, **kwargs)

    def clean(self, value: Any) -> Agent | None:  # noqa: ANN401 - as its base says
        """Return the agent. Raises ValidationError if nobody has the email."""
        email = super().clean(value)
        found = Agent.objects.filter(email__iexact=email).first() if email else None
        if email and found is None:
            raise forms.ValidationError(UNKNOWN)
        return found
