"""A person is planted with one word wherever the tables hold people; after an erasure the word is
nowhere: no table, no file in a table, no search, no value of the journal, no line of the log."""

from __future__ import annotations

import gzip
import json
import logging
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client
from django.utils import timezone

from emporion.api.domain import idempotency
from emporion.api.models import IdempotencyKey
from emporion.core import journal, privacy
from emporion.core.models import ImportBatch, ImportChange, JobRecord, JournalValue
from emporion.core.privacy.owners import rows_of
from emporion.core.sealing import seals
from emporion.core.sealing.verifying import verify
from emporion.core.searchindex.query import search
from emporion.core.tenancy import scopes_disabled
from emporion.edition.domain import drafts
from emporion.edition.models import Delegation, Officer
from emporion.edition.queries import search_scope
from emporion.meetings.domain import requests
from emporion.registry import domain as registry
from emporion.registry.models import Body, Person
from tests.factories import make_edition, make_expo, make_participation, make_user
from tests.portal.planting import HAN, WORD, plant


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Any, settings: Any) -> None:
    """The keys of the seals are of this test's journal."""
    settings.DATA_DIR, settings.JOURNAL_KEY, settings.JOURNAL_KEYS = tmp_path, "", []


@pytest.fixture
def planted(edition: Any) -> Person:
    return plant(edition)


def fill(owner: privacy.Owner) -> list[str]:
    """Write the word into every text of a person that the register says is erased; name them."""
    filled = []
    for table in privacy.register().values():
        keys = list(rows_of(table, owner).values_list("pk", flat=True))
        for name, line in table.fields.items() if keys else ():
            column = table.model._meta.get_field(name)
            if line.erasure not in (privacy.Does.EMPTIES, privacy.Does.RENAMES):
                continue
            if column.is_relation or column.choices or (column.max_length or 99) < 12:
                continue
            if name in ("email", "phone"):
                continue
            value: Any = f"{WORD} {HAN}"
            if isinstance(column, models.JSONField):
                value = {"en": value} if column.get_default() == {} else [value]
            elif column.unique:
                continue
            table.model._base_manager.filter(pk__in=keys).update(**{name: value})
            filled.append(f"{table.label}.{name}")
    return filled


def dump() -> dict[str, str]:
    """Every cell of every table, files unpacked: a text for each table."""
    tables = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cells: list[str] = []
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            for row in cursor.fetchall():
                for cell in row:
                    if isinstance(cell, (bytes, memoryview)):
                        raw = bytes(cell)
                        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
                        cells += [raw.decode(c, "ignore") for c in ("utf-8", "gb18030")]
                    else:
                        # psycopg reads jsonb; SQLite gives the text, with \\u where it was escaped.
                        cells.append(str(cell))
            tables[model._meta.label] = "\n".join(cells).lower()
    return tables


def places(text: str) -> list[str]:
    words = (WORD.lower(), "卷尾", json.dumps("卷尾")[1:-1], "13900000777")
    return [word for word in words if word in text]


@pytest.mark.django_db
def test_no_word_of_an_erased_person_is_left_anywhere(
    edition: Any, planted: Person, signed_in: Any, caplog: Any
) -> None:
    browser: Client = signed_in(planted.user)
    sessions = apps.get_model("sessions.Session").objects.count()
    filled = fill(registry.trace([planted]))
    assert {"registry.Person.name", "edition.Participation.about", "accounts.User.name",
            "meetings.MeetingRequest.message", "edition.Delegate.blocked"} <= set(filled)  # fmt: skip
    assert [label for label, text in dump().items() if places(text)] != []
    seals.seal()
    user, before = planted.user, journal.JournalEntry.objects.count()
    with caplog.at_level(logging.DEBUG), journal.acting("user:organiser"):
        done = registry.erase_person(planted, "asked by the person")
    assert {label: found for label, text in dump().items() if (found := places(text))} == {}
    assert places(caplog.text.lower()) == []
    assert (done.left, planted.name) == ([], planted.public_id)
    # The chain is whole, with every entry that was there and those that say what was done.
    seals.seal()
    assert verify().is_whole and journal.JournalEntry.objects.count() > before
    # Nobody is signed in any more, and nobody can sign in.
    user.refresh_from_db()
    assert (user.is_active, user.has_usable_password(), user.email) == (False, False, None)
    assert apps.get_model("sessions.Session").objects.count() == sessions - 1
    assert browser.get(f"/en/{edition.slug}/profile/").status_code == 302
    assert search(search_scope(edition), WORD).total == 0


@pytest.mark.django_db
def test_schedule_stays_when_somebody_in_it_is_erased(edition: Any, planted: Person) -> None:
    meetings = apps.get_model("meetings.Meeting")._base_manager
    before = list(meetings.values_list("pk", "host", "guest", "slot"))
    registry.erase_person(planted, "asked")
    assert list(meetings.values_list("pk", "host", "guest", "slot")) == before != []


@pytest.mark.django_db
def test_data_of_others_stays_when_somebody_is_erased(edition: Any, planted: Person) -> None:
    other = make_participation(edition, "buyer", "Aino Oy")
    with transaction.atomic():
        journal.record("person.change", "person", "aino", values={"name": "Aino"})
    drafts.send_list(edition, "buyers", "s", "other.csv", b"name\nAino\n", "user:aino")
    registry.erase_person(planted, "asked")
    other.refresh_from_db()
    assert str(other.display_name) == "Aino Oy"
    assert JournalValue.objects.filter(text__contains="Aino").count() == 1
    assert apps.get_model("edition.ListDraft")._base_manager.count() == 1


@pytest.mark.django_db
def test_nothing_of_another_expo_is_touched_or_told_whatever_somebody_is_called(
    edition: Any,
) -> None:
    other = make_edition()
    host, asks = (make_participation(other, role) for role in ("exhibitor", "buyer"))
    requests.ask(asks, host, "the message board at price 42")
    with transaction.atomic(), journal.acting("user:theirs", tenant=other.expo.public_id):
        journal.record("profile.change", "person", "theirs", values={"message": "a board"})
        journal.record("profile.change", "person", "theirs", values={"said": "the message board"})
    batch = ImportBatch.objects.create(
        tenant=other.expo.public_id, subject="buyers", place="x", source="s",
        file_name="buyers of message board.csv", file_digest="0", started_at=timezone.now(),
    )  # fmt: skip
    ImportChange.objects.create(
        batch=batch, object_kind="person", object_id="x", before={"display_name": "message"}
    )
    before = dump()
    for name in ("message", "display_name", "price 42", "buyers"):
        with transaction.atomic():
            person = registry.create_person(edition.expo, registry.NewPerson(name))
        assert registry.erase_person(person, "asked").left == []
    after = dump()
    touched = {label for label in before if before[label] != after[label]}
    assert touched <= {"core.JournalEntry", "registry.ErasureRequest", "registry.Person"}
    everywhere = privacy.mentions(["price 42"])
    assert privacy.Mention("meetings.MeetingRequest", "message", 1) in everywhere


@pytest.mark.django_db
def test_words_of_an_erased_person_are_words_and_no_parts_of_others() -> None:
    assert privacy.names({"name": ["Aino Virtanen"]}, ["Virtanen"])
    assert privacy.names("Virtanen, Aino", ["Virtanen"]) and privacy.names(["Li"], ["Li"])
    assert privacy.names("请王小明明来", ["王小明明来"])
    assert not privacy.names({"Virtanen": 1}, ["Virtanen"])
    assert not privacy.names("Virtanens", ["Virtanen"]) and not privacy.names("Lisbon", ["Li"])


@pytest.mark.django_db
@pytest.mark.parametrize("kept", ["officer", "superuser"])
def test_account_that_is_needed_elsewhere_stays_open(
    edition: Any, planted: Person, kept: str
) -> None:
    user = planted.user
    if kept == "superuser":
        type(user).objects.filter(pk=user.pk).update(is_superuser=True)
    else:
        other = make_edition()
        with scopes_disabled():
            body = Body.objects.create(
                expo=other.expo, name={"en": "A chamber"}, kind="association"
            )
        delegation = Delegation._base_manager.create(edition=other, body=body)
        Officer._base_manager.create(delegation=delegation, user=user, appointed_at=timezone.now())
    registry.erase_person(Person._base_manager.get(pk=planted.pk), "asked")
    user.refresh_from_db()
    assert user.is_active and user.email
    assert Officer._base_manager.filter(user=user).count() == (kept == "officer")


@pytest.mark.django_db
def test_what_others_wrote_of_an_erased_person_is_told(edition: Any, planted: Person) -> None:
    host = make_participation(edition, "exhibitor")
    asks = make_participation(edition, "buyer")
    request = requests.ask(asks, host, "greetings from +8613900000777")
    left = registry.erase_person(planted, "asked").left
    assert left == [privacy.Mention("meetings.MeetingRequest", "message", 1)]
    assert request.message


@pytest.mark.django_db
def test_account_that_somebody_of_another_expo_uses_stays_open(
    edition: Any, planted: Person
) -> None:
    with transaction.atomic():
        registry.create_person(make_expo(), registry.NewPerson("Same", user_id=planted.user_id))
    user = planted.user
    registry.erase_person(planted, "asked")
    user.refresh_from_db()
    assert (user.is_active, planted.user, planted.name) == (True, None, planted.public_id)


@pytest.mark.django_db
@pytest.mark.parametrize("first", [0, 1])
def test_own_words_go_in_one_expo_and_stay_in_another(first: int) -> None:
    fairs, user = (make_edition(), make_edition()), make_user()
    asked = []
    for fair in fairs:
        with journal.acting(user.actor, tenant=fair.expo.public_id), scopes_disabled():
            host = make_participation(fair, "exhibitor")
            mine = make_participation(fair, "buyer", user=user)
            asked.append(requests.ask(mine, host, f"my words at {fair.slug}"))
    seals.seal()
    here, there = fairs[first], fairs[1 - first]
    person = Person._base_manager.get(expo=here.expo, user=user)
    assert registry.erase_person(person, "asked").left == []
    for request in asked:
        request.refresh_from_db()
    assert asked[first].message == ""
    assert asked[1 - first].message == f"my words at {there.slug}"
    kept = JournalValue.objects.filter(text__contains="my words at")
    assert [value.entry.tenant for value in kept] == [there.expo.public_id]
    seals.seal()
    assert verify().is_whole
    # With the last expo goes the account, and all that it said.
    registry.erase_person(Person._base_manager.get(expo=there.expo, user=user), "asked")
    assert not JournalValue.objects.filter(text__contains="my words at").exists()
    assert verify().is_whole


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "spelt"),
    [("Anna Schmidt", "ANNA SCHMIDT"), ("Änne Öztürk", "ÄNNE ÖZTÜRK"),
     ("Zoë", "ann@fair.example"), ("Li Na", "+49 151 1234-5678"), ("Li Na", "0049 (151) 12345678")],
)  # fmt: skip
def test_another_spelling_of_an_erased_person_is_found_in_every_place(
    edition: Any, name: str, spelt: str
) -> None:
    tenant = edition.expo.public_id
    with transaction.atomic():
        person = registry.create_person(
            edition.expo,
            registry.NewPerson(name, email="Ann@Fair.Example", phone="+4915112345678"),
        )
        journal.record("edition.change", "edition", "e", values={"note": spelt}, tenant=tenant)
    encodings = ("utf-8", "utf-16-le")
    for encoding in encodings:
        data = f"name\n{spelt}\n".encode(encoding)
        drafts.send_list(edition, "buyers", "s", f"{encoding}.csv", data, "user:x")
    JobRecord.objects.create(
        kind="list.look", tenant=tenant, state="failed", asked_at=timezone.now(),
        reason=f"Row 3: {spelt} is there twice",
    )  # fmt: skip
    batch = ImportBatch.objects.create(
        tenant=tenant, subject="buyers", place=edition.slug, source="s",
        file_name=f"of {spelt}.csv", file_digest="d", started_at=timezone.now(),
    )  # fmt: skip
    ImportChange.objects.create(
        batch=batch, object_kind="organisation", object_id="o", before={"name": {"en": spelt}}
    )
    host, asks = (make_participation(edition, role) for role in ("exhibitor", "buyer"))
    requests.ask(asks, host, f"greetings to {spelt}")
    done = registry.erase_person(person, "asked")
    assert done.left == [privacy.Mention("meetings.MeetingRequest", "message", 1)]
    assert apps.get_model("edition.ListDraft")._base_manager.count() == 0
    assert (JobRecord.objects.count(), ImportChange.objects.count()) == (0, 0)
    assert not JournalValue.objects.filter(entry__object_kind="edition").exists()
    batch.refresh_from_db()
    assert batch.file_name == "of ….csv"


@pytest.mark.django_db
def test_answer_that_names_an_erased_person_is_forgotten_and_its_write_not_done_again(
    edition: Any, planted: Person
) -> None:
    ours, theirs = edition.expo.public_id, make_expo().public_id
    done: list[str] = []

    def once(key: str, name: str, tenant: str = ours) -> Any:
        def do() -> tuple[int, Any]:
            done.append(key)
            return 200, {"items": [{"name": name}]}

        return idempotency.once("user:aino", key, "d", do, tenant=tenant)

    sent = {
        "names": (f"{WORD} {HAN}", ours), "calls": ("+86 139 0000 0777", ours),
        "other": ("Aino", ours), "elsewhere": (f"{WORD} {HAN}", theirs),
    }  # fmt: skip
    for key, (name, tenant) in sent.items():
        once(key, name, tenant)
    assert registry.erase_person(planted, "asked").left == []
    answers = dict(IdempotencyKey.objects.order_by("pk").values_list("key", "answer"))
    assert [key for key, answer in answers.items() if answer is None] == ["names", "calls"]
    for key in ("names", "calls"):
        with pytest.raises(idempotency.AnswerGone):
            once(key, *sent[key])
    assert once("other", *sent["other"]) == (200, {"items": [{"name": "Aino"}]}, True)
    assert done == list(sent)


@pytest.mark.django_db
def test_who_runs_the_expo_hands_it_over_before_being_erased(edition: Any, planted: Person) -> None:
    registry.make_organiser(edition.expo, planted.user)
    with pytest.raises(registry.ErasureError, match="runs the expo"):
        registry.erase_person(planted, "asked")


@pytest.mark.django_db
def test_erasure_needs_a_reason_and_happens_once(edition: Any, planted: Person) -> None:
    with pytest.raises(registry.ErasureError, match="Say why"):
        registry.erase_person(planted, " ")
    registry.erase_person(planted, "asked")
    with pytest.raises(registry.ErasureError, match="already"):
        registry.erase_person(planted, "asked")
