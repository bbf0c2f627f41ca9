from __future__ import annotations

import pytest
from django.apps import apps
from django.db import IntegrityError

from emporion.accounts import domain, queries
from emporion.accounts.models import User
from emporion.accounts.rules import as_identifier, as_phone
from emporion.core.models import JournalEntry


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("+86 571 8888 0000", "+8657188880000"),
        ("0086-571-88880000", "+8657188880000"),
        ("+977 (1) 4.123456", "+97714123456"),
        ("571 88880000", None),
        ("+12345", None),
        ("+1234567890123456", None),
        ("+٣٥٨٤٠١٢٣٤٥٦٧", None),
        ("aino@example.org", None),
        ("", None),
    ],
)
def test_as_phone(typed: str, stored: str | None) -> None:
    assert as_phone(typed) == stored


def test_as_identifier_is_one_for_two_spellings() -> None:
    assert as_identifier(" Aino@Example.org") == as_identifier("AINO@EXAMPLE.ORG ")
    assert as_identifier("0086 571 88880000") == as_identifier("+8657188880000")


@pytest.mark.django_db
def test_new_installation_has_no_account() -> None:
    """The migrations make none: nobody forgets to change a password that all know."""
    assert (User.objects.count(), apps.get_model("registry.Organiser")._base_manager.count()) == (
        0, 0,
    )  # fmt: skip


@pytest.mark.django_db
def test_user_needs_an_address_or_a_number() -> None:
    with pytest.raises(ValueError, match="needs an e-mail address or a phone number"):
        domain.create_user(name="Aino")
    with pytest.raises(ValueError, match=r"Write it with \+ and the country's code"):
        domain.create_user(phone="040 1234567")
    assert JournalEntry.objects.count() == 0


@pytest.mark.django_db
def test_address_that_two_name_at_once_is_one_user(monkeypatch: pytest.MonkeyPatch) -> None:
    quicker = domain.create_user(email="aino@example.org")
    answers = iter((None, quicker))
    monkeypatch.setattr(queries, "user_by_email", lambda _address: next(answers))
    assert domain.user_of_address("Aino@example.org", "Aino", "en") == quicker
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_user_without_a_mail_address_is_complete() -> None:
    user = domain.create_user(phone="+977 1 4123456", name="Sita", language="en")
    assert (user.email, user.phone, user.has_usable_password()) == (None, "+97714123456", False)
    entry = JournalEntry.objects.get()
    assert (entry.action, entry.object_ids) == ("user.create", [user.public_id])


@pytest.mark.django_db(transaction=True)
def test_address_is_taken_once_whatever_its_case() -> None:
    domain.create_user(email="aino@example.org")
    with pytest.raises(IntegrityError):
        domain.create_user(email="AINO@example.org")
    assert JournalEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_two_rows_differ_by_the_case_of_the_address_alone() -> None:
    User.objects.create(email="Aino@Example.org")
    with pytest.raises(IntegrityError):
        User.objects.create(email="aino@example.org ")
    # Who has none is not compared.
    User.objects.create(phone="+97714123456")
    User.objects.create(phone="+97714123457")
    assert User.objects.count() == 3


@pytest.mark.django_db
def test_superuser_has_the_address_in_small_letters() -> None:
    assert User.objects.create_superuser(" Root@Example.org", "x").email == "root@example.org"
