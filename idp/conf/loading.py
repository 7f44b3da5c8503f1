"""Loads the settings from the environment, or refuses it with all its faults."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from idp.conf.environment import PREFIX, VAR, Conf
from idp.conf.faults import faults_of
from idp.conf.twilio import Twilio

DEMO_ENVIRONMENT = VAR / "demo.env"
NOT_LOADED = (
    f"No variable here begins with {PREFIX}. In a shell, read the service's settings first: "
    "set -a; . /etc/latchkey.env; set +a"
)


class ConfigurationError(Exception):
    """The settings are not usable. `faults` has one sentence for each thing that is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(["Latchkey cannot start:", *(f"  - {fault}" for fault in faults)]))
        self.faults = faults


def load(environment: dict[str, str]) -> Conf:
    """Return the settings.

    If the environment says nothing about Latchkey, and `make demo` left the demo's environment, that is loaded, so that
    every command works on the demo. A real installation never mixes with it.

    Raises ConfigurationError with all faults at once.
    """
    own = any(name.startswith(PREFIX) for name in environment)
    source: dict[str, Any] = {} if own else {"_env_file": DEMO_ENVIRONMENT}
    conf, unreadable = _read(source)
    if wrong := [*unreadable, *faults_of(conf)]:
        raise ConfigurationError(wrong if own else [NOT_LOADED, *wrong])
    return conf


def _read(source: dict[str, Any]) -> tuple[Conf, list[str]]:
    """Read the settings, with the default in place of each malformed one, so that all can be checked."""
    twilio = Twilio(**source)
    try:
        return Conf(twilio=twilio, **source), []
    except ValidationError as error:
        unreadable = error.errors()
    defaults = {name: Conf.model_fields[name].default for name in (str(it["loc"][0]) for it in unreadable)}
    return Conf(twilio=twilio, **source, **defaults), [_sentence(it) for it in unreadable]


def _sentence(fault: ErrorDetails) -> str:
    return f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}."
