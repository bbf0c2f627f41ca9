"""What programs read, page by page, with a number of queries that rows do not change."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories


def names(answer) -> list[str]:
    return [row["name"]["en"] for row in answer.json()["items"]]


@pytest.fixture
def desk(edition, program):
    return program(factories.make_organiser(edition), edition)


def test_editions_are_listed_newest_first(edition, desk) -> None:
    found = desk.get("/api/v1/editions").json()
    assert [row["name"] for row in found] == [edition.slug]
    assert desk.get(f"/api/v1/editions/{edition.slug}").json() == found[0]


def test_exhibitors_are_told_to_everybody_with_a_token(edition, program) -> None:
    hall = factories.make_pavilions(edition)["A"]
    shown = factories.make_participation(
        edition, name="Sauna", offers=["health.sleep"], pavilion=hall, stand="A 12", country="FI"
    )
    factories.make_participation(edition, "buyer", "Guest")
    reader = program(factories.make_user(), edition)
    assert names(reader.get("exhibitors")) == ["Sauna"]
    assert names(reader.get("exhibitors?pavilion=B")) == []
    assert names(reader.get("exhibitors?country=FI")) == ["Sauna"]
    one = reader.get(f"exhibitors/{shown.public_id}").json()
    assert (one["pavilion"], one["stand"], one["needs"]) == ("A", "A 12", [])
    assert [offer["code"] for offer in one["offers"]] == ["health.sleep"]
    assert "external_id" not in one


def test_participations_come_page_by_page_without_gap_or_repeat(edition, desk) -> None:
    for number in range(5):
        factories.make_participation(edition, "buyer", f"G{number}")
    first = desk.get("participations?limit=2&role=buyer")
    assert names(first) == ["G0", "G1"]
    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    second = desk.get(first.json()["next"].removeprefix("http://testserver"))
    third = desk.get(second.json()["next"].removeprefix("http://testserver"))
    assert (names(second), names(third), third.json()["next"]) == (["G2", "G3"], ["G4"], None)


@pytest.mark.parametrize("how", ["cut", "flipped", "made_up", "other_list"])
def test_cursor_that_is_none_of_this_list_is_422(edition, desk, how: str) -> None:
    for number in range(3):
        factories.make_participation(edition, "buyer", f"G{number}")
    cursor = desk.get("participations?limit=1").json()["next"].split("cursor=")[1]
    cursor = cursor.replace("%3D", "=")
    bad = {
        "cut": cursor[:-6],
        "flipped": cursor[:30] + ("A" if cursor[30] != "A" else "B") + cursor[31:],
        "made_up": "bz0tMQ==",
        "other_list": cursor,
    }[how]
    query = "role=buyer&" if how == "other_list" else ""
    answer = desk.get(f"participations?{query}limit=1&cursor={bad}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/cursor"


def test_expand_adds_parts_in_a_query_each(edition, desk) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            answer = desk.get("participations?limit=100&expand=needs&expand=offers&expand=people")
        assert answer.status_code == 200
        return len(seen)

    for number in range(2):
        factories.make_participation(edition, "buyer", needs=["health.sleep"])
    desk.get("/api/v1/editions")  # The first call of a minute is counted in the database.
    few = queries()
    for number in range(20):
        factories.make_participation(edition, "buyer", needs=["health.sleep"])
    # Token, edition, organiser; the rows, the pavilions, needs, offers, people; and five in which
    # it is written down whose contact data was read.
    assert (few, queries()) == (13, 13)


def test_tag_of_a_read_answers_the_next_one_with_304(edition, desk) -> None:
    factories.make_participation(edition, "buyer", "One")
    first = desk.get("participations")
    again = desk.get("participations", If_None_Match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    weak = desk.get("participations", If_None_Match=f'W/{first["ETag"]}, "x"')
    assert weak.status_code == 304
    factories.make_participation(edition, "buyer", "Two")
    assert desk.get("participations", If_None_Match=first["ETag"]).status_code == 200
    page = desk.get("participations?limit=1")
    assert page.json()["next"] is not None
    again = desk.get("participations?limit=1", If_None_Match=page["ETag"])
    assert again.status_code == 304
