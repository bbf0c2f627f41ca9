"""Whole journeys: by keyboard alone, without scripts, and the first minute of a new buyer."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import Fair, Visit, Visitor
from tests.browser.test_pages import complaints

FOCUS = "document.activeElement"
BOTH_DIRECTIONS = pytest.mark.parametrize("language", ["en", "ar"])


def tab_to(visitor: Visitor, selector: str, at_most: int = 250) -> None:
    """Press Tab until the focus is on what `selector` names; it must be seen there."""
    for _ in range(at_most):
        if visitor.page.evaluate(f"{FOCUS}.matches({selector!r})"):
            style = visitor.page.evaluate(f"getComputedStyle({FOCUS}).outlineStyle")
            assert style == "solid"
            return
        visitor.page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by Tab on {visitor.page.url}")


def enter(visitor: Visitor, selector: str) -> None:
    """Go to something by Tab and press Enter, and wait for the page that follows."""
    tab_to(visitor, selector)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


def enrol(fair: Fair, name: str, public_id: str, needs: str = "") -> dict[str, str]:
    """Make a buyer with a password, and a list where a code is needed; return the sign-in."""
    email = f"{public_id}@example.org"
    made = fair.python(
        "from emporion.accounts.domain import create_user\n"
        "from emporion.core.tenancy import scope\n"
        "from emporion.edition.domain import delegates, enrolment\n"
        "from emporion.edition.queries import edition_by_slug, participation\n"
        "from emporion.matchmaking.domain.first_list import make_first_list\n"
        "from emporion.registry import domain as registry\n"
        "edition = edition_by_slug('model')\n"
        "with scope(expo=edition.expo):\n"
        f"    row = registry.NewPerson({name!r})\n"
        "    person = registry.create_person(edition.expo, row)\n"
        f"    new = enrolment.Enrolled(role='buyer', name={{'en': {name!r}}},\n"
        f"        needs=[enrolment.Interest(code) for code in {needs!r}.split()],\n"
        "        person_id=person.pk, delegates=[enrolment.Acts(person.pk)],\n"
        f"        languages=['en'], public_id={public_id!r})\n"
        "    enrolment.enrol(edition, [new])\n"
        f"    user = create_user(email={email!r}, password='a long password')\n"
        f"    made = participation(edition, {public_id!r})\n"
        "    delegates.let_sign_in(made, user)\n"
        f"    {needs!r} and make_first_list(made)\n"
    )
    assert made == ""
    return {"identifier": email, "password": "a long password"}


@pytest.fixture(scope="module")
def newcomer(fair: Fair) -> dict[str, str]:
    """A buyer who has said nothing yet."""
    return enrol(fair, "Asha Rai", "newcomer22")


@pytest.fixture(scope="module")
def chooser(fair: Fair) -> dict[str, str]:
    """A buyer with a list, of whom nobody has been asked."""
    return enrol(fair, "Maya Thapa", "chooser222", "ai software vr")


def sign_in(visitor: Visitor, buyer: dict[str, str]) -> Visitor:
    """Sign in with a password, and open the list."""
    visitor.go("signin/")
    for name, text in buyer.items():
        visitor.page.fill(f"#id_{name}", text)
    visitor.press("main form .button-main")
    visitor.go("model/who-to-meet/")
    return visitor


def test_a_new_buyer_gets_from_what_she_needs_to_three_requests(
    visit: Visit, newcomer: dict[str, str]
) -> None:
    buyer = visit("", width=390)
    page, done = buyer.page, 0
    buyer.go("model/")

    def fill(selector: str, text: str) -> None:
        nonlocal done
        page.locator(selector).first.fill(text)
        done += 1

    def press(selector: str) -> None:
        nonlocal done
        buyer.press(selector)
        done += 1

    fill("#need", "AI systems, software and VR products")
    press(".front-need button")
    # Words survive the sign-in.
    for name, text in newcomer.items():
        fill(f"#id_{name}", text)
    press("main form .button-main")
    assert page.locator("input[name=code]:checked").count() == 3
    press("main form .button-main")
    assert "/who-to-meet/" in page.url
    for _ in range(3):
        press("form.who-ask button")
    assert page.locator("a.who-ask").count() == 3
    assert done <= 12
    print(f"from what she needs to three requests: {done} interactions, sign-in included")


@BOTH_DIRECTIONS
def test_by_keyboard_find_an_exhibitor_and_ask(visit: Visit, language: str) -> None:
    buyer = visit("buyer", language)
    buyer.go("model/")
    tab_to(buyer, "main input[name=q]")
    buyer.page.keyboard.type("Kestrel")
    with buyer.page.expect_navigation():
        buyer.page.keyboard.press("Enter")
    enter(buyer, ".search-exhibitor .row-name a")
    where = buyer.page.url
    if buyer.page.locator(".exhibitor-main.button-done").count():
        enter(buyer, ".exhibitor-main.button-done")
        buyer.go("model/requests/?box=sent")
        row = buyer.page.locator(".request", has_text="Kestrel").get_attribute("id")
        enter(buyer, f"[id='{row}'] button[value=withdraw]")
        buyer.page.goto(where)
    enter(buyer, ".exhibitor-main button")
    assert buyer.page.locator(".exhibitor-main.button-done").count() == 1


@BOTH_DIRECTIONS
@pytest.mark.parametrize("way", ["keyboard", "without scripts"])
def test_ask_from_who_to_meet_and_take_it_back(
    visit: Visit, chooser: dict[str, str], way: str, language: str
) -> None:
    buyer = sign_in(visit("", language, 390, java_script_enabled=way == "keyboard"), chooser)
    do = enter if way == "keyboard" else Visitor.press
    row = buyer.page.locator(".who-row:has(form.who-ask)").last.get_attribute("id")
    do(buyer, f"[id='{row}'] form.who-ask button")
    assert buyer.page.locator(f"[id='{row}'] a.who-ask.button-done").count() == 1
    assert buyer.page.locator(f"[id='{row}'] form.who-ask").count() == 0
    buyer.go("model/requests/?box=sent")
    asked = f".request:has(a[href$='/exhibitors/{row}/']) button[value=withdraw]"
    do(buyer, asked)
    assert buyer.page.locator(asked).count() == 0


def test_what_went_wrong_is_in_sight_without_scripts(visit: Visit, chooser: dict[str, str]) -> None:
    buyer, again = (
        sign_in(visit("", width=390, java_script_enabled=False), chooser) for _ in range(2)
    )
    row = buyer.page.locator(".who-row:has(form.who-ask)").last.get_attribute("id")
    for window in (buyer, again):
        window.press(f"[id='{row}'] form.who-ask button")
    said = again.page.locator(".refused").get_by_text("You have asked already")
    box = said.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 844 - box["height"]
    buyer.go("model/requests/?box=sent")
    buyer.press(f".request:has(a[href$='/exhibitors/{row}/']) button[value=withdraw]")


def test_an_officer_acts_for_a_member_and_leaves_their_link_alone(visit: Visit) -> None:
    officer = visit("organiser", width=390)
    officer.go("model/delegation/")
    officer.press("form[action$='/act/'] button")
    try:
        assert officer.go("model/profile/") == 200
        assert officer.page.locator("a[href$='/my-link/']").count() == 0
        assert officer.go("model/my-link/") == 403
        assert officer.page.locator(".problem").count() == 1
        assert officer.sideways() == 0
    finally:
        officer.press(".acting-stop")
    assert officer.page.locator(".acting").count() == 0
    # Chromium itself notes in the console that a page answered 403.
    officer.messages[:] = [text for text in officer.messages if "status of 403" not in text]


def personal_link(visitor: Visitor) -> str:
    """Make the personal link of whoever is signed in, and return it."""
    visitor.go("model/my-link/")
    visitor.press("form[action$='/my-link/make/'] button")
    return visitor.page.locator("#address").input_value()


@pytest.mark.parametrize("way", ["keyboard", "without scripts"])
def test_answer_a_request_by_personal_link(visit: Visit, way: str) -> None:
    link = personal_link(visit("exhibitor"))
    phone = visit("", width=390, java_script_enabled=way == "keyboard")
    phone.page.goto(link)
    waiting = phone.page.locator(".personal-row").count()
    assert waiting >= 1
    if way == "keyboard":
        assert complaints(phone.page) == []
        enter(phone, ".personal-acts a")
        assert complaints(phone.page) == []
        enter(phone, "main form .button-main")
    else:
        phone.press(".personal-acts a")
        phone.press("main form .button-main")
    assert phone.page.locator(".personal-row").count() == waiting - 1
    assert phone.sideways() == 0
    # What was answered says so; the address names the same request again.
    phone.page.go_back()
    phone.page.reload()
    assert phone.page.locator(".problem").count() == 1
    assert phone.page.locator("main form").count() == 0


@pytest.mark.parametrize("way", ["keyboard", "without scripts"])
def test_print_my_day(visit: Visit, way: str) -> None:
    buyer = visit("buyer", java_script_enabled=way == "keyboard")
    buyer.go("model/day/")
    sheet = "a[href*='/day/print/']"
    if way == "keyboard":
        enter(buyer, sheet)
    else:
        buyer.press(sheet)
    assert buyer.page.locator(".sheet-row").count() >= 1
    assert buyer.page.locator(".sheet-title").count() == 1


@BOTH_DIRECTIONS
def test_without_scripts_find_an_exhibitor_and_ask(visit: Visit, language: str) -> None:
    buyer = visit("buyer", language, 390, java_script_enabled=False)
    buyer.go("model/search/?q=Kestrel&kind=exhibitor")
    buyer.press(".search-exhibitor .row-name a")
    where = buyer.page.url
    if buyer.page.locator(".exhibitor-main.button-done").count():
        buyer.go("model/requests/?box=sent")
        row = buyer.page.locator(".request", has_text="Kestrel").get_attribute("id")
        buyer.press(f"[id='{row}'] button[value=withdraw]")
        buyer.page.goto(where)
    buyer.press(".exhibitor-main button")
    assert buyer.page.locator(".exhibitor-main.button-done").count() == 1


def test_without_scripts_keep_the_profile_and_the_hours(visit: Visit) -> None:
    buyer = visit("buyer", width=390, java_script_enabled=False)
    buyer.go("model/profile/needs/add/")
    buyer.page.select_option("#id_code", "logistics.cold")
    buyer.press(".profile-form .button-main")
    row = buyer.page.locator(".profile-row", has_text=re.compile("Cold"))
    assert row.count() == 1
    with buyer.page.expect_navigation():
        row.locator("a").click()
    buyer.press("form[action$='/remove/'] button")
    assert buyer.page.locator(".profile-row", has_text=re.compile("Cold")).count() == 0
    buyer.go("model/profile/hours/")
    ticked = "input[name=open]:checked"
    before = buyer.page.locator(ticked).count()
    number = buyer.page.locator(ticked).first.get_attribute("value")
    buyer.page.locator(ticked).first.uncheck()
    buyer.press("main form .button-main")
    buyer.go("model/profile/hours/")
    assert buyer.page.locator(ticked).count() == before - 1
    buyer.page.locator(f"input[name=open][value='{number}']").check()
    buyer.press("main form .button-main")
