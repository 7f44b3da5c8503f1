"""The most dangerous acts need a code of the operator's app that is not older than five minutes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import html

from idp import clock as time
from idp.agents import provisioning
from idp.agents.models import Agent, Cutoff, Department
from idp.audit.models import Kind, LoginEvent
from idp.clock import CLOCKS_APART
from idp.keys.models import SigningKey, State, Use
from idp.native.models import Client as AppClient
from idp.otp.models import OneTimeCode, PhoneAuthenticator
from idp.otp.other_codes import recovery_codes
from idp.policies.models import PolicyRevision, Stop
from idp.saml.models import ServiceProvider
from idp.scim.models import PersonnelSystem
from idp.web.models import OperatorLink, OperatorTry
from idp.web.operators import recent_factor, sign_in_limits
from idp.web.operators.recent_factor import CODE, RECENT
from tests.conftest import an_agent
from tests.importing.files import a_file
from tests.native.own_app import a_back_end
from tests.policies import publishing
from tests.saml.metadata.documents import of_product
from tests.web.admin import test_apps as apps
from tests.web.admin.services import form as services
from tests.web.conftest import a_superuser
from tests.web.operators.conftest import a_link, code, sign_in
from tests.web.pages.connect_flex import conftest as flex
from tests.web.pages.metadata import metadata_forms
from tests.web.people_form import LIST, filled, save
from tests.web.pressing import press

SIX_MINUTES = timedelta(minutes=6)
NEW = "+12015550188"
ASKS = "Confirm that it is you"
CONFIRM = "Confirm with the code"
KEYS = "/admin/keys/"
OUT = "/admin/everyone-out/"
ELSEWHERE = "https://other.example/acs"
WORDS = {"why": "restored a backup", "typed": "sign everyone out"}


@pytest.fixture
def ana(db):
    return an_agent()


@pytest.fixture
def browser(client, olivia):
    """The browser of Olivia, who signed in with her app."""
    sign_in(client, olivia)
    return client


def confirm(browser, page, typed):
    return press(browser, page, CONFIRM, confirmation_code=typed)


def upload(browser, row):
    file = SimpleUploadedFile(
        "team.csv", a_file(row, headings=["Email", "Full name", "Mobile number", "Roles"][: len(row)])
    )
    return browser.post("/admin/agents/agent/import/", {"file": file, "most_missing": 25}, follow=True)


def number_of(agent):
    return PhoneAuthenticator.objects.get(user=agent).number


def test_a_factor_is_recent_for_five_minutes_also_at_a_node_that_is_up_to_a_minute_behind():
    now = datetime(2026, 11, 28, 9, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert recent_factor.is_recent(now, now)
    assert recent_factor.is_recent(now - RECENT, now)
    assert not recent_factor.is_recent(now - RECENT - second, now)
    assert recent_factor.is_recent(now + CLOCKS_APART, now)
    assert not recent_factor.is_recent(now + CLOCKS_APART + second, now)
    assert not recent_factor.is_recent(None, now)


def test_within_five_minutes_of_the_sign_in_a_number_changes_without_a_code(browser, ana, clock):
    clock.shift(timedelta(minutes=4))
    save(browser, ana, number=NEW)
    assert number_of(ana) == NEW


def test_after_six_minutes_a_changed_number_needs_a_code_and_nothing_typed_is_lost(browser, olivia, ana, clock):
    clock.shift(SIX_MINUTES)
    page = save(browser, ana, number=NEW, full_name="Ana María", flex_roles=["agent", "wfo.data_analyst"])
    assert ASKS in page.text
    assert "change the mobile number of Ana María" in page.text
    assert number_of(ana) == "+12015550101"
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    ana = Agent.objects.get(pk=ana.pk)
    assert (ana.full_name, set(ana.role_names), number_of(ana)) == ("Ana María", {"agent", "wfo.data_analyst"}, NEW)


def test_a_right_code_counts_for_the_next_five_minutes_and_is_in_the_trail(browser, olivia, ana, clock):
    clock.shift(SIX_MINUTES)
    confirm(browser, save(browser, ana, number=NEW), code(olivia.totpdevice_set.get()))
    assert save(browser, ana, number="+12015550199").status_code == 302
    again = LoginEvent.objects.get(kind=Kind.CONFIRMED)
    assert (again.by, again.detail) == (str(olivia), "by authenticator app")
    assert LoginEvent.objects.filter(kind=Kind.OPERATOR_IN).count() == 1


def test_a_wrong_code_changes_nothing_counts_and_is_in_the_trail(browser, ana, clock):
    clock.shift(SIX_MINUTES)
    page = confirm(browser, save(browser, ana, number=NEW), "000000")
    assert page.status_code == 422
    assert recent_factor.WRONG in page.text
    assert NEW in page.text
    assert number_of(ana) == "+12015550101"
    assert OperatorTry.objects.count() == 1
    assert LoginEvent.objects.filter(kind=Kind.OPERATOR_REFUSED, detail__contains="wrong code").exists()


def test_after_a_wrong_code_the_field_is_empty_and_has_the_focus(browser, ana, clock):
    clock.shift(SIX_MINUTES)
    page = confirm(browser, save(browser, ana, number=NEW), "000000")
    field = html.fromstring(page.text).find(f".//input[@name='{CODE}']")
    assert (field.get("value"), field.get("autofocus"), field.get("aria-invalid")) == (None, "", "true")


def test_the_code_of_the_sign_in_does_not_confirm_anything(client, olivia, ana, clock):
    used = code(olivia.totpdevice_set.get())
    sign_in(client, olivia, token=used)
    session = client.session
    recent_factor.remember(session, time.now() - SIX_MINUTES)
    session.save()
    assert recent_factor.WRONG in confirm(client, save(client, ana, number=NEW), used).text


def test_guessing_the_code_ends_after_ten_tries_even_with_the_right_one(browser, olivia, ana, clock):
    clock.shift(SIX_MINUTES)
    page = save(browser, ana, number=NEW)
    for _ in range(sign_in_limits.PER_ACCOUNT):
        page = confirm(browser, page, "000000")
    assert recent_factor.TOO_MANY in confirm(browser, page, code(olivia.totpdevice_set.get())).text
    assert number_of(ana) == "+12015550101"


def test_other_fields_of_an_agent_need_no_code_and_a_number_spelt_otherwise_is_the_same(browser, ana, clock):
    clock.shift(SIX_MINUTES)
    assert save(browser, ana, full_name="Ana María", number="+1 201 555 0101").status_code == 302
    assert Agent.objects.get(pk=ana.pk).full_name == "Ana María"


def test_a_form_with_a_mistake_shows_the_mistake_first(browser, ana, clock):
    clock.shift(SIX_MINUTES)
    assert ASKS not in save(browser, ana, number="12").text


def test_signing_everyone_out_needs_a_code(browser, olivia, clock):
    clock.shift(SIX_MINUTES)
    page = browser.post(OUT, WORDS)
    assert ASKS in page.text
    assert not Cutoff.objects.exists()
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    assert Cutoff.objects.get().why == "restored a backup"


def test_publishing_access_rules_needs_a_code(browser, olivia, clock):
    publishing.drafted(effect="allow")
    clock.shift(SIX_MINUTES)
    page = press(browser, browser.get("/admin/policy/publish/"), "Publish", reason="quieter")
    assert ASKS in page.text
    assert PolicyRevision.objects.filter(state="draft").exists()
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    assert PolicyRevision.objects.live().get().reason == "quieter"


def test_preparing_a_key_needs_no_code_and_activating_it_does(browser, olivia, keys, clock):
    clock.shift(SIX_MINUTES)
    browser.post(KEYS, {"step": "prepare", "use": Use.TOKEN})
    page = browser.post(KEYS, {"step": "activate", "use": Use.TOKEN})
    assert ASKS in page.text
    prepared = SigningKey.objects.get(use=Use.TOKEN, state=State.NEXT)
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    prepared.refresh_from_db()
    assert prepared.state == State.ACTIVE


@pytest.mark.parametrize(("number", "asked"), [(NEW, True), ("+12015550101", False)], ids=["other", "same"])
def test_an_import_needs_a_code_only_if_it_changes_a_number(browser, ana, clock, number, asked):
    clock.shift(SIX_MINUTES)
    page = upload(browser, [ana.email, "Ana María", number])
    page = press(browser, page, "Make 1 change")
    assert (ASKS in page.text, number_of(ana)) == (asked, "+12015550101")


def test_undoing_an_import_that_changed_a_number_needs_a_code(browser, olivia, ana, clock):
    page = press(browser, upload(browser, [ana.email, "Ana María", NEW]), "Make 1 change")
    clock.shift(SIX_MINUTES)
    page = press(browser, page, "Undo this import")
    assert (ASKS in page.text, number_of(ana)) == (True, NEW)
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    assert number_of(ana) == "+12015550101"


def test_a_role_beyond_that_of_an_agent_needs_a_code_for_somebody_new_too(browser, olivia, ana, clock):
    clock.shift(SIX_MINUTES)
    mighty = {"flex_roles": ["admin", "wfo.full_access"]}
    page = save(browser, ana, **mighty)
    assert (ASKS in page.text, "give Ana García the role admin and wfo.full_access" in page.text) == (True, True)
    assert ASKS in browser.post(f"{LIST}add/", filled(email="new@acme.example", **mighty)).text
    assert ana.role_names == ("agent",)
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    assert save(browser, Agent.objects.get(pk=ana.pk), **mighty).status_code == 302
    assert Agent.objects.get(pk=ana.pk).role_names == ("admin", "wfo.full_access")


def test_an_agent_is_added_and_a_role_taken_without_a_code(browser, ana, clock):
    provisioning.set_roles(ana, ["agent", "supervisor", "wfo.team_leader"])
    clock.shift(SIX_MINUTES)
    assert browser.post(f"{LIST}add/", filled(email="new@acme.example")).status_code == 302
    assert save(browser, ana).status_code == 302
    assert Agent.objects.get(pk=ana.pk).role_names == ("agent",)


def test_an_import_that_gives_a_role_beyond_that_of_an_agent_needs_a_code(browser, olivia, ana, clock):
    clock.shift(SIX_MINUTES)
    page = upload(browser, [ana.email, "", "", "agent, wfo.data_analyst"])
    page = press(browser, page, "Make 1 change")
    assert "give roles beyond that of an agent by importing team.csv" in page.text
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    assert Agent.objects.get(pk=ana.pk).role_names == ("agent", "wfo.data_analyst")


def test_undoing_an_import_that_took_such_a_role_needs_a_code(browser, ana, clock):
    provisioning.set_roles(ana, ["agent", "wfo.data_analyst"])
    page = press(browser, upload(browser, [ana.email, "", "", "agent"]), "Make 1 change")
    clock.shift(SIX_MINUTES)
    assert "by undoing the import of team.csv" in press(browser, page, "Undo this import").text
    assert Agent.objects.get(pk=ana.pk).role_names == ("agent",)


def test_a_one_time_code_for_an_agent_needs_a_code(browser, olivia, ana, clock):
    clock.shift(SIX_MINUTES)
    page = browser.post(f"{LIST}{ana.pk}/one-time-code/", {"reason": "SIM broken"})
    assert (ASKS in page.text, OneTimeCode.objects.exists()) == (True, False)
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    assert OneTimeCode.objects.get().reason == "SIM broken"


def test_recovery_codes_for_an_agent_need_a_code_and_cancelling_leads_back_to_the_agent(browser, ana, clock):
    clock.shift(SIX_MINUTES)
    page = browser.post(f"{LIST}{ana.pk}/make-recovery-codes/")
    assert ASKS in page.text
    assert f'href="{LIST}{ana.pk}/change/">Cancel' in page.text
    assert recovery_codes.left(ana) == 0


def test_stopping_all_sign_ins_needs_no_code_and_lifting_the_stop_does(browser, olivia, clock):
    clock.shift(SIX_MINUTES)
    browser.post("/admin/stop/", {"why": "stolen phones"})
    page = browser.post("/admin/stop/", {"lift": "1"})
    assert (ASKS in page.text, Stop.objects.in_force().exists()) == (True, True)
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    assert not Stop.objects.in_force().exists()


def test_making_an_agent_an_operator_needs_a_code(browser, olivia, ana, clock):
    clock.shift(SIX_MINUTES)
    page = save(browser, ana, is_staff="on", is_superuser="on")
    assert "change what Ana García may do as an operator" in page.text
    assert not Agent.objects.get(pk=ana.pk).is_superuser
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    assert Agent.objects.get(pk=ana.pk).is_superuser


def test_other_rights_of_a_group_need_a_code_and_another_name_does_not(browser, clock):
    group = Group.objects.create(name="Help desk")
    right = Permission.objects.get(codename="view_agent")
    clock.shift(SIX_MINUTES)
    page = browser.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Help desk", "permissions": [right.pk]})
    assert (ASKS in page.text, group.permissions.exists()) == (True, False)
    assert browser.post(f"/admin/auth/group/{group.pk}/change/", {"name": "Desk"}).status_code == 302


def test_adding_a_supervisor_needs_a_code_and_barring_one_does_not(browser, clock):
    sales = Department.objects.create(name="Sales")
    sue, _ = provisioning.supervisor("sue@acme.example", "Sue Pervisor", [sales], ["agent"])
    clock.shift(SIX_MINUTES)
    rights = {"departments": [sales.pk], "grantable": ["agent"]}
    new = {"email": "max@acme.example", "full_name": "Max", **rights}
    assert ASKS in browser.post("/admin/agents/supervisor/add/", new).text
    assert not Agent.objects.filter(email="max@acme.example").exists()
    assert browser.post(f"/admin/agents/supervisor/{sue.pk}/change/", {**rights, "barred": "on"}).status_code == 302
    assert ASKS in browser.post(f"/admin/agents/supervisor/{sue.pk}/change/", rights).text


def test_where_answers_of_a_service_go_changes_only_with_a_code(browser, olivia, keys, clock):
    services.add(browser)
    sp = ServiceProvider.objects.get()
    page, kept = f"{services.LIST}{sp.pk}/change/", {"pk": sp.consumers.get().pk, "sp": sp.pk, "default": True}
    clock.shift(SIX_MINUTES)
    renamed = services.filled(services.row(0, services.ACS, index=0, **kept), known=1, name="Our wiki")
    assert browser.post(page, renamed).status_code == 302
    moved = browser.post(page, services.filled(services.row(0, ELSEWHERE, index=0, **kept), known=1))
    assert (ASKS in moved.text, sp.consumers.get().url) == (True, services.ACS)
    confirm(browser, moved, code(olivia.totpdevice_set.get()))
    assert sp.consumers.get().url == ELSEWHERE


def test_a_new_service_is_registered_only_with_a_code(browser, olivia, keys, clock):
    clock.shift(SIX_MINUTES)
    page = services.add(browser)
    assert (ASKS in page.text, ServiceProvider.objects.exists()) == (True, False)
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    assert ServiceProvider.objects.get().consumers.get().url == services.ACS


def test_connecting_flex_needs_a_code(browser, olivia, keys, clock):
    clock.shift(SIX_MINUTES)
    page = flex.register(browser, flex.CONNECTION)
    assert (ASKS in page.text, ServiceProvider.objects.exists()) == (True, False)
    fields = dict(html.fromstring(page.text).forms[-1].form_values())
    typed = {**fields, CODE: code(olivia.totpdevice_set.get())}
    browser.post(f"{flex.PAGE}?pasted={flex.CONNECTION}", typed)
    assert ServiceProvider.objects.get().entity_id == flex.ENTITY_ID


def test_connecting_the_flex_that_sent_a_request_needs_a_code(browser, olivia, keys, clock):
    heard = flex.a_request_heard()
    clock.shift(SIX_MINUTES)
    page = browser.post(f"{flex.PAGE}adopt/{heard.pk}/")
    assert (ASKS in page.text, ServiceProvider.objects.exists()) == (True, False)
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    assert ServiceProvider.objects.get().entity_id == flex.ENTITY_ID


def test_registering_a_service_by_its_metadata_needs_a_code_and_its_preview_does_not(browser, olivia, keys, clock):
    clock.shift(SIX_MINUTES)
    shown = metadata_forms.preview(browser, pasted=of_product("pysaml2").decode())
    page = browser.post(metadata_forms.NEW, metadata_forms.sent_back(shown))
    assert (ASKS in shown.text, ASKS in page.text, ServiceProvider.objects.exists()) == (False, True, False)
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    assert ServiceProvider.objects.get().name == "The App"


def test_where_sign_ins_of_an_app_go_changes_only_with_a_code(browser, olivia, clock):
    clock.shift(SIX_MINUTES)
    page = browser.post(apps.ADD, apps.form())
    assert (ASKS in page.text, AppClient.objects.exists()) == (True, False)
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    assert AppClient.objects.get().redirect_uris.exists()


def test_a_secret_with_which_programs_read_or_change_people_needs_a_code(browser, olivia, clock):
    back_end, _ = a_back_end(time.now())
    system = PersonnelSystem.objects.create(name="Workday")
    kept = back_end.secret_hash
    clock.shift(SIX_MINUTES)
    assert ASKS in browser.post(f"/admin/native/client/{back_end.pk}/secret/").text
    page = browser.post(f"/admin/scim/personnelsystem/{system.pk}/secret/")
    assert ASKS in page.text
    assert (AppClient.objects.get().secret_hash, PersonnelSystem.objects.get().secret_hash) == (kept, "")
    assert confirm(browser, page, code(olivia.totpdevice_set.get())).context["secret"]


def test_a_link_into_the_admin_for_a_supervisor_needs_a_code(browser, olivia, clock):
    sales = Department.objects.create(name="Sales")
    supervisor, _ = provisioning.supervisor("sue@acme.example", "Sue Pervisor", [sales], ["agent"])
    clock.shift(SIX_MINUTES)
    page = browser.post(f"/admin/agents/supervisor/{supervisor.pk}/link/")
    assert (ASKS in page.text, OperatorLink.objects.exists()) == (True, False)
    confirm(browser, page, code(olivia.totpdevice_set.get()))
    assert OperatorLink.objects.get().operator == supervisor.person


def test_a_confirmed_page_that_is_reloaded_is_no_wrong_try(browser, olivia, ana, clock):
    clock.shift(SIX_MINUTES)
    page = browser.post(f"{LIST}{ana.pk}/one-time-code/", {"reason": "SIM broken"})
    used = code(olivia.totpdevice_set.get())
    for _ in range(2):
        confirm(browser, page, used)
    assert not LoginEvent.objects.filter(kind=Kind.OPERATOR_REFUSED).exists()


def test_looking_at_a_page_never_needs_a_code(browser, ana, clock):
    clock.shift(SIX_MINUTES)
    for page in (KEYS, OUT, f"/admin/agents/agent/{ana.pk}/change/"):
        assert ASKS not in browser.get(page).text


def test_an_operator_who_came_by_a_link_and_has_no_app_has_nothing_to_confirm_with(client, olivia, ana, clock):
    olivia.totpdevice_set.all().delete()
    client.post(a_link(olivia))
    clock.shift(SIX_MINUTES)
    save(client, ana, number=NEW)
    assert number_of(ana) == NEW


def test_an_operator_who_came_by_a_link_and_has_an_app_needs_its_code(client, olivia, ana):
    client.post(a_link(olivia))
    assert ASKS in save(client, ana, number=NEW).text


def test_the_code_of_another_operator_confirms_nothing(browser, ana, clock):
    other = a_superuser("other@acme.example")
    clock.shift(SIX_MINUTES)
    page = confirm(browser, save(browser, ana, number=NEW), code(other.totpdevice_set.get()))
    assert recent_factor.WRONG in page.text
