"""What every table of the admin does: its list says so if filtered by what cannot be; saving nothing is no act."""

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
"""No list offers them. SQLite looks for a pattern in our own process, however long an odd one takes, and Django cannot
read the ends of a range from an address."""
CANNOT_BE = (OverflowError, ValueError, DataError)
"""How SQLite's driver, Django and PostgreSQL say that a column holds no such value."""


class Rows(ChangeList):
    """The rows of a list."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        """Choose by what the address says. Raises BadRequest for what is no value of its column."""
        try:
            return super().get_queryset(request, *args, **kwargs)
        except IncorrectLookupParameters as odd:
            raise BadRequest("a list is filtered by what cannot be") from odd

    def get_results(self, request: HttpRequest) -> None:
        """Read a page. Raises BadRequest where the database, or its driver, takes no such value."""
        try:
            super().get_results(request)
        except CANNOT_BE as odd:
            raise BadRequest("a list is filtered by what cannot be") from odd


class Listed(admin.ModelAdmin[Row]):
    """A table whose list says so if it is filtered by what cannot be, and whose rows are written where they changed."""

    def get_changelist(self, *_: Any, **__: Any) -> type[ChangeList]:
        """Refuse in one place."""
        return Rows

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:  # noqa: ANN401 - as its base says
        """Refuse what only an address that was typed asks for, and that can go wrong."""
        column, *how = lookup.split("__")
        if column in self._durations or not UNOFFERED.isdisjoint(how):
            return False
        return super().lookup_allowed(lookup, value, request)

    @cached_property
    def _durations(self) -> frozenset[str]:
        """The columns that no list offers to filter by, and that Django cannot on SQLite."""
        return frozenset(it.name for it in self.model._meta.get_fields() if isinstance(it, DurationField))

    def save_model(self, request: HttpRequest, obj: Row, form: Any, change: bool) -> None:  # noqa: ANN401 - as its base says
        """Write nothing where a form was saved as it stood: the trail would tell of a write, and nothing of it."""
        if not change or form.has_changed():
            super().save_model(request, obj, form, change)
