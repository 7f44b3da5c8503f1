"""Every setting of an installation, as one frozen value."""

import ipaddress
import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from idp.conf import addresses
from idp.conf.twilio import Twilio
from idp.wording import for_agents

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
PREFIX = "LATCHKEY_"
MOST_PHONES = 10
THIS_COMPUTER = ("127.0.0.0/8", "::1/128")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LANGUAGES = {
    "en": "English",
    "es": "Español",
    "pt-br": "Português (Brasil)",
    "fr": "Français",
    "de": "Deutsch",
    "ar": "العربية",
}
"""The languages of agents' pages, each by its own name. The codes are Django's."""


def _from_json(value: object) -> object:
    """Parse a JSON object. Raises ValueError, which becomes one of the faults."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("This is not JSON") from None


Prices = Annotated[dict[str, Decimal], NoDecode, BeforeValidator(_from_json)]
Days = Annotated[dict[str, int], NoDecode, BeforeValidator(_from_json)]


class Conf(BaseSettings):
    """Every setting of an installation. The descriptions are the reference documentation."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, hide_input_in_errors=True, extra="ignore", env_ignore_empty=True
    )

    base_url: str = Field("", description="Address at which browsers reach Latchkey, without a final slash.")
    secret_key: SecretStr = Field(
        SecretStr(""), description="At least 50 random characters: Django's key, which also keys the hashes of secrets."
    )
    key_encryption_keys: SecretStr = Field(
        SecretStr(""), description="Fernet keys for private keys at rest, separated by commas; the first one encrypts."
    )
    entity_id: str = Field("", description="Latchkey's SAML entity ID; by default the address of the metadata.")
    organisation: str = Field("Latchkey", description="The name that people see at the top of each page.")
    brand_colour: str = Field(
        "",
        pattern="^(#[0-9a-f]{6})?$",
        description="Colour of the agents' pages, such as #0b4f8a, if none is set in the admin.",
    )
    brand_logo: str = Field("", description="File of the logo, SVG or PNG of up to 4 kB, if none is set in the admin.")
    support: str = Field(for_agents("your supervisor"), description="Whom the pages tell agents to ask for help.")
    language: str = Field(
        "en", description="Language of the agents' pages if the browser requests none that Latchkey has."
    )
    default_country: Annotated[str, StringConstraints(to_upper=True)] = Field(
        "", description="Region, such as ES, for numbers typed without a +."
    )
    trusted_proxies: int = Field(0, ge=0, description="Proxies in front of Latchkey that append to X-Forwarded-For.")
    wrong_code_seconds: float = Field(
        1.0,
        ge=0,
        le=60,
        description="Seconds that an answer to a wrong code takes at least, for known and unknown numbers.",
    )
    quiet_seconds: int = Field(60, ge=0, description="Seconds within which visits count as one.")
    phones_per_agent: int = Field(
        1,
        ge=1,
        le=MOST_PHONES,
        description="Phones an agent may be signed in on at once; one more signs out the one unused for longest.",
    )
    remember_desktops: bool = Field(
        False, description="Gives computers a long-lived token, as phones have. Not for computers that people share."
    )
    prices: Prices = Field(
        {},
        description='What you pay Twilio, as JSON: {"approved": 0.05, "sms": 0.0079}. For the estimate in the admin.',
    )
    clock_skew_seconds: int = Field(
        300,
        ge=60,
        le=900,
        description="Seconds by which services' clocks may differ from Latchkey's, in either direction.",
    )
    texts_a_day: int = Field(
        5000, ge=1, description="Texts and calls a day in total; agents' known phones may continue up to twice as many."
    )
    channels: str = Field(
        "sms,call",
        description="Ways to get a code, separated by commas: sms; call and whatsapp if Twilio is set up for them.",
    )
    web_otp: bool = Field(
        False,
        description="Each text ends in a line such as @login.example.com #123456, so that phones can fill in the code. "
        "Requires a template that Twilio registered with that line.",
    )
    lockout_share: int = Field(
        20,
        ge=0,
        le=100,
        description="Percent of the last 30 days' agents whom new access rules may refuse before the operator who "
        "publishes them has to type how many that are.",
    )
    retention_days: Days = Field(
        {},
        description='Days for which rows are kept, as JSON, if they differ from the defaults: {"trail": 730}. '
        "`manage.py purge` deletes older rows.",
    )
    log_level: str = Field("INFO", description="Lowest level that is logged: DEBUG, INFO, WARNING…")
    contact: str = Field("", description="Email address of the technical contact, for the metadata.")
    logo: str = Field("", description="https address of a logo, 64 by 64 pixels, for the metadata.")
    outgoing_networks: str = Field(
        "",
        validation_alias=AliasChoices("LATCHKEY_OUTGOING_NETWORKS", "LATCHKEY_METADATA_NETWORKS"),
        description="Non-public networks, such as 10.1.0.0/16, separated by commas, that Latchkey may connect to: for "
        "metadata, webhooks and sign-out notices.",
    )
    messaging_from: str = Field(
        "",
        description="Number in E.164, or Messaging Service (MG…), that sends texts about a changed number. "
        "Empty: no such texts.",
    )
    demo: bool = Field(False, description="Demo mode: plain HTTP on this computer, with emulated Verify and Flex.")
    database_url: str = Field(
        f"sqlite:///{VAR}/latchkey.sqlite3",
        validation_alias="DATABASE_URL",
        description="SQLite by default; postgres://… for more than one process. Separate several hosts by commas for "
        "a primary and its replicas.",
    )
    redis_url: str = Field(
        "",
        validation_alias="REDIS_URL",
        description="redis://…, rediss://… or unix://…, so that several processes count bursts of requests together; "
        "redis+sentinel://host:port,host:port/service/0 with Sentinel. No sign-in depends on it.",
    )
    requests_a_minute: int = Field(
        1200,
        ge=0,
        description="Requests a minute from one address to the pages of login and operators; 0: unlimited. "
        "Signed-in phones are never refused.",
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="At least 20 characters: the Bearer token with which monitors read `/metrics`. Empty: it is off.",
    )
    traces_to: str = Field(
        "",
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Address of an OpenTelemetry collector (HTTP). Requires requirements-otel.txt. Empty: no traces.",
    )
    twilio: Twilio

    @property
    def host(self) -> str:
        """Return the host name of `base_url`."""
        return addresses.parts(self.base_url).hostname or ""

    @property
    def https(self) -> bool:
        """Whether browsers use HTTPS, so that cookies can be marked Secure."""
        return self.base_url.startswith("https://")

    @property
    def saml_entity_id(self) -> str:
        """Return our entity ID. If it was set, it stays the same when the host name changes."""
        return self.entity_id or f"{self.base_url}/saml/metadata"

    @property
    def networks(self) -> tuple[Network, ...]:
        """Return the networks to which requests may go although they are not public. Raises ValueError."""
        listed = [it.strip() for it in self.outgoing_networks.split(",") if it.strip()]
        return tuple(map(ipaddress.ip_network, [*listed, *(THIS_COMPUTER if self.demo else ())]))

    @property
    def offered_channels(self) -> tuple[str, ...]:
        """Return the channels that agents may choose for a code, in the order of the setting."""
        return tuple(it.strip() for it in self.channels.split(",") if it.strip())

    @property
    def clock_skew(self) -> timedelta:
        """Return the largest accepted difference between our clock and a service's, in either direction."""
        return timedelta(seconds=self.clock_skew_seconds)

    @property
    def fernet_keys(self) -> list[str]:
        """Return the keys that encrypt private keys in the database. The first one encrypts; all decrypt."""
        return [key.strip() for key in self.key_encryption_keys.get_secret_value().split(",") if key.strip()]
