"""Two tabs of one sign-in: only the agent whose code was right gets in, whatever the other tab has asked for."""

from django.db import connection
from django.test import Client

from idp import background
from idp.agents.models import Device
from idp.login.models import LoginFlow
from idp.otp import sends
from idp.otp.channels import Channel
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits.asker import Asker
from tests.conftest import NOW, an_agent
from tests.other_codes import a_one_time_code
from tests.phone import NUMBER
from tests.pretend_service import PretendService
from tests.user_agents import IPHONE

BOBS = "+12015550102"


def test_a_try_that_was_counted_for_one_number_tries_no_code_of_another(transactional_db, agent, keys, verify, clock):
    bob = an_agent(BOBS, "bob@acme.example")
    code = a_one_time_code(bob)
    bobs = sends.reserve(PhoneNumber(BOBS), Channel.SMS, Asker(None, None), NOW).verification
    browser = Client(headers={"User-Agent": IPHONE})
    page = browser.get(PretendService("desk").request_path()).headers["Location"]
    browser.post(f"{page}?with=backup", {"identifier": NUMBER})

    def asked_for_bob_meanwhile(execute, sql, *rest):
        if 'SET "expires_at"' in sql:  # the try is counted for Ana, and the flow is about to be locked
            LoginFlow.objects.filter(verification__authenticator__user=agent).update(verification=bobs)
        return execute(sql, *rest)

    with connection.execute_wrapper(asked_for_bob_meanwhile):
        answer = browser.post(f"{page}?with=backup", {"code": code})
    assert not Device.objects.filter(agent=bob).exists()
    assert answer.status_code == 403


def test_a_right_code_proves_nothing_of_the_number_that_another_tab_asked_for_meanwhile(
    transactional_db, agent, keys, verify, clock
):
    bob = an_agent(BOBS, "bob@acme.example")
    bobs = sends.reserve(PhoneNumber(BOBS), Channel.SMS, Asker(None, None), NOW).verification
    browser = Client(headers={"User-Agent": IPHONE})
    page = browser.get(PretendService("desk").request_path()).headers["Location"]
    browser.post(page, {"identifier": NUMBER})
    background.settle()

    def asked_for_bob_meanwhile(execute, sql, *rest):
        if 'SET "approved_id"' in sql:  # Verify has just said that Ana's code is right
            LoginFlow.objects.update(verification=bobs)
        return execute(sql, *rest)

    code = verify.state.messages(NUMBER, after=0, wait=10)[0].code
    with connection.execute_wrapper(asked_for_bob_meanwhile):
        answer = browser.post(page, {"code": code})
    assert not Device.objects.filter(agent=bob).exists()
    assert answer.status_code == 403
