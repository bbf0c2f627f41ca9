"""Every address asked by every role, for what is theirs, for what is others', for what is foreign.

A cell is what came back, in one word; the table of all cells is checked in (`matrix.txt`). Pages that
take a form are sent it filled in, a row for each of its deeds (`forms`).

    page      it was shown                  form     the address takes forms only
    did       something was changed         moves    led elsewhere, and nothing was changed
    asks      the form was not right        signin   led to the sign-in
    no        refused (401, 403)            none     there is no such thing (404, 410)
    empty     nothing new to show (204)

With a `!` it showed what tells of people and was marked as others' or foreign. A page that shows more
with a question mark behind its address is asked so as well (`variants`), as "GET kind=person".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from unittest import mock
from urllib.parse import urlencode

from django.template.backends.django import Template
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import translation

from tests.house.rights.changes import undone
from tests.house.rights.forms import FORMS, KEYED, Form, filled, kinds
from tests.house.rights.journalled import QUIETLY, SIGN_IN
from tests.house.rights.telling import text_of
from tests.house.rights.variants import PAGES
from tests.house.rights.world import (
    FIRM,
    FOREIGN,
    KEYS,
    LIST,
    NAMES,
    OTHERS,
    PHONES,
    QUIET,
    SAID,
    STAFF,
    Reader,
    World,
)

SIDES = ("own", "others", "earlier id", "earlier", "foreign id", "foreign")
# What the word in an address stands for, by the page's name; the others are named by themselves.
MEANS = {
    "public_id": {
        "wish": "exhibitor", "ask": "stranger", "exhibitor": "exhibitor",
        "answer": "waiting", "personal_answer": "waiting", "audit": "request", "pin": "request",
        "rate": "request", "unpin": "request", "desk_live": "run", "desk_stop": "run",
        "take_back_incident": "incident", "desk_keep": "run", "desk_remove": "run", "audit_of": "participation",
        "see": "participation", "list": "draft", "list_live": "draft",
        "batch": "batch", "public_delegation": "delegation", "act_for": "participation",
        "end_access": "token", "end_erasure": "erased", "webhook": "endpoint",
        "webhook_act": "endpoint",
    },
    "number": {"publish": "draft number", "diff": "draft number"},
    "token": {"link": "sign-in link"},
}  # fmt: skip
FIXED = {"side": "needs", "provider": "weixin", "subject": "buyers"}
# Things that belong to one side of an edition, and not to the edition as a whole.
OF_A_SIDE = {
    "exhibitor", "stranger", "waiting", "request", "participation", "token", "session", "passkey",
    "outside", "colleague", "invite", "offer", "erased", "organisation",
}  # fmt: skip
# What belongs to an organiser, whatever the year.
OF_AN_EXPO = {
    "endpoint", "offer", "staff", "erased", "told key", "given-up key", "failed job", "nameless",
    "organisation",
}  # fmt: skip
# A key of one's own list means nothing in another's; numbers and letters come again in every fair.
OF_NOBODY = {"letter", "number", "draft number", "side", "slug", "key", "edition", *FIXED}
# Whoever of the staff may read contact data of the whole fair.
READ_CONTACTS = {"owner", "reviewer", "gate_chief", "support"}
# Whoever of the staff knows who asks and meets whom.
READ_REQUESTS = {"owner", "reviewer", "programme_editor"}
# Who reads of firms that buy: those whom they may meet, and who knows who asks and meets whom.
READ_FIRMS = {"exhibitor", *READ_REQUESTS}
# Where staff who do not know who meets whom read of firms one by one.
NAME_FIRMS = {
    "portal:participants", "portal:unanswered", "portal:journal", "portal:overview",
    "portal:export", "portal:find_people", "portal:see",
}  # fmt: skip
# Whoever of the staff takes lists in.
READ_LISTS = {"owner", "reviewer"}
# Sheets for paper, which have nothing to press.
PAPER = ("print/", "_parts/sheet")


@dataclass(frozen=True)
class Route:
    """An address as it is written in the program, and the name of its page."""

    pattern: str
    name: str
    space: str = ""

    @property
    def organises(self) -> bool:
        """Whether it belongs to the desk of those who run an expo."""
        return "/organise/" in self.pattern

    @property
    def page(self) -> str:
        """Return the name of the page with that of its part of the program."""
        return f"{self.space}:{self.name}"

    @property
    def words(self) -> dict[str, str]:
        """Return {word of the address: kind of thing}; KeyError for one that nobody explained."""
        found = {}
        for word in re.findall(r"<(?:\w+:)?(\w+)>", self.pattern):
            known = MEANS.get(word, {})
            found[word] = known[self.name] if word == "public_id" else known.get(self.name, word)
        if self.page == "messaging:stop":
            found["token"] = "stop"
        return found

    def asks(self) -> Iterator[tuple[str, str]]:
        """Yield (method, with the deed of a form) and of whose things it can be asked."""
        deeds = FORMS.get(self.page, {"": {}})
        for variant, query in PAGES.get(self.page, {}).items():
            # Whether the page is opened at all says its own row.
            for side in self._sides(set(self.words.values()) | kinds(query)):
                if not side.endswith(("foreign", "earlier")):
                    yield f"GET {variant}", side
        for method in ("GET", *(f"POST {deed}".rstrip() for deed in deeds)):
            deed = method.removeprefix("POST").strip() if method != "GET" else None
            named = set(self.words.values()) | kinds(KEYED.get(self.page, {}))
            if deed is not None:
                named |= kinds(deeds[deed])
            for side in self._sides(named):
                # A page without a form shows the same when it is sent one.
                if method == "GET" or side == "own" or self.page in FORMS:
                    yield method, side

    def _sides(self, named: set[str]) -> Iterator[str]:
        yield "own"
        if OF_A_SIDE & named:
            yield "others"
        if "edition" in self.words:
            if named - OF_NOBODY - OF_AN_EXPO:
                yield "earlier id"
            yield "earlier"
            if named - OF_NOBODY:
                yield "foreign id"
            yield "foreign"

    def things(self, world: World, side: str) -> dict[str, Any]:
        """Return {kind: id} of one side; a foreign or an earlier id stands in the own edition.

        Who comes to another fair has the keys of the own one.
        """
        whose: dict[str, Any] = getattr(world, side.removesuffix(" id"))
        if side.endswith(" id"):
            return {**whose, "edition": world.own["edition"]}
        return {**whose, **{key: world.own[key] for key in KEYS}}

    def address(self, things: dict[str, Any], variant: str = "") -> str:
        """Return the address of some things, of a variant with its question mark."""
        query: Form = {**KEYED.get(self.page, {}), **PAGES.get(self.page, {}).get(variant, {})}
        asked = filled(query, things)
        address = "/" + self.pattern
        for word, kind in self.words.items():
            value = asked.pop(f"/{word}", None) or FIXED.get(kind) or things[kind]
            address = re.sub(rf"<(?:\w+:)?{word}>", str(value), address, count=1)
        return f"{address}?{urlencode(asked)}" if asked else address


def routes() -> list[Route]:
    """Return every address of a page, in the order of the program."""
    with translation.override("en"):
        every = dict.fromkeys(_walk(get_resolver(), ""))
    # Programs have no session; who may call what is compared in `programs`.
    return [route for route in every if not route.pattern.startswith("api/")]


def _walk(resolver: Any, before: str, space: str = "") -> Iterator[Route]:
    for one in resolver.url_patterns:
        pattern = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _walk(one, pattern, one.namespace or space)
        else:
            yield Route(pattern, one.name or pattern, space)


def rows(
    world: World,
    readers: dict[str, Reader],
    wanted: Callable[[Route], bool] = lambda route: True,
    sides: tuple[str, ...] = SIDES,
) -> list[str]:
    """Return the lines of the table: address, method, side, and a word for each role."""
    clients = {role: _client(reader) for role, reader in readers.items()}
    lines = []
    for route in routes():
        if not wanted(route):
            continue
        for method, side in route.asks():
            if side not in sides:
                continue
            cells = [_ask(client, route, method, world, side, role)
                     for role, client in clients.items()]  # fmt: skip
            lines.append(" | ".join([route.pattern, method, side, *cells]))
    return lines


def _client(reader: Reader) -> Client:
    client = Client(raise_request_exception=False)
    if reader.user is not None:
        client.force_login(reader.user)
        session = client.session
        session.update(reader.session)
        session.save()
    return client


def _ask(client: Client, route: Route, method: str, world: World, side: str, role: str) -> str:
    """Ask once, and undo whatever came of it."""
    cookies = client.cookies.output(header="", sep=";")
    things = route.things(world, side)
    sent: dict[str, Any] = {}
    shown: AbstractContextManager[Any] = nullcontext()
    reads, variant = method.startswith("GET"), method.partition(" ")[2]
    if not reads:
        deeds = FORMS.get(route.page)
        if deeds is not None:
            sent = filled(deeds[method.removeprefix("POST").strip()], things)
        else:
            # Without a form of its own it is the page that GET has shown.
            shown = mock.patch.object(Template, "render", lambda *a, **k: "")
    ask = client.get if reads else client.post
    with undone() as written, shown:
        address = route.address(things, variant if reads else "")
        answer: Any = ask(address, sent, HTTP_ACCEPT_LANGUAGE="en")
        word = _word(answer, bool(written))
        told = _tells(answer, route, role, side, world)
        is_in = bool(client.session.get("_auth_user_id")) and not route.pattern.endswith(PAPER)
        assert lacking(answer, is_in) == [], route.pattern
    client.cookies = SimpleCookie(cookies.replace(";", "\n"))
    return f"{word}!" if told else word


def _word(answer: Any, changed: bool) -> str:
    status = answer.status_code
    if status >= 500:
        return f"broken {status}"
    if status in {401, 403}:
        return "no"
    if status in {400, 409, 422, 428, 429}:
        return "asks"
    if changed:
        return "did"
    if status in {301, 302, 303}:
        return "signin" if answer["Location"].startswith(reverse("accounts:signin")) else "moves"
    known = {200: "page", 201: "page", 204: "empty", 404: "none", 410: "none", 405: "form"}
    return known.get(status, str(status))


def lacking(answer: Any, is_in: bool) -> list[str]:
    """Return what an answer has to have and lacks: its type with its letters, and the way out."""
    if answer.streaming or not answer.content:
        return []
    kind, lacks = answer.headers.get("Content-Type", ""), []
    if not kind or (kind.startswith(("text/", "image/svg")) and "charset=" not in kind):
        lacks.append(f"type: {kind}")
    whole = (
        kind.startswith("text/html") and answer.status_code == 200 and b"<html" in answer.content
    )
    if whole and is_in and b'/signout/"' not in answer.content:
        lacks.append("the way out")
    return lacks


def _tells(answer: Any, route: Route, role: str, side: str, world: World) -> bool:
    """Whether it shows people of others (to anybody but their organiser) or of the other fair."""
    text = text_of(answer)
    if (role, side) == ("foreign organiser", "foreign"):
        return False
    to_nobody = {"nobody", "user", "pavilion_manager", "foreign organiser"}
    if FIRM in text and not (role in READ_FIRMS or (role in STAFF and route.page in NAME_FIRMS)):
        return True
    return marked(text, role, side, world) or (NAMES in text and role in to_nobody)


def marked(text: str, role: str, side: str, world: World) -> bool:
    """Whether a text holds what is marked as the other fair's, or as others' and not for a role."""
    others, foreign = world.hidden
    every = {FOREIGN, PHONES[FOREIGN], QUIET, QUIETLY, SIGN_IN}
    if role not in READ_CONTACTS:
        every |= {OTHERS, PHONES[OTHERS]}
    if role not in READ_LISTS:
        every |= {LIST}
    if role not in READ_REQUESTS:
        every |= {SAID}
    # Whoever names a request of others is answered with its id; nobody else learns of one.
    if side == "own":
        every |= foreign if role in READ_REQUESTS else foreign | others
    return any(mark in text for mark in every)
