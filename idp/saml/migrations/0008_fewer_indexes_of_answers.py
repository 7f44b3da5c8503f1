"""Two indexes of answers go that no question needs: each answer wrote a page of each.

On SQLite a field that is altered has its table written anew, so the indexes are dropped by hand.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

NAMES = {
    "logout_notice_id": "saml_issuedassertion_logout_notice_id_ddf3c9f4",
    "service_provider_id": "saml_issuedassertion_service_provider_id_c7bf28a9",
}


class Migration(migrations.Migration):

    dependencies = [
        ('saml', '0007_name_ids_as_they_are'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='issuedassertion',
            index=models.Index(condition=models.Q(('logout_notice__isnull', False)), fields=['logout_notice'], name='answers_told_over'),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f'DROP INDEX IF EXISTS "{name}"',
                    f'CREATE INDEX "{name}" ON "saml_issuedassertion" ("{column}")',
                )
                for column, name in NAMES.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='issuedassertion',
                    name='logout_notice',
                    field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='issued', to='saml.logoutnotice'),
                ),
                migrations.AlterField(
                    model_name='issuedassertion',
                    name='service_provider',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='issued', to='saml.serviceprovider'),
                ),
            ],
        ),
    ]
