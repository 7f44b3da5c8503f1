"""Listening: what is noted of a request while somebody listens, and what never is."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from idp import clock as ours
from idp.demo.sp.flavours import ENHANCED
from idp.saml import names
from idp.saml.connecting import listening
from idp.saml.models import HeardRequest, Listening, ServiceProvider
from tests.conftest import NOW
from tests.hostile.authn_requests import FLEX, asked, by_post, by_redirect, is_kept, is_taken
from tests.saml.keys import a_pair
from tests.saml.messages import a_body, a_query, a_signed_query

STRANGER = "<saml:Issuer>https://evil.example/</saml:Issuer>"
SAYS_ALL = (
    "<saml:Subject><saml:NameID>ana@acme.example</saml:NameID></saml:Subject>"
    f'<samlp:NameIDPolicy Format="{names.EMAIL_ADDRESS}" AllowCreate="true"/>'
    '<samlp:RequestedAuthnContext Comparison="exact"><saml:AuthnContextClassRef>'
    "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>"
)


@pytest.fixture
def ear(clock, flex):
    """Somebody listens, from nine o'clock on."""
    return listening.begin(ours.now())


def heard():
    return HeardRequest.objects.get()


def test_a_request_that_is_taken_is_noted_as_taken(ear, flex):
    assert is_taken(by_redirect(a_query(asked())))
    assert (heard().issuer, heard().binding, heard().outcome) == (FLEX, "redirect", "")


def test_a_posted_request_is_noted_with_the_address_it_names(ear, flex):
    acs = ENHANCED.acs_url(flex.url)
    assert is_kept(by_post(a_body(asked(AssertionConsumerServiceURL=acs))))
    assert (heard().binding, heard().acs_url) == ("post", acs)


def test_the_note_of_a_request_holds_nothing_about_a_person(ear):
    xml = asked(SAYS_ALL, ProviderName="Twilio", ForceAuthn="true", IssueInstant="2026-11-21T08:58:00Z")
    by_redirect(a_query(xml, RelayState="secret-of-ana"))
    says = heard().says
    assert (says["name_id_format"], says["comparison"], says["provider_name"]) == (
        names.EMAIL_ADDRESS,
        "exact",
        "Twilio",
    )
    assert says["contexts"] == ["urn:oasis:names:tc:SAML:2.0:ac:classes:Password"]
    assert (says["force_authn"], says["is_passive"], says["has_destination"]) == (True, False, True)
    assert 115 < says["skew"] < 130
    kept = repr(HeardRequest.objects.values())
    assert "ana" not in kept
    assert "secret" not in kept


REFUSED = {
    "a stranger": (a_query(asked(issuer=STRANGER)), "saml_unknown_service_provider"),
    "another ACS": (a_query(asked(AssertionConsumerServiceURL="https://evil.example/acs")), "saml_unregistered_acs"),
    "another destination": (a_query(asked(Destination="https://other.example/")), "saml_wrong_destination"),
    "an old one": (a_query(asked(IssueInstant="2026-11-21T07:00:00Z")), "saml_stale_request"),
    "a foreign key": (a_signed_query(asked(), a_pair("stranger")), "saml_unknown_signing_key"),
    "a name that is not given": (
        a_query(asked(f'<samlp:NameIDPolicy Format="{names.TRANSIENT}"/>')),
        "saml_answer_with_status",
    ),
}


@pytest.mark.parametrize(("query", "outcome"), REFUSED.values(), ids=REFUSED)
def test_a_request_that_is_refused_is_noted_with_the_reason(ear, query, outcome):
    page = by_redirect(query)
    assert (heard().outcome, heard().reference) == (outcome, page.response.headers["X-Reference"])


def test_a_signature_is_recorded_whoever_made_it(ear):
    by_redirect(a_signed_query(asked(), a_pair("stranger")))
    assert heard().signed


def test_a_refused_request_is_recorded_with_the_status(ear):
    by_redirect(a_query(asked(f'<samlp:NameIDPolicy Format="{names.TRANSIENT}"/>')))
    assert heard().says["answered_with"] == "InvalidNameIDPolicy"


def test_a_request_that_may_show_no_page_is_recorded_with_the_status_if_one_was_needed(ear):
    by_redirect(a_query(asked(IsPassive="true")))
    assert (heard().outcome, heard().says["answered_with"]) == ("saml_answer_with_status", "NoPassive")


def test_a_request_that_a_changed_service_accepts_is_not_recorded_as_refused(ear):
    """It begins by what the process heard last, is told no by that, and looks again."""
    may_ask_so = f'<samlp:NameIDPolicy Format="{names.TRANSIENT}"/>'
    by_redirect(a_query(asked(may_ask_so)))
    assert heard().outcome == "saml_answer_with_status"
    generic = {"profile": "generic", "name_id_format": names.TRANSIENT}
    ServiceProvider.objects.filter(slug=ENHANCED.slug).update(**generic)
    assert is_taken(by_redirect(a_query(asked(may_ask_so))))
    assert [it.outcome for it in HeardRequest.objects.order_by("pk")] == ["saml_answer_with_status", ""]


UNREADABLE = {
    "no XML": a_query(b"hello"),
    "an entity": a_query(b'<!DOCTYPE x [<!ENTITY e "e">]>' + asked()),
    "a bomb": a_query(b" " * 10_000_000),
    "twice": f"{a_query(asked())}&{a_query(asked())}",
    "nothing": "SAMLRequest=",
}


@pytest.mark.parametrize("query", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_request_is_noted_by_its_error_alone(ear, query):
    page = by_redirect(query)
    assert page.status in (400, 413)
    row = heard()
    assert (row.issuer, row.acs_url, row.says) == ("", "", {})
    assert row.outcome.startswith("saml_")


def test_long_texts_are_cut_and_a_cut_address_shows_it(ear):
    long = "x" * 20_000
    by_redirect(
        a_query(
            asked(
                issuer=f"<saml:Issuer>urn:{long}</saml:Issuer>",
                AssertionConsumerServiceURL=f"https://evil.example/{long}",
                ProviderName=long,
            )
        )
    )
    row = heard()
    assert (len(row.issuer), len(row.acs_url), len(row.says["provider_name"])) == (1024, 2048, 200)
    assert row.acs_url.endswith(listening.CUT)


def test_a_flood_of_strangers_hides_neither_flex_nor_what_is_connected(ear, flex):
    by_redirect(a_query(asked()))
    by_redirect(a_query(asked(issuer=f"<saml:Issuer>urn:flex:JQ{'9' * 32}</saml:Issuer>")))
    for nth in range(25):
        by_redirect(a_query(asked(issuer=f"<saml:Issuer>urn:stranger:{nth}</saml:Issuer>")))
    issuers = set(HeardRequest.objects.values_list("issuer", flat=True))
    assert HeardRequest.objects.count() == listening.MOST_HEARD
    assert {FLEX, f"urn:flex:JQ{'9' * 32}", "urn:stranger:24"} <= issuers
    assert "urn:stranger:0" not in issuers


def test_nothing_is_noted_while_nobody_listens(clock, flex):
    by_redirect(a_query(asked()))
    by_redirect(a_query(asked(issuer=STRANGER)))
    assert not HeardRequest.objects.exists()


@pytest.mark.parametrize("after", [timedelta(minutes=10), timedelta(days=1)])
def test_listening_ends_by_itself_after_ten_minutes(ear, clock, after):
    clock.shift(after)
    by_redirect(a_query(asked(issuer=STRANGER)))
    assert not HeardRequest.objects.exists()


def test_stopping_ends_listening_at_once_and_keeps_the_requests(ear, clock):
    by_redirect(a_query(asked(issuer=STRANGER)))
    listening.end(ours.now())
    by_redirect(a_query(asked(issuer=STRANGER)))
    assert HeardRequest.objects.count() == 1


def test_two_operators_who_listen_share_the_requests(clock, db):
    listening.begin(NOW)
    HeardRequest.objects.create(at=NOW, issuer="urn:first", binding="post", signed=False, reference="7KQ2M-9TX4D")
    clock.shift(300)
    listening.begin(ours.now())
    assert Listening.objects.get().until >= NOW + timedelta(minutes=15)
    assert heard().issuer == "urn:first"


def test_listening_again_deletes_earlier_requests(clock, db):
    listening.begin(NOW)
    HeardRequest.objects.create(at=NOW, issuer="urn:first", binding="post", signed=False, reference="7KQ2M-9TX4D")
    listening.begin(NOW + timedelta(hours=1))
    assert not HeardRequest.objects.exists()
    assert Listening.objects.count() == 1


@pytest.mark.parametrize("issuer", [f"<saml:Issuer>{FLEX}</saml:Issuer>", STRANGER], ids=["taken", "refused"])
def test_a_request_costs_no_query_more_than_without_an_ear(client, clock, flex, monkeypatch, issuer):
    query = a_query(asked(issuer=issuer))
    client.get(f"/saml/sso?{query}")
    with CaptureQueriesContext(connection) as asked_with:
        client.get(f"/saml/sso?{query}")
    monkeypatch.setattr(listening, "_note", lambda *_: None)
    with CaptureQueriesContext(connection) as asked_without:
        client.get(f"/saml/sso?{query}")
    assert len(asked_with) == len(asked_without)


def test_a_note_that_cannot_be_written_fails_no_sign_in(ear, flex, monkeypatch):
    def full(*_, **__):
        raise DatabaseError("disk full")

    monkeypatch.setattr(HeardRequest, "save", full)
    assert is_taken(by_redirect(a_query(asked())))
    assert by_redirect(a_query(asked(issuer=STRANGER))).status == 403


def test_listening_that_a_clock_hours_ahead_began_notes_nothing_elsewhere_and_can_begin_anew(clock, flex):
    listening.begin(ours.now() + timedelta(hours=3))
    by_redirect(a_query(asked()))
    assert not HeardRequest.objects.exists()
    listening.begin(ours.now())
    by_redirect(a_query(asked()))
    assert heard().issuer == FLEX


def test_no_more_is_kept_at_a_node_whose_clock_is_almost_a_minute_behind_that_of_the_one_that_listens(clock, flex):
    listening.begin(ours.now() + timedelta(seconds=50))
    for _ in range(listening.MOST_HEARD + 2):
        by_redirect(a_query(asked()))
    assert HeardRequest.objects.count() == listening.MOST_HEARD
