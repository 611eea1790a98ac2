import django.contrib.postgres.fields
from django.db import migrations, models

import directory.listing.fields


class Migration(migrations.Migration):
    dependencies = [("listing", "0003_public_files")]

    operations = [
        # The listing is made anew from facts: manage.py publish_listing --whole.
        migrations.RunSQL("TRUNCATE listing_listedplace, listing_placetoken", migrations.RunSQL.noop),
        migrations.AddField("listedplace", "pos", models.IntegerField(unique=True, default=0), preserve_default=False),
        migrations.AddField(
            "listedplace",
            "sort_key",
            directory.listing.fields.KeyField(db_collation="C", default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "listedplace",
            "attrs",
            django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None),
        ),
        migrations.AddIndex(
            "listedplace",
            models.Index(fields=["sort_key", "id"], include=("pos",), name="listed_place_by_name"),
        ),
        migrations.CreateModel(
            name="OtherPlace",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("place_id", models.BigIntegerField(db_index=True)),
            ],
        ),
        migrations.AlterField(
            model_name="attribute",
            name="group",
            field=models.CharField(
                choices=[
                    ("specialty", "Specialty"),
                    ("language", "Language"),
                    ("race", "Race"),
                    ("pronouns", "Pronouns"),
                    ("competency", "Competency"),
                    ("population", "Population"),
                    ("gender", "Gender"),
                    ("affiliation", "Affiliation"),
                    ("office_language", "Office Language"),
                    ("accessibility", "Accessibility"),
                    ("accepting", "Accepting"),
                    ("telehealth", "Telehealth"),
                    ("network", "Network"),
                    ("plan", "Plan"),
                    ("ages", "Ages"),
                    ("kind", "Kind"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="listedplace",
            name="facts",
            field=models.JSONField(
                help_text="kind, sources, networks, accessibility, hours, hours_note, parking, transit, staff, interpreters, modes"
            ),
        ),
    ]
