import django.db.models.deletion
from django.db import migrations, models


# Figures of hours that are counted already. An earlier version that still counts an hour leaves its total to the night.
ADD_UP = """
    INSERT INTO audit_hourlytotal (hour_id, figure, "of", count, last_at)
    SELECT hour_id, figure, "of", SUM(count), MAX(last_at) FROM audit_hourlycount GROUP BY hour_id, figure, "of"
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='hourlycount',
            index=models.Index(fields=['service', 'hour'], name='hourly_counts_of_a_service'),
        ),
        migrations.CreateModel(
            name='HourlyTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('figure', models.CharField(choices=[('signed in', 'sign-ins (method)'), ('refused', 'refusals (what decided)'), ('decided', 'sign-ins that the access policy judged (what decided)'), ('watched', 'sign-ins that a rule in watch only would have decided (its key)'), ('platform', 'sign-ins (platform)'), ('browser', 'sign-ins (browser)'), ('asked', 'codes asked for, however often sent'), ('sent', 'codes sent at least once'), ('right', 'right codes'), ('waited', 'right codes (seconds since they were sent, up to)'), ('texted', 'texts and calls that were sent (channel)'), ('forgotten', 'phones that took the place of one just like them')], max_length=16)),
                ('of', models.CharField(blank=True, max_length=64)),
                ('count', models.PositiveIntegerField()),
                ('last_at', models.DateTimeField()),
                ('hour', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='totals', to='audit.countedhour')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('hour', 'figure', 'of'), name='added_up_once_an_hour'), models.CheckConstraint(condition=models.Q(('count__gt', 0)), name='what_is_added_up_happened'), models.CheckConstraint(condition=models.Q(('figure__in', ['signed in', 'refused', 'decided', 'watched', 'platform', 'browser', 'asked', 'sent', 'right', 'waited', 'texted', 'forgotten'])), name='a_total_of_a_known_figure')],
            },
        ),
        migrations.RunSQL(ADD_UP, migrations.RunSQL.noop),
    ]
