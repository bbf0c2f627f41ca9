"""What people save after an import stays theirs, whoever undoes the import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from emporion.core.models import ImportBatch, JournalEntry
from emporion.core.translated import as_dict
from emporion.edition.domain import batches, changing
from emporion.edition.models import Participation
from emporion.meetings.domain import lists
from emporion.meetings.models import MeetingRequest
from emporion.portal.interfaces.commands import take_in
from emporion.registry import domain as registry
from tests import factories
from tests.portal.stored import everything

HEADER = "Id,Name,Country,Website,Description,Categories,Contact,Job title,Email"
FIRST = """\
1,Löyly Oy,Finland,https://loyly.example,Saunas,Health,Aino Virtanen,Head,aino@loyly.example
2,Gamma GmbH,Germany,https://gamma.example,Gears,Robotics,Max Muster,Buyer,max@gamma.example
"""
SECOND = """\
1,Löyly Group Oy,Finland,https://group.example,Smoke saunas,Drones,Aino Koski,CEO,koski@loyly.example
2,Gamma AG,Germany,https://ag.example,Cogs,Drones,Max Muster,Chief,max@gamma.example
"""
# As a process of this machine that is gone.
DEAD = 4_194_305


@pytest.fixture
def taken(tmp_path: Path, edition: Any, settings: Any, capsys: Any) -> Any:
    """A function: take a list in, return its batch."""
    settings.DATA_DIR = tmp_path

    def take(rows: str) -> ImportBatch:
        path = tmp_path / "list.csv"
        path.write_text(f"{HEADER}\n{rows}", "utf-8")
        assert take_in(["exhibitors", str(path), "--edition", edition.slug]) == 0
        capsys.readouterr()
        return ImportBatch.objects.order_by("-pk")[0]

    return take


def save_as_people_do(edition: Any) -> Participation:
    """Let the first firm change one thing of each kind, and say again what the list said."""
    firm = Participation.objects.get(external_id="1")
    person = firm.delegates.get().person
    changing.change_participations(edition, {firm.pk: {"about": {"en": "Ours"}, "tables": 3}})
    assert firm.organisation is not None
    registry.change_organisations(
        edition.expo, {firm.organisation.pk: {"website": "https://ours.example"}}
    )
    registry.change_people(edition.expo, {person.pk: {"job_title": "Owner"}})
    return firm


@pytest.mark.parametrize("killed", [False, True])
def test_what_was_saved_after_an_import_stays_when_it_is_undone(
    taken: Any, edition: Any, capsys: Any, killed: bool
) -> None:
    taken(FIRST)
    batch = taken(SECOND)
    firm = save_as_people_do(edition)
    if killed:
        host = batch.process.rsplit(":", 2)[0]
        ImportBatch.objects.filter(pk=batch.pk).update(state="writing", process=f"{host}:{DEAD}:0")
        assert take_in(["recover", "--edition", edition.slug]) == 0
    else:
        assert take_in(["undo", batch.public_id]) == 0
    said = capsys.readouterr().out
    firm.refresh_from_db()
    person = firm.delegates.get().person
    assert firm.organisation is not None
    kept = (as_dict(firm.about), firm.tables, firm.organisation.website, person.job_title)
    assert kept == ({"en": "Ours"}, 3, "https://ours.example", "Owner")
    back = (as_dict(firm.display_name), as_dict(firm.organisation.name), person.email)
    assert back == ({"en": "Löyly Oy"}, {"en": "Löyly Oy"}, "aino@loyly.example")
    assert [offer.code for offer in firm.offers.all()] == ["health"]
    other = Participation.objects.get(external_id="2")
    assert (as_dict(other.about), as_dict(other.display_name)) == (
        {"en": "Gears"}, {"en": "Gamma GmbH"},
    )  # fmt: skip
    told = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    assert told == [
        f"participation {firm.public_id}: about",
        f"person {person.public_id}: job_title",
        f"organisation {firm.organisation.public_id}: website",
    ]
    undone = JournalEntry.objects.get(action="import.undo", object_id=batch.public_id)
    batch.refresh_from_db()
    assert (undone.fields, batch.counts["kept"]) == (["kept=3"], 3)


def test_value_that_was_changed_and_changed_back_is_put_back(taken: Any, edition: Any) -> None:
    taken(FIRST)
    before = everything()
    batch = taken(SECOND)
    firm = Participation.objects.get(external_id="1")
    said = as_dict(firm.about)
    for about in ({"en": "Ours"}, said):
        changing.change_participations(edition, {firm.pk: {"about": about}})
    assert take_in(["undo", batch.public_id]) == 0
    assert everything() == before


def test_answer_given_after_an_import_of_requests_stays(taken: Any, edition: Any) -> None:
    buyer, host = (factories.make_participation(edition, role) for role in ("buyer", "exhibitor"))
    request = factories.make_request(buyer, host)
    batch = taken(FIRST)
    with transaction.atomic():
        from_list = {"weight": 5, "message": "from a list"}
        before = lists.change_requests(edition, {request.pk: from_list})
        batches.note(batch, "request", list(before.items()), lists.hold_values(edition, before))
    lists.change_requests(edition, {request.pk: {"message": "mine"}})
    assert take_in(["undo", batch.public_id]) == 0
    request = MeetingRequest.objects.get(pk=request.pk)
    assert (request.weight, request.message) == (1000, "mine")
