"""Somebody who has just come to town finds a doctor: with a mouse, by keyboard alone, and without JavaScript."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.addresses import AMINA, NOBODY, SOMALI_PEDIATRICIAN
from tests.journeys.conftest import PHONE, Open

pytestmark = pytest.mark.browser

WITH_AND_WITHOUT_SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])


def when_they_search(page: Any, words: str, zip_code: str) -> None:
    page.get_by_label("What or who").fill(words)
    page.get_by_label("ZIP code").fill(zip_code)
    page.get_by_role("button", name="Search", exact=True).click()


def when_they_choose_the_distance(page: Any, miles: str) -> None:
    page.get_by_label("Within").select_option(label=miles)
    page.get_by_role("button", name="Search", exact=True).click()


def when_they_tick(page: Any, group: str, value: str) -> None:
    if not box(page, group, value).is_visible():
        filters(page, group).locator("summary").click()  # "10 more"
    box(page, group, value).check()


def filters(page: Any, group: str) -> Any:
    return page.get_by_role("group", name=re.compile(f"^{group}"))


def box(page: Any, group: str, value: str) -> Any:
    return filters(page, group).get_by_role("checkbox", name=re.compile(f"^{re.escape(value)}"))


def when_they_press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def then_the_page_says(page: Any, words: str | re.Pattern[str]) -> None:
    expect(page.locator("#found")).to_have_text(words)


def then_a_screen_reader_hears(page: Any, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("status")).to_contain_text(words)


def then_the_address_holds(page: Any, *pairs: str) -> None:
    for pair in pairs:
        expect(page).to_have_url(re.compile(rf"[?&]{re.escape(pair)}(&|$)"))
    page.wait_for_load_state()  # an address is there before its page is


def count(page: Any) -> int:
    found = re.match(r"[\d,]+", page.locator("#found").inner_text())
    return int(found[0].replace(",", "")) if found else 0


def hits(page: Any) -> Any:
    return page.locator("ol.hits > li")


@WITH_AND_WITHOUT_SCRIPT
def test_a_newcomer_finds_a_pediatrician_near_who_speaks_somali_and_takes_new_patients(
    open_page: Open, script: bool
) -> None:
    page = open_page("/", java_script_enabled=script)
    when_they_search(page, "children’s doctor", "55104")
    then_the_address_holds(page, "specialty=208000000X", "zip=55104")
    when_they_choose_the_distance(page, "10 miles")
    then_the_address_holds(page, "within=10")
    when_they_tick(page, "Clinician speaks", "Somali")
    if not script:
        when_they_press(page, "Show results")
    then_the_address_holds(page, "language=so")
    when_they_tick(page, "New patients", "Taking new patients")
    if not script:
        when_they_press(page, "Show results")
    then_the_address_holds(page, "specialty=208000000X", "zip=55104", "within=10", "language=so", "accepting=yes")

    then_the_page_says(page, re.compile(r"^\d+ clinicians? match"))
    assert count(page) > 0
    expect(hits(page)).to_have_count(count(page))
    for hit in hits(page).all():
        expect(hit).to_contain_text("Pediatrics")
        expect(hit).to_contain_text("Somali")
        expect(hit).to_contain_text("Taking new patients")
        assert float(hit.locator(".dist .num").inner_text()) <= 10

    hits(page).first.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("Taking new patients")
    expect(page.locator("main").locator("a[href^='tel:']").first).to_be_visible()


@WITH_AND_WITHOUT_SCRIPT
def test_a_name_that_was_only_heard_is_found_and_what_was_typed_is_one_click_away(
    open_page: Open, script: bool
) -> None:
    page = open_page("/find-care/", java_script_enabled=script)

    when_they_search(page, "Amina Warsmae", "55104")

    expect(page.get_by_text("Showing results for “Amina Warsame”")).to_be_visible()
    expect(hits(page).first).to_contain_text("Amina Warsame")

    page.get_by_role("link", name="Search instead for “Amina Warsmae”").click()

    then_the_page_says(page, "No one matches all of this yet")
    then_the_address_holds(page, "spelling=exact")


def test_a_filter_applies_without_a_page_load_and_the_count_is_announced(open_page: Open) -> None:
    page = open_page("/find-care/?zip=55104")
    page.evaluate("window.stillHere = true")
    before = count(page)
    when_they_tick(page, "Specialty", "Pediatrics")
    then_the_address_holds(page, "specialty=208000000X")
    then_a_screen_reader_hears(page, re.compile(r"^\d+ clinicians match\. Showing \d+"))
    assert 0 < count(page) < before
    expect(box(page, "Specialty", "Pediatrics")).to_be_focused()
    assert page.evaluate("window.stillHere")


def test_the_count_beside_a_value_is_what_ticking_it_gives(open_page: Open) -> None:
    page = open_page("/find-care/?zip=55104&specialty=208000000X")
    somali = page.locator("label", has=page.locator("input[name=language][value=so]"))
    promised = somali.locator(".n").text_content()
    when_they_tick(page, "Clinician speaks", "Somali")
    then_the_address_holds(page, "language=so")
    expect(page.locator("#found")).to_have_text(re.compile(f"^{promised} "))


def test_back_and_forward_walk_through_the_searches(open_page: Open) -> None:
    page = open_page("/find-care/?zip=55104")
    everyone = page.locator("#found").inner_text()
    when_they_tick(page, "Specialty", "Pediatrics")
    then_the_address_holds(page, "specialty=208000000X")
    expect(page.locator("#found")).not_to_have_text(everyone)
    pediatricians = page.locator("#found").inner_text()
    page.go_back()
    then_the_page_says(page, everyone)
    expect(box(page, "Specialty", "Pediatrics")).not_to_be_checked()
    page.go_forward()
    then_the_page_says(page, pediatricians)
    expect(box(page, "Specialty", "Pediatrics")).to_be_checked()


def test_a_chip_takes_its_filter_off(open_page: Open) -> None:
    page = open_page(f"/find-care/?{SOMALI_PEDIATRICIAN}")
    before = count(page)
    page.get_by_role("link", name="Remove filter: Somali").click()
    expect(page.get_by_role("link", name="Remove filter: Somali")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("language="))
    assert count(page) > before


@WITH_AND_WITHOUT_SCRIPT
def test_words_that_name_a_filter_become_it_and_the_name_search_is_offered(open_page: Open, script: bool) -> None:
    page = open_page("/find-care/?zip=55104", java_script_enabled=script)
    when_they_search(page, "Somali", "55104")
    then_the_address_holds(page, "language=so")
    expect(page.locator("p.note", has_text="You wrote “Somali”")).to_be_visible()
    page.get_by_role("link", name="Look for a person or group with that name instead").click()
    then_the_address_holds(page, "q=Somali")
    expect(page).not_to_have_url(re.compile("language="))


@WITH_AND_WITHOUT_SCRIPT
def test_a_search_that_finds_nobody_says_what_to_change(open_page: Open, script: bool) -> None:
    page = open_page(f"/find-care/?{NOBODY}", java_script_enabled=script)
    then_the_page_says(page, "No one matches all of this yet")
    expect(page.locator("main")).to_contain_text("Let a person look for you.")
    ways = page.get_by_role("table", name="Ways to widen this search").get_by_role("row")
    way = ways.nth(1)
    promised = way.get_by_role("cell").inner_text()
    way.get_by_role("link").click()
    expect(page.locator("#found")).to_have_text(re.compile(f"^{promised} clinicians? match"))


def test_the_next_page_begins_where_this_one_ends(open_page: Open) -> None:
    page = open_page("/find-care/?zip=55104")
    first = hits(page).locator("h3 a").evaluate_all("links => links.map(link => link.href)")
    page.get_by_role("link", name="Next 20").click()
    expect(page).to_have_url(re.compile("after="))
    then_the_address_holds(page, "zip=55104")
    second = hits(page).locator("h3 a").evaluate_all("links => links.map(link => link.href)")
    assert len(first) == 20
    assert set(first).isdisjoint(second)


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
def test_the_keyboard_alone_is_enough(open_page: Open, viewport: dict[str, int] | None) -> None:
    page = open_page("/", **({"viewport": viewport} if viewport else {}))
    press(page, "Tab")
    assert focused(page) == "Skip to main content"
    press(page, "Enter")
    tab_to(page, "What or who")
    page.keyboard.type("pediatrician")
    press(page, "Tab")
    page.keyboard.type("55104")
    press(page, "Enter")
    then_the_address_holds(page, "specialty=208000000X")
    if viewport:
        tab_to(page, "Filter results")
        press(page, "Enter")
    tab_to(page, "Taking new patients")
    press(page, "Space")
    then_the_address_holds(page, "accepting=yes")
    expect(box(page, "New patients", "Taking new patients")).to_be_focused()
    name = hits(page).locator("h3 a").first.inner_text()
    tab_to(page, name, at_most=400)
    assert has_a_ring(page)
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def press(page: Any, key: str) -> None:
    page.keyboard.press(key)


FOCUSED = """() => {
    const at = document.activeElement;
    return ((at.labels && at.labels[0] ? at.labels[0].innerText : at.innerText) || '').trim();
}"""


def focused(page: Any) -> str:
    """What the element that has the focus is called."""
    return str(page.evaluate(FOCUSED))


def tab_to(page: Any, name: str, *, at_most: int = 60) -> None:
    for _ in range(at_most):
        press(page, "Tab")
        if focused(page).startswith(name):
            return
    pytest.fail(f"the keyboard does not reach “{name}”")


def has_a_ring(page: Any) -> bool:
    return bool(page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle !== 'none'"))


def test_all_of_it_speaks_spanish_and_stays_in_spanish(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("link", name="Español", exact=True).first.click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.get_by_label("Qué o quién").fill("pediatra somalí")
    page.get_by_label("Código postal").fill("55104")
    page.get_by_role("button", name="Buscar", exact=True).click()
    then_the_address_holds(page, "specialty=208000000X", "language=so")
    then_the_page_says(page, re.compile(r"^\d+ profesional"))
    expect(page.locator("main")).to_contain_text("Pediatría")
    hits(page).first.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/es/find-care/clinicians/\d+/"))
    expect(page.locator("main")).to_contain_text("Dónde y cuándo")
    page.get_by_role("link", name="English", exact=True).click()
    expect(page.locator("main")).to_contain_text("Where and when")


def test_the_language_switch_keeps_the_search_that_was_made_without_a_page_load(open_page: Open) -> None:
    page = open_page("/find-care/?zip=55104")
    when_they_tick(page, "Specialty", "Pediatrics")
    then_the_address_holds(page, "specialty=208000000X")
    page.get_by_role("link", name="Español", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"/es/find-care/\?"))
    then_the_address_holds(page, "specialty=208000000X", "zip=55104")


@WITH_AND_WITHOUT_SCRIPT
def test_a_clinicians_page_says_where_when_how_and_what_she_chose_to_share(open_page: Open, script: bool) -> None:
    page = open_page(AMINA, java_script_enabled=script)
    main = page.locator("main")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Amina Warsame")
    for words in ("Family medicine", "400 Alder Street", "Free lot behind the building", "Refugees and immigrants"):
        expect(main).to_contain_text(words)
    expect(main.get_by_role("link", name="651-555-0142")).to_have_attribute("href", "tel:+16515550142")
    expect(main.get_by_role("row", name=re.compile(r"\(today\)"))).to_have_count(1)
    expect(main.get_by_role("row", name=re.compile("^Somali"))).to_contain_text("Credentialing application")


def test_what_she_keeps_private_is_nowhere_on_her_page(open_page: Open) -> None:
    assert "Trauma" not in open_page(AMINA).content()


def test_the_list_to_print_holds_everybody_and_says_when_it_was_printed(open_page: Open) -> None:
    page = open_page(f"/find-care/?{SOMALI_PEDIATRICIAN}")
    everybody = count(page)
    page.get_by_role("link", name="Print this list").click()
    expect(page).to_have_url(re.compile("/find-care/print/"))
    expect(hits(page)).to_have_count(everybody)
    expect(page.locator("main")).to_contain_text("Printed")
    expect(page.locator("main")).to_contain_text("Do not republish this list")


def test_the_list_can_be_saved(open_page: Open) -> None:
    page = open_page(f"/find-care/?{SOMALI_PEDIATRICIAN}")
    everybody = count(page)
    with page.expect_download() as saving:
        page.get_by_role("link", name="Download this list (CSV)").click()
    text = saving.value.path().read_text("utf-8")
    assert saving.value.suggested_filename.endswith(".csv")
    assert len(re.findall(r"^2\d{9}|,2\d{9},", text, re.MULTILINE)) >= everybody


def test_use_my_location_asks_only_on_a_click_and_sends_half_a_mile(open_page: Open) -> None:
    page = open_page(
        "/find-care/", geolocation={"latitude": 44.95314, "longitude": -93.17042}, permissions=["geolocation"]
    )
    page.wait_for_load_state("networkidle")
    # A browser fetches a site's icon when it pleases.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/static/" not in request.url else None)
    page.wait_for_timeout(200)
    assert asked == []
    page.get_by_role("button", name="Use my location").click()
    expect(page).to_have_url(re.compile(r"zip=55\d{3}"))
    assert any(address.endswith("?lat=44.95&lon=-93.17") for address in asked)
    assert not any("44.953" in address for address in asked)
