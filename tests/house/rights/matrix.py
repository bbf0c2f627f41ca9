"""Every address asked by every role, for what is theirs, for what is others', for what is foreign.

A cell is what came back, in one word; the table of all cells is checked in (`matrix.txt`).

    page      it was shown                  form     the address takes forms only
    did       something was changed         moves    led elsewhere, and nothing was changed
    asks      the form was not right        signin   led to the sign-in
    no        refused (401, 403)            none     there is no such thing (404)
    empty     nothing new to show (204)

With a `!` it showed what tells of people and was marked as others' or foreign.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction
from django.http import FileResponse
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import translation

from emporion.core.models import JournalEntry
from tests.house.rights.world import FOREIGN, NAMES, OTHERS, World

METHODS = ("GET", "POST")
SIDES = ("own", "others", "foreign id", "foreign")
# What the word in an address stands for, by the page's name; the others are named by themselves.
MEANS = {
    "public_id": {
        "wish": "exhibitor", "ask": "exhibitor", "exhibitor": "exhibitor",
        "answer": "waiting", "personal_answer": "waiting", "audit": "request", "pin": "request",
        "rate": "request", "unpin": "request", "desk_live": "run", "desk_stop": "run", "desk_keep": "run",
        "desk_remove": "run", "audit_of": "participation", "see": "participation", "list": "draft", "list_live": "draft",
        "batch": "batch", "public_delegation": "delegation", "act_for": "participation",
        "end_access": "token", "end_erasure": "erasure", "webhook": "endpoint",
        "webhook_act": "endpoint",
    },
}  # fmt: skip
FIXED = {"side": "needs", "token": "ab2cd3.no-such-token", "provider": "weixin"}
# Things that belong to one side of an edition, and not to the edition as a whole.
OF_A_SIDE = {"exhibitor", "waiting", "request", "participation", "token"}
# A key of one's own list means nothing in another's.
OF_NOBODY = {"letter", "number", "side", "slug", "key"}


@dataclass(frozen=True)
class Route:
    """An address as it is written in the program, and the name of its page."""

    pattern: str
    name: str

    @property
    def words(self) -> dict[str, str]:
        """Return {word of the address: kind of thing}; KeyError for one that nobody explained."""
        return {
            word: MEANS[word][self.name] if word in MEANS else word
            for word in re.findall(r"<(?:\w+:)?(\w+)>", self.pattern)
        }

    def sides(self) -> list[str]:
        """Return of whose things it can be asked."""
        words = self.words
        found = ["own"]
        if OF_A_SIDE & set(words.values()):
            found.append("others")
        if "edition" in words:
            if set(words.values()) - {"edition"} - OF_NOBODY - set(FIXED):
                found.append("foreign id")
            found.append("foreign")
        return found

    def address(self, world: World, side: str) -> str:
        """Return the address for one side."""
        whose = {"own": world.own, "others": world.others}.get(side, world.foreign)
        filled = "/" + self.pattern
        for word, kind in self.words.items():
            value = FIXED.get(kind) or whose[kind]
            if side == "foreign id" and word == "edition":
                value = world.own["edition"]
            filled = re.sub(rf"<(?:\w+:)?{word}>", str(value), filled, count=1)
        return filled


def routes() -> list[Route]:
    """Return every address of a page, in the order of the program."""
    with translation.override("en"):
        every = dict.fromkeys(_walk(get_resolver(), ""))
    # Programs have no session; who may call what is compared in tests/api.
    return [route for route in every if not route.pattern.startswith("api/")]


def _walk(resolver: Any, before: str) -> Iterator[Route]:
    for one in resolver.url_patterns:
        pattern = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _walk(one, pattern)
        else:
            yield Route(pattern, one.name or pattern)


def rows(
    world: World,
    wanted: Callable[[Route], bool] = lambda route: True,
    sides: tuple[str, ...] = SIDES,
) -> list[str]:
    """Return the lines of the table: address, method, side, and a word for each role."""
    clients = {role: _client(user) for role, user in world.readers.items()}
    lines = []
    for route in routes():
        if not wanted(route):
            continue
        for side in (each for each in route.sides() if each in sides):
            address = route.address(world, side)
            for method in METHODS:
                cells = [_ask(client, method, address, side, role)
                         for role, client in clients.items()]  # fmt: skip
                lines.append(" | ".join([route.pattern, method, side, *cells]))
    return lines


def _client(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


def _ask(client: Client, method: str, address: str, side: str, role: str) -> str:
    """Ask once, and undo whatever came of it."""
    cookies = client.cookies.output(header="", sep=";")
    before = JournalEntry.objects.count()
    with transaction.atomic():
        answer = getattr(client, method.lower())(address, HTTP_ACCEPT_LANGUAGE="en")
        changed = JournalEntry.objects.count() - before
        transaction.set_rollback(True)
    client.cookies = SimpleCookie(cookies.replace(";", "\n"))
    word = _word(answer, changed)
    return f"{word}!" if _tells(answer, role) else word


def _word(answer: Any, changed: int) -> str:
    status = answer.status_code
    if status >= 500:
        return f"broken {status}"
    if status in {401, 403}:
        return "no"
    if status in {400, 409, 422, 428}:
        return "asks"
    if changed:
        return "did"
    if status in {301, 302, 303}:
        return "signin" if answer["Location"].startswith(reverse("accounts:signin")) else "moves"
    return {200: "page", 204: "empty", 404: "none", 405: "form"}.get(status, str(status))


def _tells(answer: Any, role: str) -> bool:
    """Whether it shows people of others (to anybody but their organiser) or of the other fair."""
    if answer.streaming or isinstance(answer, FileResponse):
        content = b"".join(answer.streaming_content)
    else:
        content = answer.content
    text = content.decode("utf-8", "replace")
    return (
        FOREIGN in text
        or (OTHERS in text and role != "organiser")
        or (NAMES in text and role in {"nobody", "user", "manager"})
    )
