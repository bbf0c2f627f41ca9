"""Organisations, people and bodies: made one by one and many at once, changed, removed."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from emporion.core.models import JournalEntry
from emporion.core.tenancy import scope
from emporion.core.translated import as_dict
from emporion.registry import domain as registry
from emporion.registry import queries
from emporion.registry.models import Body, Expo, Organisation, Organiser, Person
from tests import factories


@pytest.fixture
def expo(db: None) -> Expo:
    return registry.create_expo("trade", {"en": "Trade"})


def test_create_expo_writes_it_with_its_journal_row(expo: Expo) -> None:
    entry = JournalEntry.objects.get(action="expo.create")
    assert (entry.tenant, entry.object_ids) == (expo.public_id, [expo.public_id])
    assert queries.expo_by_slug("trade") == expo
    assert queries.expo_by_slug("other") is None


def test_add_organisations_keeps_order_and_journals_each_thousand(expo: Expo) -> None:
    rows = [
        registry.NewOrganisation({"en": f"Firm {n}"}, external_id=str(n), source="list")
        for n in range(2500)
    ]
    keys = registry.add_organisations(expo, rows)
    with scope(expo=expo):
        stored = dict(Organisation.objects.values_list("pk", "external_id"))
        by_id = queries.organisation_keys(expo, source="list")
    assert [stored[key] for key in keys] == [str(n) for n in range(2500)]
    assert by_id["7"] == keys[7]
    counts = JournalEntry.objects.filter(action="organisation.add").order_by("pk")
    assert [entry.object_count for entry in counts] == [1000, 1000, 500]


def test_add_organisations_same_source_and_id_is_refused_and_nothing_stays(expo: Expo) -> None:
    row = registry.NewOrganisation({"en": "A"}, source="list", external_id="1")
    with pytest.raises(IntegrityError):
        registry.add_organisations(expo, [row, row])
    with scope(expo=expo):
        assert Organisation.objects.count() == 0


def test_add_organisations_empty_list_is_nothing(expo: Expo) -> None:
    assert registry.add_organisations(expo, []) == []
    assert registry.add_people(expo, []) == []
    assert registry.add_bodies(expo, []) == []


def test_change_organisations_returns_what_was_before(expo: Expo) -> None:
    made = registry.create_organisation(
        expo, registry.NewOrganisation({"en": "Beta", "zh-hans": "贝塔"}, country="CN")
    )
    before = registry.change_organisations(expo, {made.pk: {"name": {"en": "Alpha"}, "city": "X"}})
    assert before == {made.public_id: {"name": {"en": "Beta", "zh-hans": "贝塔"}, "city": ""}}
    made.refresh_from_db()
    assert (as_dict(made.name), made.city, made.country) == ({"en": "Alpha"}, "X", "CN")
    assert made.sort_key.startswith("alpha")


def test_change_organisations_of_another_expo_is_no_change(expo: Expo) -> None:
    other = registry.create_expo("other", "Other")
    made = registry.create_organisation(other, registry.NewOrganisation({"en": "A"}))
    assert registry.change_organisations(expo, {made.pk: {"city": "X"}}) == {}
    made.refresh_from_db()
    assert made.city == ""


def test_change_organisations_other_column_is_refused(expo: Expo) -> None:
    with pytest.raises(ValueError, match="public_id"):
        registry.change_organisations(expo, {1: {"public_id": "x"}})


def test_change_people_and_removal(expo: Expo) -> None:
    firm = registry.create_organisation(expo, registry.NewOrganisation({"en": "A"}))
    person = registry.create_person(
        expo, registry.NewPerson("王伟", organisation_id=firm.pk, email="w@example.org")
    )
    assert person.sort_key.startswith("wang wei")
    before = registry.change_people(expo, {person.pk: {"name": "Li Na", "email": None}})
    assert before == {person.public_id: {"name": "王伟", "email": "w@example.org"}}
    # A firm that somebody belongs to stays.
    assert registry.remove_organisations(expo, [firm.pk]) == 0
    assert registry.remove_people(expo, [person.pk]) == 1
    assert registry.remove_organisations(expo, [firm.pk]) == 1


def test_remove_people_who_act_for_somebody_stay(expo: Expo) -> None:
    edition = factories.make_edition(expo)
    participation = factories.make_participation(edition)
    with scope(expo=expo):
        person = Person.objects.get()
        assert registry.remove_people(expo, [person.pk]) == 0
        assert registry.remove_organisations(expo, [participation.organisation_id]) == 0


def test_add_bodies_unknown_kind_is_refused_before_anything_is_written(expo: Expo) -> None:
    with pytest.raises(ValueError, match="kingdom"):
        registry.add_bodies(
            expo, [registry.NewBody("association", {"en": "A"}), registry.NewBody("kingdom", {})]
        )
    assert Body._base_manager.count() == 0


def test_bodies_guest_countries_come_first(expo: Expo) -> None:
    registry.add_bodies(
        expo,
        [
            registry.NewBody("association", {"en": "Saunas"}),
            registry.NewBody("guest_country", {"en": "Finland"}, "FI"),
        ],
    )
    with scope(expo=expo):
        assert [str(body) for body in queries.bodies(expo)] == ["Finland", "Saunas"]


def test_make_organiser_twice_is_once(expo: Expo) -> None:
    user = factories.make_user()
    assert registry.make_organiser(expo, user) is True
    assert registry.make_organiser(expo, user) is False
    assert Organiser._base_manager.count() == 1


def test_link_user_and_back(expo: Expo) -> None:
    user = factories.make_user()
    person = registry.create_person(expo, registry.NewPerson("Ada"))
    registry.link_user(person, user)
    assert Person._base_manager.get().user == user
    registry.link_user(person, None)
    assert Person._base_manager.get().user is None
