"""Lists of tables that grow with agents and time. A page costs the same however many rows there are."""

from typing import Any, TypeVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.utils.functional import cached_property

from idp.web.admin.base.base_admin import BaseAdmin

Row = TypeVar("Row", bound=Model)


class CappedPaginator(Paginator[Any]):
    """A paginator that counts up to a limit: counting a million rows takes longer than showing fifty."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        """Count up to `MOST` rows, in the order that the database finds quickest."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: self.MOST].count())


class LongList(BaseAdmin[Row]):
    """A list that never counts all its rows. Its order must be that of an index."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
