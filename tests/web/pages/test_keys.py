"""The change of a signing key as an operator goes through it: on its page, on the home page, at the command line."""

import json
import re
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from structlog.testing import capture_logs

from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.audit.statistics.quiet_hour import quietest, quietest_hour
from idp.keys import certificates, keyring
from idp.keys.models import SigningKey, State, Use
from idp.saml import key_change, names, signing_keys
from idp.saml.models import ServiceProvider
from idp.web import start_up
from tests.conftest import NOW
from tests.web.admin.services.form import add
from tests.web.conftest import a_superuser, inside
from tests.web.seeded import a_service

PAGE = "/admin/keys/"


@pytest.fixture
def flex(db, keys):
    return a_service()


@pytest.fixture
def prepared(flex):
    """A next key, of the kind that is drawn quickly, for a service that takes it."""
    ServiceProvider.objects.update(profile="generic", signature_algorithm=names.ECDSA_SHA256)
    signing_keys.ensure(NOW)
    key_change.prepare(Use.SAML_EC, NOW)
    return SigningKey.objects.get(state=State.NEXT)


def press(admin, step, *services):
    return admin.post(PAGE, {"step": step, "use": "saml-ec", "service": services}, follow=True)


def said(page):
    return unescape(re.sub("<[^>]*>", " ", page.text))


# The page


def test_the_page_shows_the_next_step(admin, flex):
    page = admin.get(PAGE)
    assert "Prepare the next key. It is published at once, but signs nothing yet. (start here)" in said(page)
    assert page.text.count('aria-current="step"') == 2


def test_a_key_is_replaced_step_by_step_on_the_page(admin, prepared):
    assert "From now on, answers to Flex are signed with the next key." in said(press(admin, "switch", "flex"))
    assert "Answers to Flex are signed with the active key again." in said(press(admin, "back", "flex"))
    press(admin, "switch", "flex")
    assert "The next key is now the active one." in said(press(admin, "activate"))
    assert SigningKey.objects.get(use=Use.SAML_EC, state=State.ACTIVE) == prepared


def test_the_consequence_is_shown_before_the_button(admin, prepared):
    page = admin.get(PAGE).text
    consequence = page.index("Flex refuses sign-ins from the moment you switch until it has the next certificate.")
    assert consequence < page.index("Switch Flex")


def test_the_consequence_for_flex_names_the_console(admin, flex):
    keyring.draw(Use.SAML, NOW).save()
    wanted = "Flex refuses sign-ins from the moment you switch until the Console has the next certificate."
    assert wanted in said(admin.get(PAGE))


def test_the_whole_certificate_can_be_copied(admin, prepared):
    areas = re.findall("<textarea[^>]*readonly[^>]*>([^<]*)</textarea>", admin.get(PAGE).text)
    assert prepared.certificate.strip() in areas
    assert certificates.fingerprint(prepared.certificate) in admin.get(PAGE).text


def test_only_possible_steps_are_offered(admin, prepared):
    def offered():
        forms = admin.get(PAGE).text.split('value="saml-ec"')[1:]
        return {re.search('name="step" value="([a-z]+)"', form)[1] for form in forms}

    assert offered() == {"discard", "switch"}
    press(admin, "switch", "flex")
    assert offered() == {"activate", "back"}
    press(admin, "activate")
    assert offered() == {"prepare"}


def test_several_connections_can_be_switched_by_one_choice(admin, prepared):
    a_service("wiki", "JQ" + "2" * 32, name="Wiki", profile="generic", signature_algorithm=names.ECDSA_SHA256)
    page = admin.get(PAGE).text
    assert "All 2 remaining services refuse sign-ins from the moment you switch" in page
    press(admin, "switch", "flex", "wiki")
    assert set(ServiceProvider.objects.values_list("key", flat=True)) == {prepared.kid}


def test_a_step_out_of_order_is_refused_with_the_right_one(admin, prepared):
    page = press(admin, "activate")
    assert (
        "Answers to these services are still signed with the active key: Flex. Switch the remaining services"
        in said(page)
    )
    assert SigningKey.objects.get(state=State.NEXT) == prepared


@pytest.mark.parametrize("form", [{}, {"step": "prepare"}, {"step": "prepare", "use": "all"}, {"use": "saml"}])
def test_a_forged_form_changes_nothing(admin, flex, form):
    assert admin.post(PAGE, form).status_code == 400
    assert not SigningKey.objects.filter(state=State.NEXT).exists()


def test_the_history_names_the_operator_of_each_step(admin, operator, prepared):
    press(admin, "switch", "flex")
    press(admin, "activate")
    entries = [(it.user, it.object_repr, it.change_message) for it in LogEntry.objects.order_by("pk")]
    assert entries[0][:2] == (operator, "Flex")
    assert entries[0][2].startswith("From now on, answers to Flex are signed with the next key.")
    assert entries[1][1:] == (
        str(prepared),
        "The next key is now the active one. The old key no longer signs anything.",
    )


def test_a_step_needs_the_csrf_token(operator, prepared):
    browser = inside(operator)
    browser.handler.enforce_csrf_checks = True
    assert browser.post(PAGE, {"step": "discard", "use": "saml-ec"}).status_code == 403
    assert SigningKey.objects.get(state=State.NEXT) == prepared


@pytest.mark.parametrize(
    ("may", "looking", "changing"), [([], 403, 403), (["view_signingkey"], 200, 403), (["change_signingkey"], 200, 302)]
)
def test_seeing_and_changing_keys_are_two_rights(prepared, may, looking, changing):
    somebody = a_superuser(is_superuser=False)
    somebody.user_permissions.set(Permission.objects.filter(codename__in=may))
    browser = inside(somebody)
    page = browser.get(PAGE)
    assert page.status_code == looking
    assert ('name="step"' in page.text) == (changing == 302)
    assert browser.post(PAGE, {"step": "discard", "use": "saml-ec"}).status_code == changing


def test_the_list_of_keys_and_the_home_page_link_to_the_page(admin, flex):
    assert f'href="{PAGE}"' in admin.get("/admin/keys/signingkey/").text
    assert f'href="{PAGE}"' in admin.get("/admin/").text


def test_no_private_key_is_on_the_page(admin, prepared):
    page = admin.get(PAGE).text
    assert "PRIVATE" not in page
    assert prepared.private_key not in page


def test_the_first_key_for_ecdsa_is_offered_before_a_service_wants_it(admin, flex):
    assert "There is no key of this kind." in said(admin.get(PAGE))
    assert "The first key of this kind is now published." in said(press(admin, "prepare"))
    assert SigningKey.objects.get(use=Use.SAML_EC).state == State.ACTIVE


# The quietest hour


def test_among_empty_hours_the_quietest_is_the_middle_of_the_night():
    by_hour = dict.fromkeys(range(7, 20), 50)
    assert quietest(by_hour).hour in {1, 2}
    assert (quietest(by_hour).sign_ins, quietest(by_hour).of) == (0, 650)


@pytest.mark.each_database
def test_the_hour_with_the_fewest_sign_ins_is_named_on_the_page(admin, flex, clock):
    origin = Origin(None, "", "AAAAA-BBBBB")
    for hour in range(24):
        for _ in range(1 if hour == 15 else 2):
            events.record(Kind.SIGNED_IN, origin, NOW - timedelta(days=1) - timedelta(hours=hour))
    assert "the quietest hour was 18:00 to 18:59 UTC, with 1 of 47 sign-ins." in said(admin.get(PAGE))


@pytest.mark.each_database
def test_other_events_and_old_sign_ins_do_not_count_for_the_quietest_hour(db):
    origin = Origin(None, "", "AAAAA-BBBBB")
    events.record(Kind.SIGNED_IN, origin, NOW - timedelta(days=15))
    events.record(Kind.CODE_SENT, origin, NOW - timedelta(days=1))
    assert quietest_hour(NOW) is None


# Warnings, on the home page and at the start


@pytest.mark.parametrize(
    ("days", "words", "loud"),
    [(59, "Plan to replace the key.", False), (20, "Start replacing the", False), (3, "in a week or less", True)],
)
def test_the_home_page_warns_before_a_certificate_expires(flex, clock, days, words, loud):
    clock.move_to(the_end() - timedelta(days=days))
    page = inside(a_superuser()).get("/admin/").text
    (role,) = re.findall("<span([^>]*)>The certificate of the active key", page)
    assert ("alert" in role) == loud
    assert words in page


def the_end():
    return certificates.expires_at(SigningKey.objects.get(use=Use.SAML).certificate)


def test_a_starting_server_process_logs_a_broken_key(flex):
    with capture_logs() as lines:
        start_up.check()
    assert lines == []
    SigningKey.objects.filter(use=Use.SAML).update(private_key="no key at all")
    with capture_logs() as lines:
        start_up.check()
    assert [(it["event"], it["log_level"]) for it in lines] == [("keys_untried", "critical")]


@pytest.mark.parametrize(("days", "level"), [(50, "warning"), (0, "error")])
def test_a_starting_server_process_logs_an_expiring_certificate(flex, clock, days, level):
    clock.move_to(the_end() - timedelta(days=days))
    with capture_logs() as lines:
        start_up.check()
    assert [(it["event"], it["log_level"]) for it in lines] == [("certificate_ends", level)]


def test_a_node_with_a_broken_key_is_not_ready(client, prepared):
    assert client.get("/readyz").status_code == 200
    key_change.switch(Use.SAML_EC, ["flex"])
    SigningKey.objects.filter(pk=prepared.pk).update(private_key="no key at all")
    assert client.get("/readyz").status_code == 503


# A service that is set to ECDSA


def test_saving_a_service_publishes_the_key_that_it_will_need(admin, flex):
    add(admin, signature_algorithm=names.ECDSA_SHA256)
    assert ServiceProvider.objects.get(slug="wiki").signature_algorithm == names.ECDSA_SHA256
    assert SigningKey.objects.filter(use=Use.SAML_EC).exists()


# rotate_keys


def run(*arguments):
    out, talk = StringIO(), StringIO()
    call_command("rotate_keys", *arguments, stdout=out, stderr=talk, no_color=True)
    return out.getvalue(), talk.getvalue()


def told(*arguments):
    return json.loads(run(*arguments, "--json")[0])


EC = ("--use", "saml-ec")


def test_rotate_keys_without_options_prints_the_state(flex):
    out, talk = run()
    (key,) = keyring.published(Use.SAML, NOW)
    assert out.startswith(f"active: {certificates.fingerprint(key.certificate)}, certificate ends 20")
    assert out.endswith("\nflex: signed to with the active key\n")
    assert talk == "No change is under way. To begin one: python manage.py rotate_keys prepare\n"


def test_rotate_keys_replaces_a_key_step_by_step(flex, prepared):
    assert "python manage.py rotate_keys switch --sp SLUG --use saml-ec" in run(*EC)[1]
    assert told("switch", "--sp", "flex", *EC)["services"] == [{"slug": "flex", "enabled": True, "key": "next"}]
    assert told("back", "--all", *EC)["next_step"] == "switch"
    assert told("switch", "--all", *EC)["next_step"] == "activate"
    states = {it["kid"]: it["state"] for it in told("activate", *EC)["keys"]}
    assert states.pop(prepared.kid) == "active"
    assert list(states.values()) == ["retired"]


def test_rotate_keys_replaces_the_token_key_too(flex):
    assert told("prepare", "--use", "token")["next_step"] == "activate"
    run("activate", "--use", "token")
    assert sorted(SigningKey.objects.filter(use=Use.TOKEN).values_list("state", flat=True)) == ["active", "retired"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["activate"], "There is no next key. Next: python manage.py rotate_keys prepare$"),
        (["activate", *EC], "Flex. Next: python manage.py rotate_keys switch --sp SLUG --use saml-ec$"),
        (["prepare", *EC], "prepared already. Next: python manage.py rotate_keys switch --sp SLUG --use saml-ec$"),
        (["switch", *EC], r"with --sp SLUG, or all with --all. Services: flex."),
        (["switch", "--sp", "wiki", *EC], "There is no service called wiki. There are: flex."),
        (["activate", "--all", *EC], "--sp and --all are only for switch and back"),
        (["back", "--sp", "flex", *EC], "Signed to with the active key already: Flex. Next: .* switch"),
    ],
)
def test_rotate_keys_refuses_and_names_the_next_command(prepared, arguments, sentence):
    before = list(SigningKey.objects.order_by("kid").values())
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)
    assert list(SigningKey.objects.order_by("kid").values()) == before


def test_rotate_keys_refuses_to_discard_a_key_in_use_and_names_the_way_back(prepared):
    run("switch", "--all", *EC)
    with pytest.raises(CommandError, match=r"in use for Flex\. Next: python manage\.py rotate_keys back --all"):
        run("discard", *EC)
    run("back", "--all", *EC)
    run("discard", *EC)
    assert not SigningKey.objects.filter(state=State.NEXT).exists()


def test_rotate_keys_has_a_dry_run(prepared):
    assert "This can be done: switch flex. Nothing was changed." in run("switch", "--all", "--dry-run", *EC)[1]
    with pytest.raises(CommandError, match="Next:"):
        run("activate", "--dry-run", *EC)
    assert ServiceProvider.objects.get().key_id is None
