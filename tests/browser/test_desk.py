"""The schedule desk in a browser: the value climbs by itself, with scripts and without."""

from __future__ import annotations

from tests.browser.conftest import Visit, Visitor

TRIAL = "button[name=trial]"
SHARE = ".desk-climb .figure-value"
#: Milliseconds: the first run of all waits until the worker has loaded its kernels, which takes
#: long where other tests keep the cores busy.
PATIENCE = 90_000


def begin(organiser: Visitor, seconds: int) -> None:
    organiser.go("model/organise/desk/")
    organiser.page.fill("input[name=seconds]", str(seconds))
    organiser.press(TRIAL)


def forget(organiser: Visitor) -> None:
    organiser.press("form[action$='/remove/'] button")
    assert organiser.page.locator("form[action$='/remove/']").count() == 0


def test_value_and_bound_climb_until_the_run_stands_beside_the_others(visit: Visit) -> None:
    organiser = visit("organiser")
    begin(organiser, 4)
    page = organiser.page
    page.wait_for_selector(".desk-climb .ruler", timeout=PATIENCE)
    first = page.locator(".desk-live").inner_text()
    page.wait_for_function(
        "before => document.querySelector('.desk-live')?.innerText !== before", arg=first
    )
    page.wait_for_selector("form[action$='/keep/'] button", timeout=PATIENCE)
    assert page.locator(".desk-live").count() == 0
    forget(organiser)


def test_page_refreshes_itself_without_scripts_and_stops_cleanly(visit: Visit) -> None:
    organiser = visit("organiser", java_script_enabled=False)
    begin(organiser, 120)
    page = organiser.page
    page.wait_for_selector(".desk-climb", timeout=PATIENCE)
    organiser.press("form[action$='/stop/'] button")
    page.wait_for_selector("form[action$='/keep/'] button", timeout=PATIENCE)
    forget(organiser)


def test_meeting_is_pinned_and_unpinned_by_keyboard_alone(visit: Visit) -> None:
    organiser = visit("organiser", width=390)
    organiser.go("model/organise/releases/2/changes/")
    page = organiser.page
    page.locator("main table a").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("form[action$='/pin/'] button").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("form[action$='/unpin/'] button").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("form[action$='/unpin/'] button").count() == 0


def test_what_has_happened_is_told_and_repaired_without_scripts_on_a_phone(visit: Visit) -> None:
    organiser = visit("organiser", width=390, java_script_enabled=False)
    organiser.go("model/organise/desk/")
    organiser.press("a[href$='/desk/repair/']")
    page = organiser.page
    page.fill("input[name=who]", "Kestrel Software")
    page.select_option("select[name=first]", "3")
    page.select_option("select[name=until]", "9")
    organiser.press("button[value=tell]")
    page.select_option("select[name=as_of]", "s02")
    assert organiser.sideways() == 0
    organiser.press("button[value=trial]")
    page.wait_for_selector("form[action$='/keep/'] button", timeout=PATIENCE)
    assert "repair of release" in page.locator("section[aria-labelledby=runs]").inner_text()
    forget(organiser)
    organiser.go("model/organise/desk/repair/")
    organiser.press("form[action$='/take-back/'] button")
    assert page.locator("form[action$='/take-back/']").count() == 0
