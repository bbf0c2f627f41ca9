"""The command that lets exhibitors and buyers sign in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from emporion.accounts.models import User
from emporion.core.models import JournalEntry
from emporion.core.tenancy import scope
from emporion.edition.interfaces.commands import delegate
from emporion.edition.models import Delegate
from emporion.edition.queries import participation_of
from emporion.registry.models import Person
from tests import factories

ADA = ["--email", "Ada@Example.org"]


def words(edition: Any, whose: Any, *more: str) -> list[str]:
    return ["--edition", edition.slug, "--participation", whose.public_id, *more]


@pytest.fixture
def firm(edition: Any) -> Any:
    return factories.make_participation(edition, name="Salmi", source="exhibitors", external_id="7")


def person_of(firm: Any) -> Person:
    with scope(expo=firm.edition.expo):
        return Delegate.objects.get(participation=firm).person


def test_delegate_of_a_list_signs_in_with_the_printed_password(
    edition: Any, firm: Any, capsys: Any, client: Client
) -> None:
    lead = person_of(firm)
    assert delegate(["--edition", edition.slug, "--external-id", "7", *ADA]) == 0
    said = capsys.readouterr().out
    password = said.split("only this once: ")[1].strip()
    assert said.startswith(f"ada@example.org now signs in as {lead.name} for Salmi")
    answer = client.post("/en/signin/", {"identifier": "ada@example.org", "password": password})
    assert answer.status_code == 302
    user = User.objects.get()
    with scope(expo=edition.expo):
        assert participation_of(edition, user) == firm
    entry = JournalEntry.objects.get(action="person.link")
    assert (entry.actor, entry.object_ids) == ("command:delegate", [lead.public_id])


def test_second_call_changes_nothing_and_prints_no_password(
    edition: Any, firm: Any, capsys: Any
) -> None:
    assert delegate(words(edition, firm, *ADA)) == 0
    capsys.readouterr()
    before = JournalEntry.objects.count()
    assert delegate(words(edition, firm, "--email", "ada@example.org")) == 0
    said = capsys.readouterr().out
    assert said.startswith("ada@example.org signs in as") and "Password" not in said
    assert (User.objects.count(), JournalEntry.objects.count()) == (1, before)


def test_user_signs_in_by_phone(edition: Any, firm: Any, client: Client, capsys: Any) -> None:
    assert delegate(words(edition, firm, "--phone", "+86 571 0000-0000")) == 0
    password = capsys.readouterr().out.split("only this once: ")[1].strip()
    sent = {"identifier": "+8657100000000", "password": password}
    assert client.post("/en/signin/", sent).status_code == 302


def test_second_person_of_a_firm_is_made_with_a_name(edition: Any, firm: Any, capsys: Any) -> None:
    assert delegate(words(edition, firm, *ADA)) == 0
    other = ["--email", "li@example.org"]
    assert delegate(words(edition, firm, *other)) == 1
    assert "Add --name" in capsys.readouterr().err
    assert User.objects.count() == 1
    assert delegate(words(edition, firm, *other, "--name", "Li Na")) == 0
    with scope(expo=edition.expo):
        made = Person.objects.get(name="Li Na")
        assert made.organisation_id == firm.organisation_id
        assert participation_of(edition, User.objects.get(email="li@example.org")) == firm


def test_firm_without_anybody_needs_a_name(edition: Any, firm: Any, capsys: Any) -> None:
    with scope(expo=edition.expo):
        Delegate.objects.all().delete()
    assert delegate(words(edition, firm, *ADA)) == 1
    assert "Nobody acts for it yet" in capsys.readouterr().err
    assert delegate(words(edition, firm, *ADA, "--name", "Ada")) == 0
    assert person_of(firm).name == "Ada"


def test_contact_with_another_address_is_not_taken_over(
    edition: Any, firm: Any, capsys: Any
) -> None:
    lead = person_of(firm)
    Person._base_manager.filter(pk=lead.pk).update(email="LEAD@example.org")
    assert delegate(words(edition, firm, *ADA)) == 1
    assert "LEAD@example.org" in capsys.readouterr().err
    assert delegate(words(edition, firm, "--email", "lead@example.org")) == 0
    lead.refresh_from_db()
    assert lead.user == User.objects.get()


def test_person_who_acts_for_two_firms_stays_one(edition: Any, firm: Any) -> None:
    second = factories.make_participation(edition, name="Virtanen")
    assert delegate(words(edition, firm, *ADA)) == 0
    assert delegate(words(edition, second, *ADA)) == 0
    user = User.objects.get()
    with scope(expo=edition.expo):
        assert Person.objects.filter(user=user).count() == 1
        acting = Delegate.objects.filter(person__user=user).values_list("participation", flat=True)
        assert sorted(acting) == sorted([firm.pk, second.pk])


def test_id_that_two_participants_have_is_refused_with_both(
    edition: Any, firm: Any, capsys: Any
) -> None:
    twin = factories.make_participation(edition, "buyer", source="buyers", external_id="7")
    assert delegate(["--edition", edition.slug, "--external-id", "7", *ADA]) == 1
    said = capsys.readouterr().err
    assert firm.public_id in said and twin.public_id in said
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--edition": "nowhere"}, "no edition 'nowhere'"),
        ({"--participation": "nobody"}, "no participant 'nobody'"),
        ({"--email": "none"}, "'none' is no e-mail address"),
        ({"--name": "a" * 300}, "200"),
    ],
)
def test_refusal_says_why_and_changes_nothing(
    edition: Any, firm: Any, capsys: Any, changed: dict[str, str], said: str
) -> None:
    options = {
        "--edition": edition.slug,
        "--participation": firm.public_id,
        "--email": "a@example.org",
        **changed,
    }
    assert delegate([word for pair in options.items() for word in pair]) == 1
    assert said in capsys.readouterr().err
    assert User.objects.count() == 0


def test_participant_of_another_edition_is_not_found(edition: Any, capsys: Any) -> None:
    stranger = factories.make_participation(factories.make_edition())
    assert delegate(words(edition, stranger, *ADA)) == 1
    assert "has no participant" in capsys.readouterr().err
