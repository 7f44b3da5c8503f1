"""The migrations of a release are compatible with the former version, and the check finds those that are not."""

import json

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from idp.audit.models import Kind, LoginEvent
from tests import later_migration
from tests.deployment import expansion
from tests.deployment.expansion import Release

pytestmark = pytest.mark.each_database

FORMER = migrations.CreateModel(
    "Phone",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=20)),
        ("kind", models.CharField(max_length=20, choices=[("a", "A")])),
    ],
)
UNIQUE = models.UniqueConstraint(fields=["name"], name="one_name")
SUITS = {
    "a table": migrations.CreateModel("App", [("id", models.BigAutoField(primary_key=True))]),
    "a column that may be empty": migrations.AddField("Phone", "seen", models.DateTimeField(null=True)),
    "a column the database fills": migrations.AddField("Phone", "nth", models.IntegerField(db_default=1)),
    "a longer column": migrations.AlterField("Phone", "name", models.CharField(max_length=40)),
    "a column that may now be empty": migrations.AlterField(
        "Phone", "name", models.CharField(max_length=20, null=True)
    ),
    "one more choice": migrations.AlterField(
        "Phone", "kind", models.CharField(max_length=20, choices=[("a", "A"), ("b", "B")])
    ),
    "words": migrations.AlterModelOptions("Phone", {"verbose_name": "telephone"}),
}
BREAKS = {
    "a column to be written": (
        migrations.AddField("Phone", "nth", models.IntegerField(default=1)),
        "db_default",
    ),
    "a column gone": (migrations.RemoveField("Phone", "name"), "next release"),
    "a column renamed": (migrations.RenameField("Phone", "name", "label"), "next release"),
    "a table gone": (migrations.DeleteModel("Phone"), "next release"),
    "a table renamed": (migrations.RenameModel("Phone", "Handset"), "next release"),
    "a shorter column": (migrations.AlterField("Phone", "name", models.CharField(max_length=10)), "takes more"),
    "another type": (migrations.AlterField("Phone", "name", models.IntegerField()), "takes more"),
    "a rule": (migrations.AddConstraint("Phone", UNIQUE), "may refuse"),
    "an index": (migrations.AddIndex("Phone", models.Index(fields=["name"], name="by_name")), "writers wait"),
    "SQL": (migrations.RunSQL("SELECT 1"), "say why"),
    "a program": (migrations.RunPython(migrations.RunPython.noop), "say why"),
    "what only the database is told": (
        migrations.SeparateDatabaseAndState([migrations.RemoveField("Phone", "name")], []),
        "next release",
    ),
}


def judged(*operations, before=(FORMER,), **more):
    state = ProjectState()
    for it in before:
        it.state_forwards("made_up", state)
    migration = type("Migration", (migrations.Migration,), {"operations": list(operations), **more})("0002", "made_up")
    release = Release(state)
    release.take(migration)
    return release.faults


def test_the_migrations_of_this_release_are_compatible_with_the_former_version(db):
    assert expansion.since_the_last_release() == []


def test_migrations_after_a_release_are_checked(db, tmp_path, monkeypatch):
    monkeypatch.setattr(expansion, "RELEASED", tmp_path / "released.json")
    expansion.RELEASED.write_text(json.dumps(expansion.all_there_are()), encoding="utf-8")
    with later_migration.written(tmp_path, "keys", migrations.RemoveField("signingkey", "certificate")):
        (fault,) = expansion.since_the_last_release()
    assert fault.startswith(f"keys.{later_migration.NAME}: ")


def test_released_migrations_still_exist(db):
    released = json.loads(expansion.RELEASED.read_text(encoding="utf-8"))
    assert set(released) <= set(expansion.all_there_are())


@pytest.mark.parametrize("operation", SUITS.values(), ids=SUITS)
def test_an_addition_is_compatible_with_the_former_version(db, operation):
    assert judged(operation) == []


@pytest.mark.parametrize(("operation", "why"), BREAKS.values(), ids=BREAKS)
def test_a_removal_or_a_new_constraint_is_incompatible(db, operation, why):
    (fault,) = judged(operation)
    assert why in fault


def test_a_table_new_in_this_release_may_be_changed_freely(db):
    assert judged(FORMER, BREAKS["a rule"][0], BREAKS["a column to be written"][0], before=()) == []


def test_a_migration_can_say_why_it_is_compatible_nevertheless(db):
    assert judged(BREAKS["a rule"][0], suits_former_version="No phone ever had a name of another.") == []


SHARED_BY_BOTH = ("agents_agent", "login_loginflow", "otp_verification", "otp_verificationsend")


def our_tables():
    return [
        it for it in connection.introspection.django_table_names(only_existing=True) if not it.startswith("django_")
    ]


@pytest.fixture
def next_release(flex):
    """The tables as a release after this one might leave them while this version, which is set up, still serves."""
    with connection.cursor() as cursor:
        for table in our_tables():
            cursor.execute(f"ALTER TABLE {table} ADD COLUMN of_the_next_release varchar(20) NOT NULL DEFAULT 'new'")
            cursor.execute(f"ALTER TABLE {table} ADD COLUMN not_yet_filled integer NULL")
    yield
    with connection.cursor() as cursor:
        for table in our_tables():
            cursor.execute(f"ALTER TABLE {table} DROP COLUMN of_the_next_release")
            cursor.execute(f"ALTER TABLE {table} DROP COLUMN not_yet_filled")


def written_by_the_next_one():
    """How many rows of each table bear what only the next version writes."""
    with connection.cursor() as cursor:
        count = "SELECT count(*) FROM {} WHERE not_yet_filled = 7"
        return {it: cursor.execute(count.format(it)).fetchone()[0] for it in SHARED_BY_BOTH}


def test_a_sign_in_continues_at_either_version_and_data_of_the_next_version_is_kept(phone, android, next_release):
    page = phone.ask_code(phone.ask_flex())
    assert phone.code()
    with connection.cursor() as cursor:  # as if the next version had served it so far
        for table in SHARED_BY_BOTH:
            cursor.execute(f"UPDATE {table} SET not_yet_filled = 7")
    theirs = written_by_the_next_one()
    assert min(theirs.values()) >= 1
    assert phone.arrive(phone.submit(page, "code", code=phone.code()))["signed_in"]
    assert phone.sign_in_silently()["signed_in"]
    assert written_by_the_next_one() == theirs
    assert android.sign_in()["signed_in"]
    assert phone.ask_flex().form_with("identifier") is not None
    assert LoginEvent.objects.filter(kind=Kind.SIGNED_IN).count() >= 2
