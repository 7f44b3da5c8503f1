"""The filters of the trail: by group, by when, by whom, on what, from where."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from idp import reference
from idp.agents.authentication import Method
from idp.agents.models import Agent, Device
from idp.audit.groups import KINDS, WORDS, Group
from idp.audit.models import ABOUT_A_ROW, BY_SOMEBODY
from idp.native.models import Client
from idp.sql.unindexed import Unindexed
from idp.web import services_offered
from idp.web.admin.listed import Rows
from idp.web.admin.long_lists import FewPages
from idp.web.departments import reach
from idp.web.typed import instant

MOST_PEOPLE = 500
"""How many people one name may mean; of more nobody would read the lines."""


class ByGroup(admin.SimpleListFilter):
    """Lines by what somebody looks for."""

    title = "what"
    parameter_name = "group"

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Offer every group, and what operators did in any of them."""
        return [("operators", "everything that operators did"), *((it.value, WORDS[it]) for it in Group)]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Choose by the kinds of a group."""
        chosen = self.value()
        if chosen == "operators":
            return rows.filter(BY_SOMEBODY)
        return rows.filter(kind__in=KINDS[Group(chosen)]) if chosen in set(Group) else rows


class ByService(admin.SimpleListFilter):
    """Lines about a service, or an own app. Which there are is asked of their tables: the trail is too long."""

    title = parameter_name = "service"

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Offer each by its short name."""
        slugs = [slug for slug, _ in services_offered.first().services]
        return [(it, it) for it in sorted({*slugs, *(client.service for client in Client.objects.all())})]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Choose by the short name."""
        return rows.filter(service=self.value()) if self.value() else rows


class ByMethod(admin.SimpleListFilter):
    """Sign-ins by what proved them."""

    title = parameter_name = "method"

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Offer each."""
        return [(it.value, it.value) for it in Method]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Choose by the method."""
        return rows.filter(method=self.value()) if self.value() else rows


class Typed(admin.SimpleListFilter):
    """A filter into which something is typed. A subclass says what it means, or raises ValueError with a sentence."""

    template = "admin/trail_filter.html"
    hint = ""

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:  # noqa: ANN401 - as its base
        super().__init__(request, params, model, model_admin)
        self.request = request

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Stand in the page at all."""
        return [("", "")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Carry along what else is chosen."""
        others = {name: value for name, value in changelist.get_filters_params().items() if name != self.parameter_name}
        yield {"selected": False, "others": {**others, **({"q": changelist.query} if changelist.query else {})}}

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Choose by what was typed; what does not read chooses nothing, with a sentence."""
        typed = (self.value() or "").strip()
        try:
            return rows.filter(self.meaning(typed)) if typed else rows
        except ValueError as error:
            messages.error(request, str(error))
            return rows.none()

    def meaning(self, typed: str) -> Q:
        """Say which lines are meant. Raises ValueError."""
        raise NotImplementedError


class Since(Typed):
    """From an instant on."""

    title, parameter_name, hint = "from", "since", "A day, or 2026-11-28 14:30; UTC"

    def meaning(self, typed: str) -> Q:
        """Say which lines are meant. Raises ValueError."""
        return Q(at__gte=instant(typed))


class Until(Typed):
    """Before an instant; a day is meant with all of it."""

    title, parameter_name, hint = "until", "until", "A day, with all of it, or an instant; UTC"

    def meaning(self, typed: str) -> Q:
        """Say which lines are meant. Raises ValueError."""
        read = instant(typed)
        return Q(at__lt=read + timedelta(days=1) if _is_a_day(typed, read) else read)


class ByOperator(Typed):
    """What somebody did as an operator, a command or a personnel system."""

    title, parameter_name, hint = "who acted", "by", "Name or e-mail of an operator, a command, a personnel system"

    def meaning(self, typed: str) -> Q:
        """Say which lines are meant."""
        return Q(BY_SOMEBODY) & (Q(operator__in=people(typed, self.request.user)) | Q(by__icontains=typed))


class ByAgent(Typed):
    """What happened to somebody, or to what belongs to them."""

    title, parameter_name, hint = "agent", "agent", "Name or e-mail"

    def meaning(self, typed: str) -> Q:
        """Say which lines are meant."""
        found = people(typed, self.request.user)
        about = Q(ABOUT_A_ROW) & Q(about__in=[f"{Agent._meta.label_lower}:{it}" for it in found])
        return Q(agent__in=found) | about


class ByDevice(Typed):
    """What happened on a phone or computer."""

    title, parameter_name, hint = "phone or computer", "device", "What it is called, such as iPhone, or its id"

    def meaning(self, typed: str) -> Q:
        """Say which lines are meant."""
        return self.means(typed)

    @staticmethod
    def means(typed: str) -> Q:
        """Say which lines are about devices that are called so; a few are named one by one, which is quicker."""
        called = Device.objects.filter(label__icontains=typed).order_by().values_list("pk", flat=True)
        few = list(called[: MOST_PEOPLE + 1])
        return Q(device__in=few if len(few) <= MOST_PEOPLE else called)


class ByAddress(Typed):
    """What came from an address, or from a network."""

    title, parameter_name, hint = "address", "from", "192.0.2.7, or a network: 192.0.2.0/24"

    def meaning(self, typed: str) -> Q:
        """Say which lines are meant. Raises ValueError."""
        return Q(address__within=network(typed))


FILTERS = (ByGroup, Since, Until, ByAgent, ByDevice, ByAddress, ByOperator, ByService, ByMethod)


def anywhere(typed: str, operator: object) -> Q:
    """Say which lines a search means: by an index each, since `OR` over columns of four tables has none."""
    if read := reference.read(typed):
        return Q(reference=read)
    try:
        return Q(address__within=network(typed))
    except ValueError:
        found = people(typed, operator)
        return Q(agent__in=found) | Q(operator__in=found) | ByDevice.means(typed)


def people(typed: str, operator: object) -> list[Any]:
    """Return the keys of those whom a name or an e-mail may mean to an operator, who learns of nobody else by it.

    Raises ValueError if they are too many.
    """
    found = reach.agents_for(operator).filter(Q(full_name__icontains=typed) | Q(email__icontains=typed)).order_by()
    keys = list(found.values_list("pk", flat=True)[: MOST_PEOPLE + 1])
    if len(keys) > MOST_PEOPLE:
        raise ValueError(f"“{typed}” may be any of more than {MOST_PEOPLE} people. Say more of the name.")
    return keys


def network(typed: str) -> str:
    """Read an address or a network. Raises ValueError."""
    try:
        return str(ip_network(typed.replace(" ", ""), strict=False))
    except ValueError:
        raise ValueError(f"“{typed}” is neither an address nor a network, such as 192.0.2.0/24.") from None


def _is_a_day(typed: str, read: datetime) -> bool:
    return ":" not in typed and "T" not in typed.upper() and read.time() == datetime.min.time()


class Lines(Rows):
    """The list of the trail: of many lines the newest are found one by one; few are found first and sorted then."""

    def get_results(self, request: HttpRequest) -> None:
        """Read a page."""
        super().get_results(request)
        if self.result_count == FewPages.MOST or self.queryset.query.order_by[:1] != ("-at",):
            return
        keys = self.queryset.order_by(Unindexed("at").desc(), "-pk").values_list("pk", flat=True)
        if self.multi_page and not (self.show_all and self.can_show_all):
            end = self.page_num * self.list_per_page
            keys = keys[end - self.list_per_page : end]
        self.result_list = self.queryset.filter(pk__in=list(keys))
