"""Revisions by the number that an address names."""

from django.db.models import QuerySet

from idp.policies.models import PolicyRevision

MOST_DIGITS = 9  # what the column can hold


def with_number(text: str) -> QuerySet[PolicyRevision]:
    """Return the revision with a number, and its rules. The queryset is empty if there is none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        return PolicyRevision.objects.none()
    return PolicyRevision.objects.filter(number=int(text)).prefetch_related("rules")
