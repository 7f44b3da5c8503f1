"""What operators set up, and the program as it was installed."""

import pytest
from pydantic import SecretStr

from idp.policies.access.rules import Effect, Mode, Policy, Rule
from idp.policies.models import TimeoutPolicy
from idp.web.checkup import installation, policy
from tests.conftest import an_agent
from tests.policies import publishing
from tests.web.checkup.conftest import FAULT, OK, WARNING, states
from tests.web.seeded import a_service


def test_the_rows_that_operators_set_up_are_counted(db):
    assert states(policy.check()) == [OK, WARNING, WARNING, OK]
    a_service()
    an_agent()
    assert states(policy.check()) == [OK] * 4


def test_a_rule_that_cannot_be_read_is_a_fault(db):
    assert policy.check()[0].state is OK
    publishing.broken([{"field": "moon"}])
    assert "nobody is let in" in policy.check()[0].sentence


@pytest.mark.parametrize(("mode", "expected"), [(Mode.ON, WARNING), (Mode.WATCH, OK)])
def test_a_rule_that_refuses_everybody_is_reported(mode, expected):
    assert policy.rules(Policy((Rule("k", "Stop", mode, Effect.DENY),))).state is expected


def test_a_missing_built_in_timeout_policy_is_reported(db):
    TimeoutPolicy.objects.filter(name="legacy").delete()
    assert "missing: legacy" in policy.check()[-1].sentence


def test_a_program_as_installed_is_in_order(conf):
    assert states(installation.check(conf())) == [OK] * 4


def test_an_installation_for_development_is_not_in_order(conf, settings):
    settings.DEBUG = True
    found = installation.check(conf(secret_key=SecretStr("short"), base_url="http://192.168.1.7", demo=True))
    assert states(found) == [FAULT, WARNING, FAULT, OK]
    assert installation.files(["base.html"]).state is FAULT
