"""Signing everyone out as an operator: from the admin, and from the command line."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from idp.agents.models import Cutoff, Device
from idp.audit.events import Origin
from idp.audit.models import LoginEvent
from idp.login.emergency import everyone_out
from tests.conftest import NOW
from tests.web.conftest import a_superuser, inside
from tests.web.seeded import a_signed_in_agent

ORIGIN = Origin(None, "", "7KQ2M-9TX4D")
PAGE, DEVICES = "/admin/everyone-out/", "/admin/agents/device/"
TYPED = {"why": "backup restored", "typed": "Sign everyone  out"}


@pytest.fixture
def signed_in(db, keys, clock):
    """Two agents, each on a phone and a computer, an hour ago."""
    agents = [a_signed_in_agent(NOW, nth).agent for nth in (1, 2)]
    clock.shift(timedelta(hours=1))
    return agents


def run(capsys, *args):
    call_command("everyone_out", *args)
    return capsys.readouterr()


def test_the_page_says_how_many_are_signed_in_and_takes_the_typed_words(signed_in, admin):
    assert "2 phones and 2 computers are signed in." in admin.get(PAGE).text
    assert "Everyone is signed out: 4 phones and computers." in admin.post(PAGE, TYPED, follow=True).text
    assert set(Device.objects.values_list("reason", flat=True)) == {"everyone"}
    assert LoginEvent.objects.get(kind="everyone out").detail == (
        "4 phones and computers, Olivia Operator: backup restored"
    )
    page = admin.get(PAGE).text
    assert "Nobody is signed in on a phone or computer." in page
    assert "Olivia Operator: backup restored" in page


@pytest.mark.parametrize("fields", [{"typed": "everyone"}, {"typed": ""}, {"why": " "}, {"why": "x" * 201}], ids=str)
def test_without_the_words_or_a_reason_nobody_is_signed_out(admin, signed_in, fields):
    assert admin.post(PAGE, TYPED | fields).status_code == 400
    assert not Cutoff.objects.exists()


def test_signing_everyone_out_takes_its_own_right(signed_in):
    helper = a_superuser("helper@acme.example", is_superuser=False)
    assert [ask(PAGE).status_code for ask in (inside(helper).get, inside(helper).post)] == [403, 403]


def test_the_list_shows_phones_as_signed_out_before_each_is_written(admin, signed_in):
    everyone_out.begin(None, "backup restored", ORIGIN, NOW)
    shown = admin.get(DEVICES).text
    assert shown.count("everyone was signed out</td>") == shown.count('<td class="field-next_code">-</td>') == 4


def test_the_command_signs_everyone_out_and_says_how_many(capsys, signed_in):
    assert "4 phones and computers signed out here." in run(capsys, "--why", "backup restored").err
    assert not Device.objects.active().exists()


def test_a_dry_run_only_counts(capsys, signed_in):
    out = run(capsys, "--why", "backup restored", "--dry-run", "--json").out
    assert json.loads(out) == {"signed_out": 0, "would_be": 4}
    assert Device.objects.active().count() == 4


@pytest.mark.parametrize("why", [" ", "x" * 201], ids=["nothing", "too much"])
def test_the_command_requires_a_reason(signed_in, why):
    with pytest.raises(CommandError, match="Enter a reason"):
        call_command("everyone_out", "--why", why)


def test_the_timer_signs_out_the_phones_that_the_page_left(signed_in):
    everyone_out.begin(None, "backup restored", ORIGIN, NOW)
    call_command("send_logouts")
    assert not Device.objects.active().exists()


def test_a_cutoff_can_be_added_but_not_changed(signed_in):
    everyone_out.begin(None, "backup restored", ORIGIN, NOW)
    row = Cutoff.objects.get()
    for change in (row.save, row.delete, Cutoff.objects.all().delete, lambda: Cutoff.objects.update(why="")):
        with pytest.raises(ValidationError, match="stays ended"):
            change()
