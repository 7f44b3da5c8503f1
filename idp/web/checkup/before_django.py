"""Findings that need no Django: a setting is faulty, or a library does not load."""

import json
import os
import sys
from collections.abc import Sequence

import django

from idp import conf
from idp.web.checkup.finding import Finding, as_values, fault, lines, summary

ELSEWHERE = "Correct it in the environment of the service; docs/reference/settings.md describes every setting."
FIXES = {
    "LATCHKEY_SECRET_KEY": 'Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"',
    "LATCHKEY_KEY_ENCRYPTION_KEYS": "Make one, unless keys were stored under another: "
    'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"',
    "TWILIO_": "Take it from the Twilio Console; docs/how-to/real-twilio.md says where to find it.",
}
REINSTALL = "Reinstall the locked packages, lxml and xmlsec together: pip install --require-hashes -r requirements.txt"


def stop_if_unfit(arguments: Sequence[str]) -> None:
    """Print what keeps Django from starting, and exit with status 1. Returns if Django starts.

    `arguments` are those of the command; only `--json` is read.
    """
    found = of_settings(dict(os.environ)) or _of_start()
    if not found:
        return
    output = [json.dumps(as_values(found), indent=2)] if "--json" in arguments else lines(found)
    sys.stdout.write("\n".join([*output, ""]))
    sys.stderr.write(f"Latchkey cannot start: {summary(found)}\n")
    sys.exit(1)


def of_settings(environment: dict[str, str]) -> list[Finding]:
    """Judge the settings. Returns no finding if all are valid."""
    try:
        conf.load(environment)
    except conf.ConfigurationError as error:
        return [fault("settings", sentence, _fix(sentence)) for sentence in error.faults]
    return []


def _fix(sentence: str) -> str:
    return next((fix for name, fix in FIXES.items() if sentence.startswith(name)), ELSEWHERE)


def _of_start() -> list[Finding]:
    try:
        django.setup()
        import idp.web.checkup.all_subjects  # noqa: F401, PLC0415 - loads every library that pages and Responses need
    except ImportError as error:
        return [fault("packages", f"A package cannot be imported: {error}.", REINSTALL)]
    except Exception as error:  # noqa: BLE001 - the text may repeat a secret, so only the class is shown
        kind = type(error).__name__
        if type(error).__module__.startswith("xmlsec"):
            return [fault("packages", f"lxml and xmlsec are incompatible ({kind}).", REINSTALL)]
        return [fault("settings", f"Django does not start ({kind}): most likely DATABASE_URL.", ELSEWHERE)]
    return []
