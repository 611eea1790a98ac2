from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("listing", "0006_clinicians_whom_no_roster_names")]

    operations = [
        migrations.AddField(
            "listedplace",
            "approximate",
            models.BooleanField(default=False, help_text="The point is that of the ZIP code."),
            preserve_default=False,
        ),
    ]
