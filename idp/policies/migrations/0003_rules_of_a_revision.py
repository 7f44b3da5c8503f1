"""Each rule belongs to a revision from now on; the tables change apart from their rows, for PostgreSQL's sake."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


def only_the_live_ones(apps, schema_editor):
    apps.get_model("policies", "AccessRule").objects.exclude(revision__state="live").delete()


class Migration(migrations.Migration):

    dependencies = [
        ("policies", "0002_revisions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="accessrule",
            name="revision",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="rules", to="policies.policyrevision"),
        ),
        migrations.AlterField(
            model_name="accessrule",
            name="key",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AlterField(
            model_name="accessrule",
            name="position",
            field=models.PositiveIntegerField(editable=False),
        ),
        migrations.AddConstraint(
            model_name="accessrule",
            constraint=models.UniqueConstraint(fields=("revision", "position"), name="a_position_once_in_a_revision"),
        ),
        migrations.AddConstraint(
            model_name="accessrule",
            constraint=models.UniqueConstraint(fields=("revision", "key"), name="a_key_once_in_a_revision"),
        ),
        migrations.RunPython(migrations.RunPython.noop, only_the_live_ones),
    ]
