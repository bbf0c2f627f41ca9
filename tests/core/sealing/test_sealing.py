"""The journal's seals: what is touched afterwards is named."""

from __future__ import annotations

import base64
import json
import random
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from emporion.core import journal
from emporion.core.models import JournalEntry, JournalValue
from emporion.core.sealing import keys, rows, running, seals
from emporion.core.sealing.models import JournalSeal
from emporion.core.sealing.verifying import Problem, verify
from emporion.project.journal import journal as command


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> Path:
    """Keys and heads of other tests are of other journals."""
    settings.DATA_DIR, settings.JOURNAL_KEY, settings.JOURNAL_KEYS = tmp_path, "", []
    return tmp_path


def write(count: int, *, action: str = "person.change", **more: Any) -> list[int]:
    """Write entries and return their keys."""
    known = set(JournalEntry.objects.values_list("pk", flat=True))
    with journal.acting("user:ab", tenant="ten"):
        for n in range(count):
            journal.record(action, "person", f"p{n}", fields=["name"], **more)
    every = JournalEntry.objects.order_by("pk").values_list("pk", flat=True)
    return [key for key in every if key not in known]


def found() -> tuple[str, int | None] | None:
    problem = verify().problem
    return (problem.what, problem.entry) if problem else None


@pytest.mark.django_db
def test_sealed_journal_is_whole_and_says_how_much_it_holds() -> None:
    write(5)
    assert (seals.seal(batch=2), seals.seal()) == (5, 0)
    write(2, values={"name": "Aino"})
    report = verify()
    assert (report.is_whole, report.entries, report.seals, report.unsealed, report.values) == (
        True, 5, 3, 2, 2,
    )  # fmt: skip
    assert seals.seal() == 2
    report = verify()
    assert (report.entries, report.seals, report.unsealed) == (7, 4, 0)
    assert report.head == seals.head() == seals.seen_head()


@pytest.mark.django_db
def test_empty_journal_is_whole() -> None:
    assert (seals.seal(), verify().is_whole, str(seals.head())) == (
        0, True, "0:" + "0" * 64,
    )  # fmt: skip


CHANGES: dict[str, dict[str, Any]] = {
    "actor": {"actor": "user:xy"},
    "tenant": {"tenant": ""},
    "action": {"action": "person.read"},
    "on_behalf": {"on_behalf": "body"},
    "object_kind": {"object_kind": "firm"},
    "object_ids": {"object_ids": ["p2", "p3"]},
    "object_count": {"object_count": 2},
    "object_id": {"object_id": "p9"},
    "fields": {"fields": ["name", "phone"]},
    "commitment": {"commitment": "0" * 64},
    "at": {"at": "2023-11-23T09:00:00Z"},
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CHANGES)
def test_changed_entry_is_named_with_its_field_and_when_it_was_sealed(name: str) -> None:
    ids = write(9)
    seals.seal(batch=4)
    JournalEntry.objects.filter(pk=ids[5]).update(**CHANGES[name])
    JournalEntry.objects.filter(pk=ids[7]).update(actor="later")
    problem = verify().problem
    sealed_at = json.loads(JournalSeal.objects.get(number=2).checkpoint)["at"]
    assert problem == Problem(
        "changed", f"Entry {ids[5]} was changed since {sealed_at}: {name}.",
        seal=2, entry=ids[5], sealed_at=sealed_at, fields=(name,),
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("place", [0, 3, 4, 8])
def test_removed_entry_is_named(place: int) -> None:
    ids = write(9)
    seals.seal(batch=4)
    JournalEntry.objects.filter(pk=ids[place]).delete()
    assert found() == ("removed", ids[place])


@pytest.mark.django_db
def test_entries_that_changed_places_are_named_as_reordered() -> None:
    ids = write(6)
    seals.seal()
    first, second = (
        JournalEntry.objects.filter(pk=key).values(*rows.FIELDS)[0] for key in ids[2:4]
    )
    JournalEntry.objects.filter(pk=ids[2]).update(**second)
    JournalEntry.objects.filter(pk=ids[3]).update(**first)
    assert found() == ("reordered", ids[2])


@pytest.mark.django_db
def test_entry_put_in_among_sealed_ones_is_named() -> None:
    ids = write(6)
    JournalEntry.objects.filter(pk=ids[2]).delete()
    seals.seal()
    values = JournalEntry.objects.filter(pk=ids[1]).values(*rows.FIELDS)[0]
    JournalEntry.objects.create(pk=ids[2], **values)
    assert found() == ("added", ids[2])


@pytest.mark.django_db
@pytest.mark.parametrize("key", [0, -5])
def test_entry_below_the_first_key_is_named(key: int) -> None:
    ids = write(3)
    seals.seal()
    values = JournalEntry.objects.filter(pk=ids[1]).values(*rows.FIELDS)[0]
    JournalEntry.objects.create(pk=key, **values)
    assert found() == ("added", key)


@pytest.mark.django_db
def test_other_values_under_an_entry_are_named_and_erased_ones_are_not() -> None:
    ids = write(3, values={"name": "Aino Virtanen"})
    seals.seal()
    assert journal.erase_values("person", "p1") == 1
    assert verify().is_whole
    seals.seal()
    assert (verify().is_whole, verify().values) == (True, 2)
    JournalValue.objects.filter(entry_id=ids[2]).update(text='{"name":"Somebody else"}')
    assert found() == ("values", ids[2])


@pytest.mark.django_db
def test_seal_that_was_removed_altered_or_signed_by_somebody_else_is_named() -> None:
    write(9)
    seals.seal(batch=3)
    kept = list(JournalSeal.objects.order_by("number"))

    def problem_after(change: Any) -> tuple[str, int | None, int | None]:
        with transaction.atomic():
            change()
            problem = verify(seen=False).problem
            transaction.set_rollback(True)
        assert problem is not None
        return problem.what, problem.seal, problem.entry

    def update(number: int, **columns: Any) -> Any:
        return lambda: JournalSeal.objects.filter(number=number).update(**columns)

    assert problem_after(JournalSeal.objects.filter(number=2).delete) == ("seal", 2, None)
    assert problem_after(update(2, leaves=bytes(96))) == ("seal", 2, None)
    assert problem_after(update(3, signature="00" * 64)) == ("seal", 3, None)
    said = json.loads(kept[1].checkpoint)
    forged = json.dumps({**said, "at": "2023-11-23T09:00:00+00:00"})
    assert problem_after(update(2, checkpoint=forged)) == ("seal", 2, None)
    assert problem_after(update(2, checkpoint="nothing")) == ("seal", 2, None)


@pytest.mark.django_db
def test_whoever_seals_anew_without_the_key_is_found(settings: Any, own_folder: Path) -> None:
    ids = write(4)
    seals.seal()
    real = keys.public_key()
    JournalEntry.objects.filter(pk=ids[1]).update(actor="nobody")
    JournalSeal.objects.all().delete()
    (own_folder / keys.FILE).rename(own_folder / "kept-elsewhere")
    seals.seal()
    assert verify(seen=False).is_whole
    problem = verify(public=[real], seen=False).problem
    assert problem is not None and "not known here" in problem.said


@pytest.mark.django_db
def test_former_key_is_believed_when_it_is_named(settings: Any) -> None:
    write(2)
    seals.seal()
    former = keys.public_key()
    settings.JOURNAL_KEY = base64.b64encode(bytes(range(32))).decode()
    write(2)
    seals.seal()
    assert found() == ("seal", None)
    settings.JOURNAL_KEYS = [former]
    assert verify().is_whole


@pytest.mark.django_db
def test_end_that_was_cut_off_is_found_by_the_head_that_was_noted(own_folder: Path) -> None:
    ids = write(6)
    seals.seal(batch=3)
    kept = seals.head()
    JournalSeal.objects.filter(number=2).delete()
    JournalEntry.objects.filter(pk__in=ids[3:]).delete()
    assert found() == ("seal", None)
    assert verify(seen=False).is_whole
    assert verify(seen=False, known=kept).problem is not None
    seals.forget_head()
    assert verify().is_whole


@pytest.mark.django_db
def test_head_noted_here_does_not_take_the_place_of_one_kept_elsewhere() -> None:
    write(3)
    seals.seal()
    kept = seals.head()
    assert verify(known=kept).is_whole
    assert not verify(known=replace(kept, digest="0" * 64)).is_whole


@pytest.mark.django_db
def test_entries_in_other_scripts_and_with_odd_characters_are_sealed_alike() -> None:
    with journal.acting("user:芬兰\x1f|\\"):
        journal.record("a.b", "k", ["ملف", 'a"b\\c\n', "x\x1fy"], fields=["名"])
        journal.record("a.b", "k\x1f", "芬")
    texts = [text for _, text in rows.every(0, 2**60)]
    assert [json.loads(text)[6] for text in texts if text[0] == "["] != []
    assert (seals.seal(), verify().is_whole) == (2, True)


@pytest.mark.django_db
def test_text_that_is_sealed_is_the_same_on_both_databases() -> None:
    entry = JournalEntry(
        pk=7, at="2023-11-23T09:00:00Z", tenant="t", action="a.b", actor="user:a", object_kind="k",
        object_ids=["p1", "芬"], object_count=2, fields=["name"],
    )  # fmt: skip
    entry.save()
    text = '2023-11-23 09:00:00.000000|t|a.b|user:a||k|["p1", "芬"]|2||["name"]|'
    assert rows.read(0, 10, 10) == [(7, text.replace("|", "\x1f"))]


@pytest.mark.django_db
def test_random_harm_is_found_where_a_plain_comparison_finds_it() -> None:
    """The model: a copy of all entries from when they were sealed, compared one by one."""
    dice = random.Random(5)
    for _ in range(25):
        with transaction.atomic():
            ids = write(dice.randint(1, 12))
            seals.seal(batch=dice.randint(1, 5))
            copy = {e["id"]: e for e in JournalEntry.objects.values()}
            for _ in range(dice.randint(0, 3)):
                key = dice.choice(ids)
                if dice.random() < 0.4:
                    JournalEntry.objects.filter(pk=key).delete()
                else:
                    JournalEntry.objects.filter(pk=key).update(actor=f"user:{dice.randint(1, 3)}")
            now = {e["id"]: e for e in JournalEntry.objects.values()}
            first = next((k for k in sorted(copy) if copy[k] != now.get(k)), None)
            problem = verify(seen=False).problem
            assert (problem.entry if problem else None) == first
            transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_entry_that_appears_late_below_others_is_sealed_in_its_place() -> None:
    """On PostgreSQL a transaction may commit after one that got its key later."""
    if connection.vendor == "sqlite":
        return  # It has one writer at a time, so no entry can appear below another.
    began, go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            journal.record("a.slow", "k", "1")
            began.set()
            go.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    began.wait(10)
    with transaction.atomic():
        journal.record("a.quick", "k", "2")
    assert seals.seal(patience=0.1) == 0
    go.set()
    thread.join()
    assert (seals.seal(), verify().is_whole) == (2, True)
    assert list(JournalEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "a.slow", "a.quick",
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_sealers_leave_one_chain_over_everything() -> None:
    def writes() -> None:
        for n in range(20):
            with transaction.atomic():
                journal.record("a.b", "k", str(n))
        connection.close()

    def seals_on() -> None:
        for _ in range(10):
            seals.seal(batch=7)
        connection.close()

    threads = [threading.Thread(target=one) for one in (writes, writes, writes, seals_on, seals_on)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seals.seal()
    report = verify(seen=False)
    assert (report.problem, report.entries, report.unsealed) == (None, 60, 0)


@pytest.mark.django_db(transaction=True)
def test_sealer_beside_the_jobs_seals_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "EVERY", 0.02)
    sealer = running.Sealer()
    sealer.start()
    with transaction.atomic():
        journal.record("a.b", "k", "1")
    end = time.monotonic() + 10
    while seals.head().number == 0 and time.monotonic() < end:
        time.sleep(0.02)
    sealer.stop()
    assert (seals.head().number, sealer.is_alive()) == (1, False)


@pytest.mark.django_db
def test_command_seals_verifies_and_names_what_was_touched(capsys: Any) -> None:
    ids = write(3)
    assert command(["seal"]) == 0
    assert command(["verify"]) == 0
    assert command(["head"]) == 0
    assert command(["key"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "3 entries sealed.",
        "3 entries in 1 seals are what was signed; 0 have their values, and they fit. "
        "0 entries are not sealed yet.",
        f"head {seals.head()}", str(seals.head()), keys.public_key(),
    ]  # fmt: skip
    JournalEntry.objects.filter(pk=ids[0]).delete()
    assert command(["verify"]) == 1
    assert f"Entry {ids[0]}, sealed at " in capsys.readouterr().err
    assert command(["verify", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["is_whole"], report["problem"]["entry"]) == (False, ids[0])


def test_key_in_the_data_folder_is_for_its_owner_only(own_folder: Path) -> None:
    first = keys.public_key()
    assert (own_folder / keys.FILE).stat().st_mode & 0o777 == 0o600
    assert (keys.public_key(), [p.name for p in own_folder.iterdir()]) == (first, [keys.FILE])
