"""Writes the page of all settings: python -m tests.docs.settings_page > docs/reference/settings.md."""

import sys

from pydantic import AliasChoices, SecretStr

from idp.conf import PREFIX, Conf
from idp.conf.faults import faults_of
from idp.conf.twilio import Twilio
from tests.docs.pages import note, table

NOT_CONF = {"twilio"}
ENOUGH_WITHOUT = {"TWILIO_API_KEY"}  # an account's own token does as well
TWILIO = {
    "account_sid": "The Twilio account, `AC` and 32 hex digits.",
    "api_key": "An API key of that account, `SK…`. Empty: Latchkey uses the account's auth token.",
    "secret": "The secret of the API key; without an API key, the account's auth token.",
    "service_sid": "The Verify service that sends texts and calls, `VA` and 32 hex digits.",
    "base_url": "Address of the emulator, for the demo and for tests. Only accepted in demo mode, and only if it is "
    "an address of this computer.",
    "locale": "Language of all texts and calls, such as `es` or `pt-BR`. Empty: that of the number's country.",
    "template_sid": "Template of texts and calls, `HJ` and 32 hex digits. Empty: the service's own.",
}
WHEN = {
    "base_url": "at the first installation; later, each service needs a new Single Sign-On URL and entity ID",
    "secret_key": "if it leaked; everybody is signed out",
    "key_encryption_keys": "if it leaked, or once a year: put the new one first",
    "entity_id": "before the host name changes: set the old value; services need only the new Single Sign-On URL",
    "organisation": "at the first installation",
    "brand_colour": "if agents' pages should match your brand and it is not set in the admin",
    "brand_logo": "the same",
    "support": "at the first installation",
    "language": "if most agents speak another language",
    "default_country": "if agents type numbers without a country code",
    "trusted_proxies": "when you add or remove a proxy",
    "wrong_code_seconds": "never, except in tests: without it, the response time reveals whether a number is known",
    "quiet_seconds": "rarely: shorter creates more rows, longer hides short visits",
    "phones_per_agent": "if agents may use two phones",
    "remember_desktops": "if each computer is used by one person",
    "prices": "when your Twilio prices change",
    "clock_skew_seconds": "if a service's clock cannot be corrected",
    "texts_a_day": "when the number of agents or your budget changes: set twice what a busy day needs",
    "channels": "when you set up a channel at Twilio, or no longer want one",
    "web_otp": "when Twilio has registered the template",
    "lockout_share": "if rules often rightly affect many agents",
    "retention_days": "as required by law or your works council",
    "log_level": "to `DEBUG` while you look for a fault; `WARNING` omits the entry for each request",
    "contact": "at the first installation",
    "logo": "at the first installation",
    "outgoing_networks": "if a service or back end is inside your network",
    "messaging_from": "when you have a sender for texts besides Verify",
    "demo": "never for anybody but yourself",
    "database_url": "before the first agent; [a backup](../how-to/restore-a-backup.md) moves to another of its kind",
    "redis_url": "when there is more than one process",
    "requests_a_minute": "if a large office behind one address gets status 429",
    "traces_to": "to find out where a slow request spends its time",
    "metrics_token": "to connect a monitor, or if it leaked",
}
"""When to change a setting, as the end of a sentence."""
TEXT = """# Settings

{note}

This page lists every setting, for anyone who installs or runs Latchkey. Latchkey reads its settings from the
environment once, at the start (`idp/conf/`). If anything is missing or malformed, it does not start and lists every
problem.

If the environment has no variable that begins with `LATCHKEY_`, Latchkey reads the settings of `make demo` from
`var/demo.env`, so every command works on the demo. A real installation never mixes with it: as soon as one `LATCHKEY_`
variable is set, that file is ignored.

## The installation

{installation}

## Twilio Verify

{twilio}

## What to look out for

- **Behind a proxy that ends TLS**, set `LATCHKEY_TRUSTED_PROXIES` to the number of your proxies, usually 1. Latchkey
  then trusts `X-Forwarded-Proto` and counts addresses back from the end of `X-Forwarded-For`. With 0 it takes each
  request for plain HTTP, and every form fails with `form_too_old`. The proxy must pass on `Host` and overwrite both
  headers.
- **The secret key** also keys the hashes of the secrets in browsers. A new key signs everybody out.
- **Keys at rest.** To change the key that encrypts private keys, put the new one first and keep the old one after it,
  separated by a comma. Without the old key, private keys cannot be read (`key_unreadable`).
- **The monitor's token** must be in gunicorn's environment, because `gunicorn.conf.py` reads it too.
- **Several processes** need PostgreSQL. SQLite supports one process with threads, which is the default of
  `gunicorn.conf.py`. With [Redis](../explanation/redis.md), processes count bursts of requests together.
- **To create the two keys:**

```sh
.venv/bin/python -c "import secrets; print(secrets.token_urlsafe(48))"
.venv/bin/python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"
```

## Read elsewhere

| Variable | Read by | Meaning |
| --- | --- | --- |
| `PORT` | `make demo` | The first of the demo's three ports, 8000 by default. |
| `FRESH` | `make demo` | If set, the demo first deletes its database and settings. |
| `PYTHON` | `bin/environment` | The Python of the virtual environment: `/usr/bin/python3`, or else `python3`. |
| `WEB_CONCURRENCY` | `gunicorn.conf.py` | Number of processes, 1 by default. |
| `REQUESTS_CA_BUNDLE` | Twilio's SDK | If a proxy opens TLS, whom to trust: `/etc/ssl/certs/ca-certificates.crt`. |
| `RUNTIME_DIRECTORY` | `gunicorn.conf.py` | Where they count for [a monitor](../how-to/watch-it.md); set by systemd. |
"""


def page():
    conf = Conf.model_construct(twilio=Twilio.model_construct())
    needed = " ".join(faults_of(conf))
    installation = [(name, field, field.description) for name, field in Conf.model_fields.items()]
    twilio = [(name, field, TWILIO[name]) for name, field in Twilio.model_fields.items()]
    shown = {
        "installation": _table([it for it in installation if it[0] not in NOT_CONF], needed, WHEN),
        "twilio": _table(twilio, needed),
    }
    return TEXT.format(note=note("settings"), **shown)


def names(name, field):
    """The variables that a field is read from, the preferred one first."""
    match field.validation_alias:
        case None:
            return [f"{PREFIX}{name}".upper()]
        case AliasChoices(choices=choices):
            return choices
        case alias:
            return [alias]


def _table(fields, needed, when=None):
    rows = [
        (
            " or ".join(f"`{it}`" for it in names(name, field)),
            _default(names(name, field), field, needed),
            meaning,
            *((f"{when[name][0].upper()}{when[name][1:]}.",) if when else ()),
        )
        for name, field, meaning in fields
    ]
    return table("Variable", "Default", "Meaning", *(("Change it",) if when else ()), rows=rows)


def _default(variables, field, needed):
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    if value not in ("", None):
        return f"`{value}`"
    asked_for = variables[0] in needed and variables[0] not in ENOUGH_WITHOUT
    return "**must be set**" if asked_for else "empty"


if __name__ == "__main__":
    sys.stdout.write(page())
