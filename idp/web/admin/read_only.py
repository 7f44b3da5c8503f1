"""Admin pages that change nothing."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from idp.web.admin.hidden_columns import KeepsBack

Row = TypeVar("Row", bound=Model)


class Standing(admin.SimpleListFilter):
    """Rows that still count, or those that ended. A subclass names the field with the end's instant."""

    title = "standing"
    parameter_name = "standing"
    ends_by = ""

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Offer both."""
        return [("open", "not ended"), ("ended", "ended")]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Choose by whether there is an end."""
        if self.value() is None:
            return rows
        return rows.filter(**{f"{self.ends_by}__isnull": self.value() == "open"})


class OneOf(admin.SimpleListFilter):
    """Rows by a column of few values, which a subclass names: asking the table for them would read all of it."""

    column = ""
    values: tuple[tuple[str, str], ...] = ()

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Offer each."""
        return list(self.values)

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Choose by the value."""
        return rows.filter(**{self.column: self.value()}) if self.value() else rows


class ReadOnlyAdmin(KeepsBack[Row]):
    """Rows that the service writes and that nobody edits."""

    def has_add_permission(self, _: HttpRequest) -> bool:
        """Nobody adds rows by hand."""
        return False

    def has_change_permission(self, _: HttpRequest, __: Row | None = None) -> bool:
        """Nobody changes them."""
        return False

    def has_delete_permission(self, _: HttpRequest, __: Row | None = None) -> bool:
        """Nobody removes them."""
        return False
