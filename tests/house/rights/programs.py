"""Every operation of the interface for programs, called by every role as pages are (`matrix`).

    read      it was told                   asks     the call was not right (409, 412, 422, 428)
    did       something was changed         none     there is no such thing (404)
    no        refused (401, 403)

With a `!` it told of people and was marked as others' or foreign.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client

from emporion.accounts.domain.tokens import make_token
from emporion.accounts.rules import SCOPES
from emporion.api.interfaces.urls import api
from emporion.core.models import ImportBatch, JournalEntry
from emporion.core.tenancy import scopes_disabled
from emporion.meetings.models import ScheduleRun
from emporion.registry.models import Organiser, Person
from tests import factories
from tests.house.rights.world import FOREIGN, NAMES, OTHERS, World

# What the id in an address names, by the words before it.
MEANS = {
    "exhibitors": "exhibitor", "participations": "participation", "me/requests": "waiting",
    "requests": "request", "me/wishes": "exhibitor", "lists": "draft", "imports": "batch",
    "runs": "run", "jobs": "job", "webhooks": "endpoint", "erasures": "person",
}  # fmt: skip
FIXED = {"side": "needs", "letter": "A", "number": "1", "subject": "buyers", "purpose": "messages"}
OF_A_SIDE = {"exhibitor", "participation", "waiting", "request", "person"}
# Whoever may do more than look at the desk.
STAFF = ("organiser", "analyst")
BODIES: dict[str, Any] = {
    "decline": {"reason": "no_fit"}, "make_wish": {"kind": "save"}, "rate": {"value": 5},
    "end_erasure": {"act": "decline", "reason": "no"}, "add_interest": {"code": "health.sleep"},
    "set_standing_rule": {"source": "saved", "limit": 3}, "turn_suggestions": {"on": False},
    "say_use": {"allowed": True}, "read_notices": {"until": "2030-01-01T00:00:00Z"},
    "publish_release": {"seen": 1}, "set_pavilion": {"name": {"en": "Hall"}},
    "set_walking": {"minutes": [], "less": True}, "set_slots": {"slots": []},
    "find_people": {"words": "zz-mark"}, "change_webhook": {"is_active": False},
    "make_webhook": {"url": "https://127.0.0.1/"}, "change_hours": {"close": [1]},
    "create_edition": {"name": "new", "title": {"en": "New"}, "starts": "2030-01-01",
                       "ends": "2030-01-02", "zone": "UTC"},
    "load_participations": {"subject": "buyers", "source": "x", "rows": [
        {"id": "1", "name": {"en": "One"}}]},
}  # fmt: skip


@dataclass(frozen=True)
class Operation:
    """One operation as the schema tells it."""

    name: str
    method: str
    path: str
    who: str
    act: str

    @property
    def kind(self) -> str:
        """Return what the id in its address names, "" without one."""
        found = re.search(r"/editions/\{edition\}/((?:me/)?[a-z-]+)/\{(?:id|person)\}", self.path)
        return MEANS[found[1]] if found else ""

    def sides(self) -> list[str]:
        """Return of whose things it can be asked."""
        if "{edition}" not in self.path:
            return ["own"]
        others = ["others"] if self.kind in OF_A_SIDE else []
        return ["own", *others, *(["foreign id"] if self.kind else []), "foreign"]

    def address(self, world: World, side: str) -> str:
        """Return an address of it; a foreign id stands below the own edition."""
        of = {"own": world.own, "others": world.others}.get(side, world.foreign)
        known = {**FIXED, "edition": world.own["edition"] if side == "foreign id" else of["edition"],
                 "id": of.get(self.kind, ""), "person": of["person"], "key": of["key"]}  # fmt: skip
        return re.sub(r"\{(\w+)\}", lambda found: str(known[found[1]]), self.path)


def operations() -> list[Operation]:
    """Return every operation, in the order of the schema."""
    return [
        Operation(told["operationId"], method.upper(), path, told["x-who"], told.get("x-act", ""))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, told in methods.items()
    ]


def readers(world: World) -> dict[str, dict[str, str]]:
    """Return the headers of each role, and let the world name what only programs ask for."""
    with scopes_disabled():
        for side in (world.own, world.others, world.foreign):
            acts = Person.objects.filter(delegates__participation__public_id=side["participation"])
            side["person"] = acts.get().public_id
            side["job"] = ScheduleRun.objects.get(public_id=side["run"]).job
            ImportBatch.objects.filter(public_id=side["batch"]).update(place=side["edition"])
        analyst = factories.make_user(name="analyst")
        expo = Organiser.objects.get(user=world.readers["organiser"]).expo
        Organiser.objects.create(expo=expo, user=analyst, role="analyst")
    found: dict[str, dict[str, str]] = {"nobody": {}}
    for role, user in [*world.readers.items(), ("analyst", analyst)]:
        if user is not None:
            _token, secret = make_token(user, "rights", SCOPES, 1)
            found[role] = {"Authorization": f"Bearer {secret}"}
    # An officer does nothing but for a member.
    found["officer"]["Emporion-Acting-For"] = world.own["participation"]
    return found


def rows(world: World, wanted: Callable[[Operation], bool] = lambda one: True) -> list[str]:
    """Return the lines of the table: operation, whose, and a word for each role."""
    every = readers(world)
    client = Client(raise_request_exception=False)
    lines = []
    for one in operations():
        if not wanted(one):
            continue
        for side in one.sides():
            address = one.address(world, side)
            cells = [_ask(client, one, address, side, role, h) for role, h in every.items()]
            lines.append(" | ".join([one.name, side, *cells]))
    return lines


def _ask(
    client: Client, one: Operation, address: str, side: str, role: str, headers: dict[str, str]
) -> str:
    """Call once, and undo whatever came of it."""
    before = JournalEntry.objects.count()
    body = json.dumps(BODIES.get(one.name, {})).encode() if one.method != "GET" else b""
    with transaction.atomic():
        answer = client.generic(
            one.method, address, body, content_type="application/json", headers=headers
        )
        if answer.streaming:
            text = b"".join(answer.streaming_content).decode("utf-8", "replace")
        else:
            text = answer.content.decode("utf-8", "replace")
        changed = JournalEntry.objects.count() - before
        transaction.set_rollback(True)
    word = _word(answer.status_code, changed)
    tells = (
        FOREIGN in text
        or (OTHERS in text and role != "organiser")
        or (NAMES in text and role in {"nobody", "user"} and one.who != "anybody")
    )
    return f"{word}!" if tells else word


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


def broken_rules(lines: list[str], roles: list[str]) -> list[str]:
    """Return the rows that no table may hold, whoever approved it."""
    known = {one.name: one for one in operations()}
    wrong = []
    for line in lines:
        name, side, *cells = line.split(" | ")
        cell, one = dict(zip(roles, cells, strict=True)), known[name]
        let_in = {role for role, word in cell.items() if word.rstrip("!") in {"read", "did"}}
        if (
            any(word.endswith("!") or word.startswith("broken") for word in cells)
            or cell["nobody"] != "no"
            # What staff does is for staff, and of their own fair only.
            or (
                one.who == "organiser"
                and (let_in - set(STAFF) or (side[:7] == "foreign" and let_in))
            )
            # An analyst looks and changes nothing.
            or (one.who == "organiser" and cell["analyst"] == "did")
            # Who takes part in nothing does nothing as one who takes part.
            or (one.who == "participant" and let_in & {"user", "organiser", "analyst"})
            # A thing of one fair is in no other, and nobody changes another fair.
            or (side == "foreign id" and let_in)
            or (side == "foreign" and "did" in cells)
        ):
            wrong.append(line)
    return wrong
