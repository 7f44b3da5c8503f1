"""The condition of a constraint that two columns are filled together: a text, and the instant that belongs to it."""

from django.db.models import Q


def filled_together(text: str, instant: str) -> Q:
    """Return the condition that a text is empty and its instant is null, or neither is."""
    return Q(**{text: "", f"{instant}__isnull": True}) | (~Q(**{text: ""}) & Q(**{f"{instant}__isnull": False}))
