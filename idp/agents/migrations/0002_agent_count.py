from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AgentCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('active', 'Active'), ('inactive', 'Inactive')], max_length=8)),
                ('change', models.IntegerField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('change', 0), _negated=True), name='an_agent_count_changes_something'), models.CheckConstraint(condition=models.Q(('kind__in', ['active', 'inactive'])), name='an_agent_count_is_of_a_known_kind')],
            },
        ),
    ]
