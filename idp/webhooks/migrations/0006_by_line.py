from django.db import migrations, models

LINES = """
    UPDATE webhooks_webhook SET
        after_line = COALESCE((SELECT max(id) FROM audit_loginevent WHERE at <= webhooks_webhook.since), 0),
        read_line = COALESCE((SELECT max(id) FROM audit_loginevent WHERE at <= webhooks_webhook.read_to), 0)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('webhooks', '0005_chosen_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='webhook',
            name='after_line',
            field=models.PositiveBigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='webhook',
            name='read_line',
            field=models.PositiveBigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='webhook',
            name='chosen_after',
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.RunSQL(LINES, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='webhook',
            name='chosen_at',
        ),
        migrations.RemoveField(
            model_name='webhook',
            name='since',
        ),
    ]
