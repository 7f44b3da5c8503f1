"""The filters of the trail: by group, time, operator, agent, device and address."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from idp.agents.authentication import Method
from idp.agents.models import Agent
from idp.audit.groups import KINDS, WORDS, Group
from idp.audit.models import ABOUT_A_ROW, BY_SOMEBODY
from idp.native.models import Client
from idp.web import services_offered
from idp.web.admin.trail.searching import network, on_devices_named, people
from idp.web.request_fields import parse_instant


class ByGroup(admin.SimpleListFilter):
    """Filters events by group."""

    title = "what"
    parameter_name = "group"

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return every group, and "everything operators did"."""
        return [("operators", "everything operators did"), *((it.value, WORDS[it]) for it in Group)]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the events of the group's kinds."""
        chosen = self.value()
        if chosen == "operators":
            return rows.filter(BY_SOMEBODY)
        return rows.filter(kind__in=KINDS[Group(chosen)]) if chosen in set(Group) else rows


class ByMethod(admin.SimpleListFilter):
    """Filters sign-ins by method."""

    title = parameter_name = "method"

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return the methods."""
        return [(it.value, it.value) for it in Method]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the events of the method."""
        return rows.filter(method=self.value()) if self.value() else rows


class TextFilter(admin.SimpleListFilter):
    """A filter with a text field. A subclass turns the text into a condition, or raises ValueError with a sentence."""

    template = "admin/trail_filter.html"
    hint = ""

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:  # noqa: ANN401 - as its base
        super().__init__(request, params, model, model_admin)
        self.request = request

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return a placeholder: without choices, Django hides the filter."""
        return [("", "")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Pass on the other filters, so that the form keeps them."""
        others = {name: value for name, value in changelist.get_filters_params().items() if name != self.parameter_name}
        yield {"selected": False, "others": {**others, **({"q": changelist.query} if changelist.query else {})}}

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the matching events. Text that cannot be read matches nothing, and the operator sees why."""
        typed = (self.value() or "").strip()
        try:
            return rows.filter(self.meaning(typed)) if typed else rows
        except ValueError as error:
            messages.error(request, str(error))
            return rows.none()

    def meaning(self, typed: str) -> Q:
        """Return the condition. Raises ValueError, with a sentence, for text that cannot be read."""
        raise NotImplementedError


class Since(TextFilter):
    """Keeps events from an instant on."""

    title, parameter_name, hint = "from", "since", "A day, or 2026-11-28 14:30; UTC"

    def meaning(self, typed: str) -> Q:
        """Return the condition. Raises ValueError."""
        return Q(at__gte=parse_instant(typed))


class Until(TextFilter):
    """Keeps events before an instant. A day includes all of that day."""

    title, parameter_name, hint = "until", "until", "A day (all of it), or a time; UTC"

    def meaning(self, typed: str) -> Q:
        """Return the condition. Raises ValueError."""
        read = parse_instant(typed)
        return Q(at__lt=read + timedelta(days=1) if _is_a_day(typed, read) else read)


class ByOperator(TextFilter):
    """Keeps acts of an operator, a command or a personnel system."""

    title, parameter_name, hint = "who acted", "by", "Name or email of an operator, a command, a personnel system"

    def meaning(self, typed: str) -> Q:
        """Return the condition. Raises ValueError."""
        return Q(BY_SOMEBODY) & (Q(operator__in=people(typed, self.request.user)) | Q(by__icontains=typed))


class ByAgent(TextFilter):
    """Keeps events about an agent, or about what belongs to the agent."""

    title, parameter_name, hint = "agent", "agent", "Name or email"

    def meaning(self, typed: str) -> Q:
        """Return the condition. Raises ValueError."""
        found = people(typed, self.request.user)
        about = Q(ABOUT_A_ROW) & Q(about__in=[f"{Agent._meta.label_lower}:{it}" for it in found])
        return Q(agent__in=found) | about


class ByDevice(TextFilter):
    """Keeps events on a device."""

    title, parameter_name, hint = "phone or computer", "device", "Its name, such as iPhone, or its id"

    def meaning(self, typed: str) -> Q:
        """Return the condition."""
        return on_devices_named(typed)


class ByAddress(TextFilter):
    """Keeps events from an address or a network."""

    title, parameter_name, hint = "address", "from", "192.0.2.7, or a network: 192.0.2.0/24"

    def meaning(self, typed: str) -> Q:
        """Return the condition. Raises ValueError."""
        return Q(address__within=network(typed))


class ByService(TextFilter):
    """Filters events by service or own app: a few to choose from, otherwise by short name, as nobody reads a long list.

    The choices come from their own tables, because the trail is too long to scan.
    """

    title = parameter_name = "service"
    hint = "Its short name"
    MOST = 20

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return each by its slug, unless there are more than `MOST`."""
        offered = services_offered.first()
        slugs = {*(slug for slug, _ in offered.services), *(client.service for client in Client.objects.all())}
        self.are_few = offered.whole and len(slugs) <= self.MOST
        if not self.are_few:
            return super().lookups(request, model_admin)
        self.template = admin.SimpleListFilter.template
        return [(it, it) for it in sorted(slugs)]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Return the choices, or what the text field needs."""
        return admin.SimpleListFilter.choices(self, changelist) if self.are_few else super().choices(changelist)

    def meaning(self, typed: str) -> Q:
        """Return the condition."""
        return Q(service=typed)


FILTERS = (ByGroup, Since, Until, ByAgent, ByDevice, ByAddress, ByOperator, ByService, ByMethod)


def _is_a_day(typed: str, read: datetime) -> bool:
    return ":" not in typed and "T" not in typed.upper() and read.time() == datetime.min.time()
