"""Teams, roles of the staff and officers by a program: what the pages do, by the same functions."""

from __future__ import annotations

import pytest

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
