"""An installation in which every page of the admin has something to show, good and bad."""

from datetime import timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission

from idp.agents.models import Agent, Department
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.importing.models import Import
from idp.login.emergency import passes, stops
from idp.login.endings import not_me
from idp.saml.connecting import listening
from idp.saml.models import HeardRequest, LogoutNotice, ServiceProvider
from idp.saml.models.logout import Channel, Outcome
from tests.conftest import NOW, an_agent
from tests.devices import a_desktop, a_phone
from tests.importing.files import MAX, ZOE, a_file
from tests.other_codes import a_one_time_code, a_sheet, an_app
from tests.passkeys.kept import a_passkey
from tests.policies import publishing
from tests.saml.metadata.documents import ACS, acs, an_entity
from tests.user_agents import IPHONE
from tests.web import seeded
from tests.web.conftest import inside
from tests.web.departments.place import a_supervisor

SUPERVISOR = "sue@acme.example"
HERE = Origin("198.51.100.4", IPHONE, "7KQ2M-9TX4E")
LONG = "Wilhelmina Featherstonehaugh-Cholmondeley of the Night Shift"
ONE_WORD = "workforcemanagementandplanning@contactcentreofthenorthernregions.example"
"""An email, which is also the name of an operator who was added without one."""
COUNTS = ("new", "changed", "unchanged", "switched_off", "missing_off", "left_out", "other_numbers")


def furnish(operator):
    """Put all of it into an empty database."""
    agent = seeded.everything(operator, NOW).agent
    an_app(agent)
    a_sheet(agent)
    a_one_time_code(agent, operator)
    a_passkey(agent)
    wilhelmina = an_agent("+12015550199", "wilhelmina@acme.example", full_name=LONG)
    an_agent("+12015550198", ONE_WORD, full_name=ONE_WORD)
    phone, computer = a_phone(wilhelmina), a_desktop(wilhelmina)
    events.record(Kind.SIGNED_IN, HERE, NOW, agent=wilhelmina, device=computer, method="code", service="flex")
    not_me.report(phone, computer, HERE, NOW)
    events.record(
        Kind.REFUSED, HERE, NOW, agent=agent, service="flex", detail="No Android: Deny if the platform is Android"
    )
    a_supervisor(email=SUPERVISOR)
    passes.give(agent, timedelta(hours=2), operator, "Her phone is new", origin=HERE, now=NOW)
    stops.stop(operator, "A drill", HERE, NOW)
    stops.lift(operator, HERE, NOW)
    publishing.drafted(seeded.ANDROID_RULE, name="Android is watched", mode="watch")
    LogoutNotice.objects.create(
        service_provider=ServiceProvider.objects.get(),
        agent=agent,
        device=agent.devices.first(),
        channel=Channel.SERVER,
        outcome=Outcome.WAITING,
        made_at=NOW,
        next_try_at=NOW,
    )
    Group.objects.create(name="Team leaders").permissions.set(Permission.objects.filter(codename__startswith="view_"))
    listening.begin(NOW)
    HeardRequest.objects.create(
        at=NOW,
        issuer="urn:other",
        acs_url=ACS,
        binding="redirect",
        signed=False,
        outcome="unknown_sp",
        reference="7KQ2M-9TX4F",
    )
    changed = [{"changed": {"fields": ["Name"]}}]
    for it in (*Agent.objects.all(), *Department.objects.all()):
        LogEntry.objects.log_actions(operator.pk, [it], CHANGE, changed)
    _people(operator)
    _metadata(operator)


def _people(operator):
    """A file with problems that waits, and one that was written."""
    odd = ["bad@acme.example", "Bad", "12", "", "agent"]
    Import.objects.update(content=a_file(ZOE, MAX, odd))
    Import.objects.create(
        made_at=NOW,
        by=operator,
        file_name="night.csv",
        applied_at=NOW,
        wrote=dict.fromkeys(COUNTS, 1),
    )


def _metadata(operator):
    """A service that was registered by its metadata and has published other since."""
    browser = inside(operator)
    rules = {"valid_until_rule": "check", "longest_days": "30", "take_over": "ask"}
    page = browser.post(
        "/admin/services/new-from-metadata/",
        {**rules, "pasted": an_entity(acs()).decode(), "slug": "app", "name": "App"},
    )
    form = page.context["form"]
    fields = {name: form[name].value() or "" for name in form.fields if name != "file"}
    browser.post(
        "/admin/services/new-from-metadata/",
        {**fields, "pasted": fields["pasted"].replace("\n", "\r\n"), "shown": page.context["shown"]},
    )
    browser.post("/admin/services/app/metadata/", {"step": "offer", "pasted": an_entity(acs(f"{ACS}/new")).decode()})
