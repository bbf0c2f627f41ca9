"""Every operation keeps to the schema, whatever it is sent: schemathesis' cases and checks.

A few cases an operation run with every suite; `./run conformance api` tries many more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import set_urlconf
from django_scopes.state import state
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from emporion.accounts.domain import tokens
from emporion.api.interfaces.middleware import digest
from emporion.api.interfaces.urls import api
from emporion.project.wsgi import application
from tests.house.rights import calls, programs, world
from tests.house.rights.forms import filled, kinds
from tests.once import made_once

EXAMPLES = int(os.environ.get("EMPORION_API_EXAMPLES", "2"))
# What the fair itself refuses (a code that is none, a cursor of another list) fits the schema.
NOT_OURS = {"positive_data_acceptance"}
load_all_checks()
LEFT_OUT = CHECKS.get_by_names(sorted(NOT_OURS))
schema = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))
schema.app = application
OPERATIONS = {op.definition.raw["operationId"]: op for op in
              (found.ok() for found in schema.get_all_operations())}  # fmt: skip


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A server drops connections between requests; here all stand in the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    # A call leaves the addresses of programs active.
    set_urlconf(None)


# Objects with a version have it as their tag (tests/api/test_conditions); all else that is read has
# a digest of what was sent.
OF_A_VERSION = {"get_edition", "get_me", "get_own_request", "get_request"}
# What the fair answers to a call that is right, and why.
REFUSED = {
    "set_slots": "the published schedule holds meetings in the slots",
    "send_list": "the cases name no file; a file is sent in tests/api/test_lists and the table of rights",
}
# Whose it is to call what neither a buyer nor the owner may: who leads a team, and who was asked.
CALLERS = {
    **dict.fromkeys(("change_member", "take_member_off"), "exhibitor"),
    **dict.fromkeys(("take_post", "decline_post", "join_team", "decline_invitation"), "user"),
}
# Where the version is read that a write asks for; elsewhere it is that of the profile.
READERS = {
    "change_edition": "get_edition",
    **dict.fromkeys(("withdraw", "accept", "decline"), "get_own_request"),
}


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[world.World]:
    """Both fairs, which no call changes for longer than it lasts."""
    with made_once(django_db_blocker, world.make) as fairs:
        yield fairs


@pytest.mark.parametrize("tag", sorted({one.tags[0] for one in OPERATIONS.values()}))
def test_operations_answer_what_is_right_and_keep_to_the_schema(
    db: None, made: world.World, monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    monkeypatch.setattr(tokens, "CALLS_A_MINUTE", 10**9)
    fairs = world.lent(made)
    callers = programs.readers(fairs)
    for one in calls.operations():
        if OPERATIONS[one.name].tags[0] != tag:
            continue
        usual = "buyer" if one.who == "participant" or "/me/" in one.path else "owner"
        caller = callers[CALLERS.get(one.name, usual)]
        tried = Tried(one, programs.things_of(fairs, "own"), caller)
        for part in one.bodies():
            tried.call(tried.right(part))
        good = [status for status in tried.statuses if 200 <= status < 300]
        assert bool(good) != (one.name in REFUSED), (one.name, tried.statuses)
        tried.many(GenerationMode.POSITIVE)
        tried.many(GenerationMode.NEGATIVE)
        assert [status for status in tried.statuses if status >= 500] == [], one.name


class Tried:
    """Calls of one operation, each answer looked at, and undone."""

    def __init__(self, one: calls.Operation, things: dict[str, Any], headers: dict[str, str]):
        self.one, self.things = one, things
        # What is compressed the checks do not read.
        self.headers = {**headers, "Accept-Encoding": "identity"}
        self.operation = OPERATIONS[one.name]
        self.statuses: list[int] = []

    def words(self) -> dict[str, str]:
        """Return what stands in the address, of the own fair."""
        return {
            word: str(calls.FIXED.get(kind) or self.things[kind])
            for word, kind in self.one.words.items()
        }

    def right(self, part: str) -> Any:
        """Return a call that is right."""
        body = filled(self.one.bodies()[part], self.things)
        sent: dict[str, Any] = {}
        if self.operation.body:
            kind = self.operation.body[0].media_type
            sent = {"body": body, "media_type": kind}
        return self.operation.Case(path_parameters=self.words(), **sent)

    def call(self, case: Any) -> None:
        """Call once and look at the answer."""
        token = state.set(None)
        try:
            with transaction.atomic():
                headers = {**self.headers, **self.version()}
                answer = case.call(headers=headers)
                transaction.set_rollback(True)
        finally:
            state.reset(token)
        self.statuses.append(answer.status_code)
        told = answer.headers.get("etag")
        if told and self.one.method == "GET" and self.one.name not in OF_A_VERSION:
            assert told == [f'"{digest(answer.content)}"']
        case.validate_response(answer, excluded_checks=LEFT_OUT, headers=headers)

    def version(self) -> dict[str, str]:
        """Return the version that is there, of an operation that asks for one."""
        if not self.one.is_matched:
            return {}
        reader = OPERATIONS[READERS.get(self.one.name, "get_me")]
        names = {one.name for one in reader.path_parameters}
        words = {name: word for name, word in self.words().items() if name in names}
        read = reader.Case(path_parameters=words).call(headers=self.headers)
        return {"If-Match": read.headers["etag"][0]}

    def cursor(self) -> dict[str, str]:
        """Return the query of a second page, empty where there is none."""
        first = self.operation.Case(path_parameters=self.words(), query={"limit": "1"})
        read = first.call(headers=self.headers)
        return dict(parse_qsl(urlsplit(read.json()["next"] or "").query))

    def many(self, mode: Any) -> None:
        """Send what fits the schema with ids of things that are there, or what does not fit."""

        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            deadline=None,
            derandomize=True,
            database=None,
        )
        @given(case=self.operation.as_strategy(generation_mode=mode))
        def tried(case: Any) -> None:
            if mode == GenerationMode.POSITIVE:
                self.fill(case)
            self.call(case)

        tried()

    def fill(self, case: Any) -> None:
        """Put what is there in the place of ids, keys and cursors that were made up."""
        case.path_parameters.update(self.words())
        case.headers.pop("Emporion-Acting-For", None)
        case.headers.pop("If-Match", None)
        if "cursor" in (case.query or {}):
            token = state.set(None)
            case.query = self.cursor()
            state.reset(token)
        for body in self.one.bodies().values():
            for name in (name for name, value in body.items() if kinds({name: value})):
                if isinstance(case.body, dict) and name in case.body:
                    case.body[name] = filled(body, self.things)[name]
