from django.db import migrations, models

ANYWHERE = """
insert into listing_attributebits (chunk, attr, plane, bits, few)
  select chunk, attr, -2, case when held > 20 then bits end,
         case when held <= 20 then array(select at::smallint from generate_series(0, 4095) at where get_bit(bits, at) = 1) end
    from (select chunk, attr, bit_or(bits) as bits, bit_count(bit_or(bits)) as held
            from listing_attributebits where plane >= 0 group by chunk, attr) anywhere
   order by chunk, attr
"""


class Migration(migrations.Migration):
    dependencies = [("listing", "0007_approximate_places")]

    operations = [
        migrations.RemoveConstraint(model_name="attributebits", name="attribute_bits_or_few"),
        migrations.RunSQL(ANYWHERE, "delete from listing_attributebits where plane = -2"),
        migrations.AddConstraint(
            model_name="attributebits",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("bits__isnull", False), ("few__isnull", True)),
                    models.Q(
                        ("bits__isnull", True), ("few__isnull", False), ("few__len__range", (1, 20)), ("plane__lt", 0)
                    ),
                    _connector="OR",
                ),
                name="attribute_bits_or_few",
            ),
        ),
    ]
