"""Every table is configuration, with triggers that change the version, or is declared not to be."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models.signals import pre_migrate

from idp.branding import brands
from idp.branding.models import Brand
from idp.policies.models import Stop
from idp.versions import triggers, version
from idp.versions.version import Part
from idp.web.checkup import database
from idp.web.checkup.finding import State
from tests.conftest import NOW

WRITTEN_AT_SIGN_INS = {
    "agents": ["agent", "agentrole", "device", "devicecount"],
    "audit": ["chain", "countedhour", "hourlycount", "hourlytotal", "loginevent", "seal"],
    "login": ["loan", "loginflow"],
    "native": ["authorizationcode", "signinlink"],
    "otp": [
        "authenticatorapp",
        "breaker",
        "dailycodes",
        "dailysends",
        "onetimecode",
        "recoverycode",
        "verification",
        "verificationsend",
    ],
    "passkeys": ["challenge", "passkey"],
    "saml": [
        "heardrequest",
        "issuedassertion",
        "logout",
        "logoutnotice",
        "obeyedlogoutrequest",
        "sentattribute",
        "subjectname",
    ],
    "sso_sessions": ["ssosession"],
    "tokens": ["longlivedtoken"],
    "webhooks": ["delivery"],
}
"""Each of them would have everything read anew all the time."""
OF_ONE_PERSON = {"otp": ["phoneauthenticator", "safelisting"], "scim": ["knownas"]}
READ_WITH_A_PERSON = {"agents": ["department"]}
OF_OPERATORS_PAGES = {
    "agents": [
        "agent_groups",
        "agent_user_permissions",
        "agentcount",
        "grantablerole",
        "supervisor",
        "supervisor_departments",
    ],
    "audit": ["acknowledgement"],
    "importing": ["import", "importedagent"],
    "saml": ["metadatasource"],
    "web": ["operatorlink", "operatortry"],
}
ASKED_EACH_TIME = {"native": ["client_services"], "scim": ["personnelsystem"], "webhooks": ["webhook"]}
"""By machines, or for one app: seldom enough."""
NOT_HELD = (WRITTEN_AT_SIGN_INS, OF_ONE_PERSON, READ_WITH_A_PERSON, OF_OPERATORS_PAGES, ASKED_EACH_TIME)
OF_DJANGO = ("auth_", "django_", "otp_totp_", "otp_static_")


def test_a_table_is_configuration_or_says_why_not():
    tables = {it._meta.db_table for it in apps.get_models(include_auto_created=True)}
    others = {f"{app}_{name}" for group in NOT_HELD for app, names in group.items() for name in names}
    decided = {triggers.VERSION, *triggers.TABLES, *others}
    left = {it for it in tables if not it.startswith(OF_DJANGO)}
    assert left ^ decided == set(), "Is it configuration that a process holds? See idp/versions/triggers.py"
    assert not others & set(triggers.TABLES)


def test_every_configuration_table_has_triggers_that_change_the_version(db):
    assert triggers.missing(connection) == []


def test_each_emergency_table_has_its_own_part_of_the_version():
    parts = [triggers.BRAKES.get(it, Part.CONFIGURATION) for it in triggers.TABLES]
    assert {it: parts.count(it) for it in (Part.STOP, Part.CUTOFF, Part.PASSES)} == dict.fromkeys(list(Part)[1:], 1)


def test_the_doctor_names_a_missing_trigger_and_migrate_restores_it(transactional_db):
    name, of = ("insert", "") if connection.vendor == "sqlite" else ("change", " ON saml_listening")
    name, before = f"saml_listening_{name}_renews_version", version.ask()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{of}")
    try:
        said = [it.sentence for it in database.check() if it.state is State.FAULT]
        assert len(said) == 1
        assert said[0].endswith(f"Missing: {name}.")
    finally:
        triggers.put_in_place()
    assert triggers.missing(connection) == []
    assert version.ask() != before


@pytest.mark.long
def test_after_a_reversed_migration_operators_can_write(transactional_db):
    call_command("migrate", "versions", "zero", verbosity=0)
    try:
        Brand.objects.create(name="Acme")
    finally:
        call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []


def test_after_an_interrupted_migration_that_rebuilt_a_table_nothing_is_cached(transactional_db):
    """On SQLite the table's triggers are gone with the old one; elsewhere they stay, and tell."""
    name = Brand._meta.get_field("name")
    pre_migrate.send(apps.get_app_config("versions"), using="default")
    try:
        with connection.schema_editor() as editor:
            editor.alter_field(Brand, name, _longer(name))
        Stop.objects.create(since=NOW, lifted_at=NOW, why="another table, which still tells")
        assert brands.of().name == ""
        Brand.objects.create(name="Acme")
        assert brands.of().name == "Acme"
    finally:
        Brand.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.alter_field(Brand, _longer(name), name)
        triggers.put_in_place()


def _longer(field):
    longer = field.clone()
    longer.max_length += 1
    longer.set_attributes_from_name(field.name)
    longer.model = field.model
    return longer
