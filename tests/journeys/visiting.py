"""What a visitor does with a page who has a keyboard alone, and what every page is for everybody."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

MOST_TABS = 40


def type_into(page: Any, selector: str, text: str) -> None:
    tab_to(page, selector)
    page.keyboard.insert_text(text)


def press(page: Any, selector: str, leads_to: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"{re.escape(leads_to)}([?#].*)?$"))


def tab_to(page: Any, selector: str) -> None:
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is out of the keyboard's reach")


def is_fine(page: Any, *, script: bool = True) -> None:
    page.wait_for_load_state()  # without its styles a page is wider
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.locator("h1").count() == 1
    if script:  # axe is one
        assert violations(page) == []


def violations(page: Any) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['id']} {node['target']}" for each in found for node in each["nodes"]]
