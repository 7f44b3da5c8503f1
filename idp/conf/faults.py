"""The checks of settings, with one sentence for each that prevents Latchkey from starting."""

import re
from importlib.util import find_spec

from cryptography.fernet import Fernet
from phonenumbers import SUPPORTED_REGIONS

from idp.conf import addresses, retention
from idp.conf.environment import LANGUAGES, Conf

SHORTEST_SECRET = 50
EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")
SENDER = re.compile(r"\+[1-9][0-9]{6,14}|MG[0-9a-fA-F]{32}")
CHANNELS = {"sms", "call", "whatsapp"}
PRICED = CHANNELS | {"approved"}
METRICS_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{20,}")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def faults_of(conf: Conf) -> list[str]:
    """Return everything that prevents a start, not only the first fault."""
    return [
        *_address(conf),
        *_keys(conf),
        *_emulator(conf),
        *conf.twilio.faults(),
        *_metadata(conf),
        *_sending(conf),
        *_others(conf),
    ]


def _address(conf: Conf) -> list[str]:
    if not addresses.OURS.fullmatch(conf.base_url) or not conf.host:
        return ["LATCHKEY_BASE_URL must be an address such as https://login.example.com, without a path."]
    if conf.demo and not addresses.is_near(conf.host):
        return ["LATCHKEY_DEMO is for this computer and its own network: remove it to serve anybody else."]
    if not conf.https and not conf.demo:
        return ["LATCHKEY_BASE_URL must begin with https://; plain http is for the demo."]
    return []


def _keys(conf: Conf) -> list[str]:
    faults = []
    if len(conf.secret_key.get_secret_value()) < SHORTEST_SECRET:
        faults.append(f"LATCHKEY_SECRET_KEY must have at least {SHORTEST_SECRET} random characters.")
    if not conf.fernet_keys or not all(map(_is_fernet_key, conf.fernet_keys)):
        faults.append(
            "LATCHKEY_KEY_ENCRYPTION_KEYS must hold 32 random bytes in URL-safe base64 (or several, by commas)."
        )
    return faults


def _emulator(conf: Conf) -> list[str]:
    base_url = conf.twilio.base_url
    if base_url is None:
        return []
    if not conf.demo:
        return ["LATCHKEY_VERIFY_BASE_URL is for the emulator: remove it, or turn demo mode on."]
    if addresses.parts(base_url).hostname not in addresses.LOOPBACK:
        return ["LATCHKEY_VERIFY_BASE_URL must be an address of this computer."]
    return []


def _metadata(conf: Conf) -> list[str]:
    faults = []
    if conf.contact and not EMAIL.fullmatch(conf.contact):
        faults.append("LATCHKEY_CONTACT must be an email address.")
    if conf.logo and not (conf.logo.startswith("https://") and conf.logo.isprintable() and " " not in conf.logo):
        faults.append("LATCHKEY_LOGO must be an https address.")
    try:
        conf.networks  # noqa: B018 - read for its fault
    except ValueError as error:
        faults.append(f"LATCHKEY_OUTGOING_NETWORKS must hold networks such as 10.1.0.0/16, by commas: {error}.")
    return faults


def _sending(conf: Conf) -> list[str]:
    faults = []
    if conf.default_country and conf.default_country not in SUPPORTED_REGIONS:
        faults.append("LATCHKEY_DEFAULT_COUNTRY must be a region of two letters, such as ES or GB.")
    if not set(conf.prices) <= PRICED or any(price < 0 for price in conf.prices.values()):
        faults.append(f"LATCHKEY_PRICES may name {', '.join(sorted(PRICED))}, each at nothing or more.")
    if conf.messaging_from and not SENDER.fullmatch(conf.messaging_from):
        faults.append("LATCHKEY_MESSAGING_FROM must be a number such as +12015550100, or MG and 32 hex digits.")
    if "sms" not in conf.offered_channels or not set(conf.offered_channels) <= CHANNELS:
        faults.append("LATCHKEY_CHANNELS must hold sms, and may hold call and whatsapp, by commas.")
    return faults


def _others(conf: Conf) -> list[str]:
    faults = []
    if addresses.parts(conf.database_url).scheme not in addresses.DATABASES:
        faults.append("DATABASE_URL must begin with postgres:// or sqlite:///.")
    if conf.redis_url and not addresses.names_a_redis(conf.redis_url):
        faults.append("REDIS_URL must be an address such as redis://127.0.0.1:6379/0 or unix:///run/redis.sock.")
    faults += [f"LATCHKEY_RETENTION_DAYS {fault}" for fault in retention.faults(conf.retention_days)]
    if (token := conf.metrics_token.get_secret_value()) and not METRICS_TOKEN.fullmatch(token):
        faults.append("LATCHKEY_METRICS_TOKEN must have at least 20 characters: letters, digits and -._~+/=")
    if conf.language not in LANGUAGES:
        faults.append(f"LATCHKEY_LANGUAGE must be one of {', '.join(LANGUAGES)}.")
    if conf.traces_to and find_spec("opentelemetry.sdk") is None:
        faults.append("OTEL_EXPORTER_OTLP_ENDPOINT takes the packages of requirements-otel.txt.")
    if conf.log_level.upper() not in LOG_LEVELS:
        faults.append(f"LATCHKEY_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.")
    return faults


def _is_fernet_key(text: str) -> bool:
    try:
        Fernet(text)
    except ValueError:
        return False
    return True
