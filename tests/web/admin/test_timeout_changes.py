"""Before timeouts change: how many phones go by them, how many would need a code, and who."""

from datetime import timedelta

import pytest

from idp.agents.models import Agent, Device
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.policies.models import TimeoutPolicy
from idp.policies.timeouts import ENHANCED, LEGACY
from idp.sessions import lifecycle as sessions
from idp.sessions.models import OpenedBy
from idp.web.admin.access.timeout_effects import Effect, preview
from tests.conftest import NOW, an_agent
from tests.devices import a_desktop, a_phone
from tests.native.own_app import a_client
from tests.web.admin import app_form
from tests.web.admin.services import form as service_form
from tests.web.seeded import a_service

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICIES, SERVICES = "/admin/policies/timeoutpolicy/", "/admin/saml/serviceprovider/"
ORIGIN = Origin(None, "", "7KQ2M-9TX4D")


def uses(service, nth, make, code, *, name="Agent"):
    """Somebody signed in to a service by a code, on a phone or computer, some time before now."""
    agent = an_agent(f"+120155501{nth:02}", f"agent-{nth}@acme.example", full_name=f"{name} {nth}")
    device = make(agent, NOW - code)
    sessions.open_session(device, OpenedBy.CODE, NOW - code)
    events.record(Kind.SIGNED_IN, ORIGIN, NOW - code, agent=agent, device=device, service=service, method="code")
    return device


@pytest.fixture
def team(db):
    """Flex is used from three phones and a computer, shifts from another phone."""
    a_service()
    uses("flex", 1, a_phone, 2 * HOUR)
    uses("flex", 2, a_phone, 30 * HOUR)
    uses("flex", 3, a_phone, 8 * DAY)
    uses("flex", 4, a_desktop, 2 * HOUR)
    uses("shifts", 5, a_phone, 30 * HOUR)


def test_the_preview_counts_devices_of_the_service_and_names_agents_who_need_a_code(team):
    assert preview(["flex"], ENHANCED, LEGACY, NOW) == Effect(4, 3, 1, ("Agent 2", "Agent 4"))
    assert preview(["flex"], LEGACY, ENHANCED, NOW) == Effect(4, 1, 1, ())
    assert preview(["shifts", "flex"], ENHANCED, LEGACY, NOW) == Effect(5, 4, 1, ("Agent 2", "Agent 4", "Agent 5"))


def test_the_preview_leaves_out_agents_who_are_signed_out_or_switched_off(team):
    Agent.objects.filter(full_name="Agent 2").update(is_active=False)
    Device.objects.filter(agent__full_name="Agent 4").update(revoked_at=NOW, reason="operator")
    assert preview(["flex"], ENHANCED, LEGACY, NOW) == Effect(2, 1, 1, ())


def test_the_preview_takes_one_query_however_many_devices_there_are(team, django_assert_num_queries):
    with django_assert_num_queries(2):  # the other is for the latest everyone out
        preview(["flex"], ENHANCED, LEGACY, NOW)


# In the admin


@pytest.fixture
def own(team, clock, keys):
    """Flex goes by a policy of its operators."""
    policy = TimeoutPolicy.objects.create(name="own", inactivity=DAY, absolute=7 * DAY, code_again_after=10 * DAY)
    sp = a_service("flex-2", "JQ" + "2" * 32, name="Flex 2")
    sp.timeout_policy = policy
    sp.save()
    uses("flex-2", 6, a_phone, 5 * DAY, name="Zoë")
    return policy


def filled(**fields):
    return {"name": "own", "inactivity": "1 day", "absolute": "2 days", "code_again_after": "3 days", **fields}


def test_a_stricter_policy_is_saved_after_its_effect_was_shown(admin, own):
    page = admin.post(f"{POLICIES}{own.pk}/change/", filled(_continue="x"))
    assert "use this policy. 1 of them would need a code now." in page.text
    assert "Zoë 6" in page.text
    assert '<input type="hidden" name="_continue" value="x">' in page.text
    own.refresh_from_db()
    assert own.code_again_after == 10 * DAY
    assert admin.post(f"{POLICIES}{own.pk}/change/", filled(_confirmed="yes")).status_code == 302
    own.refresh_from_db()
    assert own.code_again_after == 3 * DAY


@pytest.mark.parametrize(
    "fields",
    [{"name": "renamed", "absolute": "7 days", "code_again_after": "10 days"}, {"inactivity": "soon"}],
    ids=["only renamed", "with a fault"],
)
def test_a_change_without_effect_or_with_an_error_needs_no_confirmation(admin, own, fields):
    assert "would need a code" not in admin.post(f"{POLICIES}{own.pk}/change/", filled(**fields)).text


def test_a_stricter_policy_of_an_app_names_its_agents_whether_it_is_changed_or_another_one_is_chosen(admin, own):
    app = a_client(policy="own")
    uses(app.service, 7, a_phone, 5 * DAY, name="Noa")
    page = admin.post(f"{POLICIES}{own.pk}/change/", filled())
    assert ("2 of them would need a code now." in page.text, "Noa 7" in page.text) == (True, True)
    [uri] = app.redirect_uris.all()
    known = {"redirect_uris-INITIAL_FORMS": "1", "redirect_uris-0-id": uri.pk, "redirect_uris-0-client": app.pk}
    legacy = TimeoutPolicy.objects.get(name="legacy").pk
    page = admin.post(f"/admin/native/client/{app.pk}/change/", app_form.form(timeout_policy=legacy, **known))
    assert ("1 of them would need a code now." in page.text, "Noa 7" in page.text) == (True, True)
    app.refresh_from_db()
    assert app.timeout_policy == own


def test_choosing_another_policy_for_a_service_needs_confirmation(admin, own):
    sp = own.serviceprovider_set.get()
    legacy = TimeoutPolicy.objects.get(name="legacy").pk
    change = f"{SERVICES}{sp.pk}/change/"
    acs = sp.consumers.get()
    known = service_form.row(0, acs.url, default=True, pk=acs.pk, sp=sp.pk)
    kept = {"name": sp.name, "entity_id": sp.entity_id, "profile": sp.profile}
    fields = service_form.filled(known, known=1, timeout_policy=legacy, **kept)
    assert "use this policy. 1 of them would need a code now." in admin.post(change, fields).text
    sp.refresh_from_db()
    assert sp.timeout_policy == own
    assert admin.post(change, fields | {"_confirmed": "yes"}).status_code == 302
    sp.refresh_from_db()
    assert sp.timeout_policy.name == "legacy"
