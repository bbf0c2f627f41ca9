"""What is known of somebody: seen, taken along, and erased when they ask."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from emporion.accounts.domain import sessions
from emporion.accounts.models import Authenticator
from emporion.core import journal, privacy
from emporion.core.models import JournalEntry
from emporion.edition.models import Participation
from emporion.matchmaking.domain import wishes
from emporion.portal.interfaces.privacy.commands import person as command
from emporion.portal.interfaces.privacy.words import TABLES, shown
from emporion.registry.domain import note_page_out
from emporion.registry.models import ErasureRequest, Person
from tests.factories import make_organiser, make_participation, make_user
from tests.portal.planting import HAN, WORD, plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def planted(edition: Any) -> Person:
    return plant(edition)


def done(person: Person) -> list[str]:
    """What the journal says was done to a person on these pages."""
    rows = JournalEntry.objects.filter(object_kind="person", object_id=person.public_id)
    wanted = ("person.export", "person.erase", "erasure.ask", "erasure.withdraw", "erasure.decline")
    return list(rows.filter(action__in=wanted).order_by("pk").values_list("action", flat=True))


def test_every_table_of_people_has_a_name_on_the_page() -> None:
    owned = {t.label for t in privacy.register().values() if t.whose and not t.label.count("_")}
    # The acts of an organiser, told by the journal; what a program sent twice.
    kept = {"meetings.Pin", "meetings.Release", "api.IdempotencyKey"}
    assert owned - set(TABLES) - kept == set()


def test_own_data_is_shown_in_words_and_not_in_codes() -> None:
    values = {
        "country": "NP",
        "languages": ["en", "zh-hans"],
        "markets": ["CN", "nordic"],
        "role": "buyer",
        "is_made_up": True,
        "city": "Kathmandu",
    }
    with override("zh-hans"):
        told = {str(word): text for word, text in shown(None, values)}
    assert list(told.values()) == [
        "尼泊尔",
        "英语, 中文",
        "中国, 北欧",
        "采购商",
        "是",
        "Kathmandu",
    ]


def test_page_shows_what_is_kept_of_the_reader(
    edition: Any, planted: Person, signed_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(planted.user)
    # A statement a table that may hold people, and what every page asks.
    tables = sum(bool(table.whose) for table in privacy.register().values())
    with django_assert_max_num_queries(tables + 31):
        page = client.get(f"/en/{edition.slug}/your-data/")
    text = BeautifulSoup(page.content, "html.parser").main.get_text(" ", strip=True)
    assert page.status_code == 200
    for said in (f"{WORD} {HAN}", "+8613900000777", f"{WORD} wants to talk", f"{WORD} builds"):
        assert said in text
    assert "md5" not in text and "Seller" not in text
    # People read dates by the clock of the fair, never what programs read.
    assert re.findall(r"\d{4}-\d\d-\d\dT", text) == []
    joined = planted.user.date_joined.astimezone(edition.tz)
    assert f"{joined:%-d %B %Y}, {joined:%H:%M}" in text


def test_file_holds_database_journal_imports_and_search(
    edition: Any, planted: Person, fresh: Any
) -> None:
    other = make_participation(edition, "buyer", user=make_user(name="Aino"))
    answer = fresh(planted.user).post(f"/en/{edition.slug}/your-data/file/")
    assert (answer.status_code, answer.streaming) == (200, True)
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        assert (book.testzip(), book.namelist()) == (None, ["data.json", "data.html"])
        data, page = json.loads(book.read("data.json")), book.read("data.html").decode()
    assert data["tables"]["registry.Person"]["rows"][0]["phone"] == "+8613900000777"
    assert data["tables"]["registry.Person"]["fields"]["phone"]["for"] == "to reach the person"
    assert (
        data["tables"]["meetings.MeetingRequest"]["rows"][0]["message"] == f"{WORD} wants to talk"
    )
    assert [row["title"] for row in data["search"] if row["kind"] == "exhibitor"] == [
        f"{WORD} {HAN}"
    ]
    assert f'{{"name":"{WORD}"}}' in [row["values"] for row in data["journal"]]
    assert data["imports"][0]["before"] == {"name": WORD}
    everything = json.dumps(data) + page
    assert "password" not in data["tables"]["accounts.User"]["rows"][0]
    assert other.public_id not in everything
    assert f"{WORD} wants to talk" in page
    assert done(planted) == ["erasure.ask", "person.export"]


def test_file_tells_what_others_did_on_ones_behalf(
    edition: Any, planted: Person, fresh: Any
) -> None:
    behalf = f"person:{planted.public_id}"
    with transaction.atomic(), journal.acting("link:x", on_behalf=behalf):
        journal.record("request.answer", "request", "someother")
    answer = fresh(planted.user).post(f"/en/{edition.slug}/your-data/file/")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        data = json.loads(book.read("data.json"))
    assert [row["action"] for row in data["journal"] if row["on_behalf"] == behalf] == [
        "request.answer"
    ]


def test_file_tells_what_was_done_to_several_at_once(
    edition: Any, planted: Person, fresh: Any
) -> None:
    """Who read contact data of a page of people, and who changed a hundred of them."""
    other = make_participation(edition, "buyer").delegates.get().person
    both = [planted.public_id, other.public_id]
    with journal.acting("user:boss", tenant=edition.expo.public_id):
        note_page_out(edition.expo, "user:boss", both)
        note_page_out(edition.expo, "user:boss", [other.public_id, f"{planted.public_id}x"])
        with transaction.atomic():
            journal.record("person.change", "person", both, fields=["phone"])
    said = [row for row in journal_of(planted, edition, fresh) if row["actor"] == "user:boss"]
    assert [(row["action"], row["objects"], row["fields"]) for row in said] == [
        ("contacts.page", [planted.public_id], ["phone", "email"]),
        ("person.change", [planted.public_id], ["phone"]),
    ]


def test_file_tells_nothing_of_what_others_wish(edition: Any, planted: Person, fresh: Any) -> None:
    """Neither now nor of a version that wrote down both sides of a wish."""
    (mine,) = Participation.objects.filter(person=planted)
    other = make_participation(edition, "buyer")
    with journal.acting("user:other", tenant=edition.expo.public_id), transaction.atomic():
        wishes.wish(other, mine, "veto", "known")
        journal.record("wish.veto", "participation", [other.public_id, mine.public_id])
        journal.record("wish.save", "participation", [mine.public_id, other.public_id])
    told = journal_of(planted, edition, fresh)
    said = [(row["action"], row["objects"]) for row in told if row["action"].startswith("wish.")]
    # What was planted, and what an officer may have done for them.
    assert said == [("wish.save", [mine.public_id]), ("wish.save", [mine.public_id])]


def journal_of(person: Person, edition: Any, fresh: Any) -> list[dict[str, Any]]:
    """What the file of somebody's data says of the journal."""
    answer = fresh(person.user).post(f"/en/{edition.slug}/your-data/file/")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        return list(json.loads(book.read("data.json"))["journal"])


def test_data_of_people_is_for_themselves(edition: Any, planted: Person, signed_in: Any) -> None:
    address = f"/en/{edition.slug}/your-data/"
    stranger = signed_in(make_user())
    assert stranger.get(address).status_code == 403
    assert [stranger.post(f"{address}{act}/").status_code for act in ("file", "erasure")] == [
        403,
        403,
    ]
    assert signed_in(planted.user).get(f"{address}file/").status_code == 405
    elsewhere = make_participation(edition, "buyer", user=make_user())
    assert f"/en/{edition.slug}/organise/erasures/" and elsewhere


@pytest.mark.parametrize(
    "session",
    [{}, {"proved": int(time.time()) - sessions.FRESH - 1}, {"proved": time.time(), "both": False}],
    ids=["never", "long ago", "by one factor of two"],
)
def test_session_that_proved_too_little_gives_nothing_out_and_asks_nothing(
    edition: Any, planted: Person, signed_in: Any, session: dict[str, Any]
) -> None:
    """What is given out for all fairs together is asked for here, so that nobody goes round it."""
    client = signed_in(planted.user)
    if "both" in session:
        Authenticator.objects.create(user=planted.user, secret="x", made_at=timezone.now())
    kept = client.session
    kept.update(session)
    kept.save()
    page = f"/en/{edition.slug}/your-data/"
    again = f"/en/signin/?again=1&next={quote(page, safe='')}"
    for act in ({}, {"act": "withdraw"}):
        assert client.post(f"{page}erasure/", act)["Location"] == again
    assert client.post(f"{page}file/")["Location"] == again
    assert done(planted) == ["erasure.ask"]
    assert client.get(page).status_code == 200


def test_person_asks_and_organiser_erases(edition: Any, planted: Person, signed_in: Any) -> None:
    client, organiser = signed_in(planted.user), signed_in(make_organiser(edition))
    asked = client.get(f"/en/{edition.slug}/your-data/").content.decode()
    assert "You asked to be erased" in asked
    page = organiser.get(f"/en/{edition.slug}/organise/erasures/").content.decode()
    assert f"{WORD} {HAN}" in page
    address = f"/en/{edition.slug}/organise/erasures/{planted.public_id}/"
    refused = organiser.post(address, {"act": "erase", "reason": ""}, follow=True)
    assert "Say why" in refused.content.decode()
    said = organiser.post(address, {"act": "erase", "reason": "asked by mail"}, follow=True)
    assert WORD not in said.content.decode()
    planted.refresh_from_db()
    assert (planted.name, planted.erased_at is not None) == (planted.public_id, True)
    kept = ErasureRequest.objects.get(person=planted)
    assert (kept.state, kept.reason) == ("done", "asked by mail")
    assert client.get(f"/en/{edition.slug}/your-data/").status_code == 302
    assert done(planted) == ["erasure.ask", "person.erase"]


def test_wish_is_taken_back_and_declined_with_a_reason(
    edition: Any, planted: Person, signed_in: Any, fresh: Any
) -> None:
    address = f"/en/{edition.slug}/your-data/erasure/"
    client, organiser = fresh(planted.user), signed_in(make_organiser(edition))
    client.post(address, {"act": "withdraw"})
    client.post(address, {"act": "ask"})
    organiser.post(
        f"/en/{edition.slug}/organise/erasures/{planted.public_id}/",
        {"act": "decline", "reason": "an invoice is open"},
    )
    states = ErasureRequest.objects.order_by("pk").values_list("state", "reason")
    assert list(states) == [("withdrawn", ""), ("declined", "an invoice is open")]
    assert done(planted) == ["erasure.ask", "erasure.withdraw", "erasure.ask", "erasure.decline"]


def test_only_organisers_erase(edition: Any, planted: Person, signed_in: Any) -> None:
    address = f"/en/{edition.slug}/organise/erasures/"
    client = signed_in(planted.user)
    assert client.get(address).status_code == 403
    assert client.post(f"{address}{planted.public_id}/", {"reason": "x"}).status_code == 403


def test_command_gives_out_and_erases(
    edition: Any, planted: Person, tmp_path: Path, capsys: Any
) -> None:
    own, expo = planted.public_id, edition.expo.slug
    file = tmp_path / "own.zip"
    assert command(["export", own, "--expo", expo, "-o", str(file)]) == 0
    assert zipfile.is_zipfile(file)
    assert command(["erase", own, "--expo", expo]) == 1
    assert command(["erase", own, "--expo", expo, "--reason", "by letter"]) == 0
    assert command(["erase", "nobody", "--expo", expo, "--reason", "x"]) == 1
    said = capsys.readouterr()
    assert f"Erased {own}." in said.out and WORD not in said.out + said.err
