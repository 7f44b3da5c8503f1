"""Every address of the admin, as nobody, as half an operator, and as an operator: status, secrets."""

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.test import Client
from django.urls import reverse

from idp.agents.models import Agent, Department
from idp.audit.models import LoginEvent
from idp.importing.models import Import
from idp.policies.models import AccessRule
from idp.saml.models import IssuedAssertion, ServiceProvider
from idp.web.admin.base.base_admin import FilteredList
from tests.conftest import NOW
from tests.other_codes import an_app
from tests.policies import publishing
from tests.web import seeded
from tests.web.conftest import a_superuser, inside

pytestmark = pytest.mark.slow

OWN_PAGES = (
    "index",
    "alarms",
    "checkup",
    "costs",
    "everyone_out",
    "import_agents",
    "export_agents",
    "safe_list",
    "stop",
    "policy_history",
    "own_sign_in",
    "password_change",
    "jsi18n",
    "key_change",
    "connect_flex",
    "flex_symptoms",
    "flex_requests",
    "would_answer",
    "service_from_metadata",
)
admin.autodiscover()  # which the first request to one of them does
LISTS = sorted(admin.site._registry, key=lambda model: model._meta.label)
each_list = pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)


NO_VALUES = (
    "agents/device/?reason=%00",
    "audit/loginevent/?by=a%00",
    "webhooks/delivery/?kind__exact=%00",
    "agents/device/?agent=none",
    "agents/device/?enrolled_at__year=99999",
    "agents/device/?label__regex=(",
    "agents/agent/?full_name__range=a,b",
    "policies/timeoutpolicy/?absolute=99999999999999999999",
    "policies/timeoutpolicy/?absolute__gt=1 day",
)
NO_NUMBER = "9" * 5000
"""More digits than Python reads as a number."""


@pytest.mark.each_database
@pytest.mark.parametrize("asked", NO_VALUES)
def test_a_list_with_an_impossible_filter_says_so(operator, asked):
    answer = inside(operator).get(f"/admin/{asked}")
    assert answer.status_code == 400


IMPOSSIBLE = ("none", "9" * 25, NO_NUMBER, "a\0")


def statuses(operator, model, names):
    """The statuses of a list that is asked for what cannot be, in each of these ways."""
    browser, at = inside(operator), address(model, "changelist")
    return {(name, it): browser.get(at, {name: it}).status_code for name in names for it in IMPOSSIBLE}


@each_list
def test_a_list_asked_for_what_cannot_be_is_no_error_of_latchkey(operator, model):
    page = admin.site.get_model_admin(model)
    offered = [it[0] if isinstance(it, tuple) else getattr(it, "parameter_name", it) for it in page.list_filter]
    answers = statuses(operator, model, {*"poqe", *offered, f"{model._meta.pk.name}__in"})
    assert [asked for asked, status in answers.items() if status >= 500] == []


def kinds_of_columns():
    """A column of each kind, by its name in a list: what a value means is up to the kind, whatever the list."""
    found = {}
    for model in LISTS:
        for it in model._meta.concrete_fields:
            found.setdefault((type(it), type(it.target_field) if it.is_relation else None), (model, it.name))
    return [pytest.param(*it, id=".".join((it[0]._meta.label, it[1]))) for it in found.values()]


@pytest.mark.each_database
@pytest.mark.parametrize(("model", "column"), kinds_of_columns())
def test_a_column_asked_for_what_cannot_be_is_no_error_of_latchkey(operator, model, column):
    answers = statuses(operator, model, [f"{column}__in"])
    assert [asked for asked, status in answers.items() if status >= 500] == []


@pytest.mark.each_database
def test_a_lookup_that_one_database_lacks_is_no_error(operator):
    answer = inside(operator).get("/admin/audit/loginevent/?judged__contains=1")
    assert answer.status_code in (200, 400)


def test_an_action_on_what_is_no_row_says_so(operator):
    browser = inside(operator)
    for chosen in ("none", NO_NUMBER, "9" * 25, "\0"):
        for table in ("agents/agent", "agents/department"):
            posted = {"action": "export_chosen", "_selected_action": chosen}
            assert browser.post(f"/admin/{table}/", posted).status_code == 400


TICKED = {
    "native/client/add/": "services",
    "agents/supervisor/add/": "departments",
    "auth/group/add/": "permissions",
    "agents/agent/{}/change/": "groups",
}


@pytest.mark.each_database
@pytest.mark.parametrize(("at", "box"), TICKED.items(), ids=TICKED)
def test_a_form_in_which_an_impossible_row_is_ticked_saves_nothing(operator, at, box):
    answer = inside(operator).post(f"/admin/{at}".format(operator.pk), {box: "9" * 25})
    assert answer.status_code in (400, 200)  # SQLite cannot compare such a number; PostgreSQL finds no such row
    assert not operator.groups.exists()


@pytest.mark.parametrize("named", ["none", NO_NUMBER])
def test_a_pass_for_an_agent_that_cannot_be_is_an_error_of_the_form(operator, named):
    browser = inside(operator)
    assert browser.get("/admin/agents/accesspass/add/", {"agent": named}).status_code == 200
    answer = browser.post("/admin/agents/accesspass/add/", {"agent": named, "why": "Broken phone", "hours": "2"})
    assert (answer.status_code, "errorlist" in answer.text) == (200, True)


def test_a_number_that_is_too_long_is_that_of_no_row(operator):
    browser, gone = inside(operator), Department.objects.create(name="Sales")
    found = browser.get(f"/admin/agents/agent/?department__id__exact={NO_NUMBER}")
    assert ("0 agents" in found.text, gone.name in found.text) == (True, True)
    addresses = ("audit/loginevent/{}/change/", "policies/accessrule/{}/change/")
    assert {browser.get(f"/admin/{it.format(NO_NUMBER)}").status_code for it in addresses} == {404}
    assert browser.post("/admin/alarms/", {"event": NO_NUMBER}).status_code == 404


def test_an_error_of_latchkey_in_a_list_is_not_blamed_on_the_visitor(operator, monkeypatch):
    monkeypatch.setattr(admin.site.get_model_admin(Agent), "paginator", lambda *_: None)
    assert inside(operator).get("/admin/agents/agent/").status_code == 500


def test_a_department_number_beyond_the_column_finds_nobody(operator):
    answer = inside(operator).get("/admin/agents/agent/?department=999999999999999999999999999999")
    assert (answer.status_code, "0 agents" in answer.text) in ((400, False), (200, True))


@each_list
def test_every_list_refuses_in_one_place(model):
    assert issubclass(admin.site.get_model_admin(model).get_changelist(None), FilteredList)


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=[quote(arg) for arg in args])


def rows(model):
    """What the admin shows of a table: of access rules those that are edited, since the others belong to revisions."""
    return publishing.edited().rules.all() if model is AccessRule else model.objects.all()


def lists_and_rows():
    """Each list, searched too, and some rows of it with their histories."""
    for model in LISTS:
        yield address(model, "changelist")
        yield address(model, "changelist") + "?q=agent"
        for row in rows(model)[:3]:
            yield address(model, "change", row.pk)
            yield address(model, "history", row.pk)


def pages():
    """Every page there is once everything is seeded."""
    yield from lists_and_rows()
    yield from (reverse(f"admin:{name}") for name in OWN_PAGES)
    for name in ("check_answer", "service_metadata", "flex_connection"):
        yield from (reverse(f"admin:{name}", args=[sp.slug]) for sp in ServiceProvider.objects.all()[:2])
    waiting = Import.objects.get()
    yield from (reverse(f"admin:{name}", args=[waiting.pk]) for name in ("import", "import_progress"))
    yield from (reverse("admin:answer", args=[it.pk]) for it in IssuedAssertion.objects.all()[:2])
    for model in LISTS:
        yield address(model, "add")
        yield from (address(model, "delete", row.pk) for row in rows(model)[:2])
    yield from (reverse("admin:app_list", args=[it]) for it in sorted({model._meta.app_label for model in LISTS}))
    yield reverse("admin:autocomplete") + "?app_label=agents&model_name=agent&field_name=department&term=a"
    yield from ("/admin/no/such/page/", "/admin/enter/a/link/", "/admin/login/further/", "/admin/logout/further/")
    yield "/admin/r/1/1/"
    agent = Agent.objects.get(email="agent-1@acme.example")
    yield from (reverse(f"admin:{name}", args=[agent.pk]) for name in ("one_time_code", "remove_app", "lift_pause"))
    yield from (reverse(f"admin:{name}") for name in ("publish_policy", "policy_replay_csv", "discard_policy"))
    yield reverse("admin:publish_policy") + "?to=1"
    yield reverse("admin:let_in", args=[LoginEvent.objects.last().pk])


@pytest.fixture
def everything(operator, keys):
    return seeded.everything(operator, NOW)


def nobody(operator):
    return Client()


def password_only(operator):
    client = Client()
    client.force_login(operator)
    return client


@pytest.mark.parametrize("who", [nobody, password_only])
def test_without_a_second_factor_every_page_leads_to_the_sign_in(everything, operator, who):
    browser = who(operator)
    for page in pages():
        for ask in (browser.get, browser.post):
            response = ask(page)
            assert (page, response.status_code) == (page, 302)
            assert response["Location"].startswith("/admin/login/?next=")


def test_an_agents_phone_opens_no_page_even_for_staff(everything, operator):
    phone = everything.agent.numbers.get()
    phone.user = operator
    phone.save()
    browser = inside(operator, factor=phone)
    assert {browser.get(page).status_code for page in pages()} == {302}


def test_an_agents_authenticator_app_opens_no_page_even_for_staff(everything, operator, clock):
    an_app(operator)
    browser = inside(operator, factor=operator.apps.get())
    assert {browser.get(page).status_code for page in pages()} == {302}


def test_an_operator_gets_every_page_and_no_secret_on_any(everything, admin):
    shown = {page: admin.get(page) for page in pages() if "own-sign-in" not in page and "password_change" not in page}
    texts = {page: its.content.decode() for page, its in shown.items()}
    assert [(page, it) for page, text in texts.items() for it in everything.secrets if it in text] == []
    assert {page: its.status_code for page, its in shown.items() if its.status_code >= 500} == {}
    assert {page: shown[page].status_code for page in lists_and_rows() if shown[page].status_code != 200} == {}


def test_search_filters_and_columns_are_there_where_rows_are_many():
    many = {
        "agents.Agent",
        "agents.Device",
        "saml.ServiceProvider",
        "policies.TimeoutPolicy",
        "audit.LoginEvent",
        "tokens.LongLivedToken",
        "sso_sessions.SsoSession",
        "otp.Verification",
    }
    pages = {model._meta.label: page for model, page in admin.site._registry.items()}
    poor = [it for it in many if not (pages[it].search_fields and pages[it].list_filter and pages[it].list_display[1:])]
    assert poor == []


def test_an_operator_who_may_only_look_is_offered_no_change(everything):
    from django.contrib.auth.models import Permission

    looker = a_superuser("looker@acme.example", is_superuser=False)
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    browser = inside(looker)
    for model in LISTS:
        assert browser.get(address(model, "changelist")).status_code == 200
        for row in rows(model)[:2]:
            page = browser.get(address(model, "change", row.pk))
            assert page.status_code == 200
            assert not {it for it in (b'name="_save"', b'value="save"') if it in page.content}
            assert browser.post(address(model, "change", row.pk)).status_code == 403
