"""Two departments with somebody in each, one supervisor, and all tables to be held against what they were."""

from django.apps import apps
from django.urls import get_resolver

from idp.agents import provisioning
from idp.agents.models import Agent, Department
from idp.web.departments import supervisors
from tests.conftest import NOW
from tests.web.conftest import a_superuser, inside
from tests.web.departments.closed import CLOSED
from tests.web.people_form import LIST, filled
from tests.web.seeded import a_signed_in_agent

UNHELD = {"sessions.Session"}
"""Tables that any click writes."""


def a_supervisor(*departments, email="sue@acme.example", roles=("agent",), **fields):
    """A supervisor with password and second factor; without names, of the first department."""
    person = a_superuser(email, is_superuser=False, **fields)
    named = Department.objects.filter(name__in=departments or ["Department 1"])
    return provisioning.supervisor(email, "Sue Pervisor", named, roles)[0].person, inside(person)


def people(*numbers):
    """Agents of these numbers, each of another department, and Sue, who is supervisor of the first."""
    for nth in numbers:
        a_signed_in_agent(NOW, nth)
    a_supervisor()


def ana_ben_and_sue():
    people(1, 2)


class Place:
    """Ana works for Sue, Ben does not. Both are signed in on a phone and a computer."""

    def __init__(self):
        names = ("agent-1", "agent-2", "sue")
        self.ana, self.ben, self.sue = (Agent.objects.get(email=f"{it}@acme.example") for it in names)
        self.theirs, self.other = self.ana.department, self.ben.department
        self.browser = inside(self.sue)

    def save(self, agent, **fields):
        """Sue posts the form of an agent: what is there, with these fields instead."""
        own = {"full_name": agent.full_name, "email": agent.email, "department": agent.department_id}
        own["number"] = agent.numbers.get().number
        return self.browser.post(f"{LIST}{agent.pk}/change/", filled(agent, **{**own, **fields}))


def addresses():
    """Every address of the admin: its name, and its path with what stands for others in it."""
    site = next(it for it in get_resolver().url_patterns if str(it.pattern) == "admin/")
    yield from _below(site, "/admin/")


def _below(resolver, before):
    for it in resolver.url_patterns:
        at = before + str(it.pattern)
        if hasattr(it, "url_patterns"):
            yield from _below(it, at)
        else:
            yield it.name, at


def undecided():
    """Addresses of which nobody said whether supervisors may open them, or of which both is said."""
    names = {name for name, _ in addresses() if name}
    return sorted(names - supervisors.OPEN - CLOSED | (supervisors.OPEN & CLOSED) | (supervisors.OPEN | CLOSED) - names)


def rows():
    """All that stands in tables."""
    models = [it for it in apps.get_models(include_auto_created=True) if it._meta.label not in UNHELD]
    return {it._meta.label: sorted(map(repr, it.objects.values_list())) for it in models}


def changed(before, after):
    """The tables that are not as they were."""
    return sorted(it for it in after if after[it] != before[it])


def of(person):
    """All that stands in the tables about one person."""
    fresh = Agent.objects.get(pk=person.pk)
    return (
        Agent.objects.filter(pk=person.pk).values_list().get(),
        fresh.role_names,
        *(
            sorted(map(repr, getattr(fresh, name).values_list()))
            for name in ("numbers", "devices", "events", "passkeys", "one_time_codes", "groups", "user_permissions")
        ),
    )
