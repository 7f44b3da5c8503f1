"""Every operator's change counts at the next request, however it was written."""

import copy
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from idp.agents import access_passes, agent_rows, cutoffs, device_rows, devices
from idp.agents.models import AccessPass, Cutoff, Device
from idp.branding import brands
from idp.branding.models import Brand
from idp.demo.verify_emulator.misbehaviour import Fault, FaultKind
from idp.keys import keyring
from idp.keys.models import SigningKey, Use
from idp.native import clients
from idp.native.models import Client, RedirectUri
from idp.policies import in_force
from idp.policies.access.rules import Mode
from idp.policies.models import Stop, TimeoutPolicy
from idp.saml import names
from idp.saml.connecting import listening
from idp.saml.errors import UnknownServiceProvider
from idp.saml.models import AssertionConsumer, Listening, LogoutEndpoint, ReleasedAttribute, ServiceProvider
from idp.saml.responses.released import releases_of
from idp.versions import version
from idp.versions.models import Version
from idp.web.middleware.one_version import pin_version
from tests.cluster.processes import until
from tests.conftest import NOW, an_agent
from tests.devices import IPHONE
from tests.policies import publishing
from tests.speed.place import ENTITY
from tests.web.seeded import a_service

pytestmark = pytest.mark.each_database

HOUR = timedelta(hours=1)


def the_service():
    return ServiceProvider.objects.get_with_trust(ENTITY)[0]


@pytest.fixture
def place(db, keys):
    """One row of everything that is cached."""
    sp, policy = a_service(), TimeoutPolicy.objects.create(name="own", inactivity=HOUR, absolute=HOUR)
    ServiceProvider.objects.update(timeout_policy=policy)
    ReleasedAttribute.objects.create(service_provider=sp, name="email", source="email")
    LogoutEndpoint.objects.create(service_provider=sp, binding=names.SOAP, location="https://flex.example/slo")
    app = Client.objects.create(client_id="app", name="App", timeout_policy=policy)
    RedirectUri.objects.create(client=app, uri="https://app.example/back")
    Brand.objects.create(name="Acme")
    Listening.objects.create(begun_at=NOW, until=NOW + listening.LASTS)
    Stop.objects.create(since=NOW, why="to see")
    AccessPass.objects.create(agent=an_agent(), given_at=NOW, until=NOW + HOUR, why="to see")


SET = {
    "the name of a service": (ServiceProvider, "name", "Rota", lambda: the_service().name),
    "the name of a service that answers": (
        ServiceProvider,
        "name",
        "Rota",
        lambda: ServiceProvider.objects.get_enabled("flex").name,
    ),
    "where answers go": (AssertionConsumer, "url", "https://new.example/acs", lambda: the_service().trust.acs[0][0]),
    "what is told of people": (ReleasedAttribute, "name", "mail", lambda: releases_of(the_service())[0].name),
    "where sign-outs go": (
        LogoutEndpoint,
        "location",
        "https://new.example/slo",
        lambda: the_service().logout_endpoints.all()[0].location,
    ),
    "how long a sign-in counts": (TimeoutPolicy, "absolute", 2 * HOUR, lambda: the_service().timeout_policy.absolute),
    "how long a login under way counts": (
        TimeoutPolicy,
        "absolute",
        2 * HOUR,
        lambda: in_force.limits_of(the_service().timeout_policy_id).absolute,
    ),
    "an app": (Client, "name", "Other app", lambda: clients.find("app").name),
    "an app's way back": (
        RedirectUri,
        "uri",
        "https://app.example/new",
        lambda: clients.find("app").redirect_uris.all()[0].uri,
    ),
    "a brand": (Brand, "name", "Beta", lambda: brands.of("flex").name),
    "listening": (Listening, "until", NOW + listening.LASTS / 2, lambda: listening.current(NOW).until),
    "a stop that is lifted": (Stop, "lifted_at", NOW + HOUR, lambda: in_force.look().stopped or NOW + HOUR),
    "a pass that is taken back": (
        AccessPass,
        "ended_at",
        NOW + HOUR,
        lambda: access_passes.any_valid(NOW) or NOW + HOUR,
    ),
    "a key": (SigningKey, "certificate", "new", lambda: keyring.active(Use.SAML, NOW).certificate),
}


def saved(model, field, value):
    row = the_row(model)
    setattr(row, field, value)
    row.save()


def updated(model, field, value):
    model.objects.filter(pk=the_row(model).pk).update(**{field: value})


def typed(model, field, value):
    table, key = model._meta.db_table, model._meta.pk.column
    value = model._meta.get_field(field).get_db_prep_save(value, connection)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {field} = %s WHERE {key} = %s", [value, the_row(model).pk])


def the_row(model):
    own = {TimeoutPolicy: {"name": "own"}, SigningKey: {"use": Use.SAML}}
    return model.objects.get(**own.get(model, {}))


@pytest.mark.parametrize("written", [saved, updated, typed])
@pytest.mark.parametrize("thing", SET)
def test_every_kind_of_change_counts_at_the_next_request(place, thing, written):
    model, field, value, seen = SET[thing]
    with version.pinned():
        before = seen()
    assert before != value
    written(model, field, value)
    with version.pinned():
        assert seen() == value


@pytest.mark.parametrize("written", [saved, updated, typed])
def test_a_service_that_is_switched_off_is_unknown_at_the_next_request(place, written):
    the_service()
    written(ServiceProvider, "enabled", False)
    with pytest.raises(UnknownServiceProvider):
        the_service()
    with pytest.raises(UnknownServiceProvider):
        ServiceProvider.objects.get_enabled("flex")


def test_a_service_that_is_added_is_known_at_the_next_request(db):
    for _ in range(2):
        with pytest.raises(UnknownServiceProvider):
            the_service()
    a_service()
    assert the_service().slug == "flex"


def test_everyone_out_counts_at_the_next_request(db):
    assert cutoffs.latest_cutoff() is None
    first = Cutoff.objects.create(at=NOW, why="lost phones")
    assert cutoffs.latest_cutoff() == first
    second, *_ = Cutoff.objects.bulk_create([Cutoff(at=NOW - HOUR, why="more of them, says a clock that is behind")])
    assert cutoffs.latest_cutoff() == second


def test_a_publication_and_a_stop_count_at_the_next_request(db):
    before = in_force.look()
    publishing.in_force(name="New")
    assert in_force.look().policy.number == before.policy.number + 1
    Stop.objects.create(since=NOW, why="to see")
    assert (before.stopped, in_force.look().stopped) == (False, True)


def test_a_rule_written_directly_to_the_database_counts_at_the_next_request(db):
    rule = publishing.in_force(name="New")
    assert in_force.look().policy.rules[-1].mode == Mode.ON
    with connection.cursor() as cursor:
        cursor.execute("UPDATE policies_accessrule SET mode = 'off' WHERE id = %s", [rule.pk])
    assert in_force.look().policy.rules[-1].mode == Mode.OFF


def test_a_publication_that_is_rolled_back_does_not_count_and_its_draft_stays(db):
    rule = publishing.drafted(name="New")
    with transaction.atomic():
        publishing.publish()
        assert in_force.look().policy.rules[-1].name == "New"
        transaction.set_rollback(True)
    rule.name = "Newer"
    rule.save()
    publishing.publish()
    assert in_force.look().policy.rules[-1].name == "Newer"


def test_a_pass_admits_its_agent_from_the_next_request_until_it_ends(db, agent):
    assert not access_passes.admits(agent.pk, NOW)
    for hours in (14, 20, 16):  # over midnight: of several the longest counts
        AccessPass.objects.create(agent=agent, given_at=NOW, until=NOW + hours * HOUR, why="to see")
    end = NOW + 20 * HOUR
    assert [access_passes.admits(agent.pk, at) for at in (NOW, end - timedelta(seconds=1), end)] == [True, True, False]
    assert not access_passes.admits(an_agent("+12015550102", "bo@acme.example").pk, NOW)


def test_the_next_key_signs_from_the_next_request_on(db, keys):
    former = keyring.active(Use.TOKEN, NOW)
    row = keyring.draw(Use.TOKEN, NOW)
    row.save()
    assert keyring.active(Use.TOKEN, NOW) == former
    assert keyring.following(Use.TOKEN, row.kid).kid == row.kid
    keyring.activate_next(Use.TOKEN, NOW)
    assert keyring.active(Use.TOKEN, NOW).kid == row.kid
    assert keyring.find(Use.TOKEN, former.kid, retired_after=NOW - HOUR) == former
    assert keyring.find(Use.TOKEN, former.kid, retired_after=NOW) is None


def test_a_key_created_on_demand_is_found_by_the_same_request(db):
    with version.pinned():
        assert keyring.published(Use.TOKEN, NOW) == []
        assert keyring.active(Use.TOKEN, NOW) == keyring.active(Use.TOKEN, NOW)


def test_listening_for_a_new_connection_counts_at_the_next_request(db):
    assert listening.current(NOW) is None
    listening.begin(NOW)
    assert listening.current(NOW).until == NOW + listening.LASTS
    listening.end(NOW)
    assert listening.current(NOW) is None


# By whole requests


def inside(sp):
    """All that a cached service carries: its fields, what hangs on it, and what was put on it."""
    rows = [sp, sp.timeout_policy, *sp.consumers.all(), *sp.released.all(), *sp.logout_endpoints.all()]
    plain = [{name: it for name, it in vars(row).items() if not name.startswith("_")} for row in rows]
    return plain, [(sorted(vars(row)), sorted(row._state.fields_cache)) for row in rows]


def test_a_sign_in_does_not_change_the_configuration_version(phone, android):
    phone.sign_in()
    services = [ServiceProvider.objects.get_with_trust(it.entity_id)[0] for it in ServiceProvider.objects.all()]
    before = copy.deepcopy([inside(it) for it in services])
    phone.sign_in_silently()
    android.sign_in()
    assert [inside(it) for it in services] == before
    assert all(ServiceProvider.objects.get_with_trust(it.entity_id)[0] is it for it in services)


def test_a_stop_during_a_check_by_verify_signs_nobody_in(phone, verify):
    page, code = phone.ask_code(phone.ask_flex()), phone.code()
    verify.state.order_faults([Fault(FaultKind.SLOW, calls=1, seconds=0.3)])
    with ThreadPoolExecutor(1) as pool:
        tap = pool.submit(phone.submit, page, "code", code=code)
        until(lambda: verify.state.counters()["paths"].get("POST VerificationCheck"), "that Verify is asked")
        Stop.objects.create(since=NOW, why="to see")
    assert tap.result().heading == "Sign-in is stopped"
    assert not Device.objects.exists()


def test_an_operators_request_reads_its_own_changes(rf, db):
    def form(_):
        before = brands.of().name
        Brand.objects.create(name="Beta")
        return before, brands.of().name

    assert pin_version(form)(rf.post("/admin/branding/brand/add/")) == ("", "Beta")


# After a wait for a row

HOLDS = {
    "a browser's device": lambda enrolled: device_rows.find_and_hold(enrolled.secret),
    "a device by its id": lambda enrolled: device_rows.get_and_hold(enrolled.device.pk),
    "an agent": lambda enrolled: agent_rows.get_and_hold(enrolled.device.agent_id),
}


@pytest.mark.parametrize("hold", HOLDS.values(), ids=HOLDS)
def test_a_request_that_waited_for_a_lock_reads_the_configuration_again(agent, hold):
    enrolled = devices.enrol(agent, IPHONE, None, NOW)
    with version.pinned():
        assert (cutoffs.latest_cutoff(), in_force.look().stopped) == (None, False)
        Stop.objects.create(since=NOW, why="to see")
        assert not in_force.look().stopped  # one request, one version
        hold(enrolled)
        assert in_force.look().stopped


@pytest.mark.parametrize("hold", HOLDS.values(), ids=HOLDS)
def test_without_a_version_a_lock_returns_none(agent, hold):
    enrolled = devices.enrol(agent, IPHONE, None, NOW)
    with version.pinned():
        version.ask()
        Version.objects.all().delete()
        hold(enrolled)
        assert version.of_request() == ""
