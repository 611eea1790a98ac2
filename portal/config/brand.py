"""The plan's colours: one number in, every colour out.

A plan chooses a hue (0 to 359, `hue` in plan.toml). Lightness and chroma are fixed here, in OKLCH, so that
contrast is fixed too: whatever hue a plan picks, all text reads at 7:1 or better, in light and in dark
(tests/portal/test_brand.py proves it for each of the 360). Colours are written as hex, so that a phone
too old for `oklch()` or `light-dark()` shows them.
"""

from __future__ import annotations

import math

GOLD, RED = 84, 29  # the same for every plan: gold is "you", red is "take care"

# name: (lightness 0-1, chroma, hue in degrees or None for the plan's own)
Tokens = dict[str, tuple[float, float, int | None]]

LIGHT: Tokens = {
    "page": (1, 0, None),
    "wash": (0.972, 0.007, None),
    "wash-2": (0.938, 0.014, None),
    "line": (0.865, 0.012, None),
    "edge": (0.55, 0.022, None),
    "ink": (0.23, 0.022, None),
    "ink-2": (0.41, 0.022, None),
    "brand": (0.405, 0.082, None),
    "brand-deep": (0.29, 0.062, None),
    "on-brand": (1, 0, None),
    "t1": (0.36, 0.075, None),
    "t2": (0.50, 0.085, None),
    "t3": (0.645, 0.075, None),
    "t4": (0.80, 0.05, None),
    "t5": (0.90, 0.026, None),
    "gold": (0.82, 0.145, GOLD),
    "alarm": (0.45, 0.155, RED),
}
DARK: Tokens = {
    "page": (0.195, 0.014, None),
    "wash": (0.235, 0.017, None),
    "wash-2": (0.285, 0.022, None),
    "line": (0.36, 0.02, None),
    "edge": (0.66, 0.02, None),
    "ink": (0.945, 0.008, None),
    "ink-2": (0.80, 0.014, None),
    "brand": (0.82, 0.075, None),
    "brand-deep": (0.90, 0.05, None),
    "on-brand": (0.19, 0.03, None),
    "t1": (0.81, 0.07, None),
    "t2": (0.67, 0.08, None),
    "t3": (0.54, 0.075, None),
    "t4": (0.42, 0.055, None),
    "t5": (0.31, 0.032, None),
    "gold": (0.82, 0.13, GOLD),
    "alarm": (0.80, 0.10, RED),
}

TEXT_ON_GROUND = [  # pairs that carry words: 7:1
    *((text, ground) for text in ("ink", "ink-2", "brand") for ground in ("page", "wash", "wash-2")),
    ("on-brand", "brand"),
    ("on-brand", "brand-deep"),
    ("alarm", "page"),
    ("alarm", "wash"),
]
EDGE_ON_GROUND = [  # pairs that carry a shape: 3:1
    *(("edge", ground) for ground in ("page", "wash", "wash-2")),
    *((tile, "page") for tile in ("t1", "t2", "t3")),
]

MARK = {  # the four tiles of the mark, on a 20-unit grid
    "t1": "M1 1.6 9 1l.3 8.2L1.4 9z",
    "t2": "m11 1 8 .5-.4 7.7-7.5-.2z",
    "t3": "m1 11 8.2-.1.1 7.7-8 .4z",
    "gold": "m11.2 10.9 7.6.2.2 7.9-8-.3z",
}


def _linear_rgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _byte(linear: float) -> int:
    linear = min(1.0, max(0.0, linear))
    return round(255 * (12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055))


def colour(lightness: float, chroma: float, hue: float) -> str:
    """The hex colour; one too vivid for a screen loses chroma and keeps its lightness."""
    while chroma > 0 and not all(-0.0005 <= part <= 1.0005 for part in _linear_rgb(lightness, chroma, hue)):
        chroma -= 0.002
    red, green, blue = (_byte(part) for part in _linear_rgb(lightness, max(chroma, 0), hue))
    return f"#{red:02x}{green:02x}{blue:02x}"


def palette(tokens: Tokens, hue: float) -> dict[str, str]:
    """Token name to hex colour, for a plan of this hue."""
    return {
        name: colour(lightness, chroma, hue if own is None else own)
        for name, (lightness, chroma, own) in tokens.items()
    }


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two hex colours as WCAG 2 defines it, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(hex_colour: str) -> float:
    parts = (int(hex_colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def css(hue: float) -> str:
    """The colours as custom properties: light, and dark where the system asks for it (paper stays light)."""
    light, dark = (_properties(palette(tokens, hue)) for tokens in (LIGHT, DARK))
    return (
        f"@layer tokens {{\n  :root {{ color-scheme: light dark; {light} }}\n"
        f"  @media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n}}\n"
    )


def _properties(colours: dict[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in colours.items())


def icon(hue: float) -> str:
    """The mark as a stand-alone SVG, for the browser's tab."""
    colours = palette(LIGHT, hue)
    tiles = "".join(f'<path fill="{colours[name]}" d="{path}"/>' for name, path in MARK.items())
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20">{tiles}</svg>\n'
