"""Two operators at the same row: a page that was left open undoes nothing that somebody else did meanwhile."""

from datetime import timedelta

import pytest
from lxml import html

from idp.agents.models import Agent
from idp.policies.models import TimeoutPolicy
from tests.conftest import an_agent
from tests.web.people_form import LIST, save

HOUR = timedelta(hours=1)
CHANGED = "Nothing was saved: Ana García has changed since you opened this page."


@pytest.fixture
def ana(db):
    return an_agent()


def opened(admin, address):
    """The form of a page, as the browser would send it from now on."""
    (form,) = [it for it in html.fromstring(admin.get(address).text).forms if it.get("id", "").endswith("_form")]
    return sent_by(form)


def sent_by(form):
    filled = {}
    for name, value in form.form_values():
        filled.setdefault(name, []).append(value)
    return filled


def page_of(agent):
    return f"{LIST}{agent.pk}/change/"


def send(admin, address, form, **typed):
    return admin.post(address, form | typed, follow=True)


def test_a_page_that_nobody_overtook_is_saved(admin, ana):
    form = opened(admin, page_of(ana))
    assert CHANGED not in send(admin, page_of(ana), form, full_name="Ana Gómez").text
    assert Agent.objects.get(pk=ana.pk).full_name == "Ana Gómez"


@pytest.mark.parametrize(
    ("meanwhile", "of"),
    [
        ({"is_active": ""}, lambda it: it.is_active),
        ({"number": "+12015550177"}, lambda it: it.numbers.get().number),
        ({"flex_roles": ["admin", "wfo.full_access"]}, lambda it: it.role_names),
    ],
    ids=["switched off", "another number", "other roles"],
)
def test_a_page_left_open_undoes_nothing_that_was_done_meanwhile(admin, ana, meanwhile, of):
    form = opened(admin, page_of(ana))
    save(admin, ana, **meanwhile)
    before = of(Agent.objects.get(pk=ana.pk))
    page = send(admin, page_of(ana), form, full_name="Ana Gómez")
    assert CHANGED in page.text
    now = Agent.objects.get(pk=ana.pk)
    assert (of(now), now.full_name) == (before, "Ana García")
    send(admin, page_of(ana), opened(admin, page_of(ana)), full_name="Ana Gómez")
    assert Agent.objects.get(pk=ana.pk).full_name == "Ana Gómez"


def test_a_form_that_came_back_with_an_error_is_overtaken_too(admin, ana):
    form = opened(admin, page_of(ana))
    back = send(admin, page_of(ana), form, email="no email")
    (again,) = [it for it in html.fromstring(back.text).forms if it.get("id") == "agent_form"]
    save(admin, ana, is_active="")
    assert CHANGED in send(admin, page_of(ana), sent_by(again), email="ana@acme.example").text
    assert not Agent.objects.get(pk=ana.pk).is_active


def test_timeouts_that_somebody_shortened_meanwhile_stay_short(admin):
    policy = TimeoutPolicy.objects.create(name="Own", inactivity=HOUR, absolute=8 * HOUR)
    address = f"/admin/policies/timeoutpolicy/{policy.pk}/change/"
    form = opened(admin, address)
    TimeoutPolicy.objects.filter(pk=policy.pk).update(inactivity=HOUR / 6)
    assert "Nothing was saved: Own has changed" in send(admin, address, form, name="Ours").text
    assert TimeoutPolicy.objects.get(pk=policy.pk).inactivity == HOUR / 6
