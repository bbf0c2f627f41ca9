"""Whom the desk means by an id, a number, a stand or letters of a name."""

from __future__ import annotations

from typing import Any

import pytest

from emporion.core.text.sortkey import sort_key
from emporion.edition.domain import finding
from emporion.edition.queries import called
from tests.factories import make_edition, make_participation, make_pavilions

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(edition: Any) -> dict[str, Any]:
    halls = make_pavilions(edition, "AF")
    rows = {
        "aava": ("exhibitor", {"en": "Aava Robotics", "zh-hans": "阿瓦机器人"}, halls["F"], "F 214", ""),
        "kiln": ("exhibitor", {"en": "Kiln & Söhne"}, halls["A"], "214", "77"),
        "aavala": ("buyer", {"en": "Aava"}, None, "", "4711"),
        "lingjing": ("buyer", {"zh-hans": "灵境科技"}, None, "", ""),
        "ministry": ("organisation", {"en": "Aava Ministry"}, None, "", "78"),
    }  # fmt: skip
    made = {}
    for key, (role, name, hall, stand, number) in rows.items():
        made[key] = make_participation(
            edition,
            role,
            display_name=name,
            sort_key=sort_key(next(iter(name.values()))),
            pavilion=hall,
            stand=stand,
            external_id=number,
        )
    return made


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("77", ["kiln"]),
        ("4711", ["aavala"]),
        ("F 214", ["aava"]),
        ("f214", ["aava"]),
        ("A 214", ["kiln"]),
        ("aava", ["aavala"]),
        ("  aava   robot ", ["aava"]),
        ("robotics", ["aava"]),
        ("sohne", ["kiln"]),
        ("Kiln & S", ["kiln"]),
        ("灵境", ["lingjing"]),
        ("ling jing", ["lingjing"]),
        ("aav", ["aavala", "aava"]),
        # Who is no party to the market has no meetings to lose.
        ("78", []),
        ("ministry", []),
        ("nobody at all", []),
        ("", []),
        ("' OR 1=1 --", []),
        ("%", []),
    ],
)
def test_somebody_is_called_by_what_people_say(edition, market, typed, meant):
    assert called(edition, typed, 9) == [market[key] for key in meant]


def test_public_id_means_the_one_who_has_it(edition, market):
    assert called(edition, market["aava"].public_id, 9) == [market["aava"]]


def test_other_spellings_of_exhibitors_are_found_by_the_search(edition, market):
    aava = market["aava"]
    finding.index(
        edition,
        [finding.Listed(aava.public_id, aava.role, aava.display_name, {}, "", "F", "F 214", [])],
    )
    assert called(edition, "阿瓦", 9) == [aava]


def test_nobody_of_another_edition_is_found(edition, market):
    other = make_edition(edition.expo)
    assert called(other, "aava", 9) == []


def test_no_more_are_returned_than_asked_for_and_none_costs_a_query(
    edition, market, django_assert_max_num_queries
):
    for number in range(12):
        make_participation(edition, "buyer", f"Zeta {number}")
    with django_assert_max_num_queries(2):
        found = called(edition, "zeta", 9)
        assert [str(one.pavilion) for one in found] == ["None"] * 9
