"""The three roles do their main task, in each language, on a phone and on a wide screen."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import LANGUAGES, WIDTHS, Visit

EVERYWHERE = pytest.mark.parametrize(
    ("language", "width"), [(language, width) for language in LANGUAGES for width in WIDTHS]
)
ACCEPT = "button[name=act][value=accept]"


@EVERYWHERE
def test_buyer_finds_an_exhibitor_asks_and_takes_it_back(
    visit: Visit, language: str, width: int
) -> None:
    buyer = visit("buyer", language, width)
    buyer.go("model/")
    buyer.page.fill("main [role=search] input[name=q]", "Chao Civic")
    buyer.press("main [role=search] button")
    assert "q=Chao" in buyer.page.url
    buyer.press(".search-exhibitor .row-name a:has-text('Chao Civic')")
    assert "Chao Civic" in buyer.page.locator("h1").inner_text()
    page = buyer.page.url
    buyer.press(".exhibitor-acts form button")
    assert buyer.page.url == page
    assert buyer.page.locator(".exhibitor-acts a.button-done").count() == 1
    buyer.press(".exhibitor-acts a.button-done")
    buyer.go("model/requests/?box=sent")
    row = buyer.page.locator(".request", has_text="Chao Civic")
    with buyer.page.expect_navigation():
        row.locator("button[value=withdraw]").click()
    buyer.page.goto(page)
    assert buyer.page.locator(".exhibitor-acts a.button-done").count() == 0


@EVERYWHERE
def test_exhibitor_answers_a_request(visit: Visit, language: str, width: int) -> None:
    exhibitor = visit("exhibitor", language, width)
    row = exhibitor.page.locator(".request", has=exhibitor.page.locator(ACCEPT))
    for number in range(1, 10):
        assert exhibitor.go(f"model/requests/?page={number}") == 200
        if row.count():
            break
    answered = row.first.get_attribute("id")
    exhibitor.press(f"[id='{answered}'] {ACCEPT}")
    assert exhibitor.page.locator(f"[id='{answered}'] {ACCEPT}").count() == 0


@EVERYWHERE
def test_organiser_reads_the_draft_beside_the_public_release(
    visit: Visit, language: str, width: int
) -> None:
    organiser = visit("organiser", language, width)
    assert organiser.go("model/organise/releases/") == 200
    organiser.press("a[href$='/releases/2/']")
    assert organiser.page.locator(".ruler, .figure-big").count() >= 1
    digests = organiser.page.locator("code.copy").all_inner_texts()
    assert any(re.fullmatch("[0-9a-f]{64}", text.strip()) for text in digests)
    assert organiser.go("model/organise/releases/2/changes/") == 200


def test_organiser_publishes_and_people_see_it(visit: Visit) -> None:
    organiser, buyer = visit("organiser"), visit("buyer")
    buyer.go("model/day/")
    assert "Release 1" in buyer.page.locator("main").inner_text()
    organiser.go("model/organise/releases/2/")
    organiser.press("form[action$='/publish/'] button")
    assert organiser.page.locator("form[action$='/publish/']").count() == 0
    buyer.go("model/day/")
    assert "Release 2" in buyer.page.locator("main").inner_text()


def test_buyer_folds_a_suggestion_and_takes_it_back(visit: Visit) -> None:
    buyer = visit("buyer", width=390)
    buyer.go("model/who-to-meet/")
    row = buyer.page.locator(".who-row").last.get_attribute("id")
    buyer.press(f"[id='{row}'] button[value=veto]")
    assert buyer.page.locator(f"[id='{row}'].who-off").count() == 1
    buyer.press(f"[id='{row}'] button[value=too_large]")
    assert buyer.page.locator(f"[id='{row}'].who-off").count() == 1
    buyer.press(f"[id='{row}'] button[value=undo]")
    assert buyer.page.locator(f"[id='{row}'].who-row").count() == 1


def test_filters_and_saving_work_without_scripts(visit: Visit) -> None:
    buyer = visit("buyer", width=390, java_script_enabled=False)
    buyer.go("model/search/")
    facets = buyer.page.locator(".search-facets")
    assert not facets.is_visible()
    buyer.page.locator(".search-filter-label").click()
    assert facets.is_visible()
    buyer.page.locator("input[name=pavilion][value=F]").check()
    buyer.press(".search-facets button")
    assert "pavilion=F" in buyer.page.url
    assert facets.is_visible()
    letters = buyer.page.locator(".search-exhibitor .plate .sign-letter").all_text_contents()
    assert set(letters) == {"F"}
    buyer.go("model/who-to-meet/")
    buyer.press(".who-row button[value=save]")
    assert buyer.page.locator(".who-row button[value=undo]").count() >= 1
    buyer.press(".who-row button[value=undo]")


def test_keyboard_alone_reaches_a_result(visit: Visit) -> None:
    reader = visit()
    reader.go("model/")
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.className") == "skip"
    reader.page.keyboard.press("Enter")
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.name") == "q"
    reader.page.keyboard.type("Aava")
    with reader.page.expect_navigation():
        reader.page.keyboard.press("Enter")
    seen = set()
    for _ in range(80):
        reader.page.keyboard.press("Tab")
        here = reader.page.evaluate(
            "[document.activeElement.textContent, getComputedStyle(document.activeElement)"
            ".outlineStyle]"
        )
        seen.add(here[1])
        if "Aava Well-being" in here[0]:
            break
    else:
        raise AssertionError("the result cannot be reached by Tab")
    assert seen == {"solid"}
    with reader.page.expect_navigation():
        reader.page.keyboard.press("Enter")
    assert "/exhibitors/" in reader.page.url
