"""What machines read: sitemap, robots.txt, alternates, Open Graph, JSON-LD."""

from __future__ import annotations

import json
from typing import Any
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from emporion.edition.models import Delegation, Offer
from emporion.portal.interfaces import sitemap
from emporion.portal.interfaces.sharing import as_script
from emporion.registry.models import Body
from tests.factories import make_edition, make_participation, make_pavilions, make_user
from tests.portal.fairs import address, page, statements

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
HOST = "http://testserver"
HOSTILE = "</script><script>alert(1)</script><!-- \u2028 & 'x' \"y\" ]]>"


def body(where: str) -> str:
    answer = Client().get(where)
    assert answer.status_code == 200
    return answer.getvalue().decode()


def parts() -> list[str]:
    found = ElementTree.fromstring(body("/sitemap.xml"))
    assert found.tag == f"{MAP}sitemapindex"
    return [one.text or "" for one in found.iter(f"{MAP}loc")]


@pytest.fixture
def fair(edition: Any) -> Any:
    halls = make_pavilions(edition, "AB")
    sent = Delegation.objects.create(
        edition=edition,
        body=Body.objects.create(expo=edition.expo, kind="guest_country", name={"en": "Finland"}),
    )
    for letter in "AB":
        make_participation(edition, pavilion=halls[letter], delegation=sent)
    make_participation(edition, "buyer")
    return edition


def test_every_public_page_is_in_the_sitemap_in_every_language(fair):
    other = make_edition()
    make_participation(other)
    listed: list[str] = []
    for part in parts():
        assert part.startswith(HOST)
        found = ElementTree.fromstring(body(part.removeprefix(HOST)))
        for url in found.iter(f"{MAP}url"):
            here = url.findtext(f"{MAP}loc") or ""
            links = {link.get("hreflang"): link.get("href") for link in url.iter(LINK)}
            assert list(links) == ["en", "zh-hans", "ar", "x-default"]
            assert here in links.values()
            assert links["x-default"] == links["en"]
            listed.append(here.removeprefix(HOST))
    assert len(listed) == len(set(listed)) == 3 * ((4 + 2 + 1 + 2) + (4 + 0 + 0 + 1))
    client = Client()
    assert {path: client.get(path).status_code for path in listed} == dict.fromkeys(listed, 200)


def test_a_large_fair_has_several_parts(fair, monkeypatch):
    monkeypatch.setattr(sitemap, "EXHIBITORS", 1)
    found = [part for part in parts() if fair.slug in part]
    assert [part.rsplit("-", 1)[1] for part in found] == ["0.xml", "1.xml", "2.xml"]
    both = [body(part.removeprefix(HOST)).count("<loc>") for part in found[1:]]
    assert both == [3, 3]


@pytest.mark.parametrize("where", ["/sitemap-nowhere-0.xml", "/sitemap-{}-9.xml"])
def test_parts_that_are_not_there(fair, where):
    assert Client().get(where.format(fair.slug)).status_code == 404


def test_robots_keep_out_of_what_is_private(fair):
    rules = RobotFileParser()
    rules.parse(body("/robots.txt").splitlines())
    assert rules.site_maps() == [f"{HOST}/sitemap.xml"]
    for part in parts():
        assert rules.can_fetch("any", part)
    assert not rules.can_fetch("any", f"{HOST}/en/signin/")
    # The standard parser knows no `*`; RFC 9309 does, so the lines are looked at as they stand.
    for path in ("requests/", "day/", "who-to-meet/", "organise/"):
        assert f"Disallow: /ar/*/{path}" in body("/robots.txt").splitlines()


def test_a_page_names_itself_in_every_language(fair):
    found = page(Client().get(address("portal:front", fair), {"utm": "x"}))
    here = f"{HOST}/en/{fair.slug}/"
    assert found.select_one("link[rel=canonical]")["href"] == here
    assert {a["hreflang"]: a["href"] for a in found.select("link[rel=alternate]")} == {
        "en": here,
        "zh-hans": f"{HOST}/zh-hans/{fair.slug}/",
        "ar": f"{HOST}/ar/{fair.slug}/",
        "x-default": here,
    }
    graph = {m["property"]: m["content"] for m in found.select("meta[property]")}
    assert graph["og:title"] == "Fair " + fair.slug.removeprefix("fair-")
    assert graph["og:url"] == here
    assert graph["og:locale"] == "en_GB"


def test_private_pages_are_not_for_search_engines(fair, signed_in):
    user = make_user()
    make_participation(fair, "buyer", user=user)
    client = signed_in(user)
    for name in ("meetings:day", "meetings:day_print", "meetings:requests", "portal:who"):
        found = page(client.get(address(name, fair)))
        assert found.select_one("meta[name=robots]")["content"] == "noindex"
        assert found.select("link[rel=canonical], script[type='application/ld+json']") == []
    assert page(Client().get("/en/signin/")).select_one("meta[name=robots]") is not None


def facts(where: str) -> dict[str, Any]:
    (script,) = page(Client().get(where)).select("script[type='application/ld+json']")
    found: dict[str, Any] = json.loads(script.string or "")
    assert found["@context"] == "https://schema.org"
    return found


def test_the_fair_is_an_event(fair):
    found = facts(address("portal:front", fair))
    assert found["@type"] == "ExhibitionEvent"
    assert (found["startDate"], found["endDate"]) == ("2023-11-23", "2023-11-24")
    assert found["url"] == f"{HOST}/en/{fair.slug}/"
    # The expo is the fair itself; who organises it is not known.
    assert "organizer" not in found
    assert found["inLanguage"] == ["en", "zh-hans", "ar"]


def test_a_demonstration_says_so_to_machines_too(fair):
    fair.is_demonstration = True
    fair.save()
    assert "made up" in facts(address("portal:front", fair))["description"]
    found = page(Client().get(address("portal:front", fair)))
    assert "made up" in found.select_one("meta[property='og:description']")["content"]


def test_an_exhibitor_is_an_organization_and_nothing_ends_its_script(fair):
    shown = make_participation(fair, name=HOSTILE, about={"en": HOSTILE}, country="FI")
    Offer.objects.create(participation=shown, text={"en": HOSTILE})
    where = address("portal:exhibitor", fair, shown.public_id)
    found = facts(where)
    assert (found["@type"], found["name"], found["description"]) == (
        "Organization",
        HOSTILE,
        HOSTILE,
    )
    assert found["address"] == {"@type": "PostalAddress", "addressCountry": "FI"}
    assert found["event"]["@type"] == "ExhibitionEvent"
    assert "<script>alert" not in body(where)
    graph = page(Client().get(where)).select_one("meta[property='og:title']")
    assert graph["content"] == HOSTILE


@given(st.text())
def test_a_script_holds_no_mark_up_and_says_the_same(text):
    written = as_script({"name": text})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {"@context": "https://schema.org", "name": text}


def test_statements_do_not_grow_with_exhibitors(fair):
    where = f"/sitemap-{fair.slug}-1.xml"
    few = statements(Client(), where)
    for _n in range(5):
        make_participation(fair)
    assert statements(Client(), where) == few
