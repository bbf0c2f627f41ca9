"""What one who takes part sets for themselves by a program: rule, link, notices, own data."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from emporion.api.models import IdempotencyKey
from emporion.core import privacy
from emporion.core.models import ImportBatch, ImportChange, JournalEntry
from emporion.registry import domain as registry
from emporion.registry.models import Person
from tests import factories
from tests.api.test_gates import is_problem


@pytest.fixture
def me(edition, program):
    """A buyer's participation, an exhibitor's, and the buyer's program."""
    user = factories.make_user()
    buyer = factories.make_participation(edition, "buyer", user=user, needs=["health.sleep"])
    return buyer, factories.make_participation(edition), program(user, edition)


def test_standing_rule_accepts_until_it_is_stopped(me) -> None:
    buyer, seller, mine = me
    assert mine.get("me/standing-rule").json() is None
    mine.call("PUT", f"me/wishes/{seller.public_id}", {"kind": "save"})
    factories.make_request(seller, buyer)
    sent = {"source": "saved", "limit": 3, "waiting": True}
    rule = mine.call("PUT", "me/standing-rule", sent).json()
    assert rule == {"source": "saved", "limit": 3, "is_active": True, "accepted": 1}
    assert mine.call("DELETE", "me/standing-rule").json()["is_active"] is False


def test_personal_link_is_read_where_it_is_and_kept_nowhere(edition, me) -> None:
    _buyer, _seller, mine = me
    assert mine.get("me/link").json() is None
    made = mine.post("me/link", Idempotency_Key="k")
    assert (made.status_code, set(made.json())) == (201, {"made_at", "expires_at"})
    address = mine.get("me/link").json()["address"]
    assert f"/{edition.slug}/personal/?key=" in address
    assert address.rpartition("=")[2] not in json.dumps(IdempotencyKey.objects.get().answer)
    assert mine.call("DELETE", "me/link").json() is None
    assert mine.get("me/link").json() is None


def test_token_that_only_reads_is_not_told_the_address_of_the_link(edition, me, program) -> None:
    buyer, _seller, mine = me
    mine.post("me/link")
    user = Person.objects.get(delegates__participation=buyer).user
    told = program(user, edition, ["read"]).get("me/link").json()
    assert (set(told), told["address"]) == ({"made_at", "expires_at", "address"}, None)


def test_notices_are_read_up_to_a_moment(me) -> None:
    buyer, seller, mine = me
    factories.make_request(seller, buyer)
    (notice,) = mine.get("me/notices").json()
    assert (notice["kind"], notice["other"]["id"], notice["is_new"]) == (
        "asked", seller.public_id, True,
    )  # fmt: skip
    (read,) = mine.post("me/notices/read", {"until": timezone.now().isoformat()}).json()
    assert read == {**notice, "is_new": False}
    first = mine.post("me/notices/read", {"until": "0001-01-01T00:00:00+14:00"})
    assert first.status_code == 200


def test_meeting_that_is_over_is_rated(edition, me) -> None:
    buyer, seller, mine = me
    asked = factories.make_request(buyer, seller, "accepted")
    address = f"me/requests/{asked.public_id}/rating"
    assert is_problem(mine.call("PUT", address, {"value": 5}), 409)
    slot = factories.make_slots(edition)[0]
    factories.make_release(edition, [(asked, slot)], state="published")
    assert mine.call("PUT", address, {"value": 5}).json() == {"value": 5}
    assert mine.call("DELETE", address).json() == {"value": None}


def test_suggestions_are_turned_off_and_on(me) -> None:
    _buyer, _seller, mine = me
    assert mine.call("PUT", "me/suggesting", {"on": False}).json() == {"on": False, "turned": True}
    assert mine.get("me/known").json()["off"] is True
    assert mine.call("PUT", "me/suggesting", {"on": True}).json() == {"on": True, "turned": True}
    known = mine.get("me/known").json()
    assert (known["off"], known["stated"]["needs"]) == (False, ["health.sleep"])
    assert mine.get("me/proposals/needs").json() == []


def test_own_data_is_taken_along_and_its_uses_said(edition, me) -> None:
    buyer, _seller, mine = me
    own = buyer.delegates.get().person
    batch = ImportBatch.objects.create(
        tenant=edition.expo.public_id, subject="buyers", place=edition.slug, source="s",
        file_name="x.csv", file_digest="d", started_at=timezone.now(),
    )  # fmt: skip
    ImportChange.objects.create(
        batch=batch, object_kind="person", object_id=own.public_id, before={"name": "Before"}
    )
    answer = mine.post("me/data")
    rows = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    tables = {row["table"] for row in rows}
    assert {"registry.Person", "journal", "imports"} <= tables
    # The file of the page holds the same.
    owner = registry.trace([own])
    for name, part in privacy.BESIDE.items():
        told = [row["values"] for row in rows if row["table"] == name]
        assert told == json.loads(json.dumps(list(part(owner)), cls=DjangoJSONEncoder)), name
    assert answer["Cache-Control"] == "private, no-store"
    assert JournalEntry.objects.filter(action="person.export").count() == 1
    uses = {one["purpose"]: one["allowed"] for one in mine.get("me/uses").json()}
    purpose = sorted(uses)[0]
    said = mine.call("PUT", f"me/uses/{purpose}", {"allowed": not uses[purpose]}).json()
    assert {one["purpose"]: one["allowed"] for one in said} == uses | {purpose: not uses[purpose]}
    assert is_problem(mine.call("PUT", "me/uses/nothing", {"allowed": True}), 404)


def test_messages_are_chosen_as_a_whole(me) -> None:
    _buyer, _seller, mine = me
    kind = mine.get("me/messages").json()["kinds"][0]
    sent = {"refused": [kind], "quiet": "22:00-07:00", "language": "ar"}
    chosen = mine.call("PUT", "me/messages", sent).json()
    assert {name: chosen[name] for name in sent} == sent
    assert is_problem(mine.call("PUT", "me/messages", {"quiet": "22:00-77:00"}), 422)


def test_wish_to_be_erased_is_asked_and_taken_back(me) -> None:
    _buyer, _seller, mine = me
    asked = dt.datetime.fromisoformat(mine.call("PUT", "me/erasure").json()["asked_at"])
    assert timezone.now() - asked < dt.timedelta(minutes=5)
    assert mine.call("DELETE", "me/erasure").json() == {"asked_at": None}


def test_officer_has_no_business_with_a_link_or_data(edition, program) -> None:
    from emporion.edition.models import Delegation, Officer
    from emporion.registry.models import Body

    body = Body.objects.create(expo=edition.expo, kind="association", name={"en": "Guild"})
    delegation = Delegation.objects.create(edition=edition, body=body)
    member = factories.make_participation(edition, "buyer", delegation=delegation)
    officer = factories.make_user()
    Officer.objects.create(delegation=delegation, user=officer, appointed_at=timezone.now())
    caller = program(officer, edition)
    for method, address in (("GET", "me/link"), ("POST", "me/link"), ("GET", "me/uses"),
                            ("POST", "me/data"), ("PUT", "me/erasure")):  # fmt: skip
        refused = caller.call(method, address, Emporion_Acting_For=member.public_id)
        assert is_problem(refused, 403), address
