"""What is past its time goes, and nothing else; whatever is stored has its time, or a reason to stay."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from idp import clock as clocks
from idp.agents.models import Device
from idp.audit.models import Acknowledgement, CountedHour, HourlyCount, LoginEvent, TrailIsAppendOnly
from idp.audit.statistics import hourly
from idp.conf import retention
from idp.login.models import LoginFlow
from idp.otp import costs
from idp.otp.models import DailyCodes, RecoveryCode
from idp.saml.models import LogoutNotice
from idp.saml.models.logout import Outcome
from idp.web.checkup import clocks as database_clock
from idp.web.checkup import retention as checkup
from idp.web.checkup.finding import State
from idp.web.models import OperatorTry
from idp.web.retention import purge
from idp.web.retention.rules import RULES
from tests.conftest import NOW
from tests.web.aged import MAKE, a_computer, a_line, a_revoked_computer

pytestmark = pytest.mark.each_database

DAYS = retention.days({})
MOMENT = timedelta(seconds=1)
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda it: f"{it.period} {it.table}")


def just_over(period):
    return NOW - timedelta(days=DAYS[period]) - MOMENT


def run(days=DAYS):
    return {(it.rule.period, it.rule.table): it.rows for it in purge.run(days, NOW)}


def command(*arguments):
    out, err = StringIO(), StringIO()
    call_command("purge", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def counted(db):
    """All figures are stored already, as the night before left them. Counting a month again takes a while."""
    CountedHour.objects.bulk_create(CountedHour(number=it) for it in hourly.settled_uncounted(NOW))
    DailyCodes.objects.bulk_create(
        DailyCodes(day=it, channel="", asked=0, sent=0, approved=0) for it in costs.left(NOW)
    )


@each_rule
def test_a_row_is_deleted_when_its_time_is_over_and_not_earlier(agent, counted, rule):
    old = MAKE[rule.model](just_over(rule.period))
    young = MAKE[rule.model](just_over(rule.period) + 2 * MOMENT)
    assert run()[rule.period, rule.table] == 1
    left = set(rule.model._base_manager.values_list("pk", flat=True))
    assert young.pk in left
    assert (old.pk in left) == (rule.period in {"user_agents", "addresses"})


def test_every_period_has_a_rule_and_every_rule_a_period():
    assert {it.period for it in RULES} == {it.name for it in retention.PERIODS}


def test_an_event_loses_first_its_user_agent_then_its_address_then_itself(agent):
    line = a_line(NOW - timedelta(days=31))
    run()
    line.refresh_from_db()
    assert (line.user_agent, line.address, line.kind) == ("", "192.0.2.1", "signed in")
    old = a_line(NOW - timedelta(days=91))
    run()
    old.refresh_from_db()
    assert (old.user_agent, old.address, old.agent) == ("", None, agent)


def test_events_are_counted_before_they_are_deleted(agent):
    a_line(NOW - timedelta(days=20), method="code")
    run(retention.days({"trail": 10}))
    assert not LoginEvent.objects.exists()
    assert HourlyCount.objects.get(figure="signed in").of == "code"


def test_only_the_purge_can_delete_from_the_trail(agent):
    line = a_line(NOW - timedelta(days=500))
    for attempt in (line.delete, LoginEvent.objects.all().delete, lambda: LoginEvent.objects.update(user_agent="")):
        with pytest.raises(TrailIsAppendOnly), transaction.atomic():
            attempt()


@pytest.mark.parametrize("make", [a_revoked_computer, a_computer], ids=["ended", "unused"])
def test_a_phone_stays_as_long_as_the_trail_names_it(agent, make):
    device = make(just_over("devices"))
    a_line(NOW, device=device)
    assert run()["devices", "agents.Device"] == 0
    assert Device.objects.get() == device


def test_a_phone_and_its_last_line_may_go_in_one_run(agent):
    device = a_computer(just_over("devices"))
    a_line(just_over("trail"), device=device)
    run()
    assert not Device.objects.exists()


def test_a_logout_that_a_service_still_has_to_receive_stays(agent):
    notice = MAKE[LogoutNotice](just_over("sign_outs"))
    LogoutNotice.objects.update(outcome=Outcome.WAITING, next_try_at=NOW)
    run()
    assert LogoutNotice.objects.get() == notice


def test_an_unused_recovery_code_stays_for_ever(agent):
    RecoveryCode.objects.create(agent=agent, code_hash="x", made_at=NOW - timedelta(days=3000))
    run()
    assert RecoveryCode.objects.exists()


def test_more_than_a_batch_goes_in_one_run_by_small_transactions(agent, monkeypatch):
    monkeypatch.setattr(purge, "PURGED_AT_ONCE", 10)
    OperatorTry.objects.bulk_create(OperatorTry(at=NOW - timedelta(days=9), account="x") for _ in range(35))
    with CaptureQueriesContext(connection) as queries:
        assert run()["operator_tries", "web.OperatorTry"] == 35
    assert sum(it["sql"].startswith('DELETE FROM "web_operatortry"') for it in queries) == 4
    assert not OperatorTry.objects.exists()


def test_a_table_that_fails_stops_none_of_the_others(agent, monkeypatch):
    MAKE[Acknowledgement](just_over("trail"))
    MAKE[OperatorTry](just_over("operator_tries"))
    monkeypatch.setattr(purge, "RULES", [it for it in RULES if it.model is not Acknowledgement])
    done = run()
    assert (done["trail", "audit.Seal"], done["operator_tries", "web.OperatorTry"]) == (None, 1)


def test_the_command_prints_the_deleted_rows_of_each_table(agent, clock):
    MAKE[OperatorTry](just_over("operator_tries"))
    out, err = command()
    assert "       1  web.OperatorTry            attempts to sign in to the admin, 1 days after the attempt" in out
    assert err == "1 rows are purged.\n"


def test_a_clock_that_is_years_ahead_of_the_databases_deletes_nothing_too_early(agent, clock):
    MAKE[OperatorTry](clocks.now() + database_clock.database_ahead())
    clock.shift(timedelta(days=3000))
    assert command("--dry-run")[1] == "0 rows would go. Nothing was changed.\n"
    command()
    assert OperatorTry.objects.exists()


def test_a_trial_run_counts_and_changes_nothing(agent, clock):
    MAKE[OperatorTry](just_over("operator_tries"))
    told = json.loads(command("--dry-run", "--json")[0])
    assert {"table": "web.OperatorTry", "period": "operator_tries", "days": 1, "rows": 1} in told
    assert OperatorTry.objects.exists()
    assert command("--dry-run")[1] == "1 rows would go. Nothing was changed.\n"


def test_a_failure_ends_the_command_with_1(agent, clock, monkeypatch):
    MAKE[Acknowledgement](just_over("trail"))
    monkeypatch.setattr(purge, "RULES", [it for it in RULES if it.model is not Acknowledgement])
    with pytest.raises(SystemExit) as ended:
        command()
    assert ended.value.code == 1


def test_the_settings_may_keep_for_longer(agent, clock, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"retention_days": {"operator_tries": 30}})
    MAKE[OperatorTry](just_over("operator_tries"))
    command()
    assert OperatorTry.objects.exists()


@pytest.mark.parametrize(("extra", "told"), [(8 * MOMENT, State.OK), (timedelta(days=8), State.WARNING)])
def test_the_doctor_warns_if_the_purge_is_never_run(agent, settings, extra, told):
    MAKE[LoginFlow](just_over("logins") - extra)
    assert [it.state for it in checkup.check(settings.LATCHKEY, NOW)] == [told]
