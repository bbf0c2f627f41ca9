"""What is sent to each page that takes a form: filled in rightly, with the ids of one side.

A form with nothing in it is refused before an id in it is ever compared; so each deed of a page is
sent as a reader would send it, with ids of one's own side, of others', and of the other fair.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from emporion.accounts.domain import totp
from tests.house.rights.things import BUYERS_LIST, PASSWORD, SECRET, SIGNS_IN


@dataclass(frozen=True)
class Of:
    """The id of a thing of the side that is asked for."""

    kind: str


@dataclass(frozen=True)
class Made:
    """What is made anew for each form."""

    make: Callable[[], Any]


def _code() -> str:
    return totp.code_at(SECRET, int(time.time()) // totp.STEP)


sent_file = Made(lambda: SimpleUploadedFile("new.csv", BUYERS_LIST, "text/csv"))

EDITION = {
    "title_en": "New", "starts": "2023-11-23", "ends": "2023-11-24", "zone": "Asia/Shanghai",
    "languages": ["en"],
}  # fmt: skip
WALKS = {f"{a}-{b}": "5" for a in "ABC" for b in "ABC" if a != b}
IDS = [Of("participation")]
Form = Mapping[str, Any]

# {page: {deed: what is sent}}; a page with one deed names it "".
FORMS: dict[str, dict[str, Form]] = {
    "accounts:signin": {"": {"identifier": SIGNS_IN, "password": PASSWORD}},
    "accounts:link": {"": {}},
    "accounts:password": {"": {"new": "vier blaue Wellen im Regal"}},
    "accounts:disconnect": {"": {"account": Of("outside")}},
    "accounts:connect": {"": {}},
    "accounts:app": {"": {"code": Made(_code)}},
    "accounts:remove_app": {"": {}},
    "accounts:new_recovery": {"": {}},
    "accounts:remove_passkey": {"": {"passkey": Of("passkey")}},
    "accounts:end_sessions": {"one": {"session": Of("session")}, "others": {}},
    "accounts:signout": {"": {}},
    "accounts:access": {"": {"name": "program", "scopes": ["read"], "days": "30"}},
    "accounts:end_access": {"": {}},
    "portal:own_account": {"take": {}, "close": {"act": "close", "sure": "yes"}},
    "messaging:stop": {"": {}, "again": {"act": "again"}},
    "matchmaking:wish": {"": {"kind": "save"}, "veto": {"kind": "veto"}},
    "matchmaking:runs": {"": {"equality": "0", "seed": "0"}},
    "matchmaking:stop": {"": {}},
    "meetings:ask": {"": {"message": "Hello"}},
    "meetings:answer": {"accept": {"act": "accept"}, "decline": {"act": "decline"},
                        "withdraw": {"act": "withdraw"}},
    "meetings:standing": {"": {"source": "list", "limit": "3"}},
    "meetings:stop_standing": {"": {}},
    "meetings:notices_read": {"": {"until": "2023-12-01T00:00:00Z"}},
    "meetings:make_link": {"": {}},
    "meetings:revoke_link": {"": {}},
    "meetings:end_calendar": {"": {}},
    "meetings:forget_link": {"": {"key": Of("link key")}},
    "meetings:personal_answer": {"": {"key": Of("link key"), "act": "accept"}},
    "meetings:rate": {"": {"value": "5"}, "back": {"value": ""}},
    "meetings:publish": {"": {"seen": "1"}},
    "meetings:desk": {"": {"seconds": "1", "seed": "1", "service": "value"}},
    "meetings:repair": {
        "tell": {"act": "tell", "kind": "late", "who": Of("participation"), "first": "1",
                 "until": "2"},
        "closed": {"act": "tell", "kind": "closed", "letter": "B", "first": "1", "until": "1"},
        "draft": {"act": "draft", "as_of": "none", "notice": "1", "moves": "1"},
    },
    "meetings:take_back_incident": {"": {}},
    "meetings:desk_stop": {"": {}},
    "meetings:desk_keep": {"": {}},
    "meetings:desk_remove": {"": {}},
    "meetings:pin": {"": {"slot": ""}},
    "meetings:unpin": {"": {}},
    "meetings:walking": {"": WALKS},
    "portal:setup_basics": {"": EDITION},
    "portal:setup_pavilions": {
        "add": {"letter": "D", "name_en": "Hall", "gate_minutes": "1"},
        "remove": {"act": "remove", "letter": "C"},
    },
    "portal:setup_pavilion": {"": {"letter": "A", "name_en": "Hall", "gate_minutes": "1"}},
    "portal:setup_slots": {"": {
        "starts": "09:00", "ends": "17:00", "minutes": "30", "gap": "10",
        "break_starts": "12:00", "break_ends": "13:00"}},
    "portal:new_edition": {"": {**EDITION, "slug": "fair-new"}},
    "portal:imports": {"": {"subject": "buyers", "file": sent_file}},
    "portal:list": {"discard": {"act": "discard"}, "take": {"act": "take"},
                    "bad": {"act": "bad", "leave_out": "1"}},
    "portal:batch": {"": {"act": "undo"}},
    "portal:participants_act": {
        "limit": {"act": "limit", "most": "3", "id": IDS},
        "move": {"act": "move", "letter": "B", "id": [Of("exhibitor")]},
        "all": {"act": "limit", "most": "4", "whom": "all"},
    },
    "portal:views": {
        "save": {"name": "view", "query": "role=buyer"},
        "remove": {"act": "remove", "view": Of("view")},
    },
    "portal:find_people": {"": {"q": "zz-mark"}},
    "portal:staff": {
        "give": {"identifier": "new@example.org", "name": "New", "role": "analyst"},
        "remove": {"remove": Of("staff")},
        "withdraw": {"withdraw": Of("offer")},
    },
    "portal:officers": {
        "name": {"identifier": "new@example.org", "name": "New", "delegation": Of("delegation")},
        "dismiss": {"dismiss": Of("officer"), "of": Of("delegation")},
        "withdraw": {"withdraw": Of("offer")},
    },
    "portal:posts": {act: {"act": act, "offer": Of("offer")} for act in ("take", "decline")},
    "portal:see": {"": {"reason": "They asked why nobody answers."}},
    "portal:stop_seeing": {"": {}},
    "portal:webhooks": {"": {"url": "https://1.1.1.1/called"}},
    "portal:webhook_act": {
        **{act: {"act": act} for act in ("test", "pause", "delete")},
        "again": {"act": "again", "key": Of("told key")},
    },
    "portal:given_up_act": {
        "again": {"act": "again", "key": [Of("given-up key")]},
        "drop": {"act": "drop", "key": [Of("given-up key")]},
        "work": {"act": "work", "job": Of("failed job")},
    },
    "portal:take_along": {"": {}},
    "portal:say_use": {"": {"purpose": "messages", "say": "no"}},
    "portal:message_choices": {"": {"hours": "none", "language": "en"}},
    "portal:ask_erasure": {"": {}, "withdraw": {"act": "withdraw"}},
    "portal:end_erasure": {
        "decline": {"act": "decline", "reason": "The fair needs it."},
        "erase": {"act": "erase", "reason": "They asked for it."},
    },
    "portal:start": {"": {"side": "needs", "text": "sleep", "code": ["health.sleep"]}},
    "portal:profile_about": {"": {"about_en": "We sell."}},
    "portal:suggestions": {"": {"turn": "off"}},
    "portal:proposed": {"": {"code": ["health.sleep"]}},
    "portal:profile_hours": {"": {"shown": "1 2 3", "open": ["1", "2"]}},
    "portal:add_interest": {"": {"code": "health.sleep"}},
    "portal:interest": {"": {"code": "health.sleep"}},
    "portal:remove_interest": {"": {}},
    "portal:team": {
        "ask": {"act": "ask", "name": "New", "identifier": "new@example.org"},
        **{act: {"act": act, "whom": Of("invite")} for act in ("join", "decline", "withdraw")},
        **{act: {"act": act, "whom": Of("colleague")} for act in ("leave", "lead")},
    },
    "portal:act_for": {"": {}},
    "portal:stop_acting": {"": {}},
}  # fmt: skip
# What stands behind the question mark of an address that is opened by a key.
KEYED = {
    **{f"meetings:personal{part}": {"key": Of("link key")} for part in ("", "_print", "_pdf", "_ics")},
    "meetings:personal_answer": {"key": Of("link key")},
    "meetings:day_ics": {"token": Of("calendar")},
}  # fmt: skip


def filled(form: Form, things: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form with the ids of one side."""

    def of(value: Any) -> Any:
        if isinstance(value, Of):
            return things[value.kind]
        if isinstance(value, Made):
            return value.make()
        return [of(one) for one in value] if isinstance(value, list) else value

    return {name: of(value) for name, value in form.items()}


def kinds(form: Form) -> set[str]:
    """Return the kinds of things whose ids stand in a form."""
    every = [
        one for value in form.values() for one in (value if isinstance(value, list) else [value])
    ]
    return {one.kind for one in every if isinstance(one, Of)}
