"""Lists of requests: taken in, changed, undone, given out; and meetings given out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from emporion.core.models import ImportBatch, JournalEntry
from emporion.core.tabular.reading import read_table
from emporion.edition.models import Participation
from emporion.meetings.domain import standing
from emporion.meetings.domain.requests import answer
from emporion.meetings.models import Meeting, MeetingRequest, Release, RuleAnswer
from emporion.portal.interfaces.commands import give_out, take_in
from tests import factories
from tests.portal.fairs import rank
from tests.portal.stored import everything

HEADER = "Id,From,To,State,Weight,Mandatory,Message"
ROWS = """\
r1,b1,e1,,,,Let us meet
r2,b1,e2,accepted,2.5,yes,
r3,e1,b2,declined,,,
"""


@pytest.fixture
def fair(edition: Any) -> Any:
    for role, ids in (("exhibitor", ("e1", "e2", "x")), ("buyer", ("b1", "b2", "x"))):
        for own in ids:
            factories.make_participation(edition, role, external_id=own, source=role)
    return edition


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], fair: Any, settings: Any) -> Any:
    settings.DATA_DIR = tmp_path

    def run(rows: str | bytes, *words: str, header: str = HEADER, name: str = "l.csv") -> str:
        path = tmp_path / name
        path.write_bytes(rows if isinstance(rows, bytes) else f"{header}\n{rows}".encode())
        take_in(["requests", str(path), "--edition", fair.slug, *words])
        said = capsys.readouterr()
        return said.out + said.err

    return run


def test_import_requests_writes_pairs_states_and_weights(run: Any) -> None:
    assert "3 new, 0 changed, 0 unchanged, 0 vanished" in run(ROWS)
    rows = MeetingRequest.objects.order_by("external_id").values_list(
        "asker__external_id",
        "counterpart__external_id",
        "state",
        "weight",
        "is_mandatory",
        "message",
    )
    assert list(rows) == [
        ("b1", "e1", "open", 1000, False, "Let us meet"),
        ("b1", "e2", "accepted", 2500, True, ""),
        ("e1", "b2", "declined", 1000, False, ""),
    ]
    answered = dict(MeetingRequest.objects.values_list("external_id", "answered_at"))
    assert [answered[i] is None for i in ("r1", "r2", "r3")] == [True, False, False]


def test_standing_rules_answer_what_a_list_asks(run: Any, fair: Any) -> None:
    people = {(p.role, p.external_id): p for p in Participation.objects.all()}
    host, other = people["exhibitor", "e1"], people["exhibitor", "e2"]
    first, second = people["buyer", "b1"], people["buyer", "b2"]
    rank(fair, host, [first, second])
    rule, _ = standing.set_rule(host, "list", 1, waiting=False)
    standing.set_rule(other, "saved", 5, waiting=False)
    before = everything()
    stranger = people["buyer", "x"].public_id
    run(f"r1,b2,e1,,,,\nr2,b1,e1,declined,,,\nr3,{stranger},e1,,,,\nr4,b1,e2,,,,\n")
    states = dict(MeetingRequest.objects.values_list("external_id", "state"))
    # On the list; declined already; not on the list; not saved.
    assert states == {"r1": "accepted", "r2": "declined", "r3": "open", "r4": "open"}
    assert standing.accepted_by(rule) == 1
    entry = JournalEntry.objects.get(action="request.accept_by_rule")
    assert entry.actor == f"rule:{rule.public_id}"
    take_in(["undo", ImportBatch.objects.get().public_id])
    assert (everything(), RuleAnswer.objects.count()) == (before, 0)


def test_a_rule_takes_no_more_of_a_list_than_its_limit(run: Any, fair: Any) -> None:
    host = Participation.objects.get(external_id="e1")
    buyers = [
        factories.make_participation(fair, "buyer", external_id=f"n{n}", source="buyer")
        for n in range(4)
    ]
    rank(fair, host, buyers)
    standing.set_rule(host, "list", 2, waiting=False)
    asked = [f"q{n},n{n},e1,,,,,2023-10-0{5 - n}\n" for n in range(4)]
    run("".join(asked), header=f"{HEADER},Asked at")
    accepted = MeetingRequest.objects.filter(state="accepted").order_by("external_id")
    # The oldest first, whatever the order of the list.
    assert list(accepted.values_list("external_id", flat=True)) == ["q2", "q3"]


def test_import_requests_again_then_a_delta_then_undo(run: Any) -> None:
    run(ROWS)
    before = everything()
    assert "0 new, 0 changed, 3 unchanged" in run(ROWS)
    said = run("r1,b1,e1,accepted,3,,Let us meet\nr2,b1,e2,accepted,2.5,yes,\nr4,b2,e2,,,,\n")
    assert "1 new, 1 changed, 1 unchanged, 1 vanished" in said
    assert "Vanished (1; they stay as they are): r3" in said
    first = MeetingRequest.objects.get(external_id="r1")
    assert (first.state, first.weight, first.answered_at is None) == ("accepted", 3000, False)
    take_in(["undo", ImportBatch.objects.order_by("-pk")[0].public_id])
    assert everything() == before


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("r1,b1,nobody,,,,", "Nobody in this edition has this id - lines 2 (“nobody”)"),
        ("r1,x,e1,,,,", "2 participants have this id (exhibitor, buyer) - lines 2 (“x”)"),
        ("r1,b1,b1,,,,", "A participant cannot ask itself"),
        ("r1,b1,e1,,,,\nr2,e1,b1,,,,", "Line 2 asks for the same pair"),
        ("r1,b1,e1,,,,\nr1,b1,e2,,,,", "Line 2 has the same id"),
        ("r1,b1,e1,perhaps,,,", "This state is not known - lines 2 (“perhaps”)"),
        ("r1,b1,e1,,0,,", "No weight - lines 2 (“0”)"),
        ("r1,b1,e1,,much,,", "No number - lines 2 (“much”)"),
        ("r1,,e1,,,,", "Who asks is missing"),
        (",b1,e1,,,,", "The id is missing"),
    ],
)
def test_bad_row_keeps_everything_out(run: Any, row: str, what: str) -> None:
    said = run(row + "\n")
    assert what in said
    assert "so nothing is written" in said
    assert (MeetingRequest.objects.count(), ImportBatch.objects.count()) == (0, 0)


def test_roles_tell_two_with_one_id_apart(run: Any, fair: Any, tmp_path: Path) -> None:
    header = "Id,Asker,Asker role,Counterpart,Counterpart role"
    assert "1 new" in run("r1,x,buyer,x,exhibitor\n", header=header)
    request = MeetingRequest.objects.get()
    assert (request.asker.role, request.counterpart.role) == ("buyer", "exhibitor")
    before = everything()
    give_out(["requests", "--edition", fair.slug, "-o", str(tmp_path / "o.csv")])
    assert "1 unchanged" in run((tmp_path / "o.csv").read_bytes(), name="o2.csv")
    assert everything() == before


def test_export_and_import_change_nothing(run: Any, fair: Any, tmp_path: Path) -> None:
    run(ROWS)
    others = [factories.make_participation(fair, role) for role in ("exhibitor", "buyer")]
    factories.make_request(*others)
    before = everything()
    for ending in ("csv", "xlsx"):
        out = tmp_path / f"o.{ending}"
        assert give_out(["requests", "--edition", fair.slug, "-o", str(out)]) == 0
        assert "0 new, 0 changed, 4 unchanged, 0 vanished" in run(
            out.read_bytes(), name=f"again.{ending}"
        )
    assert everything() == before


def test_request_whose_pair_changed_or_is_there_already_fails(run: Any) -> None:
    run(ROWS)
    assert "This request joins two others; its pair cannot change" in run("r1,b2,e1,,,,\n")
    assert "The pair has a request already (id r1)" in run("r9,e1,b1,,,,\n")


def test_list_without_asker_is_refused(run: Any) -> None:
    assert "No column says who the asker is" in run("1,2\n", header="Id,Counterpart")


def test_dry_run_writes_nothing(run: Any) -> None:
    assert "3 new" in run(ROWS, "--dry-run")
    assert (MeetingRequest.objects.count(), ImportBatch.objects.count()) == (0, 0)


def test_skip_bad_leaves_out_rows_that_fail(run: Any) -> None:
    assert "3 new" in run(ROWS + "r9,b1,nobody,,,,\n", "--skip-bad")


def test_export_of_meetings_needs_a_published_release_and_writes_it(
    run: Any, fair: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(ROWS)
    out = tmp_path / "m.csv"
    words = ["meetings", "--edition", fair.slug, "-o", str(out)]
    assert give_out(words) == 1
    assert "No schedule is published yet" in capsys.readouterr().err
    slots = factories.make_slots(fair)
    request = MeetingRequest.objects.get(external_id="r2")
    release = Release.objects.create(
        edition=fair, number=1, state="published", computed_at=timezone.now()
    )
    Meeting.objects.create(
        release=release,
        request=request,
        slot=slots[1],
        host=request.counterpart,
        guest=request.asker,
        table=1,
    )
    fair.published_release = 1
    fair.save()
    assert give_out(words) == 0
    table = read_table(out)
    row = dict(zip(table.header, table.rows[0].cells, strict=True))
    assert [
        row[name]
        for name in ("Release", "Date", "Starts", "Ends", "Host id", "Guest id", "Table", "Made up")
    ] == [
        "1",
        "2023-11-23",
        "09:40",
        "10:10",
        "e2",
        "b1",
        "1",
        "no",
    ]


def test_an_empty_state_leaves_the_answer_and_an_older_one_is_a_conflict(run: Any) -> None:
    run(ROWS)
    first = MeetingRequest.objects.get(external_id="r1")
    answer(first, first.counterpart, accept=True)
    before = everything()
    assert "0 new, 0 changed, 1 unchanged" in run("r1,b1,e1,,,,Let us meet\n")
    said = run("r1,b1,e1,open,,,Let us meet\nr2,b1,e2,declined,2.5,yes,\n")
    assert (
        "Conflicts (1 rows; they are not taken in):\n"
        "  Column “State”: A newer answer says accepted - lines 2 (“open”)."
    ) in said
    assert "0 new, 1 changed, 0 unchanged, 1 vanished, 1 in conflict" in said
    # What a list said a list may change.
    assert MeetingRequest.objects.get(external_id="r2").state == "declined"
    take_in(["undo", ImportBatch.objects.order_by("-pk")[0].public_id])
    assert everything() == before


@pytest.mark.parametrize(("hours", "state"), [(-1, "accepted"), (1, "declined")])
def test_the_later_of_two_answers_counts(run: Any, hours: int, state: str) -> None:
    run(ROWS)
    first = MeetingRequest.objects.get(external_id="r1")
    at = answer(first, first.counterpart, accept=True).answered_at
    told = at + dt.timedelta(hours=hours)
    run(f"r1,b1,e1,declined,{told.isoformat()}\n", header="Id,From,To,State,Answered at")
    first.refresh_from_db()
    assert (first.state, first.answered_at) == (state, told if hours > 0 else at)


@pytest.mark.parametrize("state", ["published", "superseded"])
def test_requests_of_a_public_release_are_not_undone(
    run: Any, fair: Any, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(ROWS)
    request = MeetingRequest.objects.get(external_id="r2")
    factories.make_release(fair, [(request, factories.make_slots(fair)[0])], state=state)
    assert take_in(["undo", ImportBatch.objects.get().public_id]) == 1
    assert "stays: release 1 of the schedule" in capsys.readouterr().err
    assert (MeetingRequest.objects.count(), Meeting.objects.count()) == (3, 1)
