"""What fictional clinicians say of themselves: the rows of answers.csv, and the canaries among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from tests.bench import fictional_words as words
from tests.bench.distributions import days, pick_text
from tests.bench.fictional_clinicians import Block, World
from tests.bench.fictional_communities import Weighted

ANSWER_COLUMNS = "npi,field,codes,display,answered_on,written_in,details"
CANARY_COLUMNS = "npi,field,codes"

SHARE_HIDDEN = {
    "race": 0.30, "ethnicity": 0.30, "pronouns": 0.15, "competency": 0.12, "population": 0.15,
}  # fmt: skip
"""Share of the given answers that stay hidden; gender and language, which a roster states, have their own."""

SHARE_CANARY = 0.01
"""Of the hidden answers, those that carry a code which nobody shows."""


@dataclass(frozen=True)
class Answered:
    field: str
    codes: str
    """joined by '|'"""
    shown: bool
    written_in: str = ""
    details: str = ""


@cache
def _open_codes(weighted: Weighted, field: str, canaries: bool) -> Weighted:
    """The choices without those that canaries keep for themselves."""
    return tuple(choice for choice in weighted if not (canaries and choice[0] in words.RESERVED[field]))


def answer_rows(world: World, block: Block, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Lines of answers.csv and of canaries.csv."""
    when = days(rng, "2022-01-01", "2025-12-31", block.count)
    columns = (
        _race_answers(world, block, rng),
        _pronoun_answers(world, block, rng),
        _training_answers(world, block, rng),
        _population_answers(world, block, rng),
        _gender_answers(block, rng),
        _language_answers(world, block, rng),
    )
    canary = (rng.random((len(columns) + 1, block.count)) < SHARE_CANARY) & world.wish.canaries
    is_canary = canary.T.tolist()
    answers, canaries = [], []
    for i, given in enumerate(zip(*columns, strict=True)):
        npi = block.npi[i]
        for place, answer in enumerate(answer for column in given for answer in column):
            codes = answer.codes
            if not answer.shown and is_canary[i][place]:
                reserved = words.RESERVED[answer.field]
                secret = reserved[i % len(reserved)]
                codes = f"en|{secret}" if answer.field == "language" else secret
                canaries.append(f"{npi},{answer.field},{secret}\n")
                answer = Answered(answer.field, codes, False)
            answers.append(
                f"{npi},{answer.field},{codes},{'public' if answer.shown else 'hidden'},{when[i]},"
                f"{answer.written_in},{answer.details}\n"
            )
    return answers, canaries


Column = Iterator[tuple[Answered, ...]]
"""For each clinician of a block the answers to one question, mostly none or one."""


def _shown(field: str, count: int, rng: np.random.Generator) -> list[bool]:
    return (rng.random(count) >= SHARE_HIDDEN[field]).tolist()


def _race_answers(world: World, block: Block, rng: np.random.Generator) -> Column:
    """35 % answered at all; of those 94 % about race, 90 % about ethnicity, 2 % in their own words too."""
    count, canaries = block.count, world.wish.canaries
    asked, gave_race, gave_ethnicity, wrote, which = rng.random((5, count)).tolist()
    race_shown, ethnicity_shown = _shown("race", count, rng), _shown("ethnicity", count, rng)
    race, ethnicity = rng.random((2, count)).tolist()
    for i, group in enumerate(block.group):
        given = []
        if asked[i] < 0.35 and gave_race[i] < 0.94:
            text = words.WRITTEN_IN[int(which[i] * len(words.WRITTEN_IN))] if wrote[i] < 0.02 else ""
            codes = _choose(_open_codes(group.race, "race", canaries), race[i])
            given.append(Answered("race", codes, race_shown[i], written_in=text))
        if asked[i] < 0.35 and gave_ethnicity[i] < 0.90:
            codes = _choose(_open_codes(group.ethnicity, "ethnicity", canaries), ethnicity[i])
            given.append(Answered("ethnicity", codes, ethnicity_shown[i]))
        yield tuple(given)


def _choose(weighted: Weighted, draw: float) -> str:
    """The text at this share (0 to 1) of the weights."""
    left = draw * sum(weight for _, weight in weighted)
    for text, weight in weighted:
        left -= weight
        if left < 0:
            return text
    return weighted[-1][0]


def _pronoun_answers(world: World, block: Block, rng: np.random.Generator) -> Column:
    answered, draw = rng.random((2, block.count)).tolist()
    shown = _shown("pronouns", block.count, rng)
    for i, gender in enumerate(block.gender):
        if answered[i] < 0.24:
            weighted = _open_codes(words.PRONOUNS[gender], "pronouns", world.wish.canaries)
            yield (Answered("pronouns", _choose(weighted, draw[i]), shown[i]),)
        else:
            yield ()


def _training_answers(world: World, block: Block, rng: np.random.Generator) -> Column:
    """42 % name one to five trainings; four in five say when each was finished and how long it was."""
    count = block.count
    reserved = words.RESERVED["competency"] if world.wish.canaries else ()
    open_codes = [code for code in words.TRAININGS if code not in reserved]
    answered = (rng.random(count) < 0.42).tolist()
    number = (1 + rng.binomial(4, 0.25, count)).tolist()
    first = (len(open_codes) * rng.random(count) ** 1.6).astype(int).tolist()
    # steps that share no factor with the number of codes never meet the same code twice
    step = np.array([n for n in (1, 5, 7, 11) if len(open_codes) % n or n == 1])
    steps = step[rng.integers(0, len(step), count)].tolist()
    month = days(rng, "2021-01-01", "2025-12-31", count)
    hours, detailed = rng.integers(1, 13, count).tolist(), (rng.random(count) < 0.8).tolist()
    shown = _shown("competency", count, rng)
    for i in range(count):
        if not answered[i]:
            yield ()
            continue
        codes = [open_codes[(first[i] + n * steps[i]) % len(open_codes)] for n in range(number[i])]
        details = "|".join(f"{code}:{month[i][:7]}:{hours[i]}" for code in codes) if detailed[i] else ""
        yield (Answered("competency", "|".join(codes), shown[i], details=details),)


def _population_answers(world: World, block: Block, rng: np.random.Generator) -> Column:
    count = block.count
    weighted = _open_codes(words.POPULATIONS, "population", world.wish.canaries)
    choices = [pick_text(rng, weighted, count) for _ in range(3)]
    number = np.where(rng.random(count) < 0.25, 1 + rng.binomial(2, 0.35, count), 0).tolist()
    shown = _shown("population", count, rng)
    for i in range(count):
        codes = "|".join(dict.fromkeys(choices[n][i] for n in range(number[i])))
        yield (Answered("population", codes, shown[i]),) if codes else ()


def _gender_answers(block: Block, rng: np.random.Generator) -> Column:
    """12 % hide the stated gender, 0.3 % correct it and show the correction."""
    draw = rng.random(block.count).tolist()
    for i, gender in enumerate(block.gender):
        if draw[i] < 0.12:
            yield (Answered("gender", block.stated_gender[i] or gender, False),)
        elif draw[i] < 0.123:
            yield (Answered("gender", "M" if block.stated_gender[i] == "F" else "F", True),)
        else:
            yield ()


def _language_answers(world: World, block: Block, rng: np.random.Generator) -> Column:
    """8 % of those with more than English hide their languages, 0.5 % correct the list by its last one."""
    draw = rng.random(block.count).tolist()
    for i, spoken in enumerate(block.spoken):
        if len(spoken) > 1 and draw[i] < 0.08:
            yield (Answered("language", "|".join(spoken), False, details=_levels(spoken)),)
        elif len(spoken) > 1 and draw[i] < 0.085:
            kept = dict(list(spoken.items())[:-1])
            yield (Answered("language", "|".join(kept), True, details=_levels(kept)),)
        else:
            yield ()


def _levels(spoken: dict[str, str]) -> str:
    return "|".join(f"{code}:{level}" for code, level in spoken.items())
