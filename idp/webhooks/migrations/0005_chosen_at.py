from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('webhooks', '0004_plain_labels'),
    ]

    operations = [
        migrations.AddField(
            model_name='webhook',
            name='chosen_at',
            field=models.JSONField(default=dict, editable=False),
        ),
    ]
