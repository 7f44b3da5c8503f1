"""A sign-out that wants no answer knows the service that asked for it too, so its request may come again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('saml', '0009_plain_labels'),
    ]

    operations = [
        migrations.AddField(
            model_name='logout',
            name='asynchronous',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
