"""Without network: the agenda and the list of exhibitors as of then, and nothing after signing out."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.conftest import ROLES, Fair, Visit, Visitor
from tests.browser.test_journeys import personal_link

KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const path = new URL(request.url).pathname;
      if (!path.startsWith('/static/')) found[path] = await (await cache.match(request)).text();
    }
  }
  return found;
}"""
LISTED = """paths => new Promise(async done => {
  for (;;) {
    const all = await Promise.all(paths.map(path => caches.match(path, {ignoreSearch: true})));
    if (all.every(Boolean)) return done(true);
    await new Promise(next => setTimeout(next, 50));
  }
})"""


def wait_for(visitor: Visitor, *paths: str) -> None:
    visitor.page.evaluate(LISTED, [f"/{visitor.language}/{path}" for path in paths])


def line(visitor: Visitor) -> str:
    return visitor.page.locator("p.offline").inner_text()


@pytest.fixture
def reader(visit: Visit, fair: Fair) -> Any:
    """A function that signs a role in by hand: signing out must not end the others' session."""

    def start(role: str, language: str) -> Visitor:
        visitor = visit("", language, 390)
        visitor.go("signin/?next=" + f"/{language}/model/day/")
        with visitor.page.expect_navigation():
            visitor.page.get_by_role("button", name=re.compile(ROLES[role])).click()
        return visitor

    return start


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", r"As of \d\d:\d\d\."), ("zh-hans", r"\d\d:\d\d"), ("ar", "[٠-٩]{2}:[٠-٩]{2}")],
)
def test_agenda_and_exhibitors_are_read_without_network(reader, language, words):
    buyer = reader("buyer", language)
    wait_for(buyer, "model/day/", "model/exhibitors/", "offline/")
    entries = buyer.page.locator(".agenda-name").all_inner_texts()
    assert entries
    assert buyer.page.locator("p.offline").count() == 0
    buyer.page.context.set_offline(True)
    buyer.go("model/day/")
    assert buyer.page.locator(".agenda-name").all_inner_texts() == entries
    assert re.search(words, line(buyer))
    assert buyer.sideways() == 0
    buyer.go("model/exhibitors/")
    assert buyer.page.locator(".listed").count() > 10
    assert re.search(words, line(buyer))
    # What is not kept says so, and leads to what is.
    assert buyer.go("model/search/") == 503
    kept = buyer.page.locator("[aria-labelledby=kept] a")
    assert kept.count() == 2
    with buyer.page.expect_navigation():
        kept.first.click()
    assert buyer.page.locator("p.offline").count() == 1
    buyer.page.context.set_offline(False)
    buyer.go("model/day/")
    assert buyer.page.locator("p.offline").count() == 0
    quiet(buyer)


def test_nothing_private_is_kept_after_signing_out(reader):
    buyer = reader("buyer", "en")
    wait_for(buyer, "model/day/", "model/exhibitors/", "offline/")
    assert any("Sita" in html for html in buyer.page.evaluate(KEPT).values())
    with buyer.page.expect_navigation():
        buyer.page.evaluate("document.querySelector('form[action$=\"/signout/\"]').submit()")
    buyer.go("model/")
    kept = buyer.page.evaluate(KEPT)
    assert {path for path, html in kept.items() if "Sita" in html or "signout" in html} == set()
    assert "/en/model/day/" not in kept
    buyer.page.context.set_offline(True)
    assert buyer.go("model/day/") == 503
    assert "Sita" not in buyer.page.content()
    buyer.page.context.set_offline(False)
    # A visitor's own list is for anybody, and stays.
    buyer.go("model/exhibitors/")
    wait_for(buyer, "model/exhibitors/")
    quiet(buyer)


def test_a_session_that_has_ended_takes_its_copies_along(reader):
    buyer = reader("buyer", "en")
    wait_for(buyer, "model/day/", "model/exhibitors/")
    buyer.page.context.clear_cookies()
    buyer.go("model/day/")
    assert "/signin/" in buyer.page.url
    kept = buyer.page.evaluate(KEPT)
    assert [path for path, html in kept.items() if "Sita" in html] == []


def test_days_behind_a_personal_link_are_read_without_network_until_it_is_forgotten(visit):
    link = personal_link(visit("exhibitor"))
    phone = visit("", "en", 390)
    phone.page.goto(link)
    wait_for(phone, "model/personal/", "offline/")
    entries = phone.page.locator(".agenda-name").all_inner_texts()
    assert entries
    phone.page.context.set_offline(True)
    phone.page.goto(link)
    assert phone.page.locator(".agenda-name").all_inner_texts() == entries
    assert re.search(r"As of \d\d:\d\d\.", line(phone))
    phone.page.context.set_offline(False)
    phone.page.goto(link)
    with phone.page.expect_navigation():
        phone.page.get_by_role("button", name="Forget it on this phone").click()
    kept = phone.page.evaluate(KEPT)
    assert [path for path, html in kept.items() if "agenda-name" in html] == []
    quiet(phone)


def quiet(visitor: Visitor) -> None:
    """Chromium notes in the console that it had no network; nothing else may be there."""
    noted = ("net::ERR_INTERNET_DISCONNECTED", "status of 503", "Failed to load resource")
    visitor.messages[:] = [m for m in visitor.messages if not any(n in m for n in noted)]
