"""The search page: facets, kinds, pages and acts; odd parameters change nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from emporion.edition.models import Offer
from tests.factories import make_participation, make_pavilions, make_request, make_user
from tests.portal.fairs import address, index, list_exhibitor, page, statements, user_of


@pytest.fixture
def where(edition: Any) -> str:
    return address("portal:search", edition)


def names(response: Any, kind: str = "exhibitor") -> list[str]:
    return [bdi.get_text() for bdi in page(response).select(f".search-{kind} .row-name bdi")]


def test_words_find_and_mark(edition, where):
    list_exhibitor(edition, "Aava Oy", about={"en": "Measures sleep at home"}, country="FI")
    list_exhibitor(edition, "Borealis")
    found = Client().get(where, {"q": "sleep"})
    assert names(found) == ["Aava Oy"]
    assert [m.get_text() for m in page(found).select("mark")] == ["sleep"]
    assert page(found).select_one(".search-count").get_text().split("\n")[0] == "1 result for sleep"


def test_facets_narrow_and_stay_chosen(edition, where):
    halls = make_pavilions(edition)
    list_exhibitor(edition, "Here", pavilion=halls["A"], stand="A 101")
    list_exhibitor(edition, "There", pavilion=halls["B"])
    found = Client().get(where, {"pavilion": "A"})
    assert names(found) == ["Here"]
    ticked = page(found).select(".facet input[checked]")
    assert [(box["name"], box["value"], box["form"]) for box in ticked] == [
        ("pavilion", "A", "find")
    ]
    assert page(found).select_one(".plate-number").get_text() == "101"


@pytest.mark.parametrize(
    "odd",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "x"},
        {"page": "²"},
        {"page": "99999999"},
        {"page": "77"},
        {"kind": "nothing"},
        {"kind": "exhibitor", "page": "50"},
        {"colour": "red"},
        {"q": "\x00\x1b"},
        {"group": ""},
    ],
)
def test_odd_parameters_are_ignored(edition, where, odd):
    list_exhibitor(edition, "Only one")
    assert names(Client().get(where, odd)) == ["Only one"]


def test_long_and_hostile_words_are_only_words(edition, where):
    list_exhibitor(edition, "<b>Bold</b> & Co", about={"en": "<script>alert(1)</script> sleep"})
    for query in ("<script>alert(1)</script>", "'\";--", "x" * 5000, "sleep"):
        response = Client().get(where, {"q": query})
        assert response.status_code == 200
        assert "<script>alert" not in response.content.decode()
        assert "<b>Bold" not in response.content.decode()


@pytest.mark.parametrize(
    "query", ["zz' OR '1'='1", "zz') UNION SELECT 1 --", "zz.*", "zz|qq", "[a-z]+zz", "zz%"]
)
def test_words_are_neither_statement_nor_pattern(edition, where, query):
    list_exhibitor(edition, "Only one")
    assert names(Client().get(where, {"q": query, "kind": "exhibitor"})) == []


@pytest.mark.parametrize("query", ["%", "_", "'", "-", "\U0001f600", "!? ..."])
def test_signs_alone_find_nothing_and_say_why(edition, where, query):
    list_exhibitor(edition, "Only one")
    found = Client().get(where, {"q": query, "kind": "exhibitor"})
    assert names(found) == []
    assert page(found).select_one(".nothing-title").get_text() == (
        "Nothing that can be searched for"
    )


def test_pages_of_one_kind_keep_the_filters(edition, where):
    hall = make_pavilions(edition)["A"]
    for number in range(45):
        list_exhibitor(edition, f"Firm {number:02}", pavilion=hall)
    overview = Client().get(where, {"pavilion": "A"})
    assert len(names(overview)) == 5
    link = page(overview).select_one(".section-head a")
    assert (link.get_text(), link["href"]) == ("All 45 exhibitors", "?kind=exhibitor&pavilion=A")
    second = Client().get(where + link["href"] + "&page=2")
    assert (len(names(second)), names(second)[0]) == (20, "Firm 20")
    pager = [a["href"] for a in page(second).select(".pager a")]
    assert pager == ["?page=1&kind=exhibitor&pavilion=A", "?page=3&kind=exhibitor&pavilion=A"]
    back = page(second).select_one(".section-head a")["href"]
    assert back == "?pavilion=A"


def test_an_offer_is_shown_with_who_offers_it(edition, where):
    made = make_participation(edition, name="Aava Oy")
    Offer.objects.create(participation=made, code="ai.models", text={"en": "Night model"})
    index(edition, made)
    assert names(Client().get(where, {"q": "night"}), "offer") == ["Large models"]
    text = page(Client().get(where, {"q": "night"})).select_one(".search-offer").get_text()
    assert "Night model" in text and "Aava Oy" in text


def test_acts_fit_the_reader(edition, where, signed_in):
    asked, free = list_exhibitor(edition, "Asked"), list_exhibitor(edition, "Free")
    me = make_participation(edition, "buyer", user=make_user())
    make_request(me, asked)
    visitor = page(Client().get(where)).select(".search-acts a")
    assert [a["href"].split("?")[0] for a in visitor] == ["/en/signin/"] * 2
    rows = page(signed_in(user_of(me)).get(where)).select(".search-row")
    assert rows[0].select_one(".search-acts a").get_text() == "Requested"
    asks = [form["action"] for form in rows[1].select(".search-acts form")]
    assert asks == [
        address("meetings:ask", edition, free.public_id),
        address("matchmaking:wish", edition, free.public_id),
    ]
    # Who takes no part can ask nobody.
    assert page(signed_in(make_user()).get(where)).select(".search-acts") == []


def test_nobody_can_ask_themselves(edition, where, signed_in):
    me = list_exhibitor(edition, "Ourselves", user=make_user())
    assert page(signed_in(user_of(me)).get(where)).select(".search-acts form") == []


@pytest.mark.parametrize("query", ["", "?q=firm", "?kind=offer", "?q=firm&country=FI"])
def test_statements_do_not_grow_with_rows(edition, where, signed_in, query):
    me = make_participation(edition, "buyer", user=make_user())
    hall = make_pavilions(edition)["A"]
    client = signed_in(user_of(me))
    counts = []
    for more in (3, 27):
        for _ in range(more):
            made = list_exhibitor(
                edition, "Firm", pavilion=hall, country="FI", offers=["ai.models", "vr"]
            )
            make_request(me, made)
        counts.append(statements(client, where + query))
    assert counts[0] == counts[1] <= 24


def test_stand_is_found_without_its_space(edition: Any, where: str) -> None:
    halls = make_pavilions(edition, "AF")
    list_exhibitor(edition, "Aava", pavilion=halls["F"], stand="F 214")
    list_exhibitor(edition, "Borealis", pavilion=halls["A"], stand="A 214")
    for word in ("F 214", "F214", "f214"):
        assert (word, names(Client().get(where, {"q": word}))[:1]) == (word, ["Aava"])
