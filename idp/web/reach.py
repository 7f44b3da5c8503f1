"""Whom an operator looks after: the one place to say so."""

from django.db.models import QuerySet

from idp.agents.models import Agent


def agents_for(_: Agent | None) -> QuerySet[Agent]:
    """Return the people whom an operator, or the command line (None), may see and change: everybody so far."""
    return Agent.objects.all()
