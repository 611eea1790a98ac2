"""The vocabulary in memory: labels by language, and what a phrase names."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .rules import fold, phrases_of
from .vocabulary import CodeKind

LANGUAGES = ("en", "es")
FALLBACK = "en"
LONGEST_PHRASE = 8  # words
SEARCHED_BY_PHRASE = (CodeKind.SPECIALTY, CodeKind.LANGUAGE)
# What people write around the words that matter; alone it names nothing.
FILLERS = frozenset(
    (
        *(
            "a",
            "an",
            "and",
            "can",
            "clinician",
            "clinicians",
            "doctor",
            "doctors",
            "dr",
            "find",
            "for",
            "i",
            "in",
        ),
        *("looking", "me", "my", "near", "nearby", "need", "of", "or", "provider", "providers", "speak"),
        *("speaking", "speaks", "that", "the", "who", "with"),
        *("al", "busco", "cerca", "con", "de", "del", "doctora", "doctoras", "doctores", "el", "en", "habla"),
        *(
            "hablan",
            "hable",
            "hablen",
            "idioma",
            "la",
            "las",
            "los",
            "medica",
            "medicas",
            "medico",
            "medicos",
        ),
        *("mi", "necesito", "o", "para", "por", "que", "quien", "un", "una", "y"),
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """One code as pages use it. ``label`` and ``formal`` are by language ("en", "es"): what members call it,
    and the name in its source. ``broader`` holds the codes whose search finds this one too, nearest first."""

    id: int
    kind: str
    code: str
    label: Mapping[str, str]
    formal: Mapping[str, str]
    phrases: Mapping[str, tuple[str, ...]]
    endonym: str
    direction: str
    rank: int
    box: bool
    filterable: bool
    system: str
    broader: tuple[str, ...]

    @property
    def parent(self) -> str | None:
        return self.broader[0] if self.broader else None


class Named(NamedTuple):
    """One phrase understood: any of these codes of this kind."""

    kind: str
    codes: tuple[str, ...]


class Vocabulary:
    """Every code, read once. Look-ups are plain dictionaries: a page asks for hundreds of labels.

    ``codes[kind][code]`` is a Word, in the order of lists; ``labels[language][kind][code]`` is what to show.
    """

    def __init__(self, words: Iterable[Word]) -> None:
        self.codes: dict[str, dict[str, Word]] = {kind: {} for kind in CodeKind.values}
        for word in sorted(words, key=lambda w: (w.rank, fold(w.label[FALLBACK]), w.code)):
            self.codes[word.kind][word.code] = word
        self.labels = {
            language: {
                kind: {code: word.label[language] for code, word in of_kind.items()}
                for kind, of_kind in self.codes.items()
            }
            for language in LANGUAGES
        }
        self._labelled = self._index(lambda w: {*w.label.values(), *w.formal.values(), w.endonym, w.code})
        self._phrased = self._index(lambda w: {*w.label.values(), *w.formal.values(), w.endonym, *every_phrase(w)})

    def _index(self, texts_of: Callable[[Word], set[str]]) -> dict[str, dict[str, tuple[str, ...]]]:
        """Kind → folded phrase → the codes that it names, in the order of lists."""
        index: dict[str, dict[str, tuple[str, ...]]] = {}
        for kind, of_kind in self.codes.items():
            found: defaultdict[str, list[str]] = defaultdict(list)
            for code, word in of_kind.items():
                for phrase in {p for text in texts_of(word) for p in phrases_of(text)}:
                    found[phrase].append(code)
            index[kind] = {phrase: tuple(codes) for phrase, codes in found.items()}
        return index

    def label(self, kind: str, code: str, language: str = FALLBACK) -> str:
        """What to show for a code; the code itself where it is unknown."""
        labels = self.labels.get(language) or self.labels[FALLBACK]
        return labels[kind].get(code, code)

    def broader(self, kind: str, code: str) -> tuple[str, ...]:
        """The code and every broader one: under which filters a clinician who has this code is found."""
        word = self.codes[kind].get(code)
        return (code, *word.broader) if word else (code,)

    def find_all(self, kind: str, text: str) -> tuple[str, ...]:
        """Every code of the kind that the text names: a code as written, else a label, else a phrase."""
        if text in self.codes[kind]:
            return (text,)
        for index in (self._labelled[kind], self._phrased[kind]):
            for phrase in sorted(phrases_of(text)):
                if phrase in index:
                    return index[phrase]
        return ()

    def find(self, kind: str, text: str) -> str | None:
        """The one code that the text names; None where it names none, or several."""
        found = self.find_all(kind, text)
        return found[0] if len(found) == 1 else None

    def filter_value(self, kind: str, text: str) -> str | None:
        """As ``find``, for a value of a filter: None for a code that nobody may filter by.

        Where a word names a group and one of its parts ("Black"), the group is meant: its filter finds the
        part too.
        """
        if text in self.codes[kind]:
            code: str | None = text
        else:
            named = {c for phrase in phrases_of(text) for c in self._phrased[kind].get(phrase, ())}
            around = [c for c in named if all(c in self.broader(kind, part) for part in named)]
            code = around[0] if around else self.find(kind, text)
        return code if code is not None and self.codes[kind][code].filterable else None

    def named(
        self, text: str, language: str = FALLBACK, kinds: Iterable[CodeKind] = SEARCHED_BY_PHRASE
    ) -> list[Named] | None:
        """What a whole text in a search box names: specialties, languages, or both ("Somali pediatrician").

        None when it names nothing, or when a word is left over: then it is somebody's name. Phrases of both
        languages are understood on every page; where a phrase means different codes in each, the page's wins.
        """
        for phrase in sorted(phrases_of(text), key=len):
            found = self._read(phrase.split(), language, kinds)
            if found:
                return found
        return None

    def _read(self, words: list[str], language: str, kinds: Iterable[CodeKind]) -> list[Named]:
        """The longest phrases from left to right; empty when a word fits nowhere."""
        found: list[Named] = []
        at = 0
        while at < len(words):
            for end in range(min(len(words), at + LONGEST_PHRASE), at, -1):
                meant = self._meant(" ".join(words[at:end]), language, kinds)
                if meant:
                    found += [named for named in meant if named not in found]
                    at = end
                    break
            else:
                if words[at] not in FILLERS:
                    return []
                at += 1
        return found

    def _meant(self, phrase: str, language: str, kinds: Iterable[CodeKind]) -> list[Named]:
        """What one phrase names that may be a filter."""
        meant = []
        for kind in kinds:
            codes = [c for c in self._phrased[kind].get(phrase, ()) if self.codes[kind][c].filterable]
            own = [c for c in codes if phrase in own_phrases(self.codes[kind][c], language)]
            if codes:
                meant.append(Named(kind, tuple(own or codes)))
        return meant


def every_phrase(word: Word) -> set[str]:
    """Phrases of both languages, as written."""
    return {phrase for phrases in word.phrases.values() for phrase in phrases}


def own_phrases(word: Word, language: str) -> set[str]:
    """Folded phrases that name the code in one language."""
    texts = (word.label.get(language, ""), word.formal.get(language, ""), *word.phrases.get(language, ()))
    return {folded for text in texts for folded in phrases_of(text)}
