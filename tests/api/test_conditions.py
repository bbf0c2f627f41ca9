"""What a tag says: the whole of what was told, so that 304 is never the answer to a change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from emporion.api.interfaces.shapes.edition import EditionShape, MeShape
from emporion.api.interfaces.shapes.market import OwnRequestShape, RequestShape
from emporion.core.tenancy import scope
from emporion.edition.models import Edition, Need, Offer, Participation
from emporion.meetings.models import MeetingRequest, Refusal
from emporion.registry.models import Person
from tests import factories
from tests.api.test_gates import is_problem

SHAPES = {"edition": EditionShape, "me": MeShape, "own": OwnRequestShape, "desk": RequestShape}
ADDRESSES = {"edition": "", "me": "/me", "own": "/me/requests/asked", "desk": "/requests/asked"}


@pytest.fixture
def read(edition: Any, program: Callable[..., Any]) -> Callable[..., Any]:
    """A function that reads one of the four objects that have a version."""
    user = factories.make_organiser(edition)
    factories.make_slots(edition)
    me = factories.make_participation(edition, "buyer", "Me", user=user, public_id="me")
    other = factories.make_participation(edition, "exhibitor", "Other", public_id="other")
    factories.make_request(other, me, public_id="asked")
    desk = program(user)

    def get(what: str, **headers: str) -> Any:
        named = Edition.objects.get(pk=edition.pk)
        return desk.get(f"/api/v1/editions/{named.slug}{ADDRESSES[what]}", **headers)

    return get


def of(model: Any, **values: Any) -> Callable[[Edition], None]:
    """Return what writes `values` into the rows of a model that the objects are made of."""

    def change(edition: Edition) -> None:
        rows = model.objects.all()
        if model is Participation:
            rows = rows.filter(public_id="me")
        rows.update(**values)

    return change


def hold(edition: Edition) -> None:
    request = MeetingRequest.objects.get()
    factories.make_release(edition, [(request, edition.slots.first())], state="published")


def refuse(edition: Edition) -> None:
    release = factories.make_release(edition, state="published")
    Refusal.objects.create(release=release, request=MeetingRequest.objects.get(), reason="full")


def stand(edition: Edition) -> None:
    hall = factories.make_pavilions(edition, "A")["A"]
    Participation.objects.filter(public_id="me").update(pavilion=hall)


def wanting(model: Any) -> Callable[[Edition], None]:
    def add(edition: Edition) -> None:
        me = Participation.objects.get(public_id="me")
        model.objects.create(participation=me, code="health.sleep")

    return add


def renamed(public_id: str) -> Callable[[Edition], None]:
    def change(edition: Edition) -> None:
        Participation.objects.filter(public_id=public_id).update(display_name=NEW)

    return change


def expo(edition: Edition) -> None:
    type(edition.expo).objects.update(slug="new")


NEW, LATER = {"en": "New"}, dt.date(2024, 1, 1)
REQUEST: dict[str, Callable[[Edition], None]] = {
    "state": of(MeetingRequest, state="accepted"),
    "asker": renamed("other"),
    "counterpart": renamed("me"),
    "message": of(MeetingRequest, message="New"),
    "weight": of(MeetingRequest, weight=2000),
    "is_mandatory": of(MeetingRequest, is_mandatory=True),
    "decline_reason": of(MeetingRequest, decline_reason="no_fit"),
    "asked_at": of(MeetingRequest, asked_at=timezone.now() - dt.timedelta(days=1)),
    "answered_at": of(MeetingRequest, answered_at=timezone.now()),
}
# What changes each thing that an object shows.
CHANGES: dict[str, dict[str, Callable[[Edition], None]]] = {
    "edition": {
        "title": of(Edition, title=NEW),
        "subtitle": of(Edition, subtitle=NEW),
        "place": of(Edition, place=NEW),
        "starts": of(Edition, starts=dt.date(2023, 11, 1)),
        "ends": of(Edition, ends=LATER),
        "zone": of(Edition, zone="Europe/Vienna"),
        "languages": of(Edition, languages=["en"]),
        "phase": of(Edition, phase="closed"),
        "is_demonstration": of(Edition, is_demonstration=True),
        "published_release": hold,
        "name": of(Edition, slug="new"),
        "expo": expo,
    },
    "me": {
        "role": of(Participation, role="investor"),
        "name": renamed("me"),
        "country": of(Participation, country="FI"),
        "pavilion": stand,
        "stand": of(Participation, stand="7"),
        "about": of(Participation, about=NEW),
        "markets": of(Participation, markets=["FI"]),
        "languages": of(Participation, languages=["fi"]),
        "is_made_up": of(Participation, is_made_up=True),
        "needs": wanting(Need),
        "offers": wanting(Offer),
        "tables": of(Participation, tables=2),
        "max_meetings": of(Participation, max_meetings=9),
        "max_meetings_per_day": of(Participation, max_meetings_per_day=3),
    },
    "desk": REQUEST,
    "own": {**REQUEST, "slot": hold, "refusal": refuse},
}
# An id never changes; the version follows the rest; who acts and who asked are other objects.
FIXED = {"id", "version", "is_acting", "direction"}


@pytest.mark.parametrize("what", SHAPES)
def test_each_thing_that_an_object_shows_has_its_change_here(what: str) -> None:
    assert set(CHANGES[what]) == set(SHAPES[what].model_fields) - FIXED


@pytest.mark.parametrize(
    ("what", "name"), [(what, name) for what, changes in CHANGES.items() for name in changes]
)
def test_reader_of_a_tag_is_told_whatever_changed(edition, read, what: str, name: str) -> None:
    first = read(what)
    assert read(what, If_None_Match=first["ETag"]).status_code == 304
    with scope(expo=edition.expo):
        CHANGES[what][name](edition)
    again = read(what, If_None_Match=first["ETag"])
    assert again.status_code == 200
    assert again.json()[name] != first.json()[name]
    assert again["ETag"] != first["ETag"]


def test_answer_to_a_request_needs_what_the_schedule_made_of_it(edition, read, program) -> None:
    """Who accepts has seen where the meeting is, or why there is none."""
    user = factories.make_user()
    Person.objects.filter(delegates__participation__public_id="me").update(user=user)
    mine = program(user, edition)
    before = mine.get("me/requests/asked")
    hold(edition)
    refused = mine.post("me/requests/asked/accept", If_Match=before["ETag"])
    assert is_problem(refused, 412)
    now = mine.get("me/requests/asked")
    (listed,) = mine.get("me/requests").json()["items"]
    assert now["ETag"] == f'"{listed["version"]}"' == f'"{now.json()["version"]}"'
    done = mine.post("me/requests/asked/accept", If_Match=now["ETag"])
    assert (done.status_code, done["ETag"]) == (200, mine.get("me/requests/asked")["ETag"])


def test_any_version_is_meant_by_a_star(edition, read, program) -> None:
    """RFC 9110, 13.1.1: true of whatever is there, and of nothing that is not."""
    user = factories.make_user()
    Person.objects.filter(delegates__participation__public_id="me").update(user=user)
    mine = program(user, edition)
    done = mine.post("me/requests/asked/accept", If_Match="*")
    assert (done.status_code, done.json()["state"]) == (200, "accepted")
    changed = mine.call("PATCH", "me", {"max_meetings": 3}, If_Match=" * ")
    assert (changed.status_code, changed.json()["max_meetings"]) == (200, 3)
    assert is_problem(mine.post("me/requests/nobody/accept", If_Match="*"), 404)
    # And of a read: nothing is told to whoever has anything.
    assert mine.get("me", If_None_Match="*").status_code == 304


@pytest.mark.parametrize("what", ["profile", "need", "request", "answer", "edition"])
def test_write_that_is_sent_again_has_its_tag_again(edition, read, program, what: str) -> None:
    user = factories.make_user()
    Person.objects.filter(delegates__participation__public_id="me").update(user=user)
    mine, desk = program(user, edition), program(factories.make_organiser(edition), edition)
    stranger = factories.make_participation(edition, "exhibitor", "Stranger")
    caller, method, address, body = {
        "profile": (mine, "PATCH", "me", {"about": {"en": "We buy."}}),
        "need": (mine, "POST", "me/profile/needs", {"code": "health.sleep"}),
        "request": (mine, "POST", "me/requests", {"counterpart": stranger.public_id}),
        "answer": (mine, "POST", "me/requests/asked/accept", {}),
        "edition": (desk, "PATCH", f"/api/v1/editions/{edition.slug}", {"title": {"en": "New"}}),
    }[what]
    answers = [
        caller.call(method, address, body, If_Match="*", Idempotency_Key="again") for _ in range(2)
    ]
    first, again = answers
    assert first.status_code == again.status_code in {200, 201}, first.content
    assert again["Idempotency-Replayed"] == "true"
    assert first["ETag"] == again["ETag"]
    read_at = {
        "request": f"me/requests/{first.json().get('id')}", "answer": "me/requests/asked",
        "edition": address,
    }.get(what, "me")  # fmt: skip
    assert caller.get(read_at)["ETag"] == again["ETag"]
