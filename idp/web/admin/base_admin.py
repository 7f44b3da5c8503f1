"""The base of every table in the admin: it rejects filters that cannot work, and writes only what changed."""

from functools import cached_property
from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest
from django.db import DataError
from django.db.models import DurationField, Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)
UNOFFERED = frozenset({"regex", "iregex", "range"})
"""No list offers these lookups.

SQLite evaluates a pattern in Latchkey's own process, however slow it is, and Django cannot read the ends of a range
from an address.
"""
CANNOT_BE = (OverflowError, ValueError, DataError)
"""What SQLite's driver, Django and PostgreSQL raise for a value that a column cannot hold."""


class FilteredList(ChangeList):
    """The rows of a list."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        """Filter by the query string. Raises BadRequest for a value that the column cannot hold."""
        try:
            return super().get_queryset(request, *args, **kwargs)
        except IncorrectLookupParameters as odd:
            raise BadRequest("a list is filtered by what cannot be") from odd

    def get_results(self, request: HttpRequest) -> None:
        """Read a page of rows. Raises BadRequest if the database or its driver rejects a value."""
        try:
            super().get_results(request)
        except CANNOT_BE as odd:
            raise BadRequest("a list is filtered by what cannot be") from odd


class BaseAdmin(admin.ModelAdmin[Row]):
    """A table that answers 400 to impossible filters, and saves only forms that changed."""

    def get_changelist(self, *_: Any, **__: Any) -> type[ChangeList]:
        """Return the list that rejects impossible filters."""
        return FilteredList

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:  # noqa: ANN401 - as its base says
        """Reject lookups that no list offers and that can fail: somebody typed them into the address."""
        column, *how = lookup.split("__")
        if column in self._durations or not UNOFFERED.isdisjoint(how):
            return False
        return super().lookup_allowed(lookup, value, request)

    @cached_property
    def _durations(self) -> frozenset[str]:
        """The duration columns: no list filters by them, and Django cannot on SQLite."""
        return frozenset(it.name for it in self.model._meta.get_fields() if isinstance(it, DurationField))

    def save_model(self, request: HttpRequest, obj: Row, form: Any, change: bool) -> None:  # noqa: ANN401 - as its base says
        """Save only if something changed, so that the trail records no change that was none."""
        if not change or form.has_changed():
            super().save_model(request, obj, form, change)
