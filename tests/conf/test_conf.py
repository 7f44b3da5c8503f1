"""The environment is read once, refused as a whole, and never repeated in what is said about it."""

import os

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from redis import ConnectionPool

from idp import conf
from idp.conf import ConfigurationError, loading, retention
from idp.conf.faults import CHANNELS
from idp.otp.channels import Channel

SECRETS = {
    "LATCHKEY_SECRET_KEY": "a secret key that nobody guesses, fifty characters long",
    "LATCHKEY_KEY_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "TWILIO_API_SECRET": "the secret of the API key",
    "DATABASE_URL": "postgres://latchkey:password@db.example.com/latchkey",
}
REAL = SECRETS | {
    "LATCHKEY_BASE_URL": "https://login.example.com",
    "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
    "TWILIO_API_KEY": "SK" + "c" * 32,
    "TWILIO_VERIFY_SERVICE_SID": "VA" + "b" * 32,
}
DEMO = {
    "LATCHKEY_DEMO": "1",
    "LATCHKEY_BASE_URL": "http://localhost:8000",
    "LATCHKEY_VERIFY_BASE_URL": "http://127.0.0.1:8001",
}


@pytest.fixture
def load(monkeypatch):
    """Load the settings from a real installation's environment with some variables changed; None removes one."""

    def load(**changed):
        for name in list(os.environ):
            if name.startswith(("LATCHKEY_", "TWILIO_", "DATABASE_", "REDIS_")):
                monkeypatch.delenv(name)
        for name, value in (REAL | changed).items():
            if value is not None:
                monkeypatch.setenv(name, value)
        return conf.load(dict(os.environ))

    return load


@pytest.fixture
def faults(load):
    def faults(**changed):
        with pytest.raises(ConfigurationError) as refused:
            load(**changed)
        return refused.value.faults

    return faults


def test_a_real_installation_is_read(load):
    read = load()
    assert (read.host, read.https, read.demo) == ("login.example.com", True, False)
    assert read.saml_entity_id == "https://login.example.com/saml/metadata"
    assert (read.quiet_seconds, read.trusted_proxies, read.wrong_code_seconds) == (60, 0, 1.0)
    assert (read.twilio.username, read.twilio.password) == ("SK" + "c" * 32, "the secret of the API key")


def test_the_demo_is_read(load):
    read = load(**DEMO)
    assert (read.host, read.https, read.demo) == ("localhost", False, True)


def test_without_an_api_key_the_account_and_its_token_are_used(load):
    read = load(TWILIO_API_KEY=None, TWILIO_API_SECRET=None, TWILIO_AUTH_TOKEN="the token")
    assert (read.twilio.username, read.twilio.password) == ("AC" + "a" * 32, "the token")


def test_several_encryption_keys_may_stand_by_commas(load):
    first, second = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    assert load(LATCHKEY_KEY_ENCRYPTION_KEYS=f" {first} ,{second},").fernet_keys == [first, second]


def test_an_empty_variable_is_as_good_as_none(load):
    read = load(LATCHKEY_QUIET_SECONDS="", LATCHKEY_VERIFY_BASE_URL="", LATCHKEY_ENTITY_ID="")
    assert (read.quiet_seconds, read.twilio.base_url) == (60, None)


def test_the_country_is_read_in_any_letter_case(load):
    assert load(LATCHKEY_DEFAULT_COUNTRY="es").default_country == "ES"


def test_texts_and_channels_are_read(load):
    read = load(
        LATCHKEY_VERIFY_LOCALE="pt-BR", LATCHKEY_VERIFY_TEMPLATE="HJ" + "e" * 32, LATCHKEY_CHANNELS="sms, whatsapp"
    )
    assert (read.twilio.locale, read.twilio.template_sid) == ("pt-BR", "HJ" + "e" * 32)
    assert read.offered_channels == ("sms", "whatsapp")
    assert (load().offered_channels, load().web_otp) == (("sms", "call"), False)


def test_days_that_are_not_chosen_keep_their_default(load):
    days = retention.days(load(LATCHKEY_RETENTION_DAYS='{"trail": 730}').retention_days)
    assert (days["trail"], days["answers"]) == (730, 30)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis://localhost",
        "redis://:a,b;c@[::1]:6380/3",
        "rediss://user:password@redis.example.com/",
        "unix:///run/r?db=1",
    ],
)
def test_a_redis_is_one_that_its_library_reads(load, url):
    assert load(REDIS_URL=url).redis_url == url
    if url:
        assert ConnectionPool.from_url(url)


def test_the_channels_of_the_settings_are_those_of_the_gateway():
    assert set(Channel) == CHANNELS


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        pytest.param({"LATCHKEY_BASE_URL": None}, "LATCHKEY_BASE_URL", id="no address"),
        pytest.param({"LATCHKEY_BASE_URL": "login.example.com"}, "LATCHKEY_BASE_URL", id="no scheme"),
        pytest.param({"LATCHKEY_BASE_URL": "ftp://login.example.com"}, "LATCHKEY_BASE_URL", id="other scheme"),
        pytest.param({"LATCHKEY_BASE_URL": "https://login.example.com/"}, "LATCHKEY_BASE_URL", id="final slash"),
        pytest.param({"LATCHKEY_BASE_URL": "https://login.example.com?x=1"}, "LATCHKEY_BASE_URL", id="query"),
        pytest.param({"LATCHKEY_BASE_URL": "https://login.example.com#x"}, "LATCHKEY_BASE_URL", id="fragment"),
        pytest.param({"LATCHKEY_BASE_URL": "https://a@login.example.com"}, "LATCHKEY_BASE_URL", id="user"),
        pytest.param({"LATCHKEY_BASE_URL": "https://[login"}, "LATCHKEY_BASE_URL", id="no URL"),
        pytest.param({"LATCHKEY_BASE_URL": "https://login.example.com:many"}, "LATCHKEY_BASE_URL", id="odd port"),
        pytest.param({"LATCHKEY_BASE_URL": "http://login.example.com"}, "https://", id="plain http"),
        pytest.param({"LATCHKEY_SECRET_KEY": None}, "LATCHKEY_SECRET_KEY", id="no secret key"),
        pytest.param({"LATCHKEY_SECRET_KEY": "x" * 49}, "LATCHKEY_SECRET_KEY", id="short secret key"),
        pytest.param({"LATCHKEY_KEY_ENCRYPTION_KEYS": None}, "KEY_ENCRYPTION_KEYS", id="no encryption key"),
        pytest.param({"LATCHKEY_KEY_ENCRYPTION_KEYS": ","}, "KEY_ENCRYPTION_KEYS", id="empty encryption keys"),
        pytest.param({"LATCHKEY_KEY_ENCRYPTION_KEYS": "abc"}, "KEY_ENCRYPTION_KEYS", id="no Fernet key"),
        pytest.param({"LATCHKEY_VERIFY_BASE_URL": "http://127.0.0.1:8001"}, "VERIFY_BASE_URL", id="emulator"),
        pytest.param(DEMO | {"LATCHKEY_VERIFY_BASE_URL": "http://evil.example"}, "this computer", id="far emulator"),
        pytest.param({"TWILIO_ACCOUNT_SID": None}, "TWILIO_ACCOUNT_SID", id="no account"),
        pytest.param({"TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_ACCOUNT_SID", id="odd account"),
        pytest.param({"TWILIO_VERIFY_SERVICE_SID": "VA"}, "TWILIO_VERIFY_SERVICE_SID", id="odd service"),
        pytest.param({"TWILIO_API_SECRET": None}, "TWILIO_API_SECRET", id="no Twilio secret"),
        pytest.param({"LATCHKEY_QUIET_SECONDS": "soon"}, "LATCHKEY_QUIET_SECONDS", id="no number"),
        pytest.param({"LATCHKEY_QUIET_SECONDS": "-1"}, "LATCHKEY_QUIET_SECONDS", id="under nothing"),
        pytest.param({"LATCHKEY_WRONG_CODE_SECONDS": "inf"}, "LATCHKEY_WRONG_CODE_SECONDS", id="for ever"),
        pytest.param({"LATCHKEY_PHONES_PER_AGENT": "0"}, "LATCHKEY_PHONES_PER_AGENT", id="no phone"),
        pytest.param({"LATCHKEY_PHONES_PER_AGENT": "11"}, "LATCHKEY_PHONES_PER_AGENT", id="eleven phones"),
        pytest.param({"LATCHKEY_TRUSTED_PROXIES": "1.5"}, "LATCHKEY_TRUSTED_PROXIES", id="half a proxy"),
        pytest.param({"LATCHKEY_DEMO": "perhaps"}, "LATCHKEY_DEMO", id="neither yes nor no"),
        pytest.param({"LATCHKEY_VERIFY_TEMPLATE": "HJ12"}, "LATCHKEY_VERIFY_TEMPLATE", id="odd template"),
        pytest.param({"LATCHKEY_VERIFY_LOCALE": "Spanish"}, "LATCHKEY_VERIFY_LOCALE", id="odd locale"),
        pytest.param({"LATCHKEY_CHANNELS": "call"}, "LATCHKEY_CHANNELS", id="no texts"),
        pytest.param({"LATCHKEY_CHANNELS": "sms,pigeon"}, "LATCHKEY_CHANNELS", id="odd channel"),
        pytest.param({"LATCHKEY_LOG_LEVEL": "LOUD"}, "LATCHKEY_LOG_LEVEL", id="no log level"),
        pytest.param({"LATCHKEY_DEFAULT_COUNTRY": "Spain"}, "LATCHKEY_DEFAULT_COUNTRY", id="a country by its name"),
        pytest.param({"LATCHKEY_DEFAULT_COUNTRY": "UK"}, "LATCHKEY_DEFAULT_COUNTRY", id="no region"),
        pytest.param({"DATABASE_URL": "mysql://a:password@b/c"}, "DATABASE_URL", id="other database"),
        pytest.param({"DATABASE_URL": "nonsense"}, "DATABASE_URL", id="no database"),
        pytest.param({"LATCHKEY_PRICES": "{5"}, "LATCHKEY_PRICES", id="no JSON"),
        pytest.param({"LATCHKEY_PRICES": '{"text": 0.01}'}, "LATCHKEY_PRICES", id="a price of nothing"),
        pytest.param({"LATCHKEY_PRICES": '{"sms": -0.01}'}, "LATCHKEY_PRICES", id="a price below nothing"),
        pytest.param({"LATCHKEY_RETENTION_DAYS": "400"}, "LATCHKEY_RETENTION_DAYS", id="days of nothing"),
        pytest.param({"LATCHKEY_RETENTION_DAYS": '{"trail": "long"}'}, "LATCHKEY_RETENTION_DAYS", id="no days"),
        pytest.param({"LATCHKEY_RETENTION_DAYS": '{"trial": 400}'}, "knows no trial", id="no such rows"),
        pytest.param({"LATCHKEY_RETENTION_DAYS": '{"answers": 1}'}, "answers for 15 to 3650 days", id="too few days"),
        pytest.param({"LATCHKEY_RETENTION_DAYS": '{"trail": 9999}'}, "3650 days, not 9999", id="too many days"),
        pytest.param({"REDIS_URL": "localhost:6379"}, "REDIS_URL", id="no scheme of Redis"),
        pytest.param({"REDIS_URL": "http://localhost"}, "REDIS_URL", id="no Redis"),
        pytest.param({"REDIS_URL": "redis://"}, "REDIS_URL", id="Redis nowhere"),
        pytest.param({"REDIS_URL": "redis://localhost:many"}, "REDIS_URL", id="odd port of Redis"),
        pytest.param({"REDIS_URL": "redis://localhost/latchkey"}, "REDIS_URL", id="odd database of Redis"),
        pytest.param({"REDIS_URL": "unix://redis.sock"}, "REDIS_URL", id="no socket of Redis"),
        pytest.param({"REDIS_URL": "redis+sentinel://a,b"}, "REDIS_URL", id="a Redis behind Sentinel without a name"),
        pytest.param({"LATCHKEY_REQUESTS_A_MINUTE": "-1"}, "REQUESTS_A_MINUTE", id="fewer requests than none"),
    ],
)
def test_each_fault_is_named_alone(faults, changed, named):
    told = faults(**changed)
    assert len(told) == 1
    assert named in told[0]


def test_every_fault_is_named_at_once(faults):
    told = faults(
        LATCHKEY_BASE_URL="http://login.example.com",
        LATCHKEY_SECRET_KEY="short",
        LATCHKEY_KEY_ENCRYPTION_KEYS=None,
        LATCHKEY_VERIFY_BASE_URL="http://127.0.0.1:8001",
        LATCHKEY_QUIET_SECONDS="soon",
        LATCHKEY_TRUSTED_PROXIES="-1",
        LATCHKEY_LOG_LEVEL="LOUD",
        TWILIO_ACCOUNT_SID=None,
        TWILIO_API_KEY=None,
        TWILIO_API_SECRET=None,
        TWILIO_VERIFY_SERVICE_SID=None,
        DATABASE_URL="nonsense",
    )
    assert len(told) == 11


@pytest.mark.parametrize("token", ["x" * 19, "twenty characters and spaces", "ünfzehn-und-fünf-mehr"])
def test_a_token_of_a_monitor_is_long_and_plain_and_not_repeated(faults, token):
    (fault,) = faults(LATCHKEY_METRICS_TOKEN=token)
    assert "LATCHKEY_METRICS_TOKEN" in fault
    assert token not in fault


@pytest.mark.parametrize(
    "base_url",
    ["https://login.example.com", "http://login.example.com", "http://8.8.8.8:8000", "https://localhost.example.com"],
)
def test_the_demo_is_refused_where_strangers_could_reach_it(faults, base_url):
    told = faults(**DEMO | {"LATCHKEY_BASE_URL": base_url})
    assert [fault for fault in told if fault.startswith("LATCHKEY_DEMO")]


@pytest.mark.parametrize(
    "base_url", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000", "http://192.168.1.7:8000"]
)
def test_the_demo_serves_this_computer_and_its_own_network(load, base_url):
    assert load(**DEMO | {"LATCHKEY_BASE_URL": base_url}).demo


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LATCHKEY_CONTACT", "the team"),
        ("LATCHKEY_LOGO", "http://acme.example/logo.png"),
        ("LATCHKEY_LOGO", "https://acme.example/my logo.png"),
        ("LATCHKEY_OUTGOING_NETWORKS", "10.1.0.0/16, inside"),
        ("LATCHKEY_OUTGOING_NETWORKS", "10.1.0.1/16"),
    ],
)
def test_a_setting_that_metadata_cannot_hold_is_refused(faults, name, value):
    assert [fault.split(" ")[0] for fault in faults(**{name: value})] == [name]


def test_networks_are_read_and_this_computer_is_one_of_them_only_in_the_demo(load):
    for name in ("LATCHKEY_OUTGOING_NETWORKS", "LATCHKEY_METADATA_NETWORKS"):  # the second is its old name
        listed = load(**{name: "10.1.0.0/16, fd00::/8"}).networks
        assert [str(it) for it in listed] == ["10.1.0.0/16", "fd00::/8"]
    assert load().networks == ()
    assert [str(it) for it in load(**DEMO).networks] == ["127.0.0.0/8", "::1/128"]


def test_a_shell_without_any_setting_reads_how_to_get_them(faults, monkeypatch, tmp_path):
    monkeypatch.setattr(loading, "DEMO_ENVIRONMENT", tmp_path / "none")
    assert faults(**dict.fromkeys(REAL))[0] == loading.NOT_LOADED
    assert loading.NOT_LOADED not in faults(LATCHKEY_SECRET_KEY="short")


def test_no_message_holds_a_secret(load):
    wrong = {name: f"wrong {value}" for name, value in SECRETS.items() if name != "LATCHKEY_SECRET_KEY"}
    with pytest.raises(ConfigurationError) as refused:
        load(**wrong, LATCHKEY_SECRET_KEY="too short to keep", LATCHKEY_QUIET_SECONDS="soon", TWILIO_ACCOUNT_SID="x")
    told = f"{refused.value}{refused.value!r}{refused.value.__context__}"
    for secret in [*SECRETS.values(), "too short to keep"]:
        assert secret not in told
    assert "password" not in told


def test_no_picture_of_the_settings_shows_a_secret(load):
    pictured = f"{load()!r}{load().twilio!r}{load()}"
    for name in ("LATCHKEY_SECRET_KEY", "LATCHKEY_KEY_ENCRYPTION_KEYS", "TWILIO_API_SECRET"):
        assert SECRETS[name] not in pictured


def test_the_demos_own_file_is_read_only_where_nothing_speaks_of_latchkey(load, monkeypatch, tmp_path):
    file = tmp_path / "demo.env"
    file.write_text("\n".join(f"{name}={value}" for name, value in (REAL | DEMO).items()))
    monkeypatch.setattr(loading, "DEMO_ENVIRONMENT", file)
    assert not load().demo
    assert load(**dict.fromkeys(REAL)).demo


def test_settings_cannot_be_changed_once_read(load):
    with pytest.raises(ValueError, match="frozen"):
        load().demo = True


def test_django_reads_a_setting_without_asking_for_what_is_not_there(load, monkeypatch):
    missed = []
    monkeypatch.setattr(conf.Conf, "__getattr__", lambda _, name: missed.append(name))
    holder = LazySettings()
    holder.configure(LATCHKEY=load())
    assert holder.LATCHKEY.base_url
    assert missed == []
