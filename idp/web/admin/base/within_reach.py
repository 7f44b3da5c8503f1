"""Admin pages about people. They show an operator only the people in their reach, and nothing about others."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from idp.web.admin.base.hidden_columns import HidesColumns
from idp.web.departments import reach

Row = TypeVar("Row", bound=Model)


class WithinReach(HidesColumns[Row]):
    """Rows that belong to agents. A subclass names the lookup from a row to its agent, in `agent_lookup`."""

    agent_lookup = "agent"
    object_history_template = "admin/history_without_emails.html"  # shows who acted, without their email

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        """Leave out agents outside the operator's reach, in lists, searches, filters, actions and pages."""
        return reach.within(request.user, super().get_queryset(request), self.agent_lookup)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Row:
        """Return a row within reach. Raises Http404 for any other, whether it exists or not."""
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404
        return row
