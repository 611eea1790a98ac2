import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.expressions
from django.db import migrations, models

import directory.listing.fields

PIECES = """
create function listing_pieces(word text, most integer) returns text[]
language plpgsql immutable strict parallel safe as $$
declare
  head text := left(word, 8);
  less text;
  pieces text[] := array[head];
begin
  for i in 1..length(head) loop
    less := overlay(head placing '' from i for 1);
    pieces := pieces || less;
    if most > 1 and length(head) > 3 then
      for j in i..length(less) loop
        pieces := pieces || overlay(less placing '' from j for 1);
      end loop;
    end if;
  end loop;
  return pieces;
end $$;
comment on function listing_pieces(text, integer) is
  'What is left of the first eight letters of a word when one of them is missing, or as many as two. Words that differ by
  so many typos have a piece in common.';
"""


class Migration(migrations.Migration):
    dependencies = [("listing", "0004_places")]

    operations = [
        migrations.RunSQL(PIECES, "drop function listing_pieces(text, integer)"),
        migrations.CreateModel(
            name="Spelling",
            fields=[
                ("token", directory.listing.fields.KeyField(primary_key=True, serialize=False)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.db.models.expressions.Func(
                            models.F("token"),
                            models.Value(2),
                            function="listing_pieces",
                            output_field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField()),
                        ),
                        fastupdate=False,
                        name="spelling_by_piece",
                    )
                ],
            },
        ),
    ]
