"""Admin pages that change nothing."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from idp.web.admin.hidden_columns import HidesColumns

Row = TypeVar("Row", bound=Model)


class EndedFilter(admin.SimpleListFilter):
    """Filters rows by whether they have ended. A subclass names the column of the end in `ends_by`."""

    title = "standing"
    parameter_name = "standing"
    ends_by = ""

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return both choices."""
        return [("open", "not ended"), ("ended", "ended")]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows with, or without, an end."""
        if self.value() is None:
            return rows
        return rows.filter(**{f"{self.ends_by}__isnull": self.value() == "open"})


class FixedChoiceFilter(admin.SimpleListFilter):
    """Filters rows by a column of few values, which a subclass lists: asking the table for them would scan it."""

    column = ""
    values: tuple[tuple[str, str], ...] = ()

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return the values."""
        return list(self.values)

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows with the chosen value."""
        return rows.filter(**{self.column: self.value()}) if self.value() else rows


class ReadOnlyAdmin(HidesColumns[Row]):
    """Rows that Latchkey writes and that nobody edits."""

    def has_add_permission(self, _: HttpRequest) -> bool:
        """No: nobody adds rows by hand."""
        return False

    def has_change_permission(self, _: HttpRequest, __: Row | None = None) -> bool:
        """No: nobody changes them."""
        return False

    def has_delete_permission(self, _: HttpRequest, __: Row | None = None) -> bool:
        """No: nobody deletes them."""
        return False
