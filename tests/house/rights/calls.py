"""What is sent to each operation of programs: right as a program would send it, with ids of one side.

`programs` asks whose calls are let through with it, `tests.api.test_schema` whether each operation
answers one that is right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from emporion.api.interfaces.urls import api
from tests.house.rights.forms import Form, Of, filled, kinds, sent_file
from tests.house.rights.variants import OPERATIONS

# What the id in an address names, by the words before it; of some operations another thing.
MEANS = {
    "exhibitors": "exhibitor", "participations": "participation", "me/requests": "waiting",
    "requests": "request", "me/wishes": "exhibitor", "lists": "draft", "imports": "batch",
    "runs": "run", "incidents": "incident", "jobs": "job", "webhooks": "endpoint", "staff": "staff", "officers": "officer",
    "me/posts": "offer", "me/team": "colleague", "me/invitations": "invite",
}  # fmt: skip
OF_AN_OPERATION = {
    "withdraw": {"id": "request"}, "rate": {"id": "request"}, "take_back_rating": {"id": "request"},
    "publish_release": {"number": "draft number"}, "remove_pavilion": {"letter": "empty letter"},
    "tell_again": {"key": "told key"}, "end_erasure": {"person": "erased"},
}  # fmt: skip
FIXED = {"side": "needs", "subject": "buyers", "purpose": "messages", "empty letter": "C"}
IDS = [Of("participation")]
WALKS = [{"from": a, "to": b, "minutes": 5} for a in "ABC" for b in "ABC" if a != b]
# {operation: {what of it: body}}; what is not named has an empty one.
BODIES: dict[str, dict[str, Form]] = {
    "change_edition": {"": {"title": {"en": "New"}}},
    "create_edition": {"": {
        "name": "new", "title": {"en": "New"}, "starts": "2030-01-01", "ends": "2030-01-02",
        "zone": "UTC"}},
    "set_pavilion": {"": {"name": {"en": "Hall"}}},
    "set_walking": {"": {"minutes": WALKS}},
    "set_slots": {"": {"slots": []}},
    "ask": {"": {"counterpart": Of("stranger"), "message": "Hello"}},
    "decline": {"": {"reason": "no_fit"}},
    "make_wish": {"": {"kind": "save"}},
    "change_me": {"": {"max_meetings": 12}},
    "add_interest": {"": {"code": "health.sleep"}},
    "change_interest": {"": {"code": "health.sleep"}},
    "change_hours": {"": {"close": [1]}},
    "set_standing_rule": {"": {"source": "saved", "limit": 3}},
    "read_notices": {"": {"until": "2030-01-01T00:00:00Z"}},
    "rate": {"": {"value": 5}},
    "turn_suggestions": {"": {"on": False}},
    "say_use": {"": {"allowed": False}},
    "choose_messages": {"": {"quiet": "-"}},
    "publish_release": {"": {"seen": 1}},
    "compute_draft": {"": {"seconds": 1}},
    "send_list": {"": {"subject": "buyers", "file": sent_file}},
    "correct_list": {"": {"columns": {"id": "Id", "name": "Name"}}},
    "load_participations": {"": {
        "subject": "buyers", "source": "x", "rows": [{"id": "1", "name": {"en": "One"}}]}},
    "try_schedule": {"": {"seconds": 1}},
    "pin": {"": {"slot": 2}},
    "tell_incident": {"": {
        "kind": "absent", "participation": Of("participation"), "first": 3, "last": 4}},
    "move_participations": {"": {"ids": IDS, "pavilion": "B"}},
    "limit_participations": {"": {"ids": IDS, "max_meetings_per_day": 3}},
    "find_people": {"": {"words": "zz-mark"}},
    "end_erasure": {"decline": {"act": "decline", "reason": "The fair needs it."},
                    "erase": {"act": "erase", "reason": "They asked for it."}},
    "give_role": {"": {"address": "new@example.org", "name": "New", "role": "analyst"}},
    "name_officer": {"": {"address": "new@example.org", "delegation": Of("delegation")}},
    "ask_to_join": {"": {"address": "new@example.org", "name": "New"}},
    "change_member": {"": {"leads": True}},
    "make_webhook": {"": {"url": "https://1.1.1.1/called"}},
    "change_webhook": {"": {"is_active": False}},
    "end_given_up": {act: {"act": act, "keys": [Of("given-up key")]} for act in ("again", "drop")},
}  # fmt: skip


@dataclass(frozen=True)
class Operation:
    """One operation as the schema tells it."""

    name: str
    method: str
    path: str
    who: str
    act: str
    scope: str
    # Whether it asks for the version that is meant.
    is_matched: bool

    @property
    def words(self) -> dict[str, str]:
        """Return {word of the address: kind of thing}."""
        own = OF_AN_OPERATION.get(self.name, {})
        found = {}
        for word in re.findall(r"\{(\w+)\}", self.path):
            before = re.search(r"/editions/\{edition\}/((?:me/)?[a-z-]+)/\{id\}", self.path)
            known = MEANS[before[1]] if word == "id" and before else word
            found[word] = own.get(word, known)
        return found

    def bodies(self) -> Mapping[str, Form]:
        """Return what is sent to it, by what of it."""
        return BODIES.get(self.name, {"": {}})

    def kinds(self, part: str) -> set[str]:
        """Return the kinds of things that an address and a body name."""
        return set(self.words.values()) | kinds(self.bodies().get(part) or self._query(part))

    def _query(self, part: str) -> Form:
        return OPERATIONS.get(self.name, {}).get(part, {})

    def address(self, things: Mapping[str, Any], part: str = "") -> str:
        """Return its address for some things, of a variant with its question mark."""
        words, asked = self.words, filled(self._query(part), things)

        def value(found: re.Match[str]) -> str:
            kind = words[found[1]]
            return str(asked.pop(f"/{found[1]}", None) or FIXED.get(kind) or things[kind])

        address = re.sub(r"\{(\w+)\}", value, self.path)
        return f"{address}?{urlencode(asked)}" if asked else address

    def of_version(self, things: Mapping[str, Any]) -> str:
        """Return where the version is read that it asks for."""
        address = self.address(things)
        for end in ("/withdraw", "/accept", "/decline"):
            address = address.removesuffix(end)
        return address.partition("/profile/")[0]

    def content(self, part: str, things: Mapping[str, Any]) -> tuple[bytes, str]:
        """Return what is sent, and its type."""
        body = filled(self.bodies().get(part, {}), things)
        if self.method in ("GET", "DELETE"):
            return b"", "application/json"
        if self.name == "send_list":
            return encode_multipart(BOUNDARY, body), MULTIPART_CONTENT
        return json.dumps(body).encode(), "application/json"


def operations() -> list[Operation]:
    """Return every operation, in the order of the schema."""
    return [
        Operation(
            told["operationId"], method.upper(), path, told["x-who"], told.get("x-act", ""),
            told["security"][0]["Token"][0],
            any(one.get("name") == "If-Match" for one in told.get("parameters", [])),
        )
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, told in methods.items()
    ]  # fmt: skip
