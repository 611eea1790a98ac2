"""The picture of the first page: an arc of hand-cut tiles still being laid, one gold tile on its way in.

Drawn by rule rather than kept as a blob: rings of tiles around a point beyond the upper corner, tight at the
heart and loose at the edge. The seed is fixed, so that everyone sees the same picture.
"""

from __future__ import annotations

import math
import random
from functools import lru_cache
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe

Tile = list[tuple[float, float]]

WIDTH, HEIGHT = 560, 520
CENTRE = (WIDTH + 40, -120)
FIRST_RING, LAST_RING = 150, 900  # radii
JOINT = 2.7  # the gap between two tiles
GOLD: Tile = [(168, 214), (189, 207), (196, 228), (174, 234)]
ROOM_FOR_GOLD = 27  # no other tile's middle comes closer
SHADES = ["m1", "m2", "m3", "m4", "m5"]


@lru_cache(maxsize=1)
def picture(seed: int = 11) -> SafeString:
    """The picture as SVG that takes its colours from the stylesheet."""
    shades = {**_tiles(random.Random(seed)), "mg": [GOLD]}  # noqa: S311 (a drawing, not a secret)
    paths = "".join(
        f'<path class="{shade}" d="{"".join(map(_outline, tiles))}"/>' for shade, tiles in shades.items() if tiles
    )
    frame = f'viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMaxYMin slice" aria-hidden="true"'
    return mark_safe(f"<svg {frame}>{paths}</svg>")  # noqa: S308 (numbers only)


def _tiles(chance: random.Random) -> dict[str, list[Tile]]:
    laid: dict[str, list[Tile]] = {shade: [] for shade in SHADES}
    radius, ring = float(FIRST_RING), 0
    while radius < LAST_RING:
        depth = 22 + chance.choice((-2, 0, 0, 2))
        angle = math.pi * 0.42 + chance.random() * 0.05
        while angle < math.pi * 1.06:
            end = angle + chance.choice((18, 21, 24, 27)) / radius
            tile = _cut(chance, radius, depth, angle, end)
            middle = (angle + end) / 2
            angle = end
            if _in_view(tile) and _stays(chance, radius) and not _near_gold(tile):
                laid[_shade(chance, radius, ring, middle)].append(tile)
        radius += depth
        ring += 1
    return laid


def _cut(chance: random.Random, radius: float, depth: float, start: float, end: float) -> Tile:
    """Four corners, each a little off, as a hand would cut them."""
    joint = JOINT / radius / 2
    corners = (
        (radius, start + joint),
        (radius + depth - JOINT, start + joint),
        (radius + depth - JOINT, end - joint),
        (radius, end - joint),
    )
    return [
        (
            CENTRE[0] + far * math.cos(turn) + chance.uniform(-1.1, 1.1),
            CENTRE[1] + far * math.sin(turn) + chance.uniform(-1.1, 1.1),
        )
        for far, turn in corners
    ]


def _middle(tile: Tile) -> tuple[float, float]:
    return sum(x for x, _ in tile) / 4, sum(y for _, y in tile) / 4


def _in_view(tile: Tile) -> bool:
    x, y = _middle(tile)
    return -8 < x < WIDTH + 8 and -8 < y < HEIGHT + 8


def _looseness(radius: float) -> float:
    """0 at the heart, 1 at the edge."""
    return (radius - FIRST_RING) / 470


def _stays(chance: random.Random, radius: float) -> bool:
    loose = _looseness(radius)
    return loose < 0.45 or chance.random() <= max(0.0, 1 - ((loose - 0.45) / 0.52) ** 0.85)


def _near_gold(tile: Tile) -> bool:
    return math.dist(_middle(tile), _middle(GOLD)) < ROOM_FOR_GOLD


def _shade(chance: random.Random, radius: float, ring: int, angle: float) -> str:
    """Waves of dark and light along the rings, paler towards the edge."""
    wave = math.sin(ring * 0.95 + 0.6) + math.sin(angle * 5 + ring * 0.35) * 0.55 + chance.uniform(-0.75, 0.75)
    step = 0 if wave > 0.75 else 1 if wave > 0 else 2 if wave > -0.8 else 3
    return SHADES[step + (1 if _looseness(radius) > 0.62 else 0)]


def _outline(tile: Tile) -> str:
    """Whole numbers, each corner measured from the one before: short, and it compresses."""
    corners = [(round(x), round(y)) for x, y in tile]
    steps = [(x - a, y - b) for (a, b), (x, y) in pairwise(corners)]
    return f"M{corners[0][0]} {corners[0][1]}l" + " ".join(f"{x} {y}" for x, y in steps) + "z"
