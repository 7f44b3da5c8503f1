"""What a service provider is told about an agent, from its release list and from what it was told before."""

from dataclasses import dataclass

from idp.agents.models import Agent
from idp.otp.models import PhoneAuthenticator
from idp.saml.errors import UnreleasableAttribute
from idp.saml.models import SentAttribute, ServiceProvider
from idp.saml.profiles import Person
from idp.saml.responses import attributes
from idp.saml.responses.assertion import Attribute
from idp.saml.responses.attributes import Release, Rules, Source


def person_of(agent: Agent, name_id: str, releases: tuple[Release, ...]) -> Person:
    """Return an agent as a service provider gets to see one. Number and department are read only where told."""
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
class Told:
    """The attributes that an answer carries, and those of their names that were never sent before."""

    attributes: tuple[Attribute, ...]
    new: tuple[str, ...]


def told(sp: ServiceProvider, agent: Agent, name_id: str, before: frozenset[str] | None = None) -> Told:
    """Return what a service provider is to be told about an agent. Raises UnreleasableAttribute.

    `before` are the names that it was sent, if they have been read.
    """
    releases, rules = releases_of(sp), attributes.rules_of(sp.profile)
    if before is None or not rules.typed:
        sent = SentAttribute.objects.filter(agent=agent, service_provider=sp) if rules.typed else ()
        before = frozenset(it.name for it in sent)
    return tell(person_of(agent, name_id, releases), releases, rules, before)


def tell(person: Person, releases: tuple[Release, ...], rules: Rules, before: frozenset[str] = frozenset()) -> Told:
    """Return what is to be told about a person of whom the names `before` were told. Raises UnreleasableAttribute."""
    try:
        released = attributes.release(person, releases, before, rules)
    except ValueError as error:
        raise UnreleasableAttribute(str(error)) from error
    return Told(released, tuple([it.name for it in released if rules.typed and it.name not in before]))


def releases_of(sp: ServiceProvider) -> tuple[Release, ...]:
    """Return a service provider's release list as the pure rules take it."""
    return tuple(it.line for it in sp.released.all()) if sp.held_lines is None else sp.held_lines


def keep(sp: ServiceProvider, agent: Agent, sent: Told) -> None:
    """Remember the names that were sent, where the service keeps what it was told until it is told otherwise."""
    rows = [SentAttribute(agent=agent, service_provider=sp, name=name) for name in sent.new]
    if rows:
        SentAttribute.objects.bulk_create(rows, ignore_conflicts=True)
