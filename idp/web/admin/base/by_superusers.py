"""Tables that say what operators may do. Only superusers change them."""

from typing import TypeVar

from django.db.models import Model
from django.http import HttpRequest

from idp.web.admin.base.base_admin import BaseAdmin
from idp.web.departments import reach

Row = TypeVar("Row", bound=Model)


class BySuperusers(BaseAdmin[Row]):
    """Rows that say what operators may do."""

    def has_change_permission(self, request: HttpRequest, _: Row | None = None) -> bool:
        """Only superusers grant rights."""
        return reach.may_grant_rights(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """As for changing."""
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, _: Row | None = None) -> bool:
        """As for changing."""
        return self.has_change_permission(request)
