"""Pure rules of codes and of the words that name them."""

import unicodedata

NPI_DIGITS = 10
NPI_LUHN_PREFIX = 24  # what "80840", the issuer's prefix of US health care, adds to the Luhn sum

# Letters that Unicode does not take apart into a plain letter and a mark, as people type who lack the key.
# All lower case: capitals are lowered first.
SPELLED_OUT = {
    "đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n", "ɓ": "b", "ɗ": "d",
    "ƙ": "k", "ƴ": "y", "ɛ": "e", "ɔ": "o", "ə": "e", "ς": "σ", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th",
}  # fmt: skip
# Modifier letters that serve as apostrophes (Hawaiian ʻokina, Q’anjob’al): they separate like an apostrophe.
APOSTROPHE_LETTERS = frozenset(map(chr, range(0x02B9, 0x02C0)))

PLACE_WORDS = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}
COUNTY_ENDINGS = (
    "city and borough", "census area", "county", "parish", "borough", "municipality", "municipio", "island",
    "district",
)  # fmt: skip

_SPELLING = str.maketrans(SPELLED_OUT)
_ASCII_SEPARATORS = {n: " " for n in range(128) if not chr(n).isalnum()}

# Every second digit counts double: of three digits the outer ones, or the one between. A national file asks this
# millions of times.
_LUHN_DOUBLE = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_LUHN_OUTER = tuple(_LUHN_DOUBLE[n // 100] + n // 10 % 10 + _LUHN_DOUBLE[n % 10] for n in range(1000))
_LUHN_INNER = tuple(n // 100 + _LUHN_DOUBLE[n // 10 % 10] + n % 10 for n in range(1000))


def is_mark(character: str) -> bool:
    """A mark that sits on a letter and may be left out: an accent, a tone, an Arabic short vowel. The vowel
    signs of Indian and other scripts are no such marks: without them a word is another word."""
    return unicodedata.combining(character) != 0


def is_word_character(character: str) -> bool:
    """A letter, a digit or the vowel sign of a script: what a folded text keeps, in its decomposed form."""
    return unicodedata.category(character)[0] in "LNM" and character not in APOSTROPHE_LETTERS


def lowered(character: str) -> str:
    """The small form of one character; itself where it has none of one character."""
    small = character.lower()
    return small if len(small) == 1 else character


def fold(text: str) -> str:
    """The text as it is compared: no case, no accents, words apart by one space.

    "Núñez-O’Brien" and "nunez o brien" fold to the same. The SQL function ``code_sets_fold`` is the twin of
    this rule and gives the same characters; both are needed, and a test holds them together.
    """
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not is_mark(c))
        if not text.isascii():
            spelled = "".join(map(lowered, text)).translate(_SPELLING)
            text = "".join(c if is_word_character(c) else " " for c in spelled)
    return " ".join(text.lower().translate(_ASCII_SEPARATORS).split())


def place_key(name: str) -> str:
    """The key of a city or county: folded, with "St", "Ste", "Ft" and "Mt" written out, so that "St. Paul" is
    Saint Paul and "Port St Lucie" is Port Saint Lucie."""
    return " ".join(PLACE_WORDS.get(word, word) for word in fold(name).split())


def county_key(name: str) -> str:
    """The key of a county, without "County", "Parish" and the like: people write Ramsey or Ramsey County."""
    key = place_key(name)
    for ending in COUNTY_ENDINGS:
        if key.endswith(" " + ending):
            return key.removesuffix(" " + ending)
    return key


def phrases_of(text: str) -> set[str]:
    """Folded forms under which a written phrase is looked up: "children's" and "childrens" are one word."""
    bare = text.replace("'", "").replace("’", "")
    folded = {fold(text)} if bare == text else {fold(text), fold(bare)}
    return folded - {""}


def npi_is_valid(text: str) -> bool:
    """Whether the text is ten digits, begins with 1 or 2, and ends with the right check digit (Luhn over
    80840 and the number, 45 CFR 162.406). Says nothing about whether the number was ever issued."""
    if len(text) != NPI_DIGITS or not text.isascii() or not text.isdigit() or text[0] not in "12":
        return False
    number = int(text)
    first, second, third = number // 10_000_000, number // 10_000 % 1000, number // 10 % 1000
    return (NPI_LUHN_PREFIX + _LUHN_OUTER[first] + _LUHN_INNER[second] + _LUHN_OUTER[third] + number) % 10 == 0
