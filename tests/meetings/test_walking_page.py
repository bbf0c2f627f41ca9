"""The table of minutes on foot: taken in as a whole, and never emptied by accident."""

from __future__ import annotations

from typing import Any

import pytest

from emporion.edition import queries
from emporion.edition.domain.walking import set_walking_minutes
from tests.factories import make_organiser, make_pavilions
from tests.portal.fairs import address, page

KNOWN = {("A", "B"): 3, ("B", "A"): 4}


@pytest.fixture
def organiser(edition: Any, signed_in: Any) -> Any:
    make_pavilions(edition, "AB")
    set_walking_minutes(edition, KNOWN)
    return signed_in(make_organiser(edition))


def send(organiser: Any, edition: Any, **told: str) -> Any:
    return organiser.post(address("meetings:walking", edition), told)


def test_table_is_taken_in_as_a_whole(edition: Any, organiser: Any) -> None:
    assert send(organiser, edition, **{"A-B": "5", "B-A": "6"}).status_code == 302
    assert queries.walking_minutes(edition) == {("A", "B"): 5, ("B", "A"): 6}


def test_form_without_its_fields_changes_nothing(edition: Any, organiser: Any) -> None:
    for told in ({}, {"A-B": "5"}):
        answer = send(organiser, edition, **told)
        assert "did not arrive whole" in page(answer).select_one(".form-errors").get_text()
    assert queries.walking_minutes(edition) == KNOWN


def test_emptied_fields_are_asked_about_before_their_minutes_go(
    edition: Any, organiser: Any
) -> None:
    emptied = {"A-B": "3", "B-A": ""}
    asked = page(send(organiser, edition, **emptied))
    assert "1 pair would lose its minutes" in asked.select_one(".form-errors").get_text()
    assert asked.select("input[name=less]") != []
    assert queries.walking_minutes(edition) == KNOWN
    assert send(organiser, edition, **emptied, less="on").status_code == 302
    assert queries.walking_minutes(edition) == {("A", "B"): 3}


def test_way_back_that_takes_as_long_loses_nothing(edition: Any, organiser: Any) -> None:
    answer = send(organiser, edition, **{"A-B": "3", "B-A": "", "both_ways": "on"})
    assert answer.status_code == 302
    assert queries.walking_minutes(edition) == {("A", "B"): 3, ("B", "A"): 3}
