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
    "api_key": "An API key of that account, `SK…`. Empty: the account signs in by its own auth token.",
    "secret": "The secret of the API key; without an API key, the account's auth token.",
    "service_sid": "The Verify service that texts and calls, `VA` and 32 hex digits.",
    "base_url": "Address of the emulator, for the demo and for tests. Refused outside demo mode, and refused "
    "unless it is an address of this computer.",
    "locale": "Language of all texts and calls, such as `es` or `pt-BR`. Empty: by the number's country.",
    "template_sid": "Template of texts and calls, `HJ` and 32 hex digits. Empty: the service's own.",
}
WHEN = {
    "base_url": "at the first installation; a later change needs a new ACS and entity ID at each service",
    "secret_key": "after it leaked; everybody is signed out",
    "key_encryption_keys": "after it leaked, or once a year: the new one in front",
    "entity_id": "before the host name changes, to the old value, so that services need not",
    "organisation": "at the first installation",
    "brand_colour": "if agents' pages are to look like yours and nobody does it in the admin",
    "brand_logo": "the same",
    "support": "at the first installation",
    "language": "if most agents speak another",
    "default_country": "if agents type numbers as at home",
    "trusted_proxies": "when a proxy comes or goes",
    "wrong_code_seconds": "never, but in tests: without it the time tells whether a number is known",
    "quiet_seconds": "hardly: shorter makes more rows, longer hides short visits",
    "phones_per_agent": "if agents may carry two phones",
    "remember_desktops": "if each computer has one person",
    "prices": "when Twilio's prices for you change",
    "clock_skew_seconds": "if a service's clock cannot be mended",
    "texts_a_day": "when there are more agents, or Twilio's bill has a limit: twice what a busy day needs",
    "channels": "when a channel is set up at Twilio, or is not wanted",
    "web_otp": "when Twilio has registered the template",
    "lockout_share": "if rules change often and rightly for many",
    "retention_days": "by what your law and your works council say",
    "log_level": "to `DEBUG` while a fault is looked for; `WARNING` leaves out the line for each request",
    "contact": "at the first installation",
    "logo": "at the first installation",
    "outgoing_networks": "if a service or a back end of yours is inside your network",
    "messaging_from": "when you have a sender for texts beside Verify",
    "demo": "never for anybody else than yourself",
    "database_url": "before the first agent; [a backup](../how-to/restore-a-backup.md) moves to another of its kind",
    "redis_url": "when there is more than one process",
    "requests_a_minute": "if a large office behind one address is told to wait (429)",
    "traces_to": "to see where a slow request spends its time",
    "metrics_token": "to be watched by a monitor; a new one if it leaked",
}
"""When an operator changes a setting, as half a sentence."""
TEXT = """# Settings

{note}

Latchkey reads its settings from the environment, once, when it starts (`idp/conf/`). If anything is missing or
malformed it does not start, and names every fault at once.

Where the environment holds no variable that begins with `LATCHKEY_`, the settings that `make demo` left in
`var/demo.env` are read instead. So every command works on the demo without further ado, and a real installation never
mixes with it: one `LATCHKEY_` variable is enough, and the file is not looked at.

## The installation

{installation}

## Twilio Verify

{twilio}

## What to look out for

- **Behind a proxy that ends TLS**, set `LATCHKEY_TRUSTED_PROXIES` to the number of your proxies, 1 as a rule. Then
  `X-Forwarded-Proto` is believed and addresses are counted back from the end of `X-Forwarded-For`. With 0 Latchkey
  takes each request for plain HTTP, and the check of every form fails with `form_too_old`. The proxy must pass on
  `Host` and overwrite both headers.
- **The secret key** also keys the hashes of the secrets that browsers hold. Another key signs everybody out.
- **Keys at rest.** To change the key that encrypts private keys, put the new one in front and keep the old one behind
  it, by a comma. Without the key that encrypted them, private keys stay unread (`key_unreadable`).
- **The monitor's token** is read by `gunicorn.conf.py` too, so it has to be in gunicorn's environment.
- **Several processes** need PostgreSQL. SQLite is for one process with threads, as `gunicorn.conf.py` starts it. They
  count bursts of requests together where [Redis](../explanation/redis.md) is.
- Make the two keys with:

```sh
.venv/bin/python -c "import secrets; print(secrets.token_urlsafe(48))"
.venv/bin/python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"
```

## Read elsewhere

| Variable | Read by | Meaning |
| --- | --- | --- |
| `PORT` | `make demo` | First of the demo's three ports, 8000 by default. |
| `FRESH` | `make demo` | If set, the demo forgets its database and settings first. |
| `PYTHON` | `bin/environment` | The Python that makes the virtual environment, `python3` by default. |
| `WEB_CONCURRENCY` | `gunicorn.conf.py` | Number of processes, 1 by default. |
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
