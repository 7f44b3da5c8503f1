"""Admin pages of people and of what is theirs: each shows an operator those in their reach, and of others nothing."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from idp.web import reach

Row = TypeVar("Row", bound=Model)
UNSEARCHED = frozenset({"password", "secret_hash", "push_address"})
"""Columns that no page shows; a filter in the address would tell them letter by letter."""


class Reached(admin.ModelAdmin[Row]):
    """Rows that belong to people. A subclass names the way from a row to its person."""

    way_to_person = "agent"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        """Leave out whoever is out of reach, in lists, searches, filters, acts and pages alike."""
        return reach.within(request.user, super().get_queryset(request), self.way_to_person)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Row:
        """Return a row in reach. Raises Http404 for any other, whether it exists or not."""
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:  # noqa: ANN401 - as its base says
        """Refuse to filter by what is not shown."""
        return UNSEARCHED.isdisjoint(lookup.split("__")) and super().lookup_allowed(lookup, value, request)
