"""The SQL twin of rules.fold, its tables of characters made from the rule itself so that the two agree."""

import sys
import unicodedata
from collections.abc import Callable

from django.db import migrations

from directory.code_sets.rules import SPELLED_OUT, is_mark, is_word_character, lowered

FIRST_BEYOND_ASCII = 0x80
SURROGATES = range(0xD800, 0xE000)
SEPARATORS = "‘’“”–—"
"""What good typography puts between words: without these nearly every name is ASCII, and that is folded faster."""


def characters() -> list[str]:
    """Every character beyond ASCII that survives compatibility decomposition, in order."""
    return [
        c
        for n in range(FIRST_BEYOND_ASCII, sys.maxunicode + 1)
        if n not in SURROGATES and not unicodedata.decomposition(c := chr(n))
    ]


def ranges(wanted: Callable[[str], bool]) -> str:
    """The wanted characters as the inside of a bracket expression. A character that decomposition removes
    is never met, so a range may run across it."""
    spans: list[list[str]] = []
    open_span = False
    for c in characters():
        if not wanted(c):
            open_span = False
        elif open_span:
            spans[-1][1] = c
        else:
            spans.append([c, c])
            open_span = True
    return "".join(f"\\U{ord(a):08X}-\\U{ord(b):08X}" for a, b in spans)


def fold_sql() -> str:
    """CREATE FUNCTION, with ASCII apart: nearly every name is ASCII, alone or once its accents are gone."""
    capitals = [c for c in characters() if lowered(c) != c]
    letters = {c: s for c, s in SPELLED_OUT.items() if len(s) == 1}
    spelled = "t"
    for pair, plain in SPELLED_OUT.items():
        if len(plain) > 1:
            spelled = f"replace({spelled}, '{pair}', '{plain}')"
    return f"""
create or replace function code_sets_fold(t text) returns text
language plpgsql immutable strict parallel safe as $fold$
begin
  t := translate(t, '{SEPARATORS}', '{" " * len(SEPARATORS)}');
  if octet_length(t) > char_length(t) then
    t := regexp_replace(normalize(t, NFKD), '[{ranges(is_mark)}]', '', 'g');
    if octet_length(t) > char_length(t) then
      t := translate(t, '{"".join(capitals)}', '{"".join(map(lowered, capitals))}');
      t := translate({spelled}, '{"".join(letters)}', '{"".join(letters.values())}');
      t := lower(t collate "C");
      return btrim(regexp_replace(t, '[^a-z0-9{ranges(is_word_character)}]+', ' ', 'g'));
    end if;
  end if;
  return btrim(regexp_replace(lower(t collate "C"), '[^a-z0-9]+', ' ', 'g'));
end $fold$;
comment on function code_sets_fold(text) is 'The text as it is compared: no case, no accents, words apart by one space.';
"""


def create(apps: object, schema_editor: object) -> None:
    schema_editor.execute(fold_sql())  # type: ignore[attr-defined]


class Migration(migrations.Migration):
    dependencies = [("code_sets", "0001_initial")]

    operations = [
        migrations.RunPython(
            create, lambda apps, schema_editor: schema_editor.execute("drop function code_sets_fold(text)")
        )
    ]
