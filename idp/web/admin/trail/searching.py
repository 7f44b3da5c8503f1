"""The search of the trail: what was typed, as a condition on events."""

from ipaddress import ip_network
from typing import Any

from django.db.models import Q

from idp import reference
from idp.agents.models import Device
from idp.web import people_search
from idp.web.departments import reach

MOST_LISTED = 500
"""The most people that a name may match; nobody would read the events of more."""


def anywhere(typed: str, operator: object) -> Q:
    """Return the condition of a search.

    Each kind is looked up by its own index, because `OR` over four tables uses none.
    """
    if read := reference.read(typed):
        return Q(reference=read)
    try:
        return Q(address__within=network(typed))
    except ValueError:
        found = people(typed, operator)
        return Q(agent__in=found) | Q(operator__in=found) | on_devices_named(typed)


def people(typed: str, operator: object) -> list[Any]:
    """Return the keys of the people within the operator's reach whose name, email or number contains the text.

    Raises ValueError if they are more than 500.
    """
    found = reach.agents_for(operator).filter(people_search.people(typed)).order_by()
    keys = list(found.values_list("pk", flat=True)[: MOST_LISTED + 1])
    if len(keys) > MOST_LISTED:
        raise ValueError(f"“{typed}” matches more than {MOST_LISTED} people. Type more of the name.")
    return keys


def network(typed: str) -> str:
    """Return an address or network, in CIDR notation. Raises ValueError if the text is neither."""
    try:
        return str(ip_network(typed.replace(" ", ""), strict=False))
    except ValueError:
        raise ValueError(f"“{typed}” is not an address or a network, such as 192.0.2.0/24.") from None


def on_devices_named(typed: str) -> Q:
    """Return the condition for devices with this text in their name.

    Up to 500 devices are listed by key, which is quicker.
    """
    named = Device.objects.filter(label__icontains=typed).order_by().values_list("pk", flat=True)
    few = list(named[: MOST_LISTED + 1])
    return Q(device__in=few if len(few) <= MOST_LISTED else named)
