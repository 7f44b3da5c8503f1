"""An agent's authenticator app: registers it, and accepts each of its codes once (RFC 6238)."""

from datetime import datetime, timedelta
from secrets import token_bytes

from cryptography.fernet import InvalidToken
from django.db import transaction
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp.agents.models import Agent
from idp.keys.encryption import cipher
from idp.otp.models import AuthenticatorApp
from idp.otp.other_codes import written_codes

APP_NAME = "authenticator app"
KEY_LENGTH = 20
TOLERANCE = 1
"""Steps of 30 seconds that an app's clock may be wrong, each way."""

SHOWN_FOR = timedelta(hours=1)


def registered(agent: Agent) -> AuthenticatorApp | None:
    """Return the app whose codes count, if the agent has one and may use it."""
    found: AuthenticatorApp | None = AuthenticatorApp.objects.filter(user=agent, confirmed=True).first()
    return found if agent.may_use_app else None


@transaction.atomic
def pending(agent: Agent, now: datetime) -> AuthenticatorApp:
    """Return the app that is being registered. Its key is shown until a code proves it, an hour at most."""
    known = AuthenticatorApp.objects.filter(user=agent, confirmed=False)
    known.filter(made_at__lte=now - SHOWN_FOR).delete()
    found: AuthenticatorApp | None = known.first()
    if found is not None and _key(found) is not None:
        return found
    known.delete()
    sealed = cipher().encrypt(token_bytes(KEY_LENGTH)).decode()
    app: AuthenticatorApp = AuthenticatorApp.objects.get_or_create(
        user=agent, confirmed=False, defaults={"name": APP_NAME, "sealed_key": sealed, "made_at": now}
    )[0]
    return app


@transaction.atomic
def confirm(agent: Agent, code: str, now: datetime) -> bool:
    """Register the app in place of any other, if the code is from it."""
    app = AuthenticatorApp.objects.filter(user=agent, confirmed=False, made_at__gt=now - SHOWN_FOR).first()
    if app is None or not _use(app, code, now):
        return False
    AuthenticatorApp.objects.filter(user=agent, confirmed=True).delete()
    AuthenticatorApp.objects.filter(pk=app.pk).update(confirmed=True, made_at=now)
    return True


def spend(agent: Agent, code: str, now: datetime) -> bool:
    """Use a code of the agent's app. False if it is wrong, used before, or older than one that was."""
    app = registered(agent)
    return app is not None and _use(app, code, now)


def remove(agent: Agent) -> bool:
    """Forget an agent's app, and one being registered. Returns whether there was one."""
    return AuthenticatorApp.objects.filter(user=agent).delete()[0] > 0


def url(app: AuthenticatorApp) -> str:
    """Return the address that an app reads from the QR code, as django-otp writes it."""
    key = _key(app) or b""
    named: str = TOTPDevice(user=app.user, key=key.hex()).config_url
    return named


def key_text(app: AuthenticatorApp) -> str:
    """Return the key for typing."""
    return written_codes.key_text(_key(app) or b"")


def _use(app: AuthenticatorApp, code: str, now: datetime) -> bool:
    """Use a code up. django-otp's own pause after wrong codes does not apply, because strangers could cause it."""
    key = _key(app)
    if key is None:
        return False
    totp = TOTP(key)
    totp.time = now.timestamp()
    if not totp.verify(int(code), tolerance=TOLERANCE, min_t=app.last_step + 1):
        return False
    older = AuthenticatorApp.objects.filter(pk=app.pk, last_step__lt=totp.t())
    return older.update(last_step=totp.t(), used_at=now) == 1


def _key(app: AuthenticatorApp) -> bytes | None:
    """Return the key, or None if no key of the installation can decrypt it any more."""
    try:
        return cipher().decrypt(app.sealed_key)
    except InvalidToken:
        return None
