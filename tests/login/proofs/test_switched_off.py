"""An agent is switched off at the very moment their code is right."""

from django.db import connection
from django.test import Client

from idp.agents.models import Agent, Device
from idp.audit.models import Kind, LoginEvent
from tests.other_codes import a_sheet
from tests.phone import NUMBER
from tests.pretend_service import PretendService
from tests.user_agents import IPHONE


def switched_off_meanwhile(execute, sql, *rest):
    """The operator was faster to the agent's row, which a sign-in takes hold of."""
    if sql.startswith('SELECT "agents_agent"."id"'):
        execute('UPDATE "agents_agent" SET "is_active" = false', (), *rest[1:])
    return execute(sql, *rest)


def test_a_sign_in_that_waited_for_its_agents_row_sees_that_they_are_off(agent, keys, clock):
    browser = Client(headers={"User-Agent": IPHONE})
    page = browser.get(PretendService("desk").request_path()).headers["Location"]
    browser.post(f"{page}?with=backup", {"identifier": NUMBER})
    with connection.execute_wrapper(switched_off_meanwhile):
        answer = browser.post(f"{page}?with=backup", {"code": a_sheet(agent)[0]})
    assert answer.status_code == 403
    assert "Your access is switched off" in answer.text
    assert not Agent.objects.get(pk=agent.pk).is_active
    assert not Device.objects.exists()
    assert LoginEvent.objects.filter(kind=Kind.SWITCHED_OFF, agent=agent).count() == 1
