"""Which attributes a service provider receives, from its release list and from what it received before."""

from dataclasses import dataclass

from idp.agents.models import Agent
from idp.otp.models import PhoneAuthenticator
from idp.saml.attributes import release_list
from idp.saml.attributes.attribute import Attribute
from idp.saml.attributes.release_list import Release, Rules, Source
from idp.saml.errors import UnreleasableAttribute
from idp.saml.models import SentAttribute, ServiceProvider
from idp.saml.profiles import Person


def person_of(agent: Agent, name_id: str, releases: tuple[Release, ...]) -> Person:
    """Return an agent as a profile sees one. Number and department are read only if they are released."""
    sources = {it.source for it in releases}
    department = agent.department if Source.DEPARTMENT in sources else None
    phone = PhoneAuthenticator.objects.filter(user=agent).first() if Source.PHONE in sources else None
    return Person(
        name_id=name_id,
        email=agent.email,
        full_name=agent.full_name,
        roles=agent.role_names,
        department=department.name if department else "",
        phone=phone.number if phone else "",
    )


@dataclass(frozen=True, slots=True)
class Released:
    """The attributes of a Response, and the names among them that were never sent before."""

    attributes: tuple[Attribute, ...]
    new: tuple[str, ...]


def for_agent(sp: ServiceProvider, agent: Agent, name_id: str, before: frozenset[str] | None = None) -> Released:
    """Return the attributes to send to a service provider about an agent. Raises UnreleasableAttribute.

    `before` are the names that it was sent before, if the caller has read them.
    """
    releases, rules = releases_of(sp), release_list.rules_of(sp.profile)
    if before is None or not rules.typed:
        sent = SentAttribute.objects.filter(agent=agent, service_provider=sp) if rules.typed else ()
        before = frozenset(it.name for it in sent)
    return for_person(person_of(agent, name_id, releases), releases, rules, before)


def for_person(
    person: Person, releases: tuple[Release, ...], rules: Rules, before: frozenset[str] = frozenset()
) -> Released:
    """Return the attributes to send about a person, after the names `before`. Raises UnreleasableAttribute."""
    try:
        sent = release_list.release(person, releases, before, rules)
    except ValueError as error:
        raise UnreleasableAttribute(str(error)) from error
    return Released(sent, tuple([it.name for it in sent if rules.typed and it.name not in before]))


def releases_of(sp: ServiceProvider) -> tuple[Release, ...]:
    """Return the release list of a service provider, as values for `attributes`."""
    return tuple(it.line for it in sp.released.all()) if sp.held_lines is None else sp.held_lines


def record(sp: ServiceProvider, agent: Agent, released: Released) -> None:
    """Record the names that were sent, if the service keeps attributes until it receives others."""
    rows = [SentAttribute(agent=agent, service_provider=sp, name=name) for name in released.new]
    if rows:
        SentAttribute.objects.bulk_create(rows, ignore_conflicts=True)
