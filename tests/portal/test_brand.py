"""A plan chooses one number, its hue. Whatever it chooses, everyone can read its pages."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find
from django.test import override_settings

from portal.config import brand, stylesheet

SCHEMES = pytest.mark.parametrize("tokens", [brand.LIGHT, brand.DARK], ids=["light", "dark"])
EVERY_HUE = range(360)


@SCHEMES
@pytest.mark.parametrize(("text", "ground"), brand.TEXT_ON_GROUND)
def test_words_have_seven_to_one_on_their_ground_for_every_hue(tokens, text, ground):
    assert worst(tokens, text, ground) >= 7


@SCHEMES
@pytest.mark.parametrize(("shape", "ground"), brand.EDGE_ON_GROUND)
def test_shapes_that_mean_something_have_three_to_one_for_every_hue(tokens, shape, ground):
    assert worst(tokens, shape, ground) >= 3


@SCHEMES
def test_the_focus_ring_can_be_told_from_the_page_for_every_hue(tokens):
    """Its frame is ink; the gold inside only catches the eye."""
    assert worst(tokens, "ink", "page") >= 12


def test_contrast_is_the_ratio_that_wcag_defines():
    assert brand.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert brand.contrast("#ffffff", "#777777") == pytest.approx(4.48, abs=0.01)


def test_the_stylesheet_and_the_icon_wear_the_plan_s_hue(settings):
    with override_settings(PLAN=replace(settings.PLAN, hue=310)):
        served = {name: Path(find(name)).read_text("utf-8") for name in ("css/tessera.css", "icon.svg")}

    assert f"--brand: {brand.palette(brand.LIGHT, 310)['brand']};" in served["css/tessera.css"]
    assert brand.palette(brand.LIGHT, 310)["t1"] in served["icon.svg"]


def test_every_colour_that_the_stylesheet_names_is_one_of_the_plan_s():
    css = stylesheet.stylesheet(205)
    set_here = set(re.findall(r"--([a-z0-9-]+):", css))

    assert set(re.findall(r"var\(--([a-z0-9-]+)", css)) <= set_here


def test_every_colour_of_the_plan_is_used():
    css = stylesheet.stylesheet(205)

    assert set(brand.LIGHT) == set(brand.DARK)
    assert {name for name in brand.LIGHT if f"var(--{name})" not in css} == set()


def test_no_colour_is_written_where_the_plan_cannot_change_it(settings):
    """#0000 is "none"; #111 stands on gold, which is the same for every plan."""
    for name in stylesheet.LAYERS:
        css = (Path(settings.BASE_DIR) / "static" / "css" / f"{name}.css").read_text("utf-8")
        assert set(re.findall(r"#[0-9a-f]{3,8}\b", css)) <= {"#0000", "#111"}, name


def worst(tokens, one, other):
    """The lowest contrast of the two over all hues."""
    return min(brand.contrast(colours[one], colours[other]) for colours in palettes(tokens is brand.DARK))


@cache
def palettes(dark):
    return [brand.palette(brand.DARK if dark else brand.LIGHT, hue) for hue in EVERY_HUE]
