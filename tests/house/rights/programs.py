"""Every operation of the interface for programs, called by every role as pages are (`matrix`).

    read      it was told                   asks     the call was not right (409, 412, 422, 428)
    did       something was changed         none     there is no such thing (404)
    no        refused (401, 403)

With a `!` it told of people and was marked as others' or foreign.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.test import Client

from emporion.accounts.domain.tokens import make_token
from emporion.accounts.rules import SCOPES
from emporion.core.tenancy import scopes_disabled
from emporion.meetings.models import ScheduleRun
from tests.house.rights import matrix
from tests.house.rights.calls import Operation, operations
from tests.house.rights.changes import undone
from tests.house.rights.telling import text_of
from tests.house.rights.variants import OPERATIONS
from tests.house.rights.world import FIRM, NAMES, STAFF, World

# Whoever runs an expo, and whoever of them may not read contact data.
RUNS = ("owner", *STAFF)
READERS = ("nobody", "user", "buyer", "exhibitor", "officer", *RUNS, "foreign organiser")
OF_A_SIDE = matrix.OF_A_SIDE
# What names firms that buy to staff who do not know who meets whom.
NAME_FIRMS = {"list_participations", "get_participation", "export", "find_people"}
OF_NOBODY = matrix.OF_NOBODY | {"number", "empty letter", "subject", "purpose"}


def readers(world: World, scopes: Collection[str] = SCOPES) -> dict[str, dict[str, str]]:
    """Return the headers of each role, and let the world name what only programs ask for."""
    with scopes_disabled():
        for side in (world.own, world.others, world.earlier, world.foreign):
            side["job"] = ScheduleRun.objects.get(public_id=side["run"]).job
    found: dict[str, dict[str, str]] = {}
    for role in READERS:
        user = (world.staff.get(role) or world.readers[role]).user
        found[role] = {}
        if user is not None:
            _token, secret = make_token(user, "rights", list(scopes), 1)
            found[role] = {"Authorization": f"Bearer {secret}"}
    # An officer does nothing but for a member.
    found["officer"]["Emporion-Acting-For"] = world.own["participation"]
    return found


def asks(one: Operation) -> Iterator[tuple[str, str]]:
    """Yield what of an operation is sent, and of whose things it can be asked."""
    for part in (*one.bodies(), *OPERATIONS.get(one.name, {})):
        named = one.kinds(part)
        yield part, "own"
        if "edition" not in one.words:
            continue
        if OF_A_SIDE & named:
            yield part, "others"
        if part in OPERATIONS.get(one.name, {}):
            # Whether it answers at all says its own row.
            continue
        if one.who == "participant":
            if named - OF_NOBODY - matrix.OF_AN_EXPO:
                yield part, "earlier id"
            yield part, "earlier"
        if named - OF_NOBODY:
            yield part, "foreign id"
        yield part, "foreign"


def rows(world: World, wanted: Callable[[Operation], bool] = lambda one: True) -> list[str]:
    """Return the lines of the table: operation with its part, whose, and a word for each role."""
    every = readers(world)
    client = Client(raise_request_exception=False)
    lines = []
    for one in operations():
        if not wanted(one):
            continue
        for part, side in asks(one):
            cells = [ask(client, one, part, world, side, role, h) for role, h in every.items()]
            lines.append(" | ".join([f"{one.name} {part}".rstrip(), side, *cells]))
    return lines


def things_of(world: World, side: str) -> dict[str, Any]:
    """Return {kind: id} of one side; a foreign id stands in the own edition."""
    whose: dict[str, Any] = getattr(world, side.removesuffix(" id"))
    return {**whose, "edition": world.own["edition"]} if side.endswith(" id") else whose


def ask(
    client: Client,
    one: Operation,
    part: str,
    world: World,
    side: str,
    role: str,
    headers: dict[str, str],
) -> str:
    """Call once, and undo whatever came of it."""
    things = things_of(world, side)
    body, content_type = one.content(part, things)
    with undone() as written:
        if one.is_matched:
            read = client.get(one.of_version(things), headers=headers)
            headers = {**headers, "If-Match": read.headers.get("ETag", "")}
            written.clear()
        answer = client.generic(
            one.method, one.address(things, part), body, content_type=content_type, headers=headers
        )
        text = text_of(answer)
        word = _word(answer.status_code, bool(written))
    tells = (
        matrix.marked(text, role, side, world)
        or (NAMES in text and role in {"nobody", "user"} and one.who != "anybody")
        or (FIRM in text and not (role in matrix.READ_FIRMS or one.name in NAME_FIRMS))
    )
    return f"{word}!" if tells and (role, side) != ("foreign organiser", "foreign") else word


def _word(status: int, changed: int) -> str:
    if status >= 500:
        return f"broken {status}"
    if status in {401, 403}:
        return "no"
    if status == 404:
        return "none"
    if status < 300:
        return "did" if changed else "read"
    return "asks"


def broken_rules(lines: list[str]) -> list[str]:
    """Return the rows that no table may hold, whoever approved it."""
    known = {one.name: one for one in operations()}
    wrong = []
    for line in lines:
        name, side, *cells = line.split(" | ")
        cell, one = dict(zip(READERS, cells, strict=True)), known[name.partition(" ")[0]]
        let_in = {role for role, word in cell.items() if word.rstrip("!") in {"read", "did"}}
        did = {role for role, word in cell.items() if word.rstrip("!") == "did"}
        abroad = {"foreign organiser"}
        if (
            any(word.endswith("!") or word.startswith("broken") for word in cells)
            or cell["nobody"] != "no"
            # What staff does is for staff, each of their own fair only.
            or (one.who == "organiser" and side in ("own", "others") and let_in - set(RUNS))
            or (one.who == "organiser" and side == "foreign" and let_in - abroad)
            # An analyst looks and changes nothing, but that a list taken out is written down; nobody
            # does what an owner may not.
            or (one.who == "organiser" and "analyst" in did and one.name != "export")
            or (one.who == "organiser" and side in ("own", "others") and did and "owner" not in did)
            # No operation narrows what it tells to some pavilions.
            or (one.who == "organiser" and "pavilion_manager" in let_in)
            # Who takes part in nothing does nothing as one who takes part.
            or (one.who == "participant" and let_in & {"user", *RUNS, *abroad})
            # Of others one does no more than ask them, and say what one wants oneself.
            or (one.who == "participant" and side == "others" and did and name not in TO_OTHERS)
            # A thing of one fair is in no other, and nobody changes another fair. Acts on many say
            # that they were done to none.
            or (side.endswith(" id") and (did or (let_in and one.method == "GET")))
            or (side == "earlier" and let_in)
            or (side == "foreign" and did - abroad)
        ):
            wrong.append(line)
    return wrong


TO_OTHERS = {"ask", "make_wish", "take_back_wish"}
