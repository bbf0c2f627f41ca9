"""Somebody known in two fairs is erased in one: every table is looked at by its declaration."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from emporion.api.models import IdempotencyKey
from emporion.core import privacy
from emporion.core.privacy.owners import OF_ACCOUNT, rows_of, rows_of_expo
from emporion.core.tenancy import scope, scopes_disabled
from emporion.edition.domain import views
from emporion.edition.models import Delegation, Officer, Participation, PostOffer, TeamInvite
from emporion.meetings.models import CalendarAddress, NoticesRead
from emporion.registry import domain as registry
from emporion.registry.models import Body, Organiser, Person
from tests.factories import make_edition, make_participation
from tests.portal.planting import WORD, plant

pytestmark = pytest.mark.django_db
Rows = dict[str, list[dict[str, Any]]]
# Of an expo's own, and by its rules nobody's who is erased: who runs it is refused before.
NEVER_HERE = {"registry.Organiser"}


def account_rows(fair: Any, person: Person) -> None:
    """Give the person's account a row in every table of the fair that is keyed by a user."""
    expo, user, now = fair.expo, person.user, timezone.now()
    assert user is not None
    with scope(expo=expo):
        body = Body.objects.create(expo=expo, kind="association", name={"en": "Guild"})
        delegation = Delegation.objects.create(edition=fair, body=body)
        Officer.objects.create(delegation=delegation, user=user, appointed_at=now)
        host = make_participation(fair, "exhibitor")
        until = {"user": user, "made_at": now, "expires_at": now + dt.timedelta(days=9)}
        TeamInvite.objects.create(participation=host, name=WORD, **until)
        PostOffer.objects.create(expo=expo, address=f"{WORD}@example.org", name=WORD, **until)
        mine = Participation.objects.filter(person=person).get()
        NoticesRead.objects.create(participation=mine, user=user, until=now)
        CalendarAddress.objects.create(participation=mine, user=user, ended=1)
        sent = {"key": f"of {fair.slug}", "digest": "0", "made_at": now}
        IdempotencyKey.objects.create(owner=user.actor, tenant=expo.public_id, **sent)


@pytest.fixture
def fairs() -> list[Any]:
    """Two fairs of two expos, in both of which one account is known and has rows of every kind."""
    made = [make_edition(), make_edition()]
    with scope(expo=made[0].expo):
        first = plant(made[0])
    second = with_account(made[1], first)
    for fair, person in zip(made, (first, second), strict=True):
        account_rows(fair, person)
    return made


def with_account(fair: Any, other: Person) -> Person:
    """Plant somebody else in `fair` who signs in with the account of `other`."""
    with scope(expo=fair.expo):
        host = make_participation(fair, "buyer")
        mine = make_participation(fair, "exhibitor", user=other.user)
        person = Person.objects.get(user=other.user)
        Participation.objects.filter(pk=mine.pk).update(person=person, organisation=None)
        assert other.user is not None
        views.save_view(fair, other.user.actor, f"of {WORD}", f"q={host.public_id}")
    return person


def keyed_by_account() -> dict[str, privacy.Table]:
    """The tables that an expo's rows of an account stand in, and that an erasure clears."""
    return {
        label: table
        for label, table in privacy.register().items()
        if OF_ACCOUNT & set(table.whose) and table.row_goes and label not in NEVER_HERE
    }


def of_expo(table: privacy.Table, owner: privacy.Owner, expo: Any) -> list[Model]:
    here = rows_of_expo(table.model, expo)
    if here is None:
        return []
    keys = list(here.order_by().values_list("pk", flat=True))
    return list(rows_of(table, owner).filter(pk__in=keys))


def whole(expo: Any, owner: privacy.Owner) -> Rows:
    """Every row of the owner in an expo, with all that stands in it."""
    every = {
        label: [
            {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}
            for row in of_expo(table, owner, expo)
        ]
        for label, table in privacy.register().items()
    }
    return {label: rows for label, rows in every.items() if rows}


def test_account_that_stays_open_leaves_no_row_in_the_fair_that_forgot_it(
    fairs: list[Any],
) -> None:
    here, there = fairs
    with scopes_disabled():
        person = Person._base_manager.get(expo=here.expo, name__contains=WORD)
        user = person.user
        assert user is not None
        owner = registry.trace_account(user)
        scoped = {
            label
            for label, table in keyed_by_account().items()
            if rows_of_expo(table.model, here.expo) is not None
        }
        before, elsewhere = whole(here.expo, owner), whole(there.expo, owner)
        # A table that is new here has to be planted above.
        assert scoped - set(before) == set()
        assert scoped - set(elsewhere) == set()
        of_account = privacy.register()["accounts.User"].model._base_manager.filter(pk=user.pk)
        account = list(of_account.values())
        with transaction.atomic():
            done = registry.erase_person(person, "asked").rows
        assert scoped - set(done) == set()
        after = whole(here.expo, owner)
        assert {label: len(after.get(label, [])) for label in scoped} == dict.fromkeys(scoped, 0)
        assert whole(there.expo, owner) == elsewhere
        assert list(of_account.values()) == account


def test_account_that_two_of_one_fair_sign_in_with_keeps_its_rows_there(
    fairs: list[Any],
) -> None:
    """Nothing says whose of the two such a row is."""
    here = fairs[0]
    with scopes_disabled():
        person = Person._base_manager.get(expo=here.expo, name__contains=WORD)
        user = person.user
        assert user is not None
        with transaction.atomic():
            registry.create_person(here.expo, registry.NewPerson("Same", user_id=user.pk))
        registry.erase_person(person, "asked")
        assert Officer._base_manager.filter(user=user).count() == 2


def test_who_runs_the_other_fair_goes_on_there(fairs: list[Any]) -> None:
    here, there = fairs
    with scopes_disabled():
        person = Person._base_manager.get(expo=here.expo, name__contains=WORD)
        Organiser._base_manager.create(expo=there.expo, user=person.user)
        registry.erase_person(person, "asked")
        assert Organiser._base_manager.filter(user__isnull=False, expo=there.expo).count() == 1
