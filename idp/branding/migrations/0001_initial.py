from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Brand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.CharField(blank=True, max_length=50, unique=True)),
                ("name", models.CharField(blank=True, max_length=60)),
                ("colour", models.CharField(blank=True, max_length=7)),
                ("logo", models.TextField(blank=True, editable=False)),
                ("logo_width", models.FloatField(default=0, editable=False)),
                ("logo_height", models.FloatField(default=0, editable=False)),
                ("logo_says", models.CharField(blank=True, max_length=60, verbose_name="what the logo says")),
                ("logo_on_white", models.BooleanField(default=True, verbose_name="white behind the logo in the dark")),
            ],
            options={
                "ordering": ["service"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("colour", ""), ("colour__regex", "^#[0-9a-f]{6}$"), _connector="OR"),
                        name="a_brands_colour_is_six_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("logo", ""),
                            models.Q(
                                ("logo__startswith", "data:image/"), ("logo_height__gt", 0), ("logo_width__gt", 0)
                            ),
                            _connector="OR",
                        ),
                        name="a_logo_is_a_picture_with_a_size",
                    ),
                ],
            },
        ),
    ]
