"""The trail in the admin: found by what people read aloud, and changed by nobody."""

import pytest

from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.web.trail import words
from tests.conftest import NOW
from tests.web.seeded import REFERENCE, a_rule, a_signed_in_agent

pytestmark = pytest.mark.each_database

LIST = "/admin/audit/loginevent/"


@pytest.fixture
def lines(db, keys):
    """Two agents' lines: of the first with a known reference, of the second with others."""
    return [a_signed_in_agent(NOW, nth).agent for nth in (1, 2)]


@pytest.mark.parametrize(
    "typed", [REFERENCE, "7kq2m-9tx4d", "7KQ2M9TX4D", " 7kq2m 9tx4d ", "agent-1@", "AGENT-1@acme.example"]
)
def test_the_trail_is_found_by_reference_or_agent(admin, lines, typed):
    found = admin.get(LIST, {"q": typed}).context["cl"].result_list
    assert {it.agent for it in found} == {lines[0]}


def test_the_trail_is_found_by_address_and_device(admin, lines):
    assert len(admin.get(LIST, {"q": "192.0.2.7"}).context["cl"].result_list) == 4
    assert len(admin.get(LIST, {"q": "iPhone"}).context["cl"].result_list) == 2
    assert not admin.get(LIST, {"q": "203.0.113.9"}).context["cl"].result_list


def test_the_trail_is_filtered_by_what_happened(admin, lines):
    events.record(Kind.CODE_WRONG, Origin(None, "", "AAAAA-BBBBB"), NOW)
    assert len(admin.get(LIST, {"kind__exact": "code wrong"}).context["cl"].result_list) == 1


def test_a_line_names_the_rule_that_decided_and_what_was_understood(admin, keys):
    rule = a_rule("No Androids at work")
    judged = {"platform": ["android"], "form": ["phone", "tablet"], "client": []}
    line = events.record(
        Kind.REFUSED, Origin(None, "", REFERENCE), NOW, decided_by=str(rule.key), detail="", judged=judged
    )
    page = admin.get(f"{LIST}{line.pk}/change/").text
    assert "No Androids at work" in page
    assert "platform: android; form: phone or tablet; client: unknown" in page


def test_nobody_changes_or_removes_a_line(admin, lines):
    line = LoginEvent.objects.first()
    assert admin.post(f"{LIST}{line.pk}/change/", {"detail": "nothing happened"}).status_code == 403
    assert admin.post(f"{LIST}{line.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.post(f"{LIST}add/", {"kind": "signed in"}).status_code == 403
    admin.post(LIST, {"action": "delete_selected", "_selected_action": [line.pk], "post": "yes"})
    assert LoginEvent.objects.count() == 4


def test_no_list_of_records_offers_to_delete(admin, lines):
    lists = [LIST, *(f"/admin/{it}/" for it in ("saml/issuedassertion", "sso_sessions/ssosession", "agents/device"))]
    assert [it for it in lists if "delete_selected" in admin.get(it).text] == []


def test_a_hostile_user_agent_is_escaped(admin, db):
    origin = Origin("192.0.2.7", "<script>alert(1)</script>", REFERENCE)
    line = events.record(Kind.CODE_WRONG, origin, NOW, detail="<b>bold</b>")
    pages = admin.get(LIST).text + admin.get(f"{LIST}{line.pk}/change/").text
    assert "<script>alert" not in pages
    assert "<b>bold" not in pages


def test_an_unknown_reference_says_where_else_to_look(admin, lines):
    page = admin.get(LIST, {"q": "22222 33333"}).text
    assert "No event has the reference 22222-33333." in page
    assert "/admin/connect-flex/" in page
    assert "No event has" not in admin.get(LIST, {"q": REFERENCE}).text


def test_an_agent_of_the_trail_is_found_by_their_number(admin, lines):
    assert {it.agent for it in admin.get(LIST, {"q": "201 555 0101"}).context["cl"].result_list} == {lines[0]}


@pytest.mark.parametrize(
    ("kind", "detail", "said"),
    [
        (Kind.CODE_SENT, "sms: sent", "code sent: text"),
        (Kind.CODE_NOT_SENT, "sms: refused (60205)", "code could not be sent: text: refused (60205)"),
        (Kind.CODE_WRONG, "wrong", "wrong code"),
        (Kind.CODE_WRONG, "too many tries", "wrong code: too many tries"),
    ],
)
def test_a_line_of_the_trail_says_nothing_twice(kind, detail, said):
    assert words.sentence(LoginEvent(kind=kind, detail=detail)) == said
