import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("listing", "0008_facts_anywhere")]

    operations = [
        migrations.AlterField(
            model_name="listedlocation",
            name="place",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="clinicians",
                to="listing.listedplace",
            ),
        ),
        migrations.AddIndex(
            model_name="listedlocation",
            index=models.Index(fields=["place"], include=("pos", "plane"), name="listed_at_place"),
        ),
    ]
