"""Participants: filters against a plain count, pages by key, acts on many, views, the file."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from emporion.core.models import JournalEntry
from emporion.core.text.sortkey import sort_key
from emporion.edition.domain.moving import MoveError, limit_meetings_a_day, move_to_pavilion
from emporion.edition.models import Participation, SavedView
from emporion.portal.interfaces.desk import choosing
from emporion.portal.interfaces.desk.choosing import Choice, choice_of
from emporion.registry.domain import people
from emporion.registry.models import Organiser
from tests.factories import (
    make_edition,
    make_organiser,
    make_participation,
    make_pavilions,
    make_release,
    make_request,
    make_slots,
)
from tests.portal.fairs import address, page, statements


@pytest.fixture
def organiser(edition: Any, signed_in: Any) -> Client:
    return signed_in(make_organiser(edition))


def names(found: Any) -> list[str]:
    return sorted(str(one) for one in found)


def crowd(edition: Any) -> dict[str, Any]:
    """A few of every sort, and one of another edition that never shows."""
    a = make_pavilions(edition)["A"]
    made = {
        "aava": make_participation(
            edition, "exhibitor", "Aava", country="FI", pavilion=a, offers=["ai.models"]
        ),
        "bolt": make_participation(edition, "exhibitor", "Bolt", country="CN", needs=["ai"]),
        "cato": make_participation(edition, "buyer", "Cato", country="FI", is_made_up=True),
        "dora": make_participation(edition, "buyer", "Dora", needs=["cloud"]),
    }
    make_participation(make_edition(edition.expo), "exhibitor", "Alien", country="FI")
    slot = make_slots(edition, 1)[0]
    asked = make_request(made["cato"], made["aava"], "accepted")
    make_release(edition, [(asked, slot)], state="published")
    return made


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, "Aava Bolt Cato Dora"),
        ({"role": "buyer"}, "Cato Dora"),
        ({"role": "nonsense"}, "Aava Bolt Cato Dora"),
        ({"country": "FI"}, "Aava Cato"),
        ({"pavilion": "A"}, "Aava"),
        ({"pavilion": "-"}, "Bolt Cato Dora"),
        ({"category": "ai"}, "Aava Bolt"),
        ({"lacks": "need"}, "Aava Cato"),
        ({"lacks": "offer"}, "Bolt Cato Dora"),
        ({"lacks": "meeting"}, "Bolt Dora"),
        ({"made_up": "yes"}, "Cato"),
        ({"made_up": "no"}, "Aava Bolt Dora"),
        ({"q": "CA"}, "Cato"),
        ({"role": "exhibitor", "country": "FI", "lacks": "need"}, "Aava"),
    ],
)
def test_choice_narrows_to_those_who_fit(edition: Any, given: dict[str, str], wanted: str) -> None:
    crowd(edition)
    assert names(choosing.chosen(edition, choice_of(given))) == wanted.split()


def test_choice_survives_its_address(edition: Any) -> None:
    from urllib.parse import parse_qsl

    choice = Choice(role="buyer", country="FI", q="a&b=ü")
    assert choice_of(dict(parse_qsl(choice.query))) == choice


def test_pages_by_key_hold_everybody_once_in_both_directions(edition: Any) -> None:
    # Equal names, so that only the key tells them apart.
    for n in range(11):
        make_participation(edition, "buyer", f"Firm {n // 3}")
    everybody = list(Participation.objects.order_by("sort_key", "pk"))
    seen, pages, after = [], [], 0
    while True:
        part = choosing.page(edition, Choice(), after=after, size=4)
        seen += part.rows
        pages.append([one.pk for one in part.rows])
        if part.after is None:
            break
        after = part.after
    assert seen == everybody and [len(p) for p in pages] == [4, 4, 3]
    back = choosing.page(edition, Choice(), before=pages[2][0], size=4)
    assert [one.pk for one in back.rows] == pages[1]
    first = choosing.page(edition, Choice(), before=pages[1][0], size=4)
    assert [one.pk for one in first.rows] == pages[0] and first.before is None
    assert choosing.page(edition, Choice(), after=10**9, size=4).rows == everybody[:4]


def test_those_who_are_ticked_move(edition: Any, organiser: Client) -> None:
    made = crowd(edition)
    told = {"act": "move", "letter": "B", "id": [made["aava"].public_id, made["bolt"].public_id]}
    where = address("portal:participants_act", edition)
    response = organiser.post(where, told, follow=True)
    assert "2 participants were changed." in response.content.decode()
    placed = Participation.objects.values_list("display_name", "pavilion__letter")
    assert {str(n): letter for n, letter in placed if letter} == {"Aava": "B", "Bolt": "B"}
    entry = JournalEntry.objects.filter(action="participation.change").latest("pk")
    assert sorted(entry.object_ids) == sorted(told["id"])


def test_all_of_a_choice_get_a_limit_and_nobody_else(edition: Any, organiser: Client) -> None:
    crowd(edition)
    where = address("portal:participants_act", edition)
    told = {"act": "limit", "most": "3", "whom": "all", "query": "country=FI"}
    organiser.post(where, told)
    limited = Participation._base_manager.filter(max_meetings_per_day=3)
    assert names(limited) == ["Aava", "Cato"]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"act": "move", "letter": "B"}, "Nobody is ticked"),
        ({"act": "move", "letter": "Z", "whom": "all"}, "There is no pavilion Z."),
        ({"act": "limit", "most": "-1", "whom": "all"}, "Write a whole number"),
        ({"act": "limit", "most": "400", "whom": "all"}, "expected 0 to 100"),
        ({"act": "", "whom": "all"}, "Choose what to do"),
    ],
)
def test_act_that_cannot_be_says_why_and_changes_nothing(
    edition: Any, organiser: Client, told: dict[str, str], says: str
) -> None:
    crowd(edition)
    before = list(Participation.objects.order_by("pk").values())
    response = organiser.post(address("portal:participants_act", edition), told, follow=True)
    assert says in response.content.decode()
    assert list(Participation.objects.order_by("pk").values()) == before


def test_whoever_moves_loses_the_stand_and_who_is_there_keeps_it(edition: Any) -> None:
    a = make_pavilions(edition)["A"]
    stays = make_participation(edition, pavilion=a, stand="A 1")
    comes = make_participation(edition, stand="9")
    foreign = make_participation(make_edition(edition.expo), stand="7")
    ids = [stays.public_id, comes.public_id, foreign.public_id]
    assert move_to_pavilion(edition, ids, "A") == 1
    rows = Participation.objects.order_by("pk").values_list("pavilion__letter", "stand")
    assert list(rows) == [("A", "A 1"), ("A", ""), (None, "7")]
    assert move_to_pavilion(edition, [stays.public_id], "") == 1
    with pytest.raises(MoveError):
        limit_meetings_a_day(edition, ids, 101)


def test_choice_is_kept_under_a_name_for_its_owner_only(
    edition: Any, organiser: Client, signed_in: Any
) -> None:
    crowd(edition)
    where = address("portal:views", edition)
    organiser.post(where, {"act": "save", "name": "Finns", "query": "country=FI&x=1"})
    organiser.post(where, {"act": "save", "name": "Finns", "query": "country=FI&role=buyer"})
    view = SavedView.objects.get()
    assert view.query == "role=buyer&country=FI"
    listed = address("portal:participants", edition)
    assert "Finns" in organiser.get(listed).content.decode()
    other = signed_in(make_organiser(edition))
    assert "Finns" not in other.get(listed).content.decode()
    other.post(where, {"act": "remove", "view": view.public_id})
    assert SavedView.objects.count() == 1
    empty = organiser.post(where, {"act": "save", "name": " ", "query": ""}, follow=True)
    assert "The view needs a name." in empty.content.decode()
    organiser.post(where, {"act": "remove", "view": view.public_id})
    assert SavedView.objects.count() == 0


def test_choice_as_a_file_is_harmless_and_whole(edition: Any, organiser: Client) -> None:
    make_participation(edition, "exhibitor", "=cmd()", sort_key="a", needs=["ai"])
    make_participation(edition, "buyer", "Other", sort_key="b")
    where = address("portal:participants", edition) + "?role=exhibitor&format=csv"
    response = organiser.get(where)
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 2
    assert dict(zip(*rows, strict=True))["Name"] == "'=cmd()"
    assert dict(zip(*rows, strict=True))["Made up"] == "no"


def test_file_is_written_down_and_limited_like_every_list(
    edition: Any, organiser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_LISTS", 1)
    make_participation(edition, "buyer")
    where = address("portal:participants", edition)
    assert organiser.get(f"{where}?format=csv").status_code == 200
    noted = JournalEntry.objects.get(action="contacts.list")
    assert (noted.object_id, noted.fields) == (edition.public_id, ["participants"])
    refused = organiser.get(f"{where}?format=csv")
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert JournalEntry.objects.filter(action="contacts.list").count() == 1


@pytest.mark.parametrize("role", ["analyst", "programme_editor"])
def test_contacts_are_shown_to_those_who_may_look_them_up(
    edition: Any, organiser: Client, signed_in: Any, role: str
) -> None:
    made = make_participation(edition, "buyer")
    name = made.delegates.get().person.name
    where = address("portal:participants", edition)
    assert name in organiser.get(where).content.decode()
    user = make_organiser(edition)
    Organiser.objects.filter(user=user).update(role=role)
    client = signed_in(user)
    text = client.get(where).content.decode()
    assert (name in text, "Contact person" in text, "format=csv" in text) == (False,) * 3
    assert client.get(f"{where}?format=csv").status_code == 403


def test_page_shows_rows_and_empty_states(edition: Any, organiser: Client) -> None:
    where = address("portal:participants", edition)
    assert "Nobody takes part yet" in organiser.get(where).content.decode()
    crowd(edition)
    shown = page(organiser.get(where + "?country=FI"))
    rows = [row.get_text(" ", strip=True) for row in shown.select("tbody th")]
    assert rows == ["Aava", "Cato demonstration data"]
    nobody = organiser.get(where + "?country=FI&q=zzz").content.decode()
    assert "Nobody fits this choice" in nobody


def test_page_takes_as_many_statements_for_many_rows(edition: Any, organiser: Client) -> None:
    where = address("portal:participants", edition)
    make_participation(edition, needs=["ai"])
    few = statements(organiser, where)
    for n in range(30):
        make_participation(
            edition, "buyer", f"B {n}", needs=["ai"], offers=["cloud"], sort_key=sort_key(f"B {n}")
        )
    assert statements(organiser, where) == few <= 14
