"""Tables that only Latchkey writes: the admin shows their rows and changes none."""

from typing import TypeVar

from django.db.models import Model
from django.http import HttpRequest

from idp.web.admin.base.hidden_columns import HidesColumns

Row = TypeVar("Row", bound=Model)


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
