"""Nobody is let in where they do not belong: the table of all addresses, roles and sides."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import path

from emporion.core.models import OutboxRow
from emporion.core.tenancy import scopes_disabled
from emporion.edition import queries
from emporion.edition.domain import posts
from emporion.edition.interfaces import middleware as edition_middleware
from emporion.matchmaking.models import FirstList, Wish
from emporion.meetings.models import MeetingRating, MeetingRequest
from emporion.messaging.domain import given_up as given_up_domain
from emporion.messaging.models import Address, Receipt
from emporion.project import urls
from emporion.registry.models import Organiser, Person
from tests.api.test_pages import changing
from tests.house.rights import matrix, world
from tests.house.rights.forms import FORMS
from tests.house.rights.matrix import Route

TABLE = Path(__file__).parent / "matrix.txt"
STAFF_TABLE = Path(__file__).parent / "staff.txt"
READERS = ("nobody", "user", "buyer", "exhibitor", "officer", "acting officer", "seeing support",
           "owner")  # fmt: skip
STAFF = ("owner", *world.STAFF, "foreign organiser")
OF_STAFF = tuple(side for side in matrix.SIDES if side != "earlier")
LET_IN = {"page", "did"}
# What one does to somebody else by asking, or by saying what one wants oneself.
TO_OTHERS = {"matchmaking:wish", "meetings:ask"}
# What belongs to a person, who is the same in every year of an expo.
OF_A_PERSON = {
    "portal:take_along",
    "portal:say_use",
    "portal:message_choices",
    "portal:ask_erasure",
}
# Whoever has a personal link is let in by it.
BY_A_KEY = {"meetings:personal_answer"}
# Addresses that are open to nobody here, and why.
OPEN_TO_NOBODY = {
    "carriers:sms": "a carrier's call, signed with its secret; tests/messaging has them",
    "carriers:mail": "a carrier's call, signed with its secret; tests/messaging has them",
    "carriers:whatsapp": "a carrier's call, signed with its secret; tests/messaging has them",
    "carriers:wechat": "a carrier's call, signed with its secret; tests/messaging has them",
    "accounts:enter_demonstration": "there is no demonstration here",
    "accounts:ask_code": "no carrier is set up here, so that no code is sent",
    "accounts:enter_code": "it follows a code that was asked for in the same session",
    "accounts:passkey": "an answer of a device is needed; tests/accounts has one",
    "accounts:second": "it follows a first factor in the same session",
}
# Forms that change nothing here, and why.
CHANGES_NOTHING = {
    "accounts:connect": "it shows the way elsewhere; nothing is kept before somebody comes back",
    "accounts:signout": "only the session goes",
    "accounts:add_passkey": "an answer of a device is needed; tests/accounts has one",
    "matchmaking:stop": "no matching is under way",
    "meetings:forget_link": "only a cookie of the phone goes",
    "messaging:stop again": "nothing was stopped before",
    "meetings:answer withdraw": "the buyer was asked and has not asked; others' side says the same",
    "meetings:rate back": "nothing was said of the meeting before",
    "portal:setup_slots": "the published schedule holds meetings in the slots",
    "portal:proposed": "nothing that the buyer wrote proposes a category",
    "portal:stop_acting": "only the session changes",
}  # fmt: skip


# What a page of one's own has no business to show of everybody: of which fair, and which column.
LEAKS: dict[str, tuple[type[Model], str, str]] = {
    "phone": (Person, "expo", "phone"),
    "title": (Person, "expo", "job_title"),
    "veto": (Wish, "participation__edition__expo", "reason"),
    "list": (FirstList, "participation__edition__expo", "entries"),
    "rating": (MeetingRating, "rater__edition__expo", "request__public_id"),
    "request": (MeetingRequest, "edition__expo", "public_id"),
    "message": (MeetingRequest, "edition__expo", "message"),
    "carrier": (Address, "person__expo", "value"),
    "receipt": (Receipt, "person__expo", "remote"),
}


def checked_in(table: Path = TABLE, roles: tuple[str, ...] = READERS) -> list[str]:
    """Return the lines of a table that was looked at by people."""
    head = " | ".join(["address", "method", "whose", *roles])
    lines = table.read_text("utf-8").splitlines() if table.exists() else [head]
    assert lines[0] == head
    return lines[1:]


def approved(table: Path, roles: tuple[str, ...], lines: list[str]) -> list[str]:
    """Return the lines of a table; written anew where somebody says that they look at it."""
    if os.environ.get("EMPORION_APPROVE") == "1":
        head = " | ".join(["address", "method", "whose", *roles])
        table.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    return checked_in(table, roles)


Row = tuple[Route, str, str, dict[str, str]]


def told(lines: list[str], roles: tuple[str, ...]) -> list[Row]:
    """Return (route, method with its deed, whose, {role: word}) of each line."""
    known = {route.pattern: route for route in matrix.routes()}
    found = []
    for line in lines:
        pattern, method, side, *cells = line.split(" | ")
        found.append((known[pattern], method, side, dict(zip(roles, cells, strict=True))))
    return found


def named(row: Row) -> str:
    """Return the page of a row with its deed."""
    return f"{row[0].page} {row[1].partition(' ')[2]}".strip()


def let_in(words: dict[str, str]) -> set[str]:
    return {role for role, word in words.items() if word.rstrip("!") in LET_IN}


def did(words: dict[str, str]) -> set[str]:
    return {role for role, word in words.items() if word.rstrip("!") == "did"}


def is_variant(method: str) -> bool:
    """Whether a row is of a page with a question mark: it opens, whatever stands behind that."""
    return method.startswith("GET ")


def broken_rules(lines: list[str]) -> list[str]:
    """Return the rows of readers that no table may hold, whoever approved it."""
    wrong = []
    for line, (route, method, side, words) in zip(lines, told(lines, READERS), strict=True):
        at_a_fair = "edition" in route.words
        if (
            any(word.endswith("!") or word.startswith("broken") for word in words.values())
            # What an organiser does is for organisers.
            or (route.organises and let_in(words) - {"owner"})
            # Somebody without a sign-in changes nothing of a fair, but for who has a link to it.
            or (at_a_fair and "nobody" in did(words) and route.page not in BY_A_KEY)
            # Who sees what another sees changes nothing of theirs, and nothing of their account.
            or (at_a_fair and "seeing support" in did(words) and route.name != "stop_seeing")
            # A thing of one fair is in no other, and nobody changes another fair.
            or (side.endswith(" id") and not is_variant(method) and let_in(words))
            or (side == "foreign" and did(words))
            # In a year in which they take no part they do nothing, but for what is the person's own.
            or (side == "earlier" and did(words) - {"owner"} and route.page not in OF_A_PERSON)
            or (side == "others" and did(words) and route.page not in TO_OTHERS)
        ):
            wrong.append(line)
    return wrong


def broken_rules_of_staff(lines: list[str]) -> list[str]:
    """Return the rows of those who run an expo that no table may hold."""
    wrong = []
    for line, (route, method, side, words) in zip(lines, told(lines, STAFF), strict=True):
        own = side in ("own", "others")
        here = own or (side.endswith(" id") and is_variant(method))
        inside, changed = let_in(words), did(words)
        if (
            any(word.endswith("!") or word.startswith("broken") for word in words.values())
            # Each runs the own expo, and no thing of one stands in the other.
            or inside & ({"foreign organiser"} if here else set(STAFF) - {"foreign organiser"})
            or (side.endswith(" id") and not is_variant(method) and inside)
            # Nobody does what an owner may not; an analyst only keeps a choice under a name, and
            # takes lists out, which is written down.
            or (own and changed and "owner" not in changed)
            or ("analyst" in changed and route.name not in {"views", "export"})
            # Who is held to a pavilion changes nobody of another one.
            or (side == "others" and "pavilion_manager" in changed)
        ):
            wrong.append(line)
    return wrong


def test_table_of_addresses_roles_and_sides_is_the_one_that_was_looked_at(
    fairs: world.World,
) -> None:
    # Whose thing it is does not matter to who is not let in at a desk at all.
    lines = matrix.rows(fairs, fairs.readers, lambda route: not route.organises)
    lines += matrix.rows(fairs, fairs.readers, lambda route: route.organises, ("own",))
    assert lines == approved(TABLE, READERS, lines)
    assert broken_rules(lines) == []


def test_table_of_those_who_run_an_expo_is_the_one_that_was_looked_at(fairs: world.World) -> None:
    """People of pavilion B and of the foreign fair carry marks; not everybody has business there."""
    # They run every year of it: what is asked is whether a thing of one stands in another.
    lines = matrix.rows(fairs, fairs.staff, lambda route: route.organises, OF_STAFF)
    assert lines == approved(STAFF_TABLE, STAFF, lines)
    assert broken_rules_of_staff(lines) == []


def every_row() -> list[Row]:
    return told(checked_in(), READERS) + told(checked_in(STAFF_TABLE, STAFF), STAFF)


def test_every_address_has_its_rows() -> None:
    there = {row[0].pattern for row in every_row()}
    assert {route.pattern for route in matrix.routes()} == there


def test_every_row_of_what_is_ones_own_opens_for_somebody() -> None:
    """A row that is shut to everybody says nothing of who is let in."""
    opens = {"page", "did", "empty", "moves", "form"}
    shut = {
        row[0].page
        for row in every_row()
        if row[2] == "own"
        and not opens & {word.rstrip("!") for word in row[3].values()}
        # Elsewhere it opens for those who run the expo.
        and not (row[0].organises and set(row[3]) == set(READERS))
    }
    assert shut == set(OPEN_TO_NOBODY)


def test_every_form_changes_something_for_somebody() -> None:
    """Those of the desk in the other fair as well, for who runs that one: its ids are good."""
    sent = [row for row in every_row() if row[0].page in FORMS and not row[1].startswith("GET")]
    rows = {(named(row), row[2], tuple(row[3])): row[3] for row in sent}
    tables = {READERS, STAFF}
    for name in {named(row) for row in sent}:
        found = [words for (n, side, _r), words in rows.items() if (n, side) == (name, "own")]
        assert any(did(words) for words in found) != (name in CHANGES_NOTHING), name
    assert {tuple(key[2]) for key in rows} == tables
    for name, side, roles in rows:
        if roles == STAFF and side == "own" and "owner" in did(rows[name, side, roles]):
            assert did(rows[name, "foreign", roles]) == {"foreign organiser"}, name


def test_every_page_that_takes_a_form_is_sent_one() -> None:
    without = changing() - set(FORMS)
    reasons = set(OPEN_TO_NOBODY) | {name for name in CHANGES_NOTHING if " " not in name}
    assert without - reasons == set()


def some(*names: str) -> Any:
    return lambda route: route.name in names


def test_hole_in_the_gate_of_organisers_is_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = some("find_people", "publish", "participants")
    assert set(matrix.rows(fairs, fairs.readers, wanted, ("own",))) <= set(checked_in())
    monkeypatch.setattr(
        queries, "staff_role", lambda edition, user: "owner" if user.is_authenticated else ""
    )
    lines = matrix.rows(fairs, fairs.readers, wanted, ("own",))
    assert not set(lines) <= set(checked_in())
    assert len(broken_rules(lines)) > 0


def test_form_that_takes_an_id_of_another_expo_is_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = some("staff", "given_up_act")
    looked_at = set(checked_in(STAFF_TABLE, STAFF))
    assert set(matrix.rows(fairs, fairs.staff, wanted, ("own", "foreign id"))) <= looked_at

    def anywhere(expo: Any, wanted: str) -> bool:
        with scopes_disabled():
            return bool(Organiser.objects.filter(user__public_id=wanted).delete()[0])

    def all_of_them(expo: Any) -> Any:
        return OutboxRow.objects.filter(state=OutboxRow.State.DEAD)

    monkeypatch.setattr(posts, "registry", mock.Mock(remove_organiser=anywhere))
    monkeypatch.setattr(
        given_up_domain,
        "drop",
        lambda expo, keys: all_of_them(expo).filter(key__in=keys).delete()[0],
    )
    lines = matrix.rows(fairs, fairs.staff, wanted, ("own", "foreign id"))
    assert [line.split(" | ")[1:3] for line in broken_rules_of_staff(lines)] == [
        ["POST remove", "foreign id"], ["POST drop", "foreign id"],
    ]  # fmt: skip


def test_thing_of_somebody_elses_account_in_a_form_is_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from emporion.accounts.interfaces import passkey_pages
    from emporion.accounts.models import Passkey

    def anybodys(*told: Any) -> bool:
        return bool(Passkey.objects.filter(public_id=told[-1]).delete()[0])

    monkeypatch.setattr(passkey_pages.passkeys, "remove", anybodys)
    lines = matrix.rows(fairs, fairs.readers, some("remove_passkey"))
    assert [line.split(" | ")[1:3] for line in broken_rules(lines)] == [["POST", "others"]]


@pytest.mark.parametrize("what", LEAKS)
def test_page_of_ones_own_that_shows_everybodys_is_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Each kind of thing alone, at the foot of a page that each reads of themselves."""

    model, path, column = LEAKS[what]

    def everybodys(expo: Any) -> str:
        with scopes_disabled():
            found = model._base_manager.filter(**{path: expo})
            return " ".join(str(one) for one in found.values_list(column, flat=True))

    shown = edition_middleware._shown

    def leaking(request: Any, *told: Any) -> Any:
        answer = shown(request, *told)
        if answer.status_code == 200 and not answer.streaming:
            answer.content += everybodys(request.edition.expo).encode()
        return answer

    pages = {"meetings:day", "meetings:requests", "portal:profile"}
    monkeypatch.setattr(edition_middleware, "_shown", leaking)
    lines = matrix.rows(fairs, fairs.readers, lambda route: route.page in pages, ("own",))
    there = [row for row in told(checked_in(), READERS) if row[0].page in pages and row[2] == "own"]
    opened, found = (
        {
            (row[0].page, role)
            for row in table
            for role in READERS
            if row[1] == "GET" and row[3][role] == word
        }
        for table, word in ((there, "page"), (told(lines, READERS), "page!"))
    )
    assert {page for page, _role in opened} == pages
    assert found == opened


@pytest.mark.parametrize(
    ("answer", "lacks"),
    [
        (HttpResponse("<html>", content_type="text/html"), ["type: text/html", "the way out"]),
        (HttpResponse("x", headers={"Content-Type": "text/csv; charset=utf-8"}), []),
        (HttpResponse('<html><form action="/en/signout/">'), []),
        (HttpResponse("<html>", status=404), []),
    ],
)
def test_answer_without_its_type_or_the_way_out_is_found(
    answer: HttpResponse, lacks: list[str]
) -> None:
    assert matrix.lacking(answer, is_in=True) == lacks


def test_new_address_without_a_row_and_what_it_tells_are_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    from emporion.core.tenancy import scopes_disabled
    from emporion.registry.models import Person

    def everybody(request: HttpRequest) -> HttpResponse:
        with scopes_disabled():
            return HttpResponse(", ".join(Person.objects.values_list("name", flat=True)))

    settings.ROOT_URLCONF = type(
        "urls", (), {"urlpatterns": [path("people", everybody), *urls.urlpatterns],
                     "handler404": urls.handler404}
    )  # fmt: skip
    there = {line.split(" | ")[0] for line in checked_in() + checked_in(STAFF_TABLE, STAFF)}
    assert [r.pattern for r in matrix.routes() if r.pattern not in there] == ["people"]
    lines = matrix.rows(fairs, fairs.readers, lambda route: route == Route("people", "people"))
    assert lines == [" | ".join(["people", method, "own", *["page!"] * 8])
                     for method in ("GET", "POST")]  # fmt: skip
    assert broken_rules(lines) == lines
