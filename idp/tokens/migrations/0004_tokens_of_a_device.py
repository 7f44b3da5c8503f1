"""A rotation no longer reads all tokens of its device, which grow by one with each sign-in of a week.

On SQLite a field that is altered has its table written anew, so the former index is dropped by hand.
"""

import django.db.models.deletion
from django.db import migrations, models

FORMER = "tokens_longlivedtoken_device_id_5f703fe1"


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0016_plain_labels'),
        ('tokens', '0003_plain_labels'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='longlivedtoken',
            index=models.Index(fields=['device', 'generation', 'issued_at'], name='tokens_of_a_device'),
        ),
        migrations.AddIndex(
            model_name='longlivedtoken',
            index=models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['device'], name='tokens_not_retired'),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f'DROP INDEX IF EXISTS "{FORMER}"',
                    f'CREATE INDEX "{FORMER}" ON "tokens_longlivedtoken" ("device_id")',
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='longlivedtoken',
                    name='device',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='agents.device'),
                ),
            ],
        ),
    ]
