"""Several people act for one participant: asked, joining, leading, leaving."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from emporion.accounts.models import User
from emporion.core.models import JournalEntry
from emporion.edition.domain import teams
from emporion.edition.models import Delegate, Edition, Participation, TeamInvite
from emporion.registry.models import Person
from tests import factories

KIM = {"act": "ask", "name": "Kim", "identifier": "Kim@example.org"}


@pytest.fixture
def lead() -> User:
    return factories.make_user(name="Lea")


@pytest.fixture
def firm(edition: Edition, lead: User) -> Participation:
    made = factories.make_participation(edition, "exhibitor", user=lead)
    Delegate.objects.update(blocked=[["2023-11-23", "09:00", "12:00"]])
    return made


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(user: User, edition: Edition, **told: Any) -> Any:
    return of(user).post(reverse("portal:team", args=[edition.slug]), told)


def page(user: User, edition: Edition) -> Any:
    return of(user).get(reverse("portal:team", args=[edition.slug]))


def test_somebody_is_asked_joins_and_leaves(
    edition: Edition, lead: User, firm: Participation
) -> None:
    namesake = Person.objects.create(expo=edition.expo, name="Kim", sort_key="kim")
    Delegate.objects.create(participation=firm, person=namesake, is_lead=False)
    answer = send(lead, edition, **KIM)
    kim, invite = User.objects.get(email="kim@example.org"), TeamInvite.objects.get()
    assert (answer.status_code, kim.has_usable_password(), invite.is_lead) == (302, False, False)
    day = reverse("meetings:day", args=[edition.slug])
    assert of(kim).get(day).status_code == 403
    assert [one.pk for one, _name in page(kim, edition).context["invites"]] == [invite.pk]
    send(kim, edition, act="join", whom=invite.public_id)
    assert of(kim).get(day).status_code == 200
    joined = Delegate.objects.get(participation=firm, person__user=kim)
    # Nobody's joining opens hours that were closed.
    assert (joined.is_lead, joined.blocked) == (False, [["2023-11-23", "09:00", "12:00"]])
    assert page(kim, edition).context["leads"] is False
    # A person of the list with the same name, who acts for others as well, stays who they are.
    namesake.refresh_from_db()
    assert (joined.person, namesake.user) == (Person.objects.get(user=kim), None)
    send(kim, edition, act="leave", whom=joined.person.public_id)
    assert of(kim).get(day).status_code == 403
    actions = JournalEntry.objects.filter(action__startswith="team.").order_by("pk")
    assert list(actions.values_list("action", "actor")) == [
        ("team.ask", lead.actor), ("team.join", kim.actor), ("team.leave", kim.actor),
    ]  # fmt: skip


def test_who_does_not_lead_changes_nobody(
    edition: Edition, lead: User, firm: Participation
) -> None:
    send(lead, edition, **KIM)
    kim, invite = User.objects.get(email="kim@example.org"), TeamInvite.objects.get()
    stranger = factories.make_user()
    other = factories.make_participation(edition, "buyer", user=factories.make_user(name="Oz"))
    oz = other.delegates.get().person.user
    leas = firm.delegates.get().person.public_id
    # Another's invitation, another's team.
    for user in (stranger, oz):
        send(user, edition, act="join", whom=invite.public_id)
        send(user, edition, act="withdraw", whom=invite.public_id)
        send(user, edition, act="leave", whom=leas)
    send(kim, edition, act="join", whom=invite.public_id)
    for act in ("leave", "lead_no_more"):
        send(kim, edition, act=act, whom=leas)
    send(kim, edition, **{**KIM, "identifier": "more@example.org"})
    send(kim, edition, act="lead", whom=Delegate.objects.get(person__user=kim).person.public_id)
    found = Delegate.objects.filter(participation=firm).order_by("pk")
    assert list(found.values_list("person__user__name", "is_lead")) == [
        ("Lea", True), ("Kim", False),
    ]  # fmt: skip
    assert not TeamInvite.objects.exists()


def test_one_who_leads_always_stays(edition: Edition, lead: User, firm: Participation) -> None:
    me = firm.delegates.get().person.public_id
    for act in ("leave", "lead_no_more"):
        send(lead, edition, act=act, whom=me)
    assert firm.delegates.get().is_lead
    send(lead, edition, **KIM, is_lead="on")
    kim, invite = User.objects.get(email="kim@example.org"), TeamInvite.objects.get()
    send(kim, edition, act="join", whom=invite.public_id)
    send(kim, edition, act="leave", whom=me)
    assert [one.person.user for one in firm.delegates.all()] == [kim]


def test_invitation_is_for_once_and_for_a_while_and_for_one_team(
    edition: Edition, lead: User, firm: Participation, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = factories.make_user(email="busy@example.org")
    factories.make_participation(edition, "buyer", user=busy)
    send(lead, edition, act="ask", name="Busy", identifier="busy@example.org")
    invite = TeamInvite.objects.get()
    with pytest.raises(teams.TeamError, match="in this edition already"):
        teams.join(busy, invite.public_id)
    TeamInvite.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    with pytest.raises(teams.TeamError, match="not asked any more"):
        teams.join(busy, invite.public_id)
    assert page(busy, edition).context["invites"] == []
    # Asked again, the time begins anew; taken back, it is over.
    send(lead, edition, act="ask", name="Busy", identifier="busy@example.org")
    assert len(page(busy, edition).context["invites"]) == 1
    send(lead, edition, act="withdraw", whom=invite.public_id)
    assert not TeamInvite.objects.exists()
    monkeypatch.setattr(teams, "ASKED", 3)
    found = [send(lead, edition, **{**KIM, "identifier": f"k{n}@example.org"}) for n in range(2)]
    assert [answer.status_code for answer in found] == [302, 429]
    assert send(lead, edition, **{**KIM, "identifier": "no address"}).status_code == 422
    assert User.objects.filter(email__startswith="k").count() == 1


def test_who_acts_for_a_while_neither_sees_nor_changes_the_team(
    edition: Edition, lead: User, firm: Participation
) -> None:
    support = factories.make_organiser(edition)
    client = of(support)
    see = reverse("portal:see", args=[edition.slug, firm.public_id])
    client.post(see, {"reason": "A call of 10:40 about the day"})
    assert client.get(reverse("portal:team", args=[edition.slug])).status_code == 403
    assert page(factories.make_user(), edition).context["members"] == []
