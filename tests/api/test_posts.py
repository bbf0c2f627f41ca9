"""Teams, roles of the staff and officers by a program: what the pages do, by the same functions."""

from __future__ import annotations

import json

import pytest

from emporion.api.models import IdempotencyKey
from emporion.edition.models import Delegate, Delegation, Officer, PostOffer, TeamInvite
from emporion.registry.models import Body, Organiser, Person
from tests import factories
from tests.api.test_gates import is_problem

WITHOUT = ("read", "write", "organise.read", "organise.write")


@pytest.fixture
def desk(edition, program):
    return program(factories.make_organiser(edition), edition)


@pytest.fixture
def aino(db):
    return factories.make_user(email="aino@example.org", name="Aino Virtanen")


def test_role_is_offered_taken_and_taken_back(edition, desk, program, aino) -> None:
    sent = {"address": "aino@example.org", "name": "Our A.", "role": "support"}
    assert desk.post("staff", sent, Idempotency_Key="k").json() == {"offered": True}
    assert desk.post("staff", sent, Idempotency_Key="k").json() == {"offered": True}
    told = desk.get("staff").json()
    assert [(one["name"], one["role"]) for one in told if one["offered_until"]] == [
        ("Our A.", "support")
    ]
    assert "Aino" not in desk.get("staff").content.decode()
    hers = program(aino, edition)
    (offer,) = hers.get("me/posts").json()
    assert is_problem(
        program(factories.make_user(), edition).post(f"me/posts/{offer['id']}/take"), 404
    )
    assert hers.post(f"me/posts/{offer['id']}/take").json() == []
    assert Organiser.objects.get(user=aino).role == "support"
    left = desk.call("DELETE", f"staff/{aino.public_id}").json()
    assert [one["role"] for one in left] == ["owner"]
    assert is_problem(desk.call("DELETE", f"staff/{left[0]['id']}"), 409)
    assert is_problem(desk.call("DELETE", "staff/nobody"), 404)
    assert is_problem(desk.post("staff", {**sent, "address": "nobody"}), 422)
    assert is_problem(desk.post("staff", {**sent, "role": "pavilion_manager"}), 409)


def test_token_made_for_other_work_gives_nobody_a_role(edition, program, aino) -> None:
    owner = program(factories.make_organiser(edition), edition, WITHOUT)
    sent = {"address": "aino@example.org", "role": "owner"}
    assert is_problem(owner.post("staff", sent), 403)
    assert owner.get("staff").status_code == 200
    assert PostOffer.objects.count() == 0


def test_officer_is_named_and_dismissed(edition, desk, program, aino) -> None:
    body = Body.objects.create(expo=edition.expo, kind="association", name={"en": "Guild"})
    delegation = Delegation.objects.create(edition=edition, body=body)
    sent = {"address": "aino@example.org", "name": "A.", "delegation": delegation.public_id}
    assert desk.post("officers", sent).json() == {"offered": True}
    assert is_problem(desk.post("officers", {**sent, "delegation": "other"}), 404)
    hers = program(aino, edition)
    (offer,) = hers.get("me/posts").json()
    assert (offer["role"], offer["delegation"]) == (None, delegation.public_id)
    hers.post(f"me/posts/{offer['id']}/take")
    (row,) = desk.get("officers").json()
    assert (row["id"], row["offered_until"]) == (aino.public_id, None)
    assert desk.call("DELETE", f"officers/{aino.public_id}").json() == []
    assert Officer.objects.count() == 0
    desk.post("officers", sent)
    (offer,) = hers.get("me/posts").json()
    assert hers.call("DELETE", f"me/posts/{offer['id']}").json() == []


def test_team_asks_changes_and_takes_off(edition, program, aino) -> None:
    user = factories.make_user()
    seller = factories.make_participation(edition, "exhibitor", user=user)
    Delegate.objects.update(is_lead=True)
    mine, hers = program(user, edition), program(aino, edition)
    asked = mine.post("me/team", {"address": "aino@example.org", "name": "A."})
    assert (asked.status_code, [one["name"] for one in asked.json()["asked"]]) == (201, ["A."])
    (invitation,) = hers.get("me/invitations").json()
    assert hers.post(f"me/invitations/{invitation['id']}/join").json() == []
    person = Person.objects.get(user=aino)
    changed = mine.call("PATCH", f"me/team/{person.public_id}", {"leads": True}).json()
    assert [one["leads"] for one in changed["members"]] == [True, True]
    assert len(hers.get("me/team").json()["members"]) == 2
    left = mine.call("DELETE", f"me/team/{person.public_id}").json()
    assert [one["signs_in"] for one in left["members"]] == [True]
    own = Person.objects.get(user=user).public_id
    assert is_problem(mine.call("DELETE", f"me/team/{own}"), 409)
    assert is_problem(mine.call("DELETE", "me/team/nobody"), 404)
    mine.post("me/team", {"address": "aino@example.org", "name": "A."})
    invite = TeamInvite.objects.get(participation=seller)
    assert mine.call("DELETE", f"me/team/{invite.public_id}").json()["asked"] == []
    assert is_problem(hers.post(f"me/invitations/{invite.public_id}/join"), 404)


def kept() -> str:
    return json.dumps(list(IdempotencyKey.objects.values_list("answer", flat=True)))


def test_team_is_told_again_under_a_key_and_no_name_of_it_is_kept(edition, program, aino) -> None:
    user = factories.make_user(name="Zyxquark")
    factories.make_participation(edition, "exhibitor", user=user)
    Delegate.objects.update(is_lead=True)
    mine, sent = program(user, edition), {"address": "aino@example.org", "name": "Our A."}
    told = [mine.post("me/team", sent, Idempotency_Key="k") for _ in range(2)]
    assert [(one.status_code, one.json()["asked"][0]["name"]) for one in told] == [
        (201, "Our A."),
        (201, "Our A."),
    ]
    assert told[1]["Idempotency-Replayed"] == "true"
    own = Person.objects.get(user=user)
    mine.call("PATCH", f"me/team/{own.public_id}", {"leads": True}, Idempotency_Key="c")
    (asked,) = told[0].json()["asked"]
    off = [mine.call("DELETE", f"me/team/{asked['id']}", Idempotency_Key="d") for _ in range(2)]
    assert [one.json()["asked"] for one in off] == [[], []]
    assert [word for word in ("Our A.", own.name, "aino") if word in kept()] == []
    assert IdempotencyKey.objects.count() == 3


def test_who_leaves_a_team_under_a_key_is_told_who_stays(edition, program, aino) -> None:
    user = factories.make_user()
    factories.make_participation(edition, "exhibitor", user=user)
    Delegate.objects.update(is_lead=True)
    mine, hers = program(user, edition), program(aino, edition)
    mine.post("me/team", {"address": "aino@example.org", "name": "A."})
    (invitation,) = hers.get("me/invitations").json()
    hers.post(f"me/invitations/{invitation['id']}/join")
    person = Person.objects.get(user=aino)
    left = hers.call("DELETE", f"me/team/{person.public_id}", Idempotency_Key="d")
    assert (left.status_code, [one["signs_in"] for one in left.json()["members"]]) == (200, [True])


@pytest.mark.parametrize(("method", "end"), [("POST", "/join"), ("DELETE", "")])
def test_invitation_is_answered_once_under_a_key_and_no_name_is_kept(
    edition, program, aino, method: str, end: str
) -> None:
    for name in ("Zyxquark Oy", "Zyxquark Ab"):
        user = factories.make_user()
        seller = factories.make_participation(edition, name=name, user=user)
        Delegate.objects.filter(participation=seller).update(is_lead=True)
        sent = {"address": "aino@example.org", "name": "A."}
        assert program(user, edition).post("me/team", sent).status_code == 201
    hers = program(aino, edition)
    first, second = hers.get("me/invitations").json()
    address = f"me/invitations/{first['id']}{end}"
    told = [hers.call(method, address, Idempotency_Key="k") for _ in range(2)]
    assert [(one.status_code, one.json()) for one in told] == [(200, [second])] * 2
    assert told[1]["Idempotency-Replayed"] == "true"
    assert (IdempotencyKey.objects.count(), "Zyxquark" in kept()) == (1, False)


def test_staff_is_told_again_under_a_key_and_no_name_of_it_is_kept(edition, desk, aino) -> None:
    body = Body.objects.create(expo=edition.expo, kind="association", name={"en": "Guild"})
    delegation = Delegation.objects.create(edition=edition, body=body).public_id
    for name, where, more in (
        ("role", "staff", {"role": "support"}),
        ("officer", "officers", {"delegation": delegation}),
    ):
        for address in ("zyxquark@example.com", "aino@example.org"):
            desk.post(where, {"address": address, **more})
        one = PostOffer.objects.get(address="aino@example.org").public_id
        told = [desk.call("DELETE", f"{where}/{one}", Idempotency_Key=name) for _ in range(2)]
        assert [row["name"] for row in told[1].json() if row["offered_until"]] == [
            "zyxquark@example.com"
        ]
        assert (told[0].json(), told[1].status_code) == (told[1].json(), 200)
    assert "zyxquark" not in kept() and IdempotencyKey.objects.count() == 2
