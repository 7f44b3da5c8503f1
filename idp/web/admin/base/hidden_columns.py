"""Refuses filters by columns that no page shows: `?column__startswith=` would reveal them letter by letter."""

from typing import Any, ClassVar, TypeVar

from django.db.models import Model
from django.http import HttpRequest

from idp.web.admin.base.base_admin import BaseAdmin

Row = TypeVar("Row", bound=Model)
SECRET = frozenset(
    {"password", "secret_hash", "push_address", "private_key", "sealed_key", "sealed_secret", "sealed_former_secret"}
)
"""Columns that no page of any table shows."""


class HidesColumns(BaseAdmin[Row]):
    """A table with columns that its readers must not learn. A subclass adds its own to `hidden_columns`."""

    hidden_columns: ClassVar[frozenset[str]] = frozenset()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:  # noqa: ANN401 - as its base says
        """Reject a filter by a hidden column."""
        unshown = SECRET | self.hidden_columns
        return unshown.isdisjoint(lookup.split("__")) and super().lookup_allowed(lookup, value, request)
