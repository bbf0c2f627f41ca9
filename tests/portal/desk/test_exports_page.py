"""The page of lists to take out: what each role finds there, and what each file is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emporion.core.models import JournalEntry
from emporion.core.tabular import writing
from emporion.portal.interfaces.desk.exports import GROUPS
from emporion.portal.queries.subjects import SUBJECTS
from emporion.registry.domain import make_organiser as give_role
from emporion.registry.domain import people
from tests.factories import make_organiser, make_participation, make_slots, make_user
from tests.portal.fairs import address, page


def where(edition: Any, subject: str, kind: str = "csv") -> str:
    return f"{address('portal:export', edition, subject)}?format={kind}"


def test_every_list_stands_under_one_heading() -> None:
    assert sorted(name for _key, _word, names in GROUPS for name in names) == sorted(SUBJECTS)


@pytest.mark.parametrize("role", ["owner", "programme_editor", "analyst"])
def test_page_offers_what_the_role_may_take_out(edition: Any, signed_in: Any, role: str) -> None:
    user = make_user()
    give_role(edition.expo, user, role)
    reader = signed_in(user)
    found = page(reader.get(address("portal:exports", edition)))
    offered = [a["href"] for a in found.select("tbody a")]
    groups = reader.get(address("portal:exports", edition)).context["groups"]
    there = {name for _key, _word, rows in groups for name, _title, _counted in rows}
    assert len(offered) == 3 * len(there)
    make_slots(edition)
    for name in ("people", "staff", "requests", "slots"):
        status = reader.get(where(edition, name)).status_code
        may = where(edition, name) in offered
        assert status == (200 if may else 403), name
    assert ("people" in there) == (role == "owner")


def test_files_are_written_down_and_those_of_people_counted(
    edition: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_LISTS", 1)
    make_participation(edition, "buyer", "Himal")
    reader = signed_in(make_organiser(edition))
    taken = reader.get(where(edition, "buyers", "jsonl"))
    (row,) = [json.loads(line) for line in b"".join(taken.streaming_content).splitlines()]
    assert (row["Name"], taken["Content-Disposition"]) == (
        "Himal", f'attachment; filename="{edition.slug}-buyers.jsonl"',
    )  # fmt: skip
    refused = reader.get(where(edition, "people"))
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert reader.get(where(edition, "slots")).status_code == 200
    noted = JournalEntry.objects.filter(object_kind="edition").order_by("pk")
    assert [(one.action, one.fields) for one in noted] == [
        ("contacts.list", ["buyers"]), ("export.list", ["slots"]),
    ]  # fmt: skip


def test_what_is_not_there_is_said(
    edition: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = signed_in(make_organiser(edition))
    assert reader.get(where(edition, "secrets")).status_code == 404
    assert reader.get(where(edition, "slots", "pdf")).status_code == 404
    assert reader.get(where(edition, "meetings")).status_code == 409
    monkeypatch.setattr(writing, "MOST_ROWS", 1)
    assert reader.get(where(edition, "edition", "xlsx")).status_code == 409
