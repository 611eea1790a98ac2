from directory.code_sets.vocabulary import CodeKind

from .vocabulary import Field


def kinds_of(field: str) -> tuple[str, ...]:
    """The code sets from which a field's values come; none for the name. Race and ethnicity share one set (SPD-15)."""
    if field in (Field.RACE, Field.ETHNICITY):
        return (CodeKind.RACE,)
    if field == Field.NAME:
        return ()
    return (CodeKind(field),)
