"""The demo's own settings: made on the first start, and stored in `var/demo.env`, which only this user can read."""

import os
import secrets
import sys
from pathlib import Path

from cryptography.fernet import Fernet
from dotenv import dotenv_values

from idp.conf import VAR
from idp.conf.loading import DEMO_ENVIRONMENT

DATABASE = VAR / "latchkey.sqlite3"
DEFAULT_PORT = 8000
HIGHEST_PORT = 65_533
KEPT = ("LATCHKEY_SECRET_KEY", "LATCHKEY_KEY_ENCRYPTION_KEYS", "TWILIO_API_SECRET")

# Invented; the emulator accepts no others.
ACCOUNT_SID = "AC" + "0" * 31 + "1"
SERVICE_SID = "VA" + "0" * 31 + "1"
API_KEY = "SK" + "0" * 31 + "1"
SENDER = "+12015550100"


def port() -> int:
    """Return the port of the IdP. The emulator and the demo SP use the next two."""
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not text.isdecimal() or not 1 <= int(text) <= HIGHEST_PORT:
        sys.exit(f"PORT must be a number from 1 to {HIGHEST_PORT}: PORT=8100 make demo")
    return int(text)


def prepare() -> None:
    """Write the settings, and put them into the environment before Django reads it.

    Real Twilio credentials in the environment replace the emulator's. FRESH=1 first deletes everything that the demo
    stored.
    """
    first = port()
    try:
        VAR.mkdir(exist_ok=True)
        if os.environ.get("FRESH"):
            forget()
        values = _values(first)
        _write(values)
    except OSError as error:
        sys.exit(f"The folder {VAR} cannot be written ({error.strerror}): make it yours, then run make demo again.")
    os.environ.update(values)


def forget() -> None:
    """Delete the demo's database and settings."""
    for path in (DEMO_ENVIRONMENT, DATABASE, Path(f"{DATABASE}-wal"), Path(f"{DATABASE}-shm")):
        path.unlink(missing_ok=True)


def _values(first: int) -> dict[str, str]:
    known = {name: value for name, value in dotenv_values(DEMO_ENVIRONMENT).items() if value}
    made = {
        "LATCHKEY_SECRET_KEY": secrets.token_urlsafe(48),
        "LATCHKEY_KEY_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "TWILIO_API_SECRET": secrets.token_urlsafe(24),
    }
    secret = {name: known.get(name, made[name]) for name in KEPT}
    values = {
        "LATCHKEY_DEMO": "1",
        "LATCHKEY_BASE_URL": f"http://localhost:{first}",
        "LATCHKEY_ORGANISATION": "Acme Contact Centre",
        "DATABASE_URL": f"sqlite:///{DATABASE}",
        "LATCHKEY_SECRET_KEY": secret["LATCHKEY_SECRET_KEY"],
        "LATCHKEY_KEY_ENCRYPTION_KEYS": secret["LATCHKEY_KEY_ENCRYPTION_KEYS"],
    }
    if "TWILIO_ACCOUNT_SID" in os.environ:
        return values
    return values | {
        "LATCHKEY_VERIFY_BASE_URL": f"http://127.0.0.1:{first + 1}",
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_API_KEY": API_KEY,
        "TWILIO_API_SECRET": secret["TWILIO_API_SECRET"],
        "TWILIO_VERIFY_SERVICE_SID": SERVICE_SID,
        "LATCHKEY_MESSAGING_FROM": SENDER,
    }


def _write(values: dict[str, str]) -> None:
    """Replace the file as a whole: if the disk is full, the keys without which the database is lost must stay."""
    new = DEMO_ENVIRONMENT.with_name(f"{DEMO_ENVIRONMENT.name}.new")
    new.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as lines:
            lines.writelines(f"{name}={value}\n" for name, value in values.items())
        new.replace(DEMO_ENVIRONMENT)
    finally:
        new.unlink(missing_ok=True)
