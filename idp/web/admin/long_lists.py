"""Lists of tables that grow with agents and the past: a page costs the same, however many rows there are."""

from typing import Any, TypeVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.utils.functional import cached_property

from idp.saml.models import ServiceProvider
from idp.web.admin.listed import Listed

Row = TypeVar("Row", bound=Model)


class FewPages(Paginator[Any]):
    """Pages of the first rows: counting a million of them would take longer than showing fifty."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        """Count no further than anybody would turn pages, in whatever order they are found quickest."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: self.MOST].count())


class OfFirstServices(admin.RelatedFieldListFilter):
    """Rows of one service, of the first there are: nobody reads a thousand lines beside a list."""

    MOST = 20

    def field_choices(self, *_: Any) -> list[tuple[str, Any]]:
        """Offer those that are switched on first, by name."""
        rows = ServiceProvider.objects.order_by("-enabled", "name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in rows[: self.MOST]]


class LongList(Listed[Row]):
    """A list whose rows nobody counts to the end. It has to be in the order of an index."""

    paginator = FewPages
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
