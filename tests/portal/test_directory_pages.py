"""Exhibitors by name, pavilions and delegations: what anybody may read, and no more."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from emporion.edition.models import Delegation
from emporion.registry.models import Body
from tests.factories import make_edition, make_participation, make_pavilions
from tests.portal.fairs import address, page, statements


@pytest.fixture
def halls(edition: Any) -> Any:
    return make_pavilions(edition, "AB", 6)


@pytest.fixture
def delegation(edition: Any) -> Any:
    body = Body.objects.create(
        expo=edition.expo, kind="guest_country", name={"en": "Finland"}, country="FI"
    )
    return Delegation.objects.create(edition=edition, body=body, note={"en": "From the north"})


def names(found: Any, under: str = "main") -> list[str]:
    return [a.get_text() for a in found.select(f"{under} .listed a")]


def test_exhibitors_stand_under_their_letters(edition, halls):
    for name in ("Zeta", "alpha", "Élan", "3 Stars", "北京科技", "شركة أمواج", "Alpha Two"):
        make_participation(edition, name=name)
    make_participation(edition, "buyer", name="Aaa buyer")
    make_participation(make_edition(), name="Aaa elsewhere")
    found = page(Client().get(address("portal:exhibitors", edition)))
    groups = {
        section.h2.get_text(strip=True): [a.get_text() for a in section.select(".listed a")]
        for section in found.select(".index-group")
    }
    assert groups == {
        "0–9": ["3 Stars"],
        "A": ["alpha", "Alpha Two"],
        "B": ["北京科技"],
        "E": ["Élan"],
        "Z": ["Zeta"],
        "ش": ["شركة أمواج"],
    }


def test_exhibitors_stand_under_their_pavilions(edition, halls):
    for letter, name in zip("BAB", "xyz", strict=True):
        make_participation(edition, name=name, pavilion=halls[letter], stand=f"{letter} 1")
    make_participation(edition, name="w")
    found = page(Client().get(address("portal:exhibitors", edition), {"by": "pavilion"}))
    shown = [
        (
            section.select_one("h2 > span").get_text(),
            [a.get_text() for a in section.select(".listed a")],
        )
        for section in found.select(".index-group")
    ]
    assert shown == [("Pavilion A", ["y"]), ("Pavilion B", ["x", "z"]), ("Without a stand", ["w"])]


def test_a_pavilion_tells_who_is_there_and_how_far_the_others_are(edition, halls, delegation):
    make_participation(
        edition, name="Aava", pavilion=halls["A"], stand="A 1", country="FI", delegation=delegation
    )
    make_participation(
        edition, name="Other", pavilion=halls["B"], stand="B 1", delegation=delegation
    )
    make_participation(edition, "buyer", name="Buyer", pavilion=halls["A"])
    found = page(Client().get(address("portal:pavilion", edition, "A")))
    assert names(found) == ["Aava"]
    assert [
        li.get_text(" ", strip=True) for li in found.select("[aria-labelledby=delegations] li")
    ] == ["Finland 1"]
    assert [
        li.get_text(" ", strip=True) for li in found.select("[aria-labelledby=countries] li")
    ] == ["Finland 1"]
    assert "6 min" in found.select_one("[aria-labelledby=others]").get_text()


@pytest.mark.parametrize("letter", ["Z", "a", "%00", "%E2%80%AE", "A%20B", "x" * 500])
def test_there_is_no_such_pavilion(edition, halls, letter):
    where = address("portal:front", edition) + f"pavilions/{letter}/"
    assert Client().get(where).status_code == 404


def test_a_delegation_counts_its_guests_and_names_none(edition, halls, delegation):
    make_participation(edition, name="Aava", pavilion=halls["A"], delegation=delegation)
    make_participation(edition, "buyer", name="Secret Buyer", delegation=delegation)
    make_participation(edition, name="Not with them")
    found = page(Client().get(address("portal:public_delegation", edition, delegation.public_id)))
    assert names(found) == ["Aava"]
    assert "From the north" in found.get_text()
    assert "1 participant comes without a stand." in found.get_text()
    assert "Secret Buyer" not in found.get_text()
    row = page(Client().get(address("portal:delegations", edition))).select_one("tbody tr")
    assert [td.get_text(strip=True) for td in row.select("td")] == ["Finland", "Finland", "1", "1"]


def test_only_delegations_of_this_edition_have_a_page(edition, delegation):
    other = make_edition()
    for public_id in (delegation.public_id, "nothing"):
        assert (
            Client().get(address("portal:public_delegation", other, public_id)).status_code == 404
        )


def test_empty_lists_say_what_will_be_there(edition, halls, delegation):
    for name, more, title in (
        ("portal:exhibitors", (), "No exhibitors yet"),
        ("portal:pavilion", ("A",), "Nobody has a stand here yet"),
        (
            "portal:public_delegation",
            (delegation.public_id,),
            "Nobody exhibits with this delegation",
        ),
    ):
        found = page(Client().get(address(name, edition, *more)))
        assert found.select_one(".nothing-title").get_text() == title
    found = page(Client().get(address("portal:delegations", make_edition())))
    assert found.select_one(".nothing-title").get_text() == "No delegations yet"


def test_hostile_names_are_only_words(edition, halls, delegation):
    make_participation(
        edition, name="<b>\u202eBold</b>", pavilion=halls["A"], delegation=delegation
    )
    for name, more in (
        ("portal:exhibitors", ()),
        ("portal:pavilion", ("A",)),
        ("portal:public_delegation", (delegation.public_id,)),
    ):
        assert "<b>" not in Client().get(address(name, edition, *more)).content.decode()


def test_statements_do_not_grow(edition, halls, delegation):
    pages = [
        address("portal:exhibitors", edition),
        address("portal:pavilion", edition, "A"),
        address("portal:delegations", edition),
        address("portal:public_delegation", edition, delegation.public_id),
    ]
    counts = []
    for _round in range(2):
        counts.append([statements(Client(), where) for where in pages])
        for _n in range(4):
            make_participation(edition, pavilion=halls["A"], delegation=delegation)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 6
