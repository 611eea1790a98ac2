"""What a password may be. The composition is the plan's rule; the stems are what it would otherwise let through:
``Password1!`` keeps to it, and is among the first that anybody tries."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product

from django.contrib.auth.password_validation import CommonPasswordValidator

from .vocabulary import FEWEST_KINDS, LONGEST, LONGEST_TYPED, SHORTEST, SHORTEST_STEM, SHORTEST_WORD, SPECIAL, Rule

LEET = tuple(str.maketrans("03457@$1!", f"oeastas{one}{one}") for one in "il")
"""Letters as people disguise them. A 1 stands for an i as well as for an l."""

ORNAMENTS = (r"", r"[\W_]+", r"[\W\d_]+")
"""What people put at either end of a word: nothing, signs, signs and numbers."""

KINDS = ({"Lu"}, {"Ll"}, {"Nd"})


def normalised(password: str) -> str:
    """One spelling of the same characters: an é typed on a Mac is the é typed on a phone."""
    return unicodedata.normalize("NFC", password)


def problems(password: str, personal_words: Iterable[str] = ()) -> list[Rule]:
    """The rules that a password breaks, in the order in which they are told. ``personal_words``: names, username,
    email and what else others know of the person."""
    if len(password) > LONGEST_TYPED:
        return [Rule.LENGTH]
    password = normalised(password)
    is_long = len(password) > LONGEST  # whatever the rest is: nobody makes us look at a book
    broken = {
        Rule.LENGTH: is_long or len(password) < SHORTEST,
        Rule.KINDS: kinds(password) < FEWEST_KINDS,
        Rule.COMMON: not is_long and is_common(password),
        Rule.PERSONAL: not is_long and is_personal(password, personal_words),
    }
    return [rule for rule in Rule if broken[rule]]


def kinds(password: str) -> int:
    """How many there are of capital letters, small letters, numbers and ! @ # $ %."""
    categories = {unicodedata.category(character) for character in password}
    return sum(bool(categories & kind) for kind in KINDS) + any(character in SPECIAL for character in password)


def is_common(password: str) -> bool:
    """Whether it is on the list of common passwords, or one of them with ornaments or disguised letters."""
    plain = folded(password)
    spellings = (stem.translate(letters) for stem in stripped(plain) for letters in ({}, *LEET))
    return not common_stems().isdisjoint((plain, *spellings))


def is_personal(password: str, words: Iterable[str]) -> bool:
    """Whether one of the words, or a part of one, stands in it, with letters disguised or not."""
    plain = folded(password)
    spellings = (plain, *(plain.translate(leet) for leet in LEET))
    return any(part in spelling for part in parts(words) for spelling in spellings)


def parts(words: Iterable[str]) -> set[str]:
    """Each word, and each part of it that is set apart: of "Amina Y. Warsame" the whole, "amina" and "warsame"."""
    found = {part for word in words for part in (folded(word), *re.split(r"[\W_]+", folded(word)))}
    return {part for part in found if len(part) >= SHORTEST_WORD}


def stripped(plain: str) -> Iterator[str]:
    """What is left without ornaments before or after it, or both. Of four characters and more: a password is no
    ornament around fewer."""
    for before, after in product(ORNAMENTS, repeat=2):
        stem = re.sub(rf"\A(?:{before})|(?:{after})\Z", "", plain)
        if len(stem) >= SHORTEST_STEM:
            yield stem


def folded(text: str) -> str:
    """Without case and accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip()


@cache
def common_stems() -> frozenset[str]:
    """Django's list of twenty thousand common passwords, and what is left of each without ornaments."""
    return frozenset(stem for word in CommonPasswordValidator().passwords for stem in (word, *stripped(folded(word))))
