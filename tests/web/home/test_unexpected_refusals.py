"""After a publication: refusals far above the forecast are an alarm with a way back, and nothing switches by itself."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.audit.statistics import unexpected_refusals
from idp.policies import in_force
from idp.policies.access.decisions import STOP
from tests.conftest import NOW, an_agent
from tests.policies import publishing
from tests.user_agents import ANDROID
from tests.web.pages.policy.test_publish import came
from tests.web.pressing import press
from tests.web.seeded import ANDROID_RULE

AGO = timedelta(minutes=90)

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.each_database]


@pytest.fixture
def no_android(operator):
    """A rule that was put in force an hour and a half ago."""
    rule = publishing.drafted(ANDROID_RULE, name="No Android")
    publishing.publish("Lost phones", now=NOW - AGO)
    return rule


def refused(times, rule, ago=timedelta(minutes=50), revision=2, first=0):
    for nth in range(times):
        here = Origin(f"198.51.100.{nth + first}", ANDROID, "7KQ2M-9TX4D")
        events.record(Kind.REFUSED, here, NOW - ago, decided_by=str(getattr(rule, "key", rule)), revision=revision)


def foreseen(each_week, weeks=(1, 2, 3, 4)):
    """Android phones that came at this time of the week, when they still might."""
    ana = an_agent()
    for week in weeks:
        for nth in range(each_week):
            came(ana, f"{ANDROID} {nth}", ago=timedelta(weeks=week, minutes=50))


@pytest.mark.parametrize(
    ("times", "forecast", "alarm"), [(5, 0, False), (6, 0, True), (6, 2, False), (7, 2, True), (30, 10, False)]
)
def test_too_many_is_over_five_and_over_three_times_the_forecast(times, forecast, alarm):
    assert unexpected_refusals.far_above(times, forecast) is alarm


def test_more_refusals_than_foreseen_are_an_alarm_with_a_way_back(admin, no_android):
    refused(6, no_android)
    home = admin.get("/admin/").text
    assert "6 phones or browsers from 07:30 to 08:30 UTC, about 0 expected" in home
    assert "No Android: 6" in home
    assert '<a href="/admin/policy/publish/?to=1">Go back to the earlier rules</a>' in home
    assert in_force.policy().number == 2
    press(admin, admin.get("/admin/policy/publish/?to=1"), "Publish")
    assert "than expected" not in admin.get("/admin/").text


def test_refusals_as_in_the_same_hour_of_four_weeks_are_no_alarm(no_android):
    foreseen(2)
    refused(6, no_android)
    assert unexpected_refusals.find(NOW) is None
    refused(1, no_android, first=6)
    assert (unexpected_refusals.find(NOW).refused, unexpected_refusals.find(NOW).forecast) == (7, 2)


def test_repeated_attempts_of_one_agent_count_once(no_android):
    for _ in range(9):
        refused(1, no_android)
    assert unexpected_refusals.find(NOW) is None


def test_weeks_in_which_nobody_came_do_not_lower_the_forecast(no_android):
    foreseen(2, weeks=(1,))
    refused(6, no_android)
    assert unexpected_refusals.find(NOW) is None


def test_an_hour_counts_by_itself(no_android):
    for nth, minutes in enumerate((80, 50, 20, 10)):
        refused(3, no_android, ago=timedelta(minutes=minutes), first=3 * nth)
    assert unexpected_refusals.find(NOW).since == NOW - AGO
    assert unexpected_refusals.find(NOW + timedelta(days=1)) is None, "it is watched over for a day"


@pytest.mark.parametrize("by", [STOP, "guardrail:device"])
def test_refusals_without_a_rule_are_not_counted(no_android, by):
    refused(9, by)
    assert unexpected_refusals.find(NOW) is None


def test_refusals_by_an_older_revision_are_not_counted(no_android):
    refused(9, no_android, revision=1)
    assert unexpected_refusals.find(NOW) is None


def test_a_publication_that_lets_nobody_in_or_out_is_not_watched(operator):
    publishing.drafted(ANDROID_RULE, name="Watching", mode="watch")
    publishing.publish("To look", now=NOW - AGO)
    refused(9, "default")
    assert unexpected_refusals.find(NOW) is None


def test_home_asks_little_while_nothing_is_refused(no_android, django_assert_num_queries):
    with django_assert_num_queries(5):
        assert unexpected_refusals.find(NOW) is None


def test_the_exit_code_reports_unusual_refusals(no_android, capsys):
    call_command("check_refusals")
    assert "Refusals are within the forecast" in capsys.readouterr().out
    refused(6, no_android)
    with pytest.raises(CommandError, match="more is refused than expected") as error:
        call_command("check_refusals", "--json")
    assert error.value.returncode == 1
    assert '"No Android": 6' in capsys.readouterr().out
