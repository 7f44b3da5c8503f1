"""A supervisor at the line: every address of the admin, and every act, against somebody of another department."""

import re

import pytest
from django.contrib.admin import autodiscover, site
from django.contrib.auth.models import Group
from django.urls import reverse

from idp.agents.models import Agent, Department, Device, Reason
from idp.audit import acts, events
from idp.audit.events import Actor
from idp.audit.models import Kind
from idp.importing.models import Import
from idp.login.emergency import passes
from idp.otp.models import OneTimeCode
from idp.saml.models import ServiceProvider
from idp.web.admin import trail_filters
from idp.web.departments import supervisors
from tests.conftest import NOW, an_agent
from tests.devices import IPHONE
from tests.web.departments.place import Place, a_supervisor, addresses, changed, of, rows
from tests.web.people_form import DEVICES, LIST, filled
from tests.web.seeded import HERE, everything

FORGED = {
    "act": "write",
    "action": "sign_out_chosen",
    "confirm": "yes",
    "event": "1",
    "is_staff": "on",
    "is_superuser": "on",
    "post": "yes",
    "reason": "forged",
    "typed": "sign everyone out",
    "why": "forged",
    "_save": "Save",
}
STRANGE = ("Agent 2", "agent-2@", "Department 2", "0102")
"""What no page may tell of Ben."""
MINE = "agent-1@acme.example"


def filled_in(path, stand_ins):
    """An address with the row of somebody in place of what stands for it."""
    model = path.split("/admin/")[1].split("/<")[0]
    return re.sub(r"<(\w+):\w+>|\(\?P.*", lambda it: str(stand_ins.get(model) or stand_ins[it[1]]), path)


def strangers_rows(place):
    """A row of Ben's, or of the whole place, for each sort of address."""
    sp = ServiceProvider.objects.first()
    waiting = Import.objects.create(made_at=NOW, by=Agent.objects.get(email="olivia@acme.example"), file_name="b.csv")
    return {
        "agents/agent": place.ben.pk,
        "agents/agent/import": waiting.pk,
        "agents/device": place.ben.devices.first().pk,
        "agents/department": place.other.pk,
        "agents/supervisor": place.sue.supervisor.pk,
        "audit/loginevent": place.ben.events.first().pk,
        "saml/serviceprovider": sp.pk,
        "path": place.ben.pk,
        "uuid": place.ben.pk,
        "int": 1,
        "slug": sp.slug,
        "str": "a-link",
        None: "agents/",
    }


def test_what_is_not_open_is_refused_and_changes_nothing(operator, keys):
    place = Place(everything(operator, NOW).agent)
    stand_ins = strangers_rows(place)
    closed = {name: filled_in(path, stand_ins) for name, path in addresses() if name not in supervisors.OPEN}
    before = rows()
    answers = {
        (path, method): getattr(place.browser, method)(path, FORGED).status_code
        for name, path in closed.items()
        for method in ("get", "post")
        if name
    }
    assert len(answers) > 250
    assert {it: status for it, status in answers.items() if status != 403} == {}
    assert changed(before, rows()) == []


def test_an_address_that_leads_nowhere_leads_supervisors_nowhere(place):
    for path in ("no/such/page/", f"agents/agent/{place.ben.pk}/", f"agents/agent/{place.ana.pk}", "agents/supervisor"):
        page = place.browser.get(f"/admin/{path}")
        assert page.status_code == 404
        assert "the app you came from" not in page.text


def test_a_page_that_is_closed_says_for_whom_it_is(place):
    page = place.browser.get(reverse("admin:costs"))
    assert (page.status_code, supervisors.ForOperators.sentence in page.text) == (403, True)
    for agents_own in ("your supervisor", "Español", "/help"):
        assert agents_own not in page.text


def test_what_is_open_is_not_there_for_somebody_elses_people(place):
    stand_ins = strangers_rows(place)
    open_to = {name: path for name, path in addresses() if name in supervisors.OPEN - supervisors.DOORS}
    about = {name: filled_in(path, stand_ins) for name, path in open_to.items() if "<" in path and "(?P" not in path}
    before = rows()
    got = {name: place.browser.get(path).status_code for name, path in about.items()}
    posted = {name: place.browser.post(path, FORGED).status_code for name, path in about.items()}
    assert len(about) > 10
    assert {name for name, status in got.items() if status not in (404, 405)} == set()
    assert {name for name, status in posted.items() if status != 404} == {"import_progress"}  # 405: it is only read
    assert changed(before, rows()) == []


def test_no_page_tells_of_somebody_elses_people(place):
    paths = [path for name, path in addresses() if name in supervisors.OPEN - supervisors.DOORS and "<" not in path]
    paths += ["/admin/agents/", "/admin/audit/", f"{LIST}{place.ana.pk}/change/", f"{LIST}{place.ana.pk}/history/"]
    asked = [f"{it}{more}" for it in paths if "(?P" not in it for more in ("", "?q=agent", "?all=", "?_popup=1")]
    pages = {it: place.browser.get(it).text for it in asked}
    told = {(it, word) for it, text in pages.items() for word in STRANGE if word in text}
    assert told == set()
    assert "Agent 1" in pages[LIST]


def test_no_filter_in_the_address_reaches_over(place):
    ben, other = place.ben, place.other.pk
    asked = [f"{LIST}?{it}" for it in (f"department__id={other}", f"department__id__exact={other}", f"id={ben.pk}")]
    asked += [f"{LIST}?{it}" for it in ("roles__role=agent", "email__startswith=agent-2", f"id__in={ben.pk}")]
    asked += [f"{page}?agent={ben.pk}" for page in (DEVICES, "/admin/audit/loginevent/")]
    asked += [f"{LIST}{ben.pk}/change/?_to_field=id", f"{LIST}agent-2@acme.example/change/?_to_field=email"]
    assert [it for it in asked for word in STRANGE[:2] if word in place.browser.get(it).text] == []


@pytest.mark.parametrize("asked", ["password__startswith=", "password__regex=.", "department__agents__full_name=Ben"])
def test_no_filter_spells_out_what_is_not_shown(place, admin, asked):
    assert {place.browser.get(f"{LIST}?{asked}").status_code, admin.get(f"{LIST}?{asked}").status_code} == {400}


KEPT_BACK = {
    "otp_totp/totpdevice": ("key",),
    "keys/signingkey": ("private_key",),
    "native/client": ("secret_hash",),
    "scim/personnelsystem": ("secret_hash",),
    "webhooks/webhook": ("sealed_secret", "sealed_former_secret"),
    "sso_sessions/ssosession": ("secret_hash",),
    "saml/issuedassertion": ("response", "name_id"),
    "saml/logoutnotice": ("name_id",),
    "otp/safelisting": ("number",),
    "otp/verification": ("counted_as", "asked_by"),
    "agents/device": ("secret_hash", "push_address", "replaced_by"),
    "agents/agent": ("password",),
}


def test_no_filter_spells_out_secrets_or_what_a_service_was_told(admin):
    asked = [f"/admin/{page}/?{column}__startswith=a" for page, columns in KEPT_BACK.items() for column in columns]
    assert {it: admin.get(it).status_code for it in asked} == dict.fromkeys(asked, 400)


def test_every_column_that_sounds_like_a_secret_is_kept_back():
    autodiscover()
    columns = {
        (f"{model._meta.app_label}/{model._meta.model_name}", column.name)
        for model in site._registry
        for column in model._meta.concrete_fields
        if re.search("secret|password|private|sealed|hash|^response$|push_address", column.name)
        and not column.name.endswith("_at")
    }
    assert columns <= {(page, column) for page, its in KEPT_BACK.items() for column in its}


def test_a_search_of_the_trail_says_nothing_of_anybody_elses_e_mail(place, admin):
    page = "/admin/audit/loginevent/"
    admin.post(f"{LIST}{place.ana.pk}/one-time-code/", {"reason": "SIM broken"})
    found = {it: place.browser.get(f"{page}?{it}").context["cl"].result_count for it in ("q=olivia%40", "by=olivia%40")}
    assert found == {"q=olivia%40": 0, "by=olivia%40": 0}
    assert place.browser.get(f"{page}?by=olivia").context["cl"].result_count == 1
    assert admin.get(f"{page}?by=olivia%40").context["cl"].result_count > 0


def test_a_search_of_the_trail_does_not_count_everybody(place, monkeypatch):
    monkeypatch.setattr(trail_filters, "MOST_PEOPLE", 1)
    assert "more than 1 people" not in place.browser.get("/admin/audit/loginevent/?q=acme").text


def test_a_history_names_who_acted_and_not_their_e_mail(place, admin):
    admin.post(f"{LIST}{place.ana.pk}/change/", filled(place.ana, email=MINE, department=place.theirs.pk))
    text = place.browser.get(f"{LIST}{place.ana.pk}/history/").text
    assert ("Olivia Operator" in text, "olivia@" in text) == (True, False)


def test_a_pass_names_who_gave_it_and_not_their_e_mail(place, operator, clock):
    passes.give(place.ana, passes.USUAL, operator, "New phone", origin=HERE, now=NOW)
    for page in (f"{LIST}{place.ana.pk}/timeline/", "/admin/audit/loginevent/"):
        text = place.browser.get(page).text
        assert ("Olivia Operator" in text, "olivia@" in text) == (True, False)


# Acts on many


@pytest.mark.parametrize("across", ["0", "1"])
def test_nobody_of_another_department_is_signed_out_among_many(place, across):
    before = of(place.ben)
    chosen = [str(it.pk) for it in Device.objects.all()]
    fields = {"action": "sign_out_chosen", "_selected_action": chosen, "select_across": across}
    assert "2 signed out here" in place.browser.post(DEVICES, fields, follow=True).text
    assert (of(place.ben), Device.objects.of(place.ana).active().count()) == (before, 0)


@pytest.mark.parametrize("across", ["0", "1"])
def test_nobody_of_another_department_is_exported(place, across):
    chosen = [str(it.pk) for it in Agent.objects.all()]
    fields = {"action": "export_chosen", "_selected_action": chosen, "select_across": across}
    for text in (place.browser.post(LIST, fields).text, place.browser.post(f"{LIST}export/").text):
        assert [it for it in (*STRANGE, "Sue", "Olivia") if it in text] == []
        assert "agent-1@acme.example" in text


def test_acts_of_operators_are_not_done_for_supervisors(place):
    before = rows()
    chosen = [str(place.ana.pk)]
    for act in ("put_on_safe_list", "delete_selected"):
        place.browser.post(LIST, {"action": act, "_selected_action": chosen, "post": "yes"})
    assert changed(before, rows()) == []


# Forms


def posted(place, agent, **fields):
    own = {"full_name": agent.full_name, "email": agent.email, "department": agent.department_id}
    number = agent.numbers.get().number
    return place.browser.post(f"{LIST}{agent.pk}/change/", filled(agent, **{"number": number, **own, **fields}))


def test_a_supervisor_changes_their_own_people(place):
    assert posted(place, place.ana, full_name="Ana Maria", number="+1 201 555 0177").status_code == 302
    ana = Agent.objects.get(pk=place.ana.pk)
    assert (ana.full_name, ana.numbers.get().number) == ("Ana Maria", "+12015550177")


def test_hidden_fields_change_nothing(place):
    group, before = Group.objects.create(name="All"), of(place.ana)[0]
    forged = {"is_staff": "on", "is_superuser": "on", "groups": [group.pk], "user_permissions": ["1", "2"]}
    forged |= {"id": place.ben.pk, "pk": place.ben.pk, "password": "!", "last_login_0": "2026-01-01", "name_id": "x"}
    forged |= {"devices-0-id": place.ben.devices.first().pk, "devices-0-revoked_at": "2026-01-01", "supervisor": "1"}
    devices = of(place.ben)
    assert posted(place, place.ana, **forged).status_code == 302
    assert (of(place.ana)[0], of(place.ben)) == (before, devices)


@pytest.mark.parametrize(
    "fields",
    [
        {"department": "other"},
        {"department": ""},
        {"flex_roles": ["agent", "admin", "wfo.full_access"]},
        {"flex_roles": ["agent", "wfo.team_leader"]},
        {"flex_roles": []},
        {"number": "+1 201 555 0102"},
        {"email": "agent-2@acme.example"},
        {"email": "olivia@acme.example"},
    ],
    ids=str,
)
@pytest.mark.parametrize("new", [True, False])
def test_nobody_is_moved_over_the_line_or_gets_what_a_supervisor_may_not_give(place, fields, new):
    before = rows()
    fields = {**fields, "department": place.other.pk} if fields.get("department") == "other" else fields
    if new:
        page = place.browser.post(f"{LIST}add/", filled(**{"department": place.theirs.pk, **fields}))
    else:
        page = posted(place, place.ana, **fields)
    assert page.status_code == 200
    assert changed(before, rows()) == []


def test_the_number_of_somebody_else_cannot_be_slipped_into_a_form(place):
    before, phone = of(place.ben), place.ben.numbers.get()
    forged = {"numbers-0-id": phone.pk, "numbers-0-user": place.ben.pk, "numbers-0-DELETE": "on"}
    posted(place, place.ana, **forged)
    posted(place, place.ana, **{**forged, "numbers-0-user": place.ana.pk})
    assert of(place.ben) == before


def test_a_supervisor_adds_somebody_to_their_department_without_any_right(place):
    fields = {"department": place.theirs.pk, "is_staff": "on", "is_superuser": "on"}
    assert place.browser.post(f"{LIST}add/", filled(**fields)).status_code == 302
    new = Agent.objects.get(email="ana@acme.example")
    assert (new.department, new.is_staff, new.is_superuser, new.role_names) == (place.theirs, False, False, ("agent",))


def test_the_form_offers_their_departments_and_the_roles_that_they_may_give(place):
    form = place.browser.get(f"{LIST}add/").context["adminform"].form
    assert [str(it) for _, it in form.fields["department"].choices] == ["Department 1"]
    assert list(form.fields["flex_roles"].choices) == [("agent", "agent")]
    assert not {"is_staff", "is_superuser", "groups"} & set(form.fields)


def test_with_two_departments_people_are_moved_between_them(place):
    Department.objects.create(name="Department 3")
    _, browser = a_supervisor("Department 1", "Department 3", email="two@acme.example")
    place.browser, third = browser, Department.objects.get(name="Department 3")
    assert posted(place, place.ana, department=third.pk).status_code == 302
    assert Agent.objects.get(pk=place.ana.pk).department == third


# Who is above


def above(place):
    """Somebody of Sue's department who may do in Flex what she may not give."""
    roles = ("agent", "supervisor", "wfo.full_access")
    return an_agent("+12015550150", "chief@acme.example", roles, full_name="Chief", department=place.theirs)


def test_whoever_holds_a_role_that_they_may_not_give_is_not_theirs(place):
    chief = above(place)
    before = of(chief)
    for act in ("change", "one-time-code", "lift-pause", "remove-app", "remove-passkeys"):
        assert place.browser.post(f"{LIST}{chief.pk}/{act}/", {"reason": "forged"}).status_code == 404
    assert (of(chief), "Chief" in place.browser.get(LIST).text) == (before, False)


def test_whoever_may_give_that_role_looks_after_its_holders(place):
    chief = above(place)
    roles = ("agent", "supervisor", "wfo.full_access")
    _, browser = a_supervisor(email="more@acme.example", roles=roles)
    assert browser.get(f"{LIST}{chief.pk}/change/").status_code == 200


def test_operators_and_supervisors_are_nobodys_not_even_their_own(place, operator):
    colleague, _ = a_supervisor(email="colleague@acme.example", department=place.theirs)
    Agent.objects.filter(pk__in=[operator.pk, place.sue.pk]).update(department=place.theirs)
    before = rows()
    for person in (operator, place.sue, colleague):
        for act in ("change", "history", "one-time-code"):
            assert place.browser.get(f"{LIST}{person.pk}/{act}/").status_code == 404
            assert place.browser.post(f"{LIST}{person.pk}/{act}/", FORGED).status_code == 404
    assert changed(before, rows()) == []


# What they may


def test_a_supervisor_gives_and_takes_back_a_one_time_code(place, clock):
    page = place.browser.post(f"{LIST}{place.ana.pk}/one-time-code/", {"reason": "SIM broken"})
    assert page.status_code == 200
    assert OneTimeCode.objects.get(agent=place.ana).given_by == place.sue
    place.browser.post(f"{LIST}{place.ana.pk}/revoke-one-time-code/")
    assert OneTimeCode.objects.get(agent=place.ana).revoked_at is not None


def test_a_supervisor_signs_out_one_phone_and_switches_somebody_off(place):
    phone = place.ana.devices.get(label__contains=IPHONE.label)
    assert place.browser.post(f"{DEVICES}{phone.pk}/sign-out/").status_code == 302
    assert Device.objects.of(place.ana).active().count() == 1
    posted(place, place.ana, is_active="")
    assert Device.objects.of(place.ana).active().count() == 0
    assert not Agent.objects.get(pk=place.ana.pk).is_active


def test_a_supervisor_makes_no_sheet_of_recovery_codes_and_is_offered_none(place, admin):
    page = f"{LIST}{place.ana.pk}/change/"
    assert "make-recovery-codes" not in place.browser.get(page).text
    assert "make-recovery-codes" in admin.get(page).text


def test_a_phone_that_somebody_else_took_over_does_not_say_who(place, admin):
    phone, other = place.ana.devices.first(), place.ben.devices.first()
    Device.objects.filter(pk=phone.pk).update(replaced_by=other)
    shown, all_of_it = (it.get(f"{DEVICES}{phone.pk}/change/").text for it in (place.browser, admin))
    assert (str(other.pk) in shown, str(other.pk) in all_of_it) == (False, True)


def test_a_line_of_the_trail_leads_supervisors_to_no_page_of_operators(place):
    page = place.browser.get(f"/admin/audit/loginevent/{place.ana.events.first().pk}/change/")
    links = {it.split('"')[0] for it in page.text.split('href="/admin/')[1:]}
    assert {place.browser.get(f"/admin/{it}").status_code for it in links} == {200}
    assert ("what was sent" in page.text.lower(), "rules today" in page.text.lower()) == (False, False)


def test_the_page_of_an_agent_does_not_name_the_phone_of_somebody_else_that_took_over(place):
    phone, other = place.ana.devices.first(), place.ben.devices.first()
    Device.objects.filter(pk=other.pk).update(label="Big Ben")
    Device.objects.filter(pk=phone.pk).update(
        replaced_by=other, revoked_at=NOW, reason=Reason.HANDED_OVER, push_address="", push_provider=""
    )
    page = place.browser.get(f"{LIST}{place.ana.pk}/change/").text
    assert ("another agent signed in with it" in page, "Big Ben" in page) == (True, False)


def test_each_reference_of_a_timeline_leads_supervisors_to_its_line(place, admin):
    posted(place, place.ana, full_name="Ana Alves")
    page = place.browser.get(f"{LIST}{place.ana.pk}/timeline/").text
    assert "(full name: Agent 1 → Ana Alves" in page
    lines = set(re.findall(r'class="reference" href="([^"]+)"', page))
    assert {place.browser.get(it).status_code for it in lines} == {200}


def test_a_line_about_somebody_elses_people_is_not_there(place, admin):
    admin.post(f"{LIST}{place.ben.pk}/switch/", {"to": "off"})
    with events.acting(Actor("Olivia Operator", HERE)):
        renamed = acts.record(Kind.CHANGED, acts.thing(place.ben), NOW, {"full_name": ["Agent 2", "Ben"]})
        sales = acts.record(Kind.CHANGED, acts.thing(place.theirs), NOW)
    assert {place.browser.get(f"/admin/audit/loginevent/{it.pk}/change/").status_code for it in (renamed, sales)} == {
        404
    }
