"""The environment, read once and turned into one frozen value. Nothing else reads environment variables."""

import ipaddress
import json
import re
from datetime import timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

from cryptography.fernet import Fernet
from phonenumbers import SUPPORTED_REGIONS
from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, StringConstraints, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from idp import addresses, retention
from idp.conf_twilio import Twilio
from idp.wording import for_agents

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
DEMO_ENVIRONMENT = VAR / "demo.env"
PREFIX = "LATCHKEY_"
SHORTEST_SECRET = 50
MOST_PHONES = 10
EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")
SENDER = re.compile(r"\+[1-9][0-9]{6,14}|MG[0-9a-fA-F]{32}")
THIS_COMPUTER = ("127.0.0.0/8", "::1/128")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
CHANNELS = {"sms", "call", "whatsapp"}
PRICED = CHANNELS | {"approved"}
METRICS_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{20,}")
LANGUAGES = {
    "en": "English",
    "es": "Español",
    "pt-br": "Português (Brasil)",
    "fr": "Français",
    "de": "Deutsch",
    "ar": "العربية",
}
"""The languages of agents' pages, each by its own name; the codes are Django's."""
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def _from_json(value: object) -> object:
    """Read an object of JSON. Raises ValueError, which becomes one of the faults."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("This is not JSON") from None


Prices = Annotated[dict[str, Decimal], NoDecode, BeforeValidator(_from_json)]
Days = Annotated[dict[str, int], NoDecode, BeforeValidator(_from_json)]


class ConfigurationError(Exception):
    """The environment cannot be served from. `faults` holds one sentence for each thing that is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(["Latchkey cannot start:", *(f"  - {fault}" for fault in faults)]))
        self.faults = faults


class Conf(BaseSettings):
    """Every setting of an installation. The descriptions are the reference documentation."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, hide_input_in_errors=True, extra="ignore", env_ignore_empty=True
    )

    base_url: str = Field("", description="Address at which browsers reach us, without a final slash.")
    secret_key: SecretStr = Field(
        SecretStr(""), description="50 random characters or more: Django's key, which also keys the hashes of secrets."
    )
    key_encryption_keys: SecretStr = Field(
        SecretStr(""), description="Fernet keys for private keys at rest, by commas; the first encrypts."
    )
    entity_id: str = Field("", description="Our SAML entity ID; by default the address of the metadata.")
    organisation: str = Field("Latchkey", description="The name people see at the top of each page.")
    brand_colour: str = Field(
        "",
        pattern="^(#[0-9a-f]{6})?$",
        description="Colour of agents' pages, such as #0b4f8a, where the admin has none.",
    )
    brand_logo: str = Field("", description="File of the logo, SVG or PNG of up to 4 kB, where the admin has none.")
    support: str = Field(for_agents("your supervisor"), description="Whom agents are told to ask.")
    language: str = Field("en", description="Language of agents' pages where a browser asks for none of ours.")
    default_country: Annotated[str, StringConstraints(to_upper=True)] = Field(
        "", description="Region, such as ES, of numbers typed without a +."
    )
    trusted_proxies: int = Field(0, ge=0, description="Proxies before us that append to X-Forwarded-For.")
    wrong_code_seconds: float = Field(
        1.0, ge=0, description="Seconds before which no wrong code is answered, known number or not."
    )
    quiet_seconds: int = Field(60, ge=0, description="Seconds within which visits count as one.")
    phones_per_agent: int = Field(
        1,
        ge=1,
        le=MOST_PHONES,
        description="Phones an agent may be signed in on at once; one more ends the one unused longest.",
    )
    remember_desktops: bool = Field(
        False, description="Computers get a long-lived token as phones do. Not for computers that people share."
    )
    prices: Prices = Field(
        {},
        description='What you pay, as JSON: {"approved": 0.05, "sms": 0.0079}. Only for the estimate in the admin.',
    )
    clock_skew_seconds: int = Field(
        300, ge=60, le=900, description="Seconds that the clocks of services may be from ours, either way."
    )
    texts_a_day: int = Field(
        5000, ge=1, description="Texts and calls a day, all together; agents' own phones may go on to twice as many."
    )
    channels: str = Field(
        "sms,call",
        description="Ways to get a code, by commas: sms always, and call and whatsapp where Twilio is set up for them.",
    )
    web_otp: bool = Field(
        False,
        description="Each text ends in a line such as @login.example.com #123456, so phones may fill the code in by "
        "themselves; takes a template that Twilio registered with that line.",
    )
    lockout_share: int = Field(
        20,
        ge=0,
        le=100,
        description="Percent of the last 30 days' agents whom new access rules may refuse before the operator who "
        "publishes them has to type how many it are.",
    )
    retention_days: Days = Field(
        {},
        description='Days that rows are kept for, as JSON, where they differ from the defaults: {"trail": 730}. '
        "`manage.py purge` removes what is past them.",
    )
    log_level: str = Field("INFO", description="Least important level that is logged: DEBUG, INFO, WARNING…")
    contact: str = Field("", description="E-mail of whoever looks after sign-in; stands in our metadata.")
    logo: str = Field("", description="https address of a logo, 64 by 64 pixels; stands in our metadata.")
    outgoing_networks: str = Field(
        "",
        validation_alias=AliasChoices("LATCHKEY_OUTGOING_NETWORKS", "LATCHKEY_METADATA_NETWORKS"),
        description="Networks such as 10.1.0.0/16, by commas, that may be asked though they are not public: for "
        "metadata, by webhooks, and to tell services of sign-outs.",
    )
    messaging_from: str = Field(
        "",
        description="Number in E.164, or Messaging Service (MG…), that texts about a changed number come from. "
        "Empty: nobody is told.",
    )
    demo: bool = Field(False, description="Demo mode: plain HTTP on this computer, emulator, pretend Flex.")
    database_url: str = Field(
        f"sqlite:///{VAR}/latchkey.sqlite3",
        validation_alias="DATABASE_URL",
        description="SQLite by default; postgres://… for more than one process, and with several hosts by commas for "
        "a primary and its replicas.",
    )
    redis_url: str = Field(
        "",
        validation_alias="REDIS_URL",
        description="redis://…, rediss://… or unix://…, where several processes are to count bursts of requests "
        "together; redis+sentinel://host:port,host:port/service/0 where Sentinel moves it. Nobody's sign-in depends "
        "on it.",
    )
    requests_a_minute: int = Field(
        1200,
        ge=0,
        description="Requests a minute from one address to the pages of login and operators; 0: any number. "
        "Phones that are signed in are never refused.",
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="At least 20 characters that a monitor shows as a Bearer token to read `/metrics`. Empty: there is "
        "no such address.",
    )
    traces_to: str = Field(
        "",
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Address of a collector of OpenTelemetry, by HTTP. Takes requirements-otel.txt. Empty: no traces.",
    )
    twilio: Twilio

    @property
    def host(self) -> str:
        """The host name of `base_url`."""
        return addresses.parts(self.base_url).hostname or ""

    @property
    def https(self) -> bool:
        """Whether browsers reach us by HTTPS, so that cookies can be bound to it."""
        return self.base_url.startswith("https://")

    @property
    def saml_entity_id(self) -> str:
        """Our entity ID, stable when the host moves if it was set."""
        return self.entity_id or f"{self.base_url}/saml/metadata"

    @property
    def networks(self) -> tuple[Network, ...]:
        """Networks that may be asked though they are not public. Raises ValueError."""
        listed = [it.strip() for it in self.outgoing_networks.split(",") if it.strip()]
        return tuple(map(ipaddress.ip_network, [*listed, *(THIS_COMPUTER if self.demo else ())]))

    @property
    def offered_channels(self) -> tuple[str, ...]:
        """The ways to get a code that agents may choose from, as they are listed."""
        return tuple(it.strip() for it in self.channels.split(",") if it.strip())

    @property
    def clock_skew(self) -> timedelta:
        """How far the clock of a service may be from ours, either way."""
        return timedelta(seconds=self.clock_skew_seconds)

    @property
    def fernet_keys(self) -> list[str]:
        """The keys that protect private keys at rest; the first one encrypts."""
        return [key.strip() for key in self.key_encryption_keys.get_secret_value().split(",") if key.strip()]

    def faults(self) -> list[str]:
        """Name everything that keeps us from serving, not only the first thing."""
        return [
            *self._address_faults(),
            *self._key_faults(),
            *self._emulator_faults(),
            *self.twilio.faults(),
            *self._metadata_faults(),
            *self._sending_faults(),
            *self._other_faults(),
        ]

    def _address_faults(self) -> list[str]:
        if not addresses.OURS.fullmatch(self.base_url) or not self.host:
            return ["LATCHKEY_BASE_URL must be an address such as https://login.example.com, without a path."]
        if self.demo and not addresses.is_near(self.host):
            return ["LATCHKEY_DEMO is for this computer and its own network: remove it to serve anybody else."]
        if not self.https and not self.demo:
            return ["LATCHKEY_BASE_URL must begin with https://; plain http is for the demo."]
        return []

    def _key_faults(self) -> list[str]:
        faults = []
        if len(self.secret_key.get_secret_value()) < SHORTEST_SECRET:
            faults.append(f"LATCHKEY_SECRET_KEY must have at least {SHORTEST_SECRET} random characters.")
        if not self.fernet_keys or not all(map(_is_fernet_key, self.fernet_keys)):
            faults.append(
                "LATCHKEY_KEY_ENCRYPTION_KEYS must hold 32 random bytes in URL-safe base64 (or several, by commas)."
            )
        return faults

    def _emulator_faults(self) -> list[str]:
        base_url = self.twilio.base_url
        if base_url is None:
            return []
        if not self.demo:
            return ["LATCHKEY_VERIFY_BASE_URL is for the emulator: remove it, or turn demo mode on."]
        if addresses.parts(base_url).hostname not in addresses.LOOPBACK:
            return ["LATCHKEY_VERIFY_BASE_URL must be an address of this computer."]
        return []

    def _metadata_faults(self) -> list[str]:
        faults = []
        if self.contact and not EMAIL.fullmatch(self.contact):
            faults.append("LATCHKEY_CONTACT must be an e-mail address.")
        if self.logo and not (self.logo.startswith("https://") and self.logo.isprintable() and " " not in self.logo):
            faults.append("LATCHKEY_LOGO must be an https address.")
        try:
            self.networks  # noqa: B018 - read for its fault
        except ValueError as error:
            faults.append(f"LATCHKEY_OUTGOING_NETWORKS must hold networks such as 10.1.0.0/16, by commas: {error}.")
        return faults

    def _sending_faults(self) -> list[str]:
        faults = []
        if self.default_country and self.default_country not in SUPPORTED_REGIONS:
            faults.append("LATCHKEY_DEFAULT_COUNTRY must be a region of two letters, such as ES or GB.")
        if not set(self.prices) <= PRICED or any(price < 0 for price in self.prices.values()):
            faults.append(f"LATCHKEY_PRICES may name {', '.join(sorted(PRICED))}, each at nothing or more.")
        if self.messaging_from and not SENDER.fullmatch(self.messaging_from):
            faults.append("LATCHKEY_MESSAGING_FROM must be a number such as +12015550100, or MG and 32 hex digits.")
        if "sms" not in self.offered_channels or not set(self.offered_channels) <= CHANNELS:
            faults.append("LATCHKEY_CHANNELS must hold sms, and may hold call and whatsapp, by commas.")
        return faults

    def _other_faults(self) -> list[str]:
        faults = []
        if addresses.parts(self.database_url).scheme not in addresses.DATABASES:
            faults.append("DATABASE_URL must begin with postgres:// or sqlite:///.")
        if self.redis_url and not addresses.names_a_redis(self.redis_url):
            faults.append("REDIS_URL must be an address such as redis://127.0.0.1:6379/0 or unix:///run/redis.sock.")
        faults += [f"LATCHKEY_RETENTION_DAYS {fault}" for fault in retention.faults(self.retention_days)]
        if (token := self.metrics_token.get_secret_value()) and not METRICS_TOKEN.fullmatch(token):
            faults.append("LATCHKEY_METRICS_TOKEN must have at least 20 characters: letters, digits and -._~+/=")
        if self.language not in LANGUAGES:
            faults.append(f"LATCHKEY_LANGUAGE must be one of {', '.join(LANGUAGES)}.")
        if self.traces_to and find_spec("opentelemetry.sdk") is None:
            faults.append("OTEL_EXPORTER_OTLP_ENDPOINT takes the packages of requirements-otel.txt.")
        if self.log_level.upper() not in LOG_LEVELS:
            faults.append(f"LATCHKEY_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.")
        return faults


def load(environment: dict[str, str]) -> Conf:
    """Read the settings and refuse the whole set if any of them is wrong.

    Where the environment says nothing about Latchkey, the demo's own environment is read if `make demo`
    left one, so that every command works on the demo. A real installation never mixes with it.

    Raises ConfigurationError with all faults at once.
    """
    own = any(name.startswith(PREFIX) for name in environment)
    source: dict[str, Any] = {} if own else {"_env_file": DEMO_ENVIRONMENT}
    conf, unreadable = _read(source)
    if faults := [*unreadable, *conf.faults()]:
        raise ConfigurationError(faults)
    return conf


def _read(source: dict[str, Any]) -> tuple[Conf, list[str]]:
    """Read the settings, and put the default in the place of each that does not read, so that all are judged."""
    twilio = Twilio(**source)
    try:
        return Conf(twilio=twilio, **source), []
    except ValidationError as error:
        faults = error.errors()
    defaults = {name: Conf.model_fields[name].default for name in (str(fault["loc"][0]) for fault in faults)}
    return Conf(twilio=twilio, **source, **defaults), [_sentence(fault) for fault in faults]


def _sentence(fault: ErrorDetails) -> str:
    return f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}."


def _is_fernet_key(text: str) -> bool:
    try:
        Fernet(text)
    except ValueError:
        return False
    return True
