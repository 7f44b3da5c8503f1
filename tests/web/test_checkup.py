"""Each finding, in order and not, with the real thing where it can be had."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pydantic import SecretStr

from idp.audit import events, sealing
from idp.audit.models import Kind as EventKind
from idp.demo.verify_emulator.misbehaviour import Fault, FaultKind
from idp.keys import certificates
from idp.keys.ending import Ending
from idp.keys.models import SigningKey
from idp.keys.models import State as KeyState
from idp.otp.models import Verification, VerificationSend
from idp.policies.access import Effect, Mode, Policy, Rule
from idp.policies.models import TimeoutPolicy
from idp.saml import published
from idp.web.checkup import (
    address,
    clocks,
    database,
    installation,
    outside,
    policy,
    proxies,
    signing_keys,
    trail,
    whole,
)
from idp.web.checkup import verify as verify_checkup
from idp.web.checkup.finding import State, as_values, fault, in_order, not_checked, ok, worst_first
from idp.web.checkup.proxies import Arrived
from tests.conftest import NOW, an_agent
from tests.policies import publishing
from tests.web.seeded import a_service
from tests.web.web_server import HEALTHY, Authority, a_web_server

OK, WARNING, FAULT, NOT_CHECKED = State.OK, State.WARNING, State.FAULT, State.NOT_CHECKED
HTTPS = "https://login.acme.example"


def states(found):
    return [it.state for it in found]


def sentence(found):
    """The one thing that is wrong, which has a remedy."""
    (ill,) = [it for it in found if it.state in (WARNING, FAULT)]
    assert ill.fix
    return ill.sentence


@pytest.fixture
def conf(settings):
    """The settings, with some of them changed."""

    def changed(**fields):
        return settings.LATCHKEY.model_copy(update=fields)

    return changed


@pytest.fixture
def twilio(settings):
    """Let the settings speak of another account, key or service at Twilio."""

    def change(**changed):
        other = settings.LATCHKEY.twilio.model_copy(update=changed)
        settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"twilio": other})

    return change


# Findings


def test_only_a_fault_makes_the_whole_not_in_order():
    fine = [ok("a", "b"), not_checked("a", "b")]
    assert in_order(fine)
    assert not in_order([*fine, fault("a", "b", "c")])
    assert as_values([fault("a", "b", "c")])["findings"] == [
        {"subject": "a", "state": "fault", "sentence": "b", "fix": "c"}
    ]


def test_the_worst_comes_first():
    assert states(worst_first([ok("a", ""), fault("z", "", ""), not_checked("b", "")])) == [FAULT, NOT_CHECKED, OK]


# Clock


@pytest.mark.parametrize(
    ("database_ahead", "twilio_ahead", "expected", "said"),
    [
        (0, 1, [OK, OK], "agree"),
        (5, 5, [OK, OK], "agree"),
        (6, None, [WARNING], "6 seconds apart, so one of them is wrong"),
        (61, None, [FAULT], "61 seconds apart, so one of them is wrong"),
        (90, 90, [FAULT, OK], "Our clock is 90 seconds behind Twilio's"),
        (-20, -20, [WARNING, OK], "Our clock is 20 seconds ahead of Twilio's"),
        (90, 0, [OK, FAULT], "The database's clock is 90 seconds ahead"),
        (0, 90, [FAULT, FAULT], "The database's clock is 90 seconds behind"),
    ],
)
def test_the_clock_that_is_off_is_named(database_ahead, twilio_ahead, expected, said):
    ahead = None if twilio_ahead is None else timedelta(seconds=twilio_ahead)
    found = clocks.judge(timedelta(seconds=database_ahead), ahead)
    assert states(found) == expected
    assert said in " ".join(it.sentence for it in found)


def test_the_databases_clock_agrees_with_ours(db):
    assert states(clocks.at_hand()) == [OK]


def test_a_clock_of_ours_that_was_moved_differs_from_the_databases(db, clock):
    clock.move_to(datetime.now(UTC) + timedelta(minutes=10))
    assert "apart" in sentence(clocks.at_hand())


def test_twilios_clock_is_read_from_the_head_of_an_answer(db, twilio, settings):
    with a_web_server({}, headers=[("Date", "Mon, 01 Jan 2024 00:00:00 GMT")]) as url:
        twilio(base_url=url)
        found = clocks.everywhere(settings.LATCHKEY)
    assert "ahead of Twilio's" in found[0].sentence


def test_a_clock_of_twilios_that_nobody_can_read_is_said_to_be_unread(db, twilio, settings):
    twilio(base_url="http://127.0.0.1:9")
    assert states(clocks.everywhere(settings.LATCHKEY)) == [OK, NOT_CHECKED]


# Keys


def test_keys_that_sign_are_in_order_and_need_one_query(db, keys, clock, django_assert_num_queries):
    assert states(signing_keys.look(NOW)) == [OK, OK]
    with django_assert_num_queries(1):
        signing_keys.stored(NOW)


def test_an_installation_without_a_key_is_in_order(db):
    assert states(signing_keys.look(NOW)) == [OK, OK]


def test_a_key_encrypted_under_a_lost_key_is_found(db, keys):
    SigningKey.objects.filter(use="token").update(private_key=Fernet(Fernet.generate_key()).encrypt(b"x").decode())
    assert "active key for long-lived tokens cannot be decrypted" in sentence(signing_keys.look(NOW))


def test_a_key_beside_the_certificate_of_another_is_found(db, keys):
    other = certificates.make_saml_key("other", NOW).certificate
    SigningKey.objects.filter(use="saml").update(certificate=other)
    assert "does not fit its certificate" in sentence(signing_keys.look(NOW))


def test_a_retired_saml_key_that_cannot_be_read_is_only_a_warning(db, keys):
    lost = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    SigningKey.objects.filter(use="saml").update(state=KeyState.RETIRED, retired_at=NOW, private_key=lost)
    assert states(signing_keys.stored(NOW)) == [WARNING]


def test_a_next_key_that_waits_long_is_told(db, keys):
    SigningKey.objects.filter(use="saml").update(state=KeyState.NEXT)
    assert states(signing_keys.stored(NOW + timedelta(days=30))) == [OK]
    assert "waits since 31 days" in sentence(signing_keys.stored(NOW + timedelta(days=31)))


def test_a_certificate_that_does_not_count_yet_is_told(db, keys):
    assert "counts only from" in sentence(signing_keys.stored(NOW - timedelta(days=2)))


def test_the_end_of_a_certificate_is_told_in_time(db, keys):
    ends = certificates.expires_at(SigningKey.objects.get(use="saml").certificate)
    assert in_order(signing_keys.look(ends - timedelta(days=30)))
    assert "ends" in sentence(signing_keys.look(ends - timedelta(days=30)))
    assert not in_order(signing_keys.look(ends))


@pytest.mark.parametrize(("loud", "expected"), [(True, FAULT), (False, WARNING)])
def test_an_end_without_time_to_plan_is_a_fault(loud, expected):
    assert signing_keys.dated(Ending("It ends.", loud)).state is expected


@pytest.mark.parametrize(("of_lxml", "expected"), [((2, 14, 6), OK), ((2, 13, 8), FAULT)])
def test_lxml_and_xmlsec_share_one_library(of_lxml, expected):
    assert signing_keys.libraries((2, 14, 6), of_lxml).state is expected


# Address and HTTPS


def metadata(entity_id, certificate=""):
    key = f'<d:X509Certificate xmlns:d="http://www.w3.org/2000/09/xmldsig#">{certificate}</d:X509Certificate>'
    body = (
        f'<m:EntityDescriptor xmlns:m="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}">'
        f"<m:IDPSSODescriptor>{key}</m:IDPSSODescriptor></m:EntityDescriptor>"
    )
    return ("200 OK", "application/samlmetadata+xml", body.encode())


def visit(conf, answers, **serving):
    with a_web_server({"/healthz": HEALTHY, **answers}, **serving) as url:
        return address.everywhere(conf(base_url=url, entity_id="urn:us"), datetime.now(UTC))


def test_our_own_address_is_ours(live_server, keys, settings):
    assert states(address.everywhere(settings.LATCHKEY, NOW)) == [OK, OK]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"/healthz": ("502 Bad Gateway", "text/html", b"")}, "/healthz answers 502"),
        ({"/healthz": ("200 OK", "text/html", b"Welcome to the web server")}, "/healthz answers 200"),
        ({"/saml/metadata": ("404 Not Found", "text/html", b"")}, "answers 404 as text/html"),
        ({"/saml/metadata": ("200 OK", "text/xml", metadata("urn:us")[2])}, "answers 200 as text/xml"),
        ({"/saml/metadata": metadata("urn:others")}, "of another entity ID"),
        ({"/saml/metadata": ("200 OK", "application/samlmetadata+xml", b"<!DOCTYPE x>")}, "of another entity ID"),
        ({"/saml/metadata": metadata("urn:us", "AAAA")}, "none of our keys"),
    ],
)
def test_whoever_else_answers_at_our_address_is_found_out(db, keys, conf, answers, said):
    own = SigningKey.objects.get(use="saml").certificate
    ours = metadata("urn:us", "".join(own.splitlines()[1:-1]))
    assert said in sentence(visit(conf, {"/saml/metadata": ours, **answers}))


@pytest.mark.parametrize(
    ("base_url", "said"),
    [
        ("http://no-such-host.invalid", "has no address"),
        ("http://127.0.0.1:9", "cannot be reached from here: connection refused"),
    ],
)
def test_an_address_that_leads_nowhere_is_told(db, conf, base_url, said):
    assert said in sentence(address.everywhere(conf(base_url=base_url), NOW))


@pytest.fixture
def authority(tmp_path, monkeypatch):
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    return made


def test_a_trusted_certificate_is_in_order_until_two_weeks_before_its_end(db, conf, authority):
    ours = {"/saml/metadata": metadata("urn:us")}
    found = visit(conf, ours, certificate=authority.certify())
    assert states(found) == [OK, OK, OK]
    assert "counts for 89 more days" in found[-1].sentence
    soon = authority.certify(lasts=timedelta(days=13, hours=1))
    assert "ends in 13 days" in sentence(visit(conf, ours, certificate=soon))


def test_a_certificate_that_phones_refuse_is_told(db, conf, authority, monkeypatch):
    ended = authority.certify(lasts=timedelta(days=-1))
    assert "certificate has expired" in sentence(visit(conf, {}, certificate=ended))
    assert "Hostname mismatch" in sentence(visit(conf, {}, certificate=authority.certify("other.example")))
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "its certificate is not accepted" in sentence(visit(conf, {}, certificate=authority.certify()))


def test_what_answers_but_is_no_web_server_is_told(db, conf, authority):
    with a_web_server({}, certificate=authority.certify()) as url, pytest.raises(outside.Unreachable):
        outside.get(url.replace("https:", "http:"))


@pytest.mark.parametrize(
    ("entity_id", "expected"),
    [("", OK), ("urn:acme:login", OK), ("two words", FAULT), ("acme", FAULT), (f"urn:{'x' * 1024}", FAULT)],
)
def test_an_entity_id_is_a_uri(conf, entity_id, expected):
    assert address.at_hand(conf(entity_id=entity_id))[0].state is expected


@pytest.mark.parametrize(
    ("base_url", "expected"), [(HTTPS, OK), ("http://localhost:8000", OK), ("http://192.168.1.7:8000", WARNING)]
)
def test_plain_http_is_for_this_computer(conf, base_url, expected):
    assert address.at_hand(conf(base_url=base_url))[1].state is expected


# Proxies


def arrived(*chain, proto="", host="login.acme.example"):
    return Arrived("10.0.0.1", chain, proto, "", host)


@pytest.mark.parametrize(
    ("said", "came", "expected"),
    [
        (0, arrived(proto="https"), "Set LATCHKEY_TRUSTED_PROXIES=1 "),
        (0, arrived("192.0.2.7", "10.0.0.2", proto="https"), "Set LATCHKEY_TRUSTED_PROXIES=2 "),
        (0, arrived("192.0.2.7"), "set LATCHKEY_TRUSTED_PROXIES=1 "),
        (1, arrived("192.0.2.7", "10.0.0.2", proto="https"), "set LATCHKEY_TRUSTED_PROXIES=2 "),
        (2, arrived("192.0.2.7", proto="https"), "set LATCHKEY_TRUSTED_PROXIES=1 "),
        (1, arrived(proto="https"), "append to X-Forwarded-For"),
        (1, arrived("192.0.2.7"), "set X-Forwarded-Proto to https"),
        (1, arrived("192.0.2.7", proto="http"), "set X-Forwarded-Proto to https"),
        (1, arrived("192.0.2.7", proto="https", host="10.0.0.5:8000"), "pass on Host unchanged"),
    ],
)
def test_what_the_proxies_add_and_the_settings_say_must_fit(conf, said, came, expected):
    found = proxies.judge(came, conf(base_url=HTTPS, trusted_proxies=said))
    (ill,) = found
    assert expected in ill.fix
    assert ill.state in (WARNING, FAULT)


@pytest.mark.parametrize(("said", "chain"), [(1, ["192.0.2.7"]), (2, ["192.0.2.7", "10.0.0.2"])])
def test_proxies_that_fit_are_in_order(conf, said, chain):
    assert states(proxies.judge(arrived(*chain, proto="https"), conf(base_url=HTTPS, trusted_proxies=said))) == [OK]


@pytest.mark.parametrize(
    ("base_url", "said", "expected"), [(HTTPS, 0, WARNING), (HTTPS, 1, NOT_CHECKED), ("http://localhost", 0, OK)]
)
def test_without_a_request_the_setting_alone_is_judged(conf, base_url, said, expected):
    assert states(proxies.at_hand(conf(base_url=base_url, trusted_proxies=said))) == [expected]


# Verify


def test_twilio_knows_us_and_nothing_is_sent(verify):
    found = verify_checkup.everywhere()
    assert states(found) == [OK]
    assert "“Latchkey” stands in each text" in found[0].sentence
    assert verify.state.counters()["paths"] == {"GET Services/{Sid}": 1}
    assert verify.state.messages() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"account_sid": "AC" + "f" * 32, "api_key": "SK" + "f" * 32}, "refuses our credentials (20003)"),
        ({"service_sid": "VA" + "f" * 32}, "no service of TWILIO_VERIFY_SERVICE_SID"),
        ({"base_url": "http://127.0.0.1:9"}, "cannot be reached"),
    ],
)
def test_each_thing_that_does_not_fit_at_twilio_has_its_own_words(verify, twilio, changed, said):
    twilio(**changed)
    assert said in sentence(verify_checkup.everywhere())


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Fault(FaultKind.ERROR, status=403, code=20005), "has suspended the account"),
        (Fault(FaultKind.UNAVAILABLE), "no usable answer (status 503"),
        (Fault(FaultKind.HTML), "no usable answer (status 502"),
        (Fault(FaultKind.TRUNCATED), "no usable answer"),
        (Fault(FaultKind.DROP), "cannot be reached"),
        (Fault(FaultKind.FIELDS, fields={"code_length": 4}), "codes of 4 digits, and our form takes 6"),
        (Fault(FaultKind.FIELDS, fields={"sid": "VA" + "0" * 32}), "no usable answer"),
    ],
)
def test_each_trouble_at_twilio_has_its_own_words(verify, trouble, said):
    verify.state.order_faults([trouble])
    assert said in sentence(verify_checkup.everywhere())


@pytest.mark.parametrize(("api_key", "expected"), [("SK" + "a" * 32, OK), ("AC" + "a" * 32, FAULT), ("", WARNING)])
def test_credentials_have_a_shape(conf, settings, api_key, expected):
    other = settings.LATCHKEY.twilio.model_copy(update={"api_key": api_key})
    assert states(verify_checkup.shape(conf(twilio=other))) == [expected]


def test_the_last_text_tells_whether_twilio_takes_our_credentials(db):
    assert verify_checkup.at_hand() == []
    verification = Verification.objects.create(counted_as="x", started_at=NOW)
    for nth, answer in enumerate(["misconfigured (20003)", "not sent: nobody has this number"], 1):
        VerificationSend.objects.create(verification=verification, nth=nth, channel="sms", at=NOW, answer=answer)
    assert "misconfigured (20003): nobody gets a code" in sentence(verify_checkup.at_hand())
    VerificationSend.objects.create(verification=verification, nth=3, channel="sms", at=NOW, answer="sent")
    assert verify_checkup.at_hand() == []


# Database


def test_the_database_of_the_tests_is_in_order(db):
    assert states(database.look()) == [OK, OK, OK]


@pytest.mark.parametrize(
    ("app", "choose", "said"),
    [("web", max, "1 changes of tables are not applied"), ("agents", min, "in another order than this version wants")],
)
def test_tables_that_are_not_up_to_date_are_told(transactional_db, app, choose, said):
    recorder = MigrationRecorder(connection)
    gone = choose(name for of, name in recorder.applied_migrations() if of == app)
    recorder.record_unapplied(app, gone)
    try:
        assert said in sentence(database.look())
    finally:
        recorder.record_applied(app, gone)


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (database.version(15), OK),
        (database.version(14), FAULT),
        (database.version(0), FAULT),
        (database.isolation("read committed"), OK),
        (database.isolation("serializable"), WARNING),
        (database.journal("wal"), OK),
        (database.journal("delete"), WARNING),
        (database.room(2 * 1024**3), OK),
        (database.room(500 * 1024**2), WARNING),
        (database.room(50 * 1024**2), FAULT),
        (database.workers("4"), WARNING),
        (database.away('connection failed: FATAL: password authentication failed for user "u"', "h"), FAULT),
        (database.away('FATAL: database "latchkey" does not exist', "h"), FAULT),
    ],
)
def test_a_database_is_judged_by_what_it_says(finding, expected):
    assert finding.state is expected
    assert bool(finding.fix) is (expected is not OK)


@pytest.mark.parametrize("count", ["", "1", "many"])
def test_one_process_may_use_a_file(count):
    assert database.workers(count) is None


def test_a_superuser_of_postgresql_is_too_mighty_to_serve(db):
    told = states(database.account())
    assert told == ([WARNING] if connection.vendor == "postgresql" else [])  # which is what tests are there


# Policy, program


def test_what_operators_set_up_is_counted(db):
    assert states(policy.look()) == [OK, WARNING, WARNING, OK]
    a_service()
    an_agent()
    assert states(policy.look()) == [OK] * 4


def test_a_rule_that_cannot_be_read_is_a_fault(db):
    assert policy.look()[0].state is OK
    publishing.broken([{"field": "moon"}])
    assert "nobody is let in" in policy.look()[0].sentence


@pytest.mark.parametrize(("mode", "expected"), [(Mode.ON, WARNING), (Mode.WATCH, OK)])
def test_a_rule_that_refuses_everybody_is_told(mode, expected):
    assert policy.rules(Policy((Rule("k", "Stop", mode, Effect.DENY),))).state is expected


def test_a_missing_built_in_timeout_policy_is_told(db):
    TimeoutPolicy.objects.filter(name="legacy").delete()
    assert "missing: legacy" in policy.look()[-1].sentence


def test_a_program_as_installed_is_in_order(conf):
    assert states(installation.look(conf())) == [OK] * 4


def test_a_program_of_a_development_machine_is_not(conf, settings):
    settings.DEBUG = True
    found = installation.look(conf(secret_key=SecretStr("short"), base_url="http://192.168.1.7", demo=True))
    assert states(found) == [FAULT, WARNING, FAULT, OK]
    assert installation.files(["base.html"]).state is FAULT


# The whole


def test_what_stands_in_a_database_that_is_away_is_not_checked(db, conf, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "NAME", "")
    found = whole.everything(conf(), NOW, online=False)
    assert [it.subject for it in found if it.state is FAULT] == ["database"]
    assert {it.subject for it in found if it.state is NOT_CHECKED} >= {"clock", "keys", "policy"}


def test_the_metadata_that_is_published_is_what_is_looked_for(db, keys, conf):
    answer = outside.Answer(200, {"content-type": address.METADATA}, published.metadata_document(NOW), None)
    assert address.published(answer, conf().saml_entity_id, address._own_certificates()).state is OK


def test_a_logo_that_cannot_be_shown_is_told_with_what_would_do(conf, tmp_path):
    file = tmp_path / "logo.gif"
    file.write_bytes(b"GIF89a")
    found = installation.look(conf(brand_logo=str(file)))[-1]
    assert (found.state, found.sentence) == (WARNING, "The logo is not shown: This is neither an SVG nor a PNG file.")


# Trail


def test_lines_that_wait_for_an_hour_are_a_warning_until_something_seals(db, keys):
    events.record(EventKind.CODE_WRONG, events.Origin("", "", "7KQ2M-9TX4D"), NOW)
    assert states(trail.look(NOW + timedelta(minutes=59))) == [OK]
    assert "for their seals" in sentence(trail.look(NOW + timedelta(minutes=61)))
    sealing.seal_some(NOW + timedelta(minutes=61))
    assert states(trail.look(NOW + timedelta(minutes=61))) == [OK]
