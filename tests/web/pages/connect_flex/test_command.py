"""manage.py connect_flex: the same from the command line."""

import pytest
from django.core.management import CommandError

from idp.saml.metadata import published
from idp.saml.models import ServiceProvider
from tests.conftest import NOW
from tests.web.commands import run, run_json
from tests.web.pages.connect_flex.conftest import ACCOUNT, ACS, CONNECTION, ENTITY_ID, LEGACY_ACS


def test_the_command_prints_the_consoles_fields_on_stdout_and_the_rest_on_stderr(db):
    out, talk = run("connect_flex", CONNECTION)
    sp = ServiceProvider.objects.get()
    assert (sp.slug, sp.name, sp.entity_id) == ("flex", "Flex", ENTITY_ID)
    assert f"Identity Provider Issuer:\n{published.entity_id()}\n" in out
    assert "-----END CERTIFICATE-----" in out
    assert "may ask for sign-ins now" in talk


def test_the_command_prints_the_same_as_json(db):
    known = run_json("connect_flex", ACS.replace("us1", "ie1"), "--slug", "desk", "--name", "Desk")
    assert (known["slug"], known["name"], known["profile"]) == ("desk", "Desk", "flex-enhanced")
    assert known["acs"] == [ACS.replace("us1", "ie1")]
    assert known["console"]["Single Sign-On URL"] == published.sso_url()


def test_the_command_connects_legacy_and_enhanced_sso_of_an_account(db):
    run("connect_flex", CONNECTION, ACCOUNT)
    known = run_json("connect_flex", CONNECTION, ACCOUNT, "--legacy")
    assert (known["slug"], known["console"]["Twilio SSO URL"]) == ("flex-legacy", LEGACY_ACS)
    assert ServiceProvider.objects.count() == 2


def test_a_known_connection_is_printed_again_and_stays(db):
    first = run("connect_flex", CONNECTION)[0]
    again, talk = run("connect_flex", ACS, "--slug", "other")
    assert again == first
    assert "is connected already" in talk
    assert ServiceProvider.objects.count() == 1


def test_a_dry_run_changes_nothing_and_prints_the_certificate(db):
    out, talk = run("connect_flex", CONNECTION, "--dry-run", "--default-redirect-url", "https://flex.twilio.com/x")
    assert published.certificates(NOW)[0].strip() in out
    assert "would be connected; nothing was changed" in talk
    assert not ServiceProvider.objects.exists()


def test_a_default_redirect_url_lets_agents_start_at_latchkey(db):
    out, _ = run("connect_flex", CONNECTION, "--default-redirect-url", "https://flex.twilio.com/red-panda-1")
    assert "Default Redirect URL:\nhttps://flex.twilio.com/red-panda-1\n" in out
    assert ServiceProvider.objects.get().unsolicited


WRONG = {
    "an account alone": ([ACCOUNT], "Enhanced SSO needs the connection"),
    "a connection for legacy": ([CONNECTION, "--legacy"], "Legacy SSO needs the Account SID"),
    "no Flex": (["hello"], "not an Account SID"),
    "a page's own name": ([CONNECTION, "--slug", "symptoms"], "Choose another --slug"),
    "a redirect that is none": ([CONNECTION, "--default-redirect-url", "flex.twilio.com"], "https address"),
}


@pytest.mark.parametrize(("given", "sentence"), WRONG.values(), ids=WRONG)
def test_the_command_fails_in_one_sentence_and_adds_nothing(db, given, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("connect_flex", *given)
    assert not ServiceProvider.objects.exists()
