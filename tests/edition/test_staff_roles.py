"""Roles of staff: all read the desk, and each changes what it is for; what is not named is owners'."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from emporion.core.models import JournalEntry
from emporion.edition import gates
from emporion.registry import domain
from emporion.registry.domain import roles
from emporion.registry.models import Organiser
from tests import factories

# Which page stands for an act, and how it is asked.
PAGES = {
    roles.SET_UP: ("portal:setup_basics", [], "post"),
    roles.IMPORT: ("portal:imports", [], "get"),
    roles.PARTICIPANTS: ("portal:participants_act", [], "post"),
    roles.CONTACTS: ("portal:find_people", [], "get"),
    roles.SCHEDULE: ("meetings:desk", [], "post"),
    roles.PUBLISH: ("meetings:publish", [1], "post"),
    roles.ERASE: ("portal:erasures", [], "get"),
}
ALLOWED = {
    "owner": set(PAGES),
    "reviewer": {roles.IMPORT, roles.PARTICIPANTS, roles.CONTACTS},
    "pavilion_manager": {roles.PARTICIPANTS, roles.CONTACTS},
    "programme_editor": {roles.SCHEDULE},
    "gate_chief": {roles.CONTACTS},
    "analyst": set(),
    "support": {roles.CONTACTS},
}


def staff(edition: Any, role: str) -> Client:
    user = factories.make_user()
    Organiser.objects.create(expo=edition.expo, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", ALLOWED)
def test_role_may_do_what_it_is_for_and_nothing_else(edition: Any, role: str) -> None:
    client = staff(edition, role)
    done = set()
    for act, (name, more, how) in PAGES.items():
        answer = getattr(client, how)(reverse(name, args=[edition.slug, *more]))
        if answer.status_code != 403:
            done.add(act)
    assert done == ALLOWED[role]
    assert client.get(reverse("portal:overview", args=[edition.slug])).status_code == 200


def test_form_without_a_named_act_is_an_owners(rf: Any) -> None:
    view = gates.for_organisers(lambda request: HttpResponse("done"))

    class Somebody:
        is_authenticated = True

    for role, allowed in (("owner", True), ("reviewer", False), ("", False), ("made up", False)):
        request = rf.post("/")
        request.user, request.staff_role, request.is_organiser = Somebody(), role, bool(role)
        try:
            answer: Any = view(request).content == b"done"
        except gates.PermissionDenied:
            answer = False
        assert answer is allowed, role


def test_role_is_changed_and_the_last_owner_keeps_theirs(edition: Any) -> None:
    li, sita = factories.make_user(), factories.make_user()
    assert domain.make_organiser(edition.expo, li)
    with pytest.raises(ValueError, match="last owner"):
        domain.make_organiser(edition.expo, li, "analyst")
    assert domain.make_organiser(edition.expo, sita, "support")
    assert not domain.make_organiser(edition.expo, sita, "owner")
    assert not domain.make_organiser(edition.expo, li, "analyst")
    assert not domain.make_organiser(edition.expo, li)
    found = Organiser.objects.order_by("pk").values_list("role", flat=True)
    assert list(found) == ["analyst", "owner"]
    actions = JournalEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["organiser.add", "organiser.add", "organiser.role", "organiser.role"]
    with pytest.raises(ValueError, match="no role"):
        domain.make_organiser(edition.expo, li, "king")
