"""What is asked all the time reads no table that grows from end to end: the plan of every statement is asked for."""

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.models import QuerySet
from pydantic import SecretStr

from idp.agents import reach
from idp.agents.models import Agent, Department, Supervisor
from idp.audit.chain import sealing
from idp.audit.models import Kind, LoginEvent
from idp.saml.models import LogoutNotice
from idp.scim.models import KnownAs
from tests.scim.conftest import Workday
from tests.speed import place
from tests.speed.place import Silent
from tests.speed.rotation import Rotation
from tests.web import aged
from tests.web.conftest import a_superuser, inside

pytestmark = pytest.mark.each_database

GROWING = (
    "agents_agent|agents_device|sso_sessions_ssosession|tokens_longlivedtoken|saml_subjectname|saml_issuedassertion|"
    "saml_sentattribute|audit_loginevent|otp_verification|otp_verificationsend|otp_phoneauthenticator"
)
END_TO_END = re.compile(rf"(?:SCAN|Seq Scan on) ({GROWING})\b(?! USING)")


@dataclass
class Plans:
    """Notes which tables are read from end to end, by statements that are asked for their plan before they run."""

    found: list[Any]

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(("SELECT", "UPDATE")):
            plan = "\n".join(str(row[-1]) for row in self._planned(context["cursor"], sql, params))
            self.found += [(table, sql) for table in END_TO_END.findall(plan)]
        return execute(sql, params, many, context)

    @staticmethod
    def _planned(cursor, sql, params):
        """Ask for the plan; PostgreSQL is to use an index where there is one, though so few rows are quicker read."""
        if connection.vendor == "sqlite":
            return cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params).fetchall()
        cursor.execute("SET enable_seqscan = off")  # on this very connection: the pool has others
        cursor.execute(f"EXPLAIN {sql}", params)
        rows = cursor.fetchall()
        cursor.execute("RESET enable_seqscan")
        return rows


@dataclass
class Asked:
    """Notes statements, each with its plan."""

    plans: list[str]

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(("SELECT", "UPDATE")):
            self.plans.append(f"{sql} {Plans._planned(context['cursor'], sql, params)}")
        return execute(sql, params, many, context)


@pytest.mark.parametrize("device", [place.at_a_computer, place.at_a_phone], ids=["by session", "by token"])
def test_a_silent_sign_in_scans_no_whole_table(transactional_db, keys, device):
    place.furnish()
    with place.standing_clock() as clock:
        application = get_wsgi_application()
        browser = device(application, clock, place.somebody(next(count(1))))
        silent, plans = Silent(application, clock, browser, apart=timedelta(minutes=2)), Plans([])
        silent.prepare(2)
        silent.sign_in()
        with connection.execute_wrapper(plans):
            silent.sign_in()
    assert plans.found == []


def test_a_phone_that_has_signed_in_often_rotates_its_token_without_reading_the_earlier_ones(transactional_db, keys):
    with place.standing_clock() as clock:
        rotation, asked = Rotation(SimpleNamespace(clock=clock, numbers=count(1))), Asked([])
        with connection.execute_wrapper(asked):
            rotation.rotate_once()
    found, retired = (it for it in asked.plans if re.search('AS "last"|SET "retired_at"', it))
    assert "tokens_of_a_device" in found
    assert "tokens_not_retired" in retired


@pytest.mark.parametrize("page", ["/metrics", "/admin/costs/", "/admin/everyone-out/"])
def test_pages_for_monitors_and_operators_scan_no_whole_table(db, keys, clock, settings, page):
    token = SecretStr("a token of monitors")
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"metrics_token": token})
    browser, plans = inside(a_superuser()), Plans([])
    with connection.execute_wrapper(plans):
        answer = browser.get(page, headers={"authorization": f"Bearer {token.get_secret_value()}"})
    assert (answer.status_code, plans.found) == (200, [])


def test_a_full_page_of_people_is_read_and_counted_without_reading_everybody(db):
    workday, plans, asked = Workday("Workday"), Plans([]), Asked([])
    people = Agent.objects.bulk_create(Agent(email=f"a{nth}@acme.example") for nth in range(1000))
    KnownAs.objects.bulk_create(KnownAs(system=workday.system, agent=it) for it in people)
    workday.ask("DELETE", f"/{people[0].pk}")
    if connection.vendor == "postgresql":  # whose plan depends on what it knows of the tables
        connection.cursor().execute("ANALYZE scim_knownas, agents_agent")
    with connection.execute_wrapper(plans), connection.execute_wrapper(asked):
        assert workday.ask("GET", count="1").json()["totalResults"] == 999
    assert plans.found == []
    assert [it for it in asked.plans if "COUNT(" in it and "whom_a_system_removed" not in it] == []


def test_purging_a_notice_and_removing_a_service_find_responses_by_an_index(db):
    place.somebody(1)
    notice, plans = aged.MAKE[LogoutNotice](place.NOW), Plans([])
    with connection.execute_wrapper(plans):
        notice.service_provider.issued.exists()
        notice.delete()
    assert plans.found == []


def test_a_supervisors_agents_are_found_without_reading_everybodys_roles(db):
    limits = Supervisor.objects.create(person=a_superuser(is_superuser=False))
    limits.departments.add(Department.objects.create(name="Support"))
    limits.roles.create(role="agent")
    assert not re.search("SCAN|hashed", reach.agents_for(limits.person).order_by().explain())


def test_sealing_finds_recent_entries_by_their_time(db):
    yesterday = {"at": place.NOW - timedelta(days=1), "kind": Kind.SIGNED_IN, "reference": "7KQ2M-9TX4D"}
    QuerySet(LoginEvent).bulk_create(LoginEvent(**yesterday) for _ in range(1000))
    if connection.vendor == "postgresql":  # whose plan depends on what it knows of the table
        connection.cursor().execute("ANALYZE audit_loginevent")
    asked = Asked([])
    with connection.execute_wrapper(asked):
        sealing._settled(0, place.NOW, None)
    (plan,) = (it for it in asked.plans if "MIN(" in it)
    assert "audit_loginevent_at" in plan
