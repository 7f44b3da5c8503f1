"""The environment is read here, once, or refused with everything that is wrong with it."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from idp.conf.environment import PREFIX, VAR, Conf
from idp.conf.faults import faults_of
from idp.conf.twilio import Twilio

DEMO_ENVIRONMENT = VAR / "demo.env"


class ConfigurationError(Exception):
    """The environment cannot be served from. `faults` holds one sentence for each thing that is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(["Latchkey cannot start:", *(f"  - {fault}" for fault in faults)]))
        self.faults = faults


def load(environment: dict[str, str]) -> Conf:
    """Read the settings and refuse the whole set if any of them is wrong.

    Where the environment says nothing about Latchkey, the demo's own environment is read if `make demo`
    left one, so that every command works on the demo. A real installation never mixes with it.

    Raises ConfigurationError with all faults at once.
    """
    own = any(name.startswith(PREFIX) for name in environment)
    source: dict[str, Any] = {} if own else {"_env_file": DEMO_ENVIRONMENT}
    conf, unreadable = _read(source)
    if wrong := [*unreadable, *faults_of(conf)]:
        raise ConfigurationError(wrong)
    return conf


def _read(source: dict[str, Any]) -> tuple[Conf, list[str]]:
    """Read the settings, and put the default in the place of each that does not read, so that all are judged."""
    twilio = Twilio(**source)
    try:
        return Conf(twilio=twilio, **source), []
    except ValidationError as error:
        unreadable = error.errors()
    defaults = {name: Conf.model_fields[name].default for name in (str(it["loc"][0]) for it in unreadable)}
    return Conf(twilio=twilio, **source, **defaults), [_sentence(it) for it in unreadable]


def _sentence(fault: ErrorDetails) -> str:
    return f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}."
