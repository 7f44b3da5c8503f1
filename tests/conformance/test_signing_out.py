"""Logout at one service, and its propagation to the others."""

from idp.saml import names
from idp.sessions.models import SsoSession
from tests.conformance.metadata import logout
from tests.conformance.readers import found
from tests.pretend_service import SLO, statuses
from tests.saml.logout.peer import a_signed_redirect
from tests.saml.metadata.documents import key


def go(phone, address):
    return phone.http.get(address, allow_redirects=False, timeout=30)


def is_over(told):
    return SsoSession.objects.get(index=told.session_index).ended_at is not None


def test_idp17_a_logout_at_one_service_is_propagated_to_the_others(phone, shifts, wiki):
    at_shifts, at_wiki = shifts.sign_in(phone), wiki.sign_in(phone)
    asked, _ = wiki.read_address(go(phone, shifts.logout_url(at_shifts, "x", ID="_bye")).headers["Location"])
    assert is_over(at_shifts)
    assert found(asked, "saml:NameID/text() | samlp:SessionIndex/text()") == [at_wiki.name_id, at_wiki.session_index]
    answer, relay_state = shifts.read_address(go(phone, wiki.answer_url(asked)).headers["Location"])
    assert (statuses(answer), answer.get("InResponseTo"), relay_state) == ([names.SUCCESS], "_bye", "x")


def test_idp17_the_logout_response_says_whether_every_service_was_reached(phone, shifts, wiki):
    told, _ = shifts.sign_in(phone), wiki.sign_in(phone)
    asked, _ = wiki.read_address(go(phone, shifts.logout_url(told)).headers["Location"])
    refused = wiki.answer_url(asked, status=names.RESPONDER)
    answer, _ = shifts.read_address(go(phone, refused).headers["Location"])
    assert statuses(answer) == [names.SUCCESS, names.PARTIAL_LOGOUT]


def test_idp17_only_the_service_itself_can_request_a_logout(phone, shifts, wiki):
    told = shifts.sign_in(phone)
    unsigned = shifts.logout_url(told).partition("&SigAlg")[0]
    by_another = f"{SLO}?{a_signed_redirect(shifts.logout_request(told), wiki.pair)}"
    assert [phone.open(it).status for it in (unsigned, by_another)] == [400, 400]
    assert not is_over(told)


ASYNCHRONOUS = f'<samlp:Extensions><a:Asynchronous xmlns:a="{names.ASYNC_LOGOUT}"/></samlp:Extensions>'


def test_idp18_an_asynchronous_logout_request_is_obeyed_without_a_response(phone, shifts):
    told = shifts.sign_in(phone)
    page = phone.open(shifts.logout_url(told, extensions=ASYNCHRONOUS))
    assert (page.status, page.form_with("SAMLResponse")) == (200, None)
    assert page.url.startswith(SLO)
    assert is_over(told)


def test_idp18_an_asynchronous_logout_is_still_propagated_to_the_others(phone, shifts, wiki):
    told, at_wiki = shifts.sign_in(phone), wiki.sign_in(phone)
    asked, _ = wiki.read_address(go(phone, shifts.logout_url(told, extensions=ASYNCHRONOUS)).headers["Location"])
    assert found(asked, "saml:NameID/text()") == [at_wiki.name_id]
    assert "Location" not in go(phone, wiki.answer_url(asked)).headers


def test_idp20_a_redirect_is_verified_by_any_key_in_metadata_and_answered_at_its_address(phone, described):
    elsewhere = "https://shifts.example.org/done"
    keys = key("sp", "signing"), key("next"), key("shifts", "signing")
    shifts = described(*keys, logout("https://shifts.example.org/slo", answers=elsewhere))
    told = shifts.sign_in(phone)
    address = go(phone, shifts.logout_url(told)).headers["Location"]
    shifts.slo = elsewhere
    answer, _ = shifts.read_address(address)
    assert (statuses(answer), answer.get("Destination"), is_over(told)) == ([names.SUCCESS], elsewhere, True)
