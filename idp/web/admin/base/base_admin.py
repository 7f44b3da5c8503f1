"""The base of every table in the admin: it rejects filters that cannot work, and writes only what changed.

A page that somebody left open saves nothing once its row has changed.
"""

from functools import cached_property
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError, NotSupportedError, transaction
from django.db.models import DurationField, Model, QuerySet
from django.forms.formsets import TOTAL_FORM_COUNT
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from idp.bearer_secrets import same
from idp.web.admin.base import as_shown
from idp.web.request_fields import MOST_DIGITS, text_field

Row = TypeVar("Row", bound=Model)
UNSAFE_LOOKUPS = frozenset({"regex", "iregex", "range"})
"""No list offers these lookups.

SQLite evaluates a pattern in Latchkey's own process, however slow it is, and Django cannot read the ends of a range
from an address.
"""
IMPOSSIBLE_FILTER = "a list is filtered by a value that its column cannot hold"
IMPOSSIBLE_ROW = "an action or a form names a row that its table cannot hold"
IMPOSSIBLE_COUNT = "a form counts more rows than it has fields"
IMPOSSIBLE_VALUES = (OverflowError, ValueError, DataError, NotSupportedError)
"""What SQLite's driver, Django and PostgreSQL raise for a value that a column cannot hold, or a lookup it lacks."""


class FilteredList(ChangeList):
    """The rows of a list."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        """Filter by the query string. Raises BadRequest for a value that the column cannot hold."""
        try:
            return super().get_queryset(request, *args, **kwargs)
        except IncorrectLookupParameters as error:
            raise BadRequest(IMPOSSIBLE_FILTER) from error

    def get_results(self, request: HttpRequest) -> None:
        """Read a page of rows. Raises BadRequest if the database or its driver rejects a value."""
        try:
            super().get_results(request)
        except IMPOSSIBLE_VALUES as error:
            raise BadRequest(IMPOSSIBLE_FILTER) from error
        self.show_admin_actions = self.result_count > 0  # without rows there is nothing to act on


class BaseAdmin(admin.ModelAdmin[Row]):
    """A table that answers 400 to impossible filters, and saves only forms that changed."""

    def get_changelist(self, *_: Any, **__: Any) -> type[ChangeList]:
        """Return the list that rejects impossible filters."""
        return FilteredList

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:  # noqa: ANN401 - as its base says
        """Reject lookups that no list offers and that can fail: somebody typed them into the address."""
        column, *conditions = lookup.split("__")
        if column in self._durations or not UNSAFE_LOOKUPS.isdisjoint(conditions):
            return False
        return super().lookup_allowed(lookup, value, request)

    @cached_property
    def _durations(self) -> frozenset[str]:
        """The duration columns: no list filters by them, and Django cannot on SQLite."""
        return frozenset(field.name for field in self.model._meta.get_fields() if isinstance(field, DurationField))

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *more: Any, **named: Any
    ) -> HttpResponse | None:
        """Act on the chosen rows. Raises BadRequest if one is named by what is no key of this table."""
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.clean(chosen, None)
        except ValidationError as error:
            raise BadRequest(IMPOSSIBLE_ROW) from error
        return super().response_action(request, queryset, *more, **named)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show or save a row. If it has changed since its page was opened, show it again instead of saving.

        Raises BadRequest for a number of a row that SQLite cannot hold, and for more rows than were sent.
        """
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        if _counts_too_many_rows(request.POST):
            raise BadRequest(IMPOSSIBLE_COUNT)
        try:
            with transaction.atomic():
                if object_id is not None and (row := self._changed_meanwhile(request, unquote(object_id))):
                    messages.error(request, as_shown.CHANGED.format(row))
                    return HttpResponseRedirect(request.get_full_path())
                return super().changeform_view(request, object_id, form_url, extra_context)
        except OverflowError as error:
            raise BadRequest(IMPOSSIBLE_ROW) from error

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as its base says
        """Add the digest of what the page shows. A form with an error keeps the digest that it came with."""
        formsets = [it.formset for it in context["inline_admin_formsets"]]
        came = text_field(request.POST, as_shown.FIELD)
        context |= {"as_shown_in": as_shown.FIELD}
        context |= {"as_shown": came or as_shown.digest(context["adminform"].form, formsets)}
        return super().render_change_form(request, context, *args, **kwargs)

    def _changed_meanwhile(self, request: HttpRequest, pk: str) -> Row | None:
        """Return the row if it is no longer as the operator's page showed it. Locks the row until the commit."""
        came, row = text_field(request.POST, as_shown.FIELD), self.get_object(request, pk)
        if not came or row is None or not self.has_change_permission(request, row):
            return None
        rows = self.model._default_manager.select_for_update(of=("self",), no_key=True)
        rows.filter(pk=row.pk).values_list("pk").first()
        if (row := self.get_object(request, pk)) is None:
            return None
        fields = flatten_fieldsets(self.get_fieldsets(request, row))
        form = self.get_form(request, row, change=True, fields=fields)(instance=row)
        below = self.get_formsets_with_inlines(request, row)
        formsets = [one(instance=row, queryset=inline.get_queryset(request)) for one, inline in below]
        return None if same(came, as_shown.digest(form, formsets)) else row

    def save_model(self, request: HttpRequest, obj: Row, form: Any, change: bool) -> None:  # noqa: ANN401 - as its base says
        """Save only if something changed, so that the trail records no change that was none."""
        if not change or form.has_changed():
            super().save_model(request, obj, form, change)


def _counts_too_many_rows(sent: QueryDict) -> bool:
    """Whether a form says that it has more rows than it can have with its fields. Django would make two thousand."""
    counts = [it for name, it in sent.items() if name.endswith(f"-{TOTAL_FORM_COUNT}") and str(it).isdecimal()]
    return any(len(it) > MOST_DIGITS or int(it) > len(sent) for it in map(str, counts))
