from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0001_initial'),
        ('scim', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='knownas',
            index=models.Index(condition=models.Q(('removed_at__isnull', False)), fields=['system'], name='whom_a_system_removed'),
        ),
    ]
