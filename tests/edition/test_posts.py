"""Posts are offered under what an owner wrote, and an account tells its name when it takes one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from emporion.accounts.models import User
from emporion.core.models import JournalEntry
from emporion.edition.domain import officers
from emporion.edition.models import Delegation, Edition, Officer, PostOffer
from emporion.registry import domain as registry
from emporion.registry.models import Body, Organiser
from tests import factories

REAL = "Aino Virtanen"


@pytest.fixture
def aino(db: None) -> User:
    """Somebody whom the expo does not know, with two addresses."""
    return factories.make_user(email="aino@example.org", phone="+358401234567", name=REAL)


@pytest.fixture
def owner(edition: Edition) -> Client:
    return of(factories.make_organiser(edition))


@pytest.fixture
def delegation(edition: Edition) -> Delegation:
    body = Body.objects.create(expo=edition.expo, kind="association", name={"en": "Guild"})
    return Delegation.objects.create(edition=edition, body=body)


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(edition: Edition, name: str) -> str:
    return reverse(f"portal:{name}", args=[edition.slug])


def test_named_account_does_not_tell_its_name_until_it_takes_the_role(
    edition: Edition, owner: Client, aino: User
) -> None:
    for address in (aino.email, aino.phone, "nobody@example.org"):
        owner.post(
            page(edition, "staff"), {"identifier": address, "name": "Our A.", "role": "support"}
        )
    told = owner.get(page(edition, "staff")).content.decode()
    told += owner.get(page(edition, "journal")).content.decode()
    assert (REAL in told, told.count("<bdi>Our A.</bdi>"), Organiser.objects.count()) == (
        False, 3, 1,
    )  # fmt: skip
    # Nor does the journal say whether there was an account.
    assert (
        JournalEntry.objects.filter(tenant=edition.expo.public_id, action="user.create").count()
        == 0
    )
    her = of(aino)
    assert her.get(page(edition, "overview"))["Location"] == page(edition, "posts")
    offer = PostOffer.objects.filter(user=aino).first()
    assert offer is not None
    taken = her.post(page(edition, "posts"), {"act": "take", "offer": offer.public_id})
    assert taken["Location"] == page(edition, "overview")
    assert her.get(page(edition, "overview")).status_code == 200
    assert REAL in owner.get(page(edition, "staff")).content.decode()


def test_offer_is_declined_withdrawn_or_over(edition: Edition, owner: Client, aino: User) -> None:
    her, posts = of(aino), page(edition, "posts")

    def offered() -> PostOffer:
        owner.post(page(edition, "staff"), {"identifier": aino.email, "role": "owner"})
        return PostOffer.objects.get()

    her.post(posts, {"act": "decline", "offer": offered().public_id})
    owner.post(page(edition, "staff"), {"withdraw": offered().public_id})
    late = offered()
    PostOffer.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    her.post(posts, {"act": "take", "offer": late.public_id})
    other = of(factories.make_user())
    other.post(posts, {"act": "take", "offer": offered().public_id})
    assert (Organiser.objects.count(), PostOffer.objects.count()) == (1, 1)
    assert list(
        JournalEntry.objects.filter(object_kind="post")
        .order_by("pk")
        .values_list("action", flat=True)
    ) == ["post.offer", "post.decline", "post.offer", "post.withdraw", "post.offer", "post.offer"]


def test_owner_names_and_dismisses_officers_on_a_page(
    edition: Edition, owner: Client, aino: User, delegation: Delegation
) -> None:
    officers, her = page(edition, "officers"), of(aino)
    told = {"identifier": aino.email, "name": "Our A.", "delegation": delegation.public_id}
    assert owner.post(officers, told).status_code == 302
    assert REAL not in owner.get(officers).content.decode()
    assert her.get(page(edition, "delegation"))["Location"] == page(edition, "posts")
    her.post(page(edition, "posts"), {"act": "take", "offer": PostOffer.objects.get().public_id})
    assert her.get(page(edition, "delegation")).status_code == 200
    assert REAL in owner.get(officers).content.decode()
    owner.post(officers, {"dismiss": aino.public_id, "of": delegation.public_id})
    assert Officer.objects.count() == 0
    assert owner.post(officers, {**told, "delegation": "foreign"}).status_code == 422
    assert owner.post(officers, {"dismiss": "x", "of": "foreign"}).status_code == 404


@pytest.mark.parametrize("name", ["staff", "officers"])
def test_role_of_the_demonstration_names_nobody(
    edition: Edition, delegation: Delegation, settings: Any, name: str
) -> None:
    settings.DEMO_SIGNIN = True
    shared = factories.make_organiser(edition, factories.make_user(is_demonstration=True))
    other = factories.make_organiser(edition)
    client, told = of(shared), {"identifier": "x@example.org", "delegation": delegation.public_id}
    for form in ({**told, "role": "owner"}, {"remove": other.public_id}, {"withdraw": "x"}):
        if name == "staff" or "remove" not in form:
            assert client.post(page(edition, name), form).status_code == 403
    assert (Organiser.objects.count(), PostOffer.objects.count()) == (2, 0)
    assert User.objects.filter(email="x@example.org").count() == 0


def test_naming_many_is_slowed_down(edition: Edition, owner: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("emporion.edition.domain.posts.GIVEN", 1)
    form = {"identifier": "one@example.org", "role": "support"}
    assert owner.post(page(edition, "staff"), form).status_code == 302
    refused = owner.post(page(edition, "staff"), form)
    assert (refused.status_code, int(refused["Retry-After"]) > 0) == (429, True)


@pytest.mark.parametrize("leaves", ["the delegation", "another expo"])
def test_who_leaves_one_post_of_two_gets_no_new_days_of_grace(
    edition: Edition, delegation: Delegation, settings: Any, leaves: str
) -> None:
    """An owner past the day could else go on for ever: named an officer and dismissed at once."""
    settings.SECOND_FACTOR, settings.SECOND_FACTOR_GRACE_DAYS = "staff", 7
    user = factories.make_organiser(edition)
    overdue = timezone.now() - dt.timedelta(days=30)
    User.objects.filter(pk=user.pk).update(factor_due_at=overdue)
    elsewhere = factories.make_edition().expo
    owner = factories.make_user()
    for one in (owner, user):
        registry.make_organiser(elsewhere, one)
    officers.appoint_officer(delegation, user)
    if leaves == "the delegation":
        registry.remove_organiser(elsewhere, user.public_id)
        assert officers.dismiss_officer(delegation, user)
    else:
        assert officers.dismiss_officer(delegation, user)
        registry.remove_organiser(elsewhere, user.public_id)
    user.refresh_from_db()
    assert user.factor_due_at == overdue
    assert of(user).get(page(edition, "overview"))["Location"] == "/en/account/"


@pytest.mark.parametrize("last", ["role", "delegation"])
def test_who_leaves_the_last_post_is_asked_no_more(
    edition: Edition, delegation: Delegation, settings: Any, last: str
) -> None:
    settings.SECOND_FACTOR = "staff"
    user = factories.make_user()
    factories.make_organiser(edition)
    registry.make_organiser(edition.expo, user)
    officers.appoint_officer(delegation, user)

    def leave(post: str) -> bool:
        if post == "role":
            return registry.remove_organiser(edition.expo, user.public_id)
        return officers.dismiss_officer(delegation, user)

    due = []
    for post in sorted(("role", "delegation"), key=lambda post: post == last):
        assert leave(post)
        user.refresh_from_db()
        due.append(user.factor_due_at is not None)
    assert due == [True, False]
