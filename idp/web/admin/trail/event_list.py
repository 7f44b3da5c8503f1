"""A page of the trail, read in the order that the database finds quickest."""

from django.http import HttpRequest

from idp.sql.unindexed import Unindexed
from idp.web.admin.base.base_admin import FilteredList
from idp.web.admin.base.long_lists import CappedPaginator


class EventList(FilteredList):
    """A page of the trail.

    If many events match, the database walks the index; if few match, it finds them first and sorts.
    """

    def get_results(self, request: HttpRequest) -> None:
        """Read a page."""
        super().get_results(request)
        if self.result_count == CappedPaginator.MOST or self.queryset.query.order_by[:1] != ("-at",):
            return
        keys = self.queryset.order_by(Unindexed("at").desc(), "-pk").values_list("pk", flat=True)
        if self.multi_page and not (self.show_all and self.can_show_all):
            end = self.page_num * self.list_per_page
            keys = keys[end - self.list_per_page : end]
        self.result_list = self.queryset.filter(pk__in=list(keys))
