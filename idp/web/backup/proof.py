"""Checks whether a restored database can serve: keys sign, services would accept a Response, and the trail is there."""

from collections.abc import Iterator
from datetime import datetime

from idp.agents.models import Agent, Device
from idp.audit.models import LoginEvent
from idp.errors import IdpError
from idp.keys import keyring
from idp.keys.models import SigningKey
from idp.otp import verifications
from idp.otp.identifiers import PhoneNumber
from idp.otp.models import Verification
from idp.saml import signing_keys
from idp.saml.inspection import rehearsal
from idp.saml.models import ServiceProvider
from idp.web.checkup.finding import Finding, fault, ok, warning

KEYS_FIX = "Put the key of that time into LATCHKEY_KEY_ENCRYPTION_KEYS, behind the present one, by a comma."
OTHER_KEY = (
    "LATCHKEY_SECRET_KEY is not that of the backup: nobody stays signed in, and recovery codes and API secrets do not "
    "work."
)
OTHER_KEY_FIX = "Put the key of that time into LATCHKEY_SECRET_KEY."
LATEST_CODES = 20


def check(now: datetime) -> list[Finding]:
    """Rehearse a sign-in. Nothing is written or sent."""
    unread = [row.kid for row in SigningKey.objects.order_by("pk") if not _can_be_read(row)]
    if unread:
        return [fault("keys", f"{len(unread)} private keys cannot be read.", KEYS_FIX), *_secret(), *_contents()]
    return [_keys(now), *_secret(), *_answers(now), *_contents()]


def _can_be_read(row: SigningKey) -> bool:
    try:
        keyring.read(row)
    except keyring.KeyUnreadable:
        return False
    return True


def _keys(now: datetime) -> Finding:
    try:
        signing_keys.try_out(now)
    except IdpError as error:
        return fault("keys", f"A key does not sign: {error.detail}", "Restore another backup.")
    return ok("keys", f"All {SigningKey.objects.count()} private keys can be read, and those in use sign.")


def _secret() -> Iterator[Finding]:
    """Judge the secret key by its hashes of numbers that got codes. Those of numbers that changed since fit no key."""
    asked = Verification.objects.filter(authenticator__isnull=False, asked_by__isnull=True)
    latest = asked.select_related("authenticator").order_by("-started_at")[:LATEST_CODES]
    if latest and not any(_fits(it) for it in latest):
        yield warning("secret key", OTHER_KEY, OTHER_KEY_FIX)


def _fits(verification: Verification) -> bool:
    phone = verification.authenticator
    if phone is None:
        return False
    return verification.counted_as == verifications.counted_as_of(PhoneNumber(phone.number), phone)


def _answers(now: datetime) -> Iterator[Finding]:
    agent = Agent.objects.filter(is_active=True, roles__isnull=False).first()
    services = ServiceProvider.objects.filter(enabled=True)
    if agent is None or not services:
        yield warning("sign-in", "There is no agent, or no service to sign in to.", "Is this the right backup?")
    for sp in services if agent else ():
        yield _answer(sp, agent, now)


def _answer(sp: ServiceProvider, agent: Agent | None, now: datetime) -> Finding:
    try:
        _, verdict = rehearsal.check_here(sp, agent, now)
    except IdpError as error:
        return fault("sign-in", f"No answer can be made for {sp.slug}: {error.detail}", "Restore another backup.")
    if not verdict.accepted:
        return fault("sign-in", f"A strict reader refuses the answer for {sp.slug}: {verdict.reason}", "See its page.")
    return ok("sign-in", f"A strict reader takes the answer for {sp.slug}.")


def _contents() -> Iterator[Finding]:
    last = LoginEvent.objects.order_by("-at").values_list("at", flat=True).first()
    if last is None:
        yield warning("trail", "The trail is empty.", "Is this the right backup?")
    else:
        yield ok("trail", f"{LoginEvent.objects.count():,} lines, the last of {last:%Y-%m-%d %H:%M} UTC.")
    active = Device.objects.active().count()
    yield ok("people", f"{Agent.objects.count():,} people, {active:,} phones and computers signed in.")
