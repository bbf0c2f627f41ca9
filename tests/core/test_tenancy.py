"""Nothing of one expo is read while working for another."""

from __future__ import annotations

import threading

import pytest
from django.apps import apps
from django_scopes import ScopeError

from emporion.core.tenancy import scope, scopes_disabled
from emporion.edition.models import Edition, Participation
from tests import factories


def test_every_table_of_a_tenant_is_guarded() -> None:
    # What carries no tenant: the ground with the queue of jobs, users, the tenant itself.
    free = {"core", "searchindex", "sealing", "accounts", "auth", "contenttypes", "sessions"}
    unguarded = []
    for model in apps.get_models():
        # A caller's key is the caller's own, whatever the fair it wrote to; what a carrier said is
        # heard once for all fairs, and the row names nobody.
        if model._meta.app_label in free or model._meta.label in {
            "registry.Expo",
            "api.IdempotencyKey",
            "messaging.Heard",
        }:
            continue
        try:
            model._default_manager.all()
            unguarded.append(model._meta.label)
        except ScopeError:
            pass
    assert unguarded == []


@pytest.mark.django_db
def test_query_outside_of_a_scope_is_refused() -> None:
    for read in (
        lambda: Edition.objects.count(),
        lambda: Edition.objects.filter(slug="x").first(),
        lambda: list(Participation.objects.all()),
    ):
        with pytest.raises(ScopeError):
            read()


@pytest.mark.django_db
def test_scope_shows_its_own_expo_only() -> None:
    ours, theirs = factories.make_edition(), factories.make_edition()
    for edition in (ours, theirs):
        factories.make_participation(edition)
    with scope(expo=ours.expo):
        assert list(Edition.objects.all()) == [ours]
        assert [p.edition_id for p in Participation.objects.all()] == [ours.pk]
        assert not Edition.objects.filter(pk=theirs.pk).exists()
        with scope(expo=theirs.expo):
            assert list(Edition.objects.all()) == [theirs]
        assert list(Edition.objects.all()) == [ours]
    with scopes_disabled():
        assert Edition.objects.count() == 2


def test_new_thread_starts_without_a_scope() -> None:
    seen: list[object] = []

    def read() -> None:
        try:
            Edition.objects.all()
            seen.append("a query")
        except ScopeError as error:
            seen.append(type(error))

    with scope(expo=None):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert seen == [ScopeError]
