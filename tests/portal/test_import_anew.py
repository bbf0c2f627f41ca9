"""Whose suggestions are made anew when a list is taken in, and when it is taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emporion.core import jobs
from emporion.core.jobs import JobRecord
from emporion.core.models import ImportBatch
from emporion.edition.domain import anew, batches, changing
from emporion.edition.domain.enrolment import Interest
from emporion.edition.models import Participation
from emporion.matchmaking.domain import vectors
from emporion.matchmaking.models import FirstList
from emporion.matchmaking.queries import listed
from emporion.portal.interfaces.commands import take_in
from tests import factories

HEADER = "Id,Name,Country,Size,Categories"
FIRST = """\
1,Löyly Oy,Finland,small,Health
2,Gamma,Germany,,Robotics
"""
CODES = ("health", "robotics.drones")
Take = Callable[[str], None]


@pytest.fixture
def take(tmp_path: Path, edition: Any, settings: Any) -> Take:
    """A function: take a list of exhibitors in."""
    settings.DATA_DIR = tmp_path

    def take(rows: str) -> None:
        path = tmp_path / "list.csv"
        path.write_text(f"{HEADER}\n{rows}", "utf-8")
        assert take_in(["exhibitors", str(path), "--edition", edition.slug]) == 0

    return take


def asked_for(edition: Any) -> list[str]:
    """Return the ids in their lists of whom a list is to be made anew, and forget the jobs."""
    waiting = JobRecord.objects.filter(kind=vectors.READ, state="waiting")
    who = [job.subject.removeprefix(f"{edition.slug}/") for job in waiting]
    waiting.delete()
    of = dict(Participation.objects.values_list("public_id", "external_id"))
    return sorted(of[public_id] for public_id in who)


def undo_last() -> None:
    last = ImportBatch.objects.filter(state=ImportBatch.State.DONE).order_by("-pk")[0]
    assert take_in(["undo", last.public_id]) == 0


@pytest.mark.parametrize(
    ("most", "changed", "asked"),
    [
        (1, "1,Löyly Oy,Sweden,small,Health", ["1"]),
        (1, "1,Löyly Oy,Finland,large,Health", ["1"]),
        (1, "1,Löyly Oy,Finland,small,Drones", ["1"]),
        (1, "1,Löyly Oyj,Finland,small,Health", []),
        (0, "1,Löyly Oy,Sweden,large,Drones", []),
    ],
)
def test_list_that_changes_what_is_weighed_of_few_has_their_suggestions_made_anew(
    take: Take, edition: Any, monkeypatch: Any, most: int, changed: str, asked: list[str]
) -> None:
    monkeypatch.setattr(anew, "MOST_ANEW", most)
    take(FIRST)
    assert asked_for(edition) == []
    take(f"{changed}\n2,Gamma AG,Germany,,Robotics\n")
    assert asked_for(edition) == asked
    undo_last()
    assert asked_for(edition) == asked
    # Whom the list brought are gone, and nobody else was changed.
    undo_last()
    assert (asked_for(edition), Participation.objects.count()) == ([], 0)


@pytest.mark.parametrize(("most", "asked"), [(2, ["1", "2"]), (1, [])])
def test_undoing_counts_all_whom_it_weighs_anew_whatever_part_of_them_it_writes_at_once(
    take: Take, edition: Any, monkeypatch: Any, most: int, asked: list[str]
) -> None:
    take(FIRST)
    take("1,Löyly Oy,Finland,large,Health\n2,Gamma,Germany,,Drones\n")
    asked_for(edition)
    monkeypatch.setattr(anew, "MOST_ANEW", most)
    monkeypatch.setattr(batches, "PARTS", {"participation": 1})
    undo_last()
    assert asked_for(edition) == asked


def test_undoing_counts_no_firm_that_does_not_take_part_in_this_edition(
    take: Take, edition: Any, monkeypatch: Any
) -> None:
    take(FIRST)
    take("1,Löyly Oy,Finland,large,Health\n2,Gamma,Germany,large,Robotics\n")
    asked_for(edition)
    elsewhere = factories.make_edition(edition.expo)
    Participation.objects.filter(external_id="2").update(edition=elsewhere)
    monkeypatch.setattr(anew, "MOST_ANEW", 1)
    undo_last()
    assert asked_for(edition) == ["1"]


def test_what_was_saved_since_stays_and_makes_no_list_anew(take: Take, edition: Any) -> None:
    take(FIRST)
    take("1,Löyly Oy,Sweden,small,Drones\n2,Gamma,Germany,,Robotics\n")
    asked_for(edition)
    firm = Participation.objects.get(external_id="1")
    changing.change_participations(
        edition, {firm.pk: {"offers": [Interest(code="ai")], "country": "NO"}}
    )
    assert firm.organisation is not None
    undo_last()
    assert asked_for(edition) == ["1"]
    undo_last()


def test_suggestions_made_by_a_list_that_is_undone_are_those_of_before(
    take: Take, edition: Any
) -> None:
    wants = {code: factories.make_participation(edition, "buyer") for code in CODES}
    for code, one in wants.items():
        one.needs.create(code=code, text={})
    take(FIRST)
    firm = Participation.objects.get(external_id="1")

    def best() -> int:
        """Do the jobs that wait and return who leads the list."""
        for job in JobRecord.objects.filter(kind=vectors.READ, state="waiting"):
            jobs.perform(job.public_id)
        return listed(firm)[0]

    take("1,Löyly Oy,Finland,small,Drones\n2,Gamma,Germany,,Robotics\n")
    assert (best(), FirstList.objects.count()) == (wants["robotics.drones"].pk, 1)
    undo_last()
    assert best() == wants["health"].pk
