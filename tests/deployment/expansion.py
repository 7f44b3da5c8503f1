"""Whether the migrations of a release suit the former version too, which serves while they run and a while after.

They may add: tables, columns that the former version need not know, wider columns. What is taken away waits for the
release after, when nobody asks for it any more. A migration that breaks a rule and suits the former version all the
same says why, in its class: `suits_former_version = "…"`.

python -m tests.deployment.expansion > tests/deployment/released.json notes what a release has, when it is made.
"""

import json
import sys
from pathlib import Path

from django.db import connection, models
from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

RELEASED = Path(__file__).parent / "released.json"
SUITS = (ops.AlterModelOptions, ops.AlterModelManagers, ops.RemoveConstraint, ops.RemoveIndex, ops.RenameIndex)
"""They change words, or refuse less than before."""
BREAKS = {
    (ops.DeleteModel, ops.RemoveField, ops.RenameModel, ops.RenameField, ops.AlterModelTable): (
        "the former version still asks for it; leave it to the next release"
    ),
    (ops.AddConstraint, ops.AlterUniqueTogether): "it may refuse what the former version writes",
    (ops.AddIndex,): "writers wait while PostgreSQL builds it, and a sign-in waits 5 s at most",
}
UNKNOWN = "say why it suits the former version"


class Release:
    """The migrations of one release, judged in their order on the tables of the release before."""

    def __init__(self, state):
        self.state, self.new, self.faults = state, set(), []

    def take(self, migration):
        for operation in _of_the_database(migration.operations):
            wrong = self._wrong(operation, migration.app_label)
            if wrong and not getattr(migration, "suits_former_version", ""):
                self.faults.append(f"{migration.app_label}.{migration.name}: {operation.describe()}: {wrong}")
        migration.mutate_state(self.state, preserve=False)

    def _wrong(self, operation, app):
        """Say what is wrong with an operation, or nothing."""
        if isinstance(operation, ops.CreateModel):
            self.new.add((app, operation.name_lower))
        if isinstance(operation, SUITS) or self._is_new(operation, app):
            return ""
        if isinstance(operation, ops.AddField):
            return self._wrong_column(operation.field)
        if isinstance(operation, ops.AlterField):
            return self._wrong_change(operation, app)
        return next((why for kinds, why in BREAKS.items() if isinstance(operation, kinds)), UNKNOWN)

    def _is_new(self, operation, app):
        name = getattr(operation, "model_name_lower", None) or getattr(operation, "name_lower", None)
        return (app, name) in self.new

    @staticmethod
    def _wrong_column(field):
        if field.null or field.many_to_many or field.generated or field.db_default is not NOT_PROVIDED:
            return ""
        return "the former version writes rows without it; give it null=True or a db_default"

    def _wrong_change(self, operation, app):
        was = self.state.apps.get_model(app, operation.model_name)._meta.get_field(operation.name)
        becomes = operation.field.clone()
        becomes.set_attributes_from_name(operation.name)
        becomes.model = was.model
        editor = connection.SchemaEditorClass(connection, collect_sql=True)
        if not editor._field_should_be_altered(was, becomes) or _wider(was, becomes):
            return ""
        return "only a column that takes more than before suits both versions"


def _of_the_database(operations):
    for it in operations:
        yield from _of_the_database(it.database_operations) if isinstance(it, ops.SeparateDatabaseAndState) else [it]


def _wider(was, becomes):
    """Whether a column takes all that it took, and perhaps more."""
    same_kind = type(was) is type(becomes) and not isinstance(was, models.ForeignKey)
    longer = (becomes.max_length or 0) >= (was.max_length or 0)
    return same_kind and longer and becomes.null >= was.null and becomes.unique <= was.unique


def all_there_are():
    return sorted(".".join(it) for it in MigrationLoader(None).disk_migrations)


def since_the_last_release():
    """Judge what is new here, in sentences. Before the first release nothing serves that it would have to suit."""
    loader, released = MigrationLoader(None), json.loads(RELEASED.read_text(encoding="utf-8"))
    had = {tuple(it.split(".")) for it in released}
    release = Release(loader.project_state([it for it in loader.graph.nodes if it in had]))
    for key in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        if had and key not in had:
            release.take(loader.get_migration(*key))
    return release.faults


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(all_there_are(), sys.stdout, indent=1)
    sys.stdout.write("\n")
