"""What commands share: looking up rows, and failing with one sentence."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, OutputWrapper
from django.db.models import Q

from idp.agents.models import Agent
from idp.otp import identifiers
from idp.otp.identifiers import PhoneNumber
from idp.saml.models import ServiceProvider
from idp.web.departments import reach


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """Turn a ValidationError or ValueError into a CommandError."""
    try:
        yield
    except ValidationError as error:
        raise CommandError(" ".join(_sentences(error))) from None
    except ValueError as error:
        raise CommandError(str(error)) from None


def find_agent(who: str) -> Agent:
    """Return the agent with an email, or with a mobile number in any spelling that begins with +.

    Raises CommandError.
    """
    typed = identifiers.parse(who)
    within = reach.agents_for(None)
    by_number = isinstance(typed, PhoneNumber)
    wanted = Q(numbers__number=typed.e164) if isinstance(typed, PhoneNumber) else Q(email__iexact=who.strip())
    agent = within.filter(wanted).first()
    if agent is None:
        what = "mobile number" if by_number else "email"
        raise CommandError(f"Nobody has the {what} {who}. To add an agent: python manage.py add_agent --help")
    return agent


def find_service(slug: str) -> ServiceProvider:
    """Return the service with a slug. Raises CommandError."""
    sp = ServiceProvider.objects.filter(slug=slug).first()
    if sp is None:
        known = ", ".join(ServiceProvider.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no service called {slug}. There are: {known}.")
    return sp


def write_json(out: OutputWrapper, value: object) -> None:
    """Write a value as JSON."""
    out.write(json.dumps(value, indent=2, default=str))


def _sentences(error: ValidationError) -> Iterator[str]:
    """Yield the sentences, each with the name of its field."""
    if not hasattr(error, "error_dict"):
        yield from error.messages
        return
    for field, messages in error.message_dict.items():
        name = "" if field == "__all__" else f"{field.replace('_', ' ')}: "
        yield from (f"{name}{message}" for message in messages)
