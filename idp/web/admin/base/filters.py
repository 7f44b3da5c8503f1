"""Filters that several lists offer, none of which scans a long table for its choices."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from idp.saml.models import ServiceProvider


class EndedFilter(admin.SimpleListFilter):
    """Filters rows by whether they have ended. A subclass names the column of the end in `end_column`."""

    title = "state"
    parameter_name = "standing"
    end_column = ""

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return both choices."""
        return [("open", "not ended"), ("ended", "ended")]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows with, or without, an end."""
        if self.value() is None:
            return rows
        return rows.filter(**{f"{self.end_column}__isnull": self.value() == "open"})


class FixedChoiceFilter(admin.SimpleListFilter):
    """Filters rows by a column of few values. A subclass lists them, because reading them would scan the table."""

    column = ""
    values: tuple[tuple[str, str], ...] = ()

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return the values."""
        return list(self.values)

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows with the chosen value."""
        return rows.filter(**{self.column: self.value()}) if self.value() else rows


class ServiceFilter(admin.RelatedFieldListFilter):
    """Filters rows by service. It offers the first services only, because nobody reads a list of a thousand."""

    MOST = 20

    def field_choices(self, *_: Any) -> list[tuple[str, Any]]:
        """Return the first `MOST` services, enabled ones first, then by name."""
        rows = ServiceProvider.objects.order_by("-enabled", "name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in rows[: self.MOST]]
