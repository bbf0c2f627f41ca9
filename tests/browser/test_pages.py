"""Every page in every language: nothing for axe, no sideways scroll, a silent console."""

from __future__ import annotations

import gzip
import re
from typing import Any
from urllib.request import Request, urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import LANGUAGES, Fair, Visit, Visitor

PAGES = {
    "": (
        "signin/",
        "signin/passkey/",
        "progress/",
        "model/",
        "model/search/",
        "model/search/?q=sleep&kind=offer",
        "model/search/?q=zzzzz",
        "model/about-the-data/",
        "model/two-people/",
        "model/exhibitors/",
        "model/exhibitors/?by=pavilion",
        "model/pavilions/F/",
        "model/delegations/",
        "DELEGATION",
        "EXHIBITOR",
        "_parts/",
    ),
    "buyer": (
        "model/search/?q=ai&pavilion=F",
        "model/who-to-meet/",
        "model/day/",
        "model/day/print/",
        "model/requests/",
        "model/requests/?box=sent",
        "model/requests/rule/",
        "model/start/",
        "model/start/?text=AI+systems+and+VR",
        "model/profile/",
        "model/profile/needs/add/",
        "model/team/",
        "model/profile/about/",
        "model/profile/hours/",
        "model/profile/known/",
        "model/profile/proposed/needs/",
        "model/who-to-meet/why/?q=Aava",
        "model/notices/",
        "model/my-link/",
        "access/",
        "account/",
        "model/your-data/",
        "model/your-messages/",
        "EXHIBITOR",
    ),
    "exhibitor": ("model/who-to-meet/", "model/day/", "model/requests/"),
    "organiser": (
        "model/organise/releases/",
        "model/organise/releases/1/",
        "model/organise/releases/2/",
        "AUDIT",
        "model/organise/releases/1/refusals/",
        "model/organise/releases/1/unserved/",
        "model/organise/releases/2/changes/",
        "model/organise/releases/2/told/",
        "model/organise/desk/",
        "model/organise/desk/repair/",
        "model/organise/desk/repair/?kind=closed",
        "model/organise/matching/",
        "model/organise/matching/without/",
        "model/organise/walking/",
        "model/organise/overview/",
        "model/organise/webhooks/",
        "model/organise/messages/",
        "model/organise/given-up/",
        "model/organise/unanswered/",
        "model/organise/export/",
        "model/organise/",
        "model/organise/basics/",
        "model/organise/pavilions/",
        "model/organise/slots/",
        "model/organise/import/",
        "model/organise/participants/?role=exhibitor",
        "model/organise/people/",
        "model/organise/staff/",
        "model/organise/officers/",
        "model/posts/",
        "model/organise/journal/",
        "model/organise/erasures/",
        "model/delegation/",
    ),
}
# In each language axe looks at every page once; together the three see both widths and themes.
LOOKS = {"en": (1280, "light"), "zh-hans": (390, "dark"), "ar": (390, "light")}
RULES = {
    "preload": False,
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
FIRST_PAGE = 60_000
SMALL = """() => [...document.querySelectorAll(
    'main a, main button, main summary, main select, main label.facet, main input')]
  .filter(e => !e.closest('p, td, dd, .mending, .exhibitor-facts, .section-head, .row-name, nav li')
    && !e.matches('label input') && e.checkVisibility())
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => box.width > 1 && box.height > 0 && box.height < 43.5)
  .map(([e, box]) => `${e.outerHTML.slice(0, 80)}: ${box.height}`)"""

# Addresses with a name of their own are asked of a page that leads there.
WHERE = {
    "EXHIBITOR": ("model/search/?q=Aava&kind=exhibitor", ".search-exhibitor .row-name a"),
    "DELEGATION": ("model/delegations/", ".delegation-link"),
    "AUDIT": ("model/organise/releases/2/changes/", "main table a"),
}
_found: dict[str, str] = {}


def addresses(visitor: Visitor, role: str) -> list[str]:
    """The pages of a role."""
    for name in WHERE.keys() & set(PAGES[role]) - _found.keys():
        page, link = WHERE[name]
        visitor.go(page)
        href = visitor.page.locator(link).first.get_attribute("href")
        _found[name] = (href or "").split("/", 2)[2]
    return [_found.get(path, path) for path in PAGES[role]]


def complaints(page: Any) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{page.url}: {each['id']}: {node['html'][:160]}"
        for each in found
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("role", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    visit: Visit, language: str, role: str
) -> None:
    looked_at, scheme = LOOKS[language]
    reader = visit(role, language, looked_at, color_scheme=scheme)
    found = []
    for path in addresses(reader, role):
        reader.page.set_viewport_size({"width": looked_at, "height": 800})
        assert reader.go(path) == 200, path
        found += complaints(reader.page)
        for width in (1280, 390, 320):
            reader.page.set_viewport_size({"width": width, "height": 800})
            if reader.sideways() > 0:
                found.append(f"{path} at {width}: {reader.sideways()} px")
    assert found == []


@pytest.mark.parametrize("role", ["", "buyer"])
def test_targets_on_phones_are_large_enough(visit: Visit, role: str) -> None:
    reader = visit(role, width=390)
    small = []
    for path in addresses(reader, role):
        if path != "_parts/":
            reader.go(path)
            small += [f"{path}: {each}" for each in reader.page.evaluate(SMALL)]
    assert small == []


def test_page_that_is_not_there_says_so(visit: Visit) -> None:
    reader = visit(width=390)
    assert reader.go("model/exhibitors/nobody/") == 404
    assert reader.sideways() == 0
    assert complaints(reader.page) == []
    # Chromium itself notes in the console that a page answered 404.
    reader.messages[:] = [text for text in reader.messages if "status of 404" not in text]


def test_first_page_is_light(fair: Fair) -> None:
    html = urlopen(fair.address("model/")).read().decode()
    files = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', html)
    assert len(files) >= 2
    weight = parts = 0
    for name in files:
        answer = urlopen(Request(fair.base + name, headers={"Accept-Encoding": "gzip"}))
        body = answer.read()
        weight += len(body)
        if name.endswith(".js"):
            text = gzip.decompress(body) if answer.headers["Content-Encoding"] else body
            for other in re.findall(r'import [^"]*"\./([^"]+)"', text.decode()):
                address = name.rsplit("/", 1)[0] + "/" + other
                part = urlopen(fair.base + address).read()
                weight, parts = weight + len(gzip.compress(part)), parts + 1
    assert parts >= 1
    assert weight <= FIRST_PAGE
    print(f"CSS and JS of the first page: {weight:,} bytes gzipped")
