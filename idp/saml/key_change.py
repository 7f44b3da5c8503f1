"""Changes a signing key in the database, step by step. Each step is atomic, and allowed only in its turn.

A step locks the keys of its use, checks what it then reads, and writes. Every key that signs is published: from the
moment it is created, until a week after it was retired.
"""

from collections.abc import Callable, Collection
from datetime import datetime

import structlog
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from idp.keys import change, keyring
from idp.keys.change import Connection, OutOfOrder, Standing, Step
from idp.keys.keyring import KeyUnreadable
from idp.keys.models import SigningKey, State, Use
from idp.saml import names, signing_keys
from idp.saml.errors import UnusableKey
from idp.saml.models import ServiceProvider

log = structlog.get_logger(__name__)


def standing(use: Use) -> Standing:
    """Return the state of the change of one use's key."""
    kid = _next_kid(use)
    connections = (
        Connection(sp.slug, sp.name, sp.enabled, kid is not None and sp.key_id == kid) for sp in _signed(use)
    )
    return Standing(kid is not None, tuple(connections))


def take(step: Step, use: Use, now: datetime, slugs: Collection[str] = ()) -> str:
    """Take one step, and return what was done. `slugs` are the services to switch. Raises OutOfOrder."""
    services = ", ".join(_signed(use).filter(slug__in=slugs).values_list("name", flat=True))
    match step:
        case Step.PREPARE if prepare(use, now) == State.ACTIVE:
            return "The first key of this kind is now published. It signs as soon as a service uses it."
        case Step.PREPARE:
            return "The next key is now published. Nothing is signed with it yet."
        case Step.SWITCH:
            switch(use, slugs)
            return f"From now on, answers to {services} are signed with the next key. Sign in there again to test it."
        case Step.BACK:
            switch_back(use, slugs)
            return f"Answers to {services} are signed with the active key again."
        case Step.ACTIVATE:
            activate(use, now)
            return "The next key is now the active one. The old key no longer signs anything."
        case Step.DISCARD:
            discard(use, now)
            return "The next key is discarded."


def prepare(use: Use, now: datetime) -> State:
    """Create the next key, which is published from now on, or the first key, which is active at once.

    Returns its state. Raises OutOfOrder.
    """
    if not SigningKey.objects.filter(use=use, state=State.ACTIVE).exists():
        keyring.active(use, now)
        return State.ACTIVE
    change.check(Step.PREPARE, standing(use))
    key = keyring.draw(use, now)
    try:
        _take(Step.PREPARE, use, lambda: key.save(force_insert=True))
    except IntegrityError:  # the database holds one next key of each use
        raise OutOfOrder("The next key is prepared already.", standing(use).step) from None
    return State.NEXT


def switch(use: Use, slugs: Collection[str]) -> None:
    """Sign for these services with the next key from now on, after a test of that key. Raises OutOfOrder."""

    def write() -> None:
        kid = _next_kid(use)
        try:
            signing_keys.try_out_next(use, kid)
        except (UnusableKey, KeyUnreadable) as error:
            log.exception("next_key_unusable", use=use.value)
            raise OutOfOrder("The next key cannot sign.", Step.DISCARD) from error
        _signed(use).filter(slug__in=slugs).update(key=kid)

    _take(Step.SWITCH, use, write, slugs)


def switch_back(use: Use, slugs: Collection[str]) -> None:
    """Sign for these services with the active key again. Raises OutOfOrder."""
    _take(Step.BACK, use, lambda: _signed(use).filter(slug__in=slugs).update(key=None), slugs)


def activate(use: Use, now: datetime) -> None:
    """Make the next key active for all services, and retire the previous one. Raises OutOfOrder."""

    def write() -> None:
        keyring.activate_next(use, now)
        _forget_choices(use)

    _take(Step.ACTIVATE, use, write)


def discard(use: Use, now: datetime) -> None:
    """Retire the next key, if no service has been switched to it. Raises OutOfOrder."""

    def write() -> None:
        keyring.retire_next(use, now)
        _forget_choices(use)

    _take(Step.DISCARD, use, write)


def _take(step: Step, use: Use, write: Callable[[], object], slugs: Collection[str] = ()) -> None:
    with transaction.atomic():
        keyring.hold(use)
        change.check(step, standing(use), slugs)
        write()
    log.info("key_changed", step=step.value, use=use.value, services=sorted(slugs))


def _signed(use: Use) -> QuerySet[ServiceProvider]:
    """Return the services that keys of a use sign for. Token keys sign for none."""
    services = ServiceProvider.objects.order_by("name")
    match use:
        case Use.SAML:
            return services.exclude(signature_algorithm=names.ECDSA_SHA256)
        case Use.SAML_EC:
            return services.filter(signature_algorithm=names.ECDSA_SHA256)
    return services.none()


def _next_kid(use: Use) -> str | None:
    return SigningKey.objects.filter(use=use, state=State.NEXT).values_list("kid", flat=True).first()


def _forget_choices(use: Use) -> None:
    ServiceProvider.objects.filter(key__use=use).update(key=None)
