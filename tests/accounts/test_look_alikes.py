"""An address that only looks like somebody's is nobody's, on both databases and by every way in."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from emporion.accounts import domain, queries
from emporion.accounts.domain import carriers, codes, joining
from emporion.accounts.domain.outside import Proof
from emporion.accounts.interfaces import commands
from emporion.accounts.models import OutsideAccount, SignInCode, User
from emporion.core.text.addresses import as_email

ADDRESS, WORDS = "mike.sisk@kiosk.example", "correct horse battery"
# Written large by a database, folded, or composed, each of these would become the address.
ALIKE = {
    "dotless i": "mike.sısk@kiosk.example",
    "i with a dot": "mike.sİsk@kiosk.example",
    "long s": "mike.ſisk@kiosk.example",
    "Kelvin": "mi\u212ae.sisk@kiosk.example",
    "Kelvin in the host": "mike.sisk@\u212aiosk.example",
    "full width": "\uff4dike.sisk@kiosk.example",
    "a mark on a letter": "mike.sisk@kios\u0327k.example",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def mike() -> User:
    return domain.create_user(email=ADDRESS, name="Mike", password=WORDS)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where codes were sent to."""
    kept: list[str] = []
    take = (lambda to, _subject, _text, _key: kept.append(to), lambda: True)
    monkeypatch.setattr(carriers, "_carriers", {"mail": take, "phone": take})
    return kept


@pytest.mark.parametrize("typed", ALIKE.values(), ids=list(ALIKE))
def test_look_alike_is_nobody_by_any_way_in(
    client: Client, mike: User, sent: list[str], typed: str
) -> None:
    assert queries.user_by_email(typed) is None
    client.post("/en/signin/", {"identifier": typed, "password": WORDS})
    client.post("/en/signin/code/", {"identifier": typed})
    codes.send_code(SignInCode.objects.get().public_id, lambda token: token)
    assert (client.session.get("_auth_user_id"), sent) == (None, [])
    assert joining.user_of(Proof("openid", "https://there.example", "s1", typed)) is None
    assert OutsideAccount.objects.count() == 0
    assert commands.token(["list", "--user", typed]) == 1
    try:
        named = domain.user_of_address(typed, "Mike", "en")
    except ValidationError:
        assert User.objects.count() == 1
    else:
        assert named != mike


@pytest.mark.parametrize("typed", [ADDRESS.upper(), f" {ADDRESS.title()}\n"])
def test_other_letters_and_spaces_are_the_same_by_every_way_in(
    client: Client, mike: User, sent: list[str], typed: str
) -> None:
    client.post("/en/signin/code/", {"identifier": typed})
    codes.send_code(SignInCode.objects.get().public_id, lambda token: token)
    assert sent == [ADDRESS]
    client.post("/en/signin/", {"identifier": typed, "password": WORDS})
    assert client.session.get("_auth_user_id") == str(mike.pk)
    assert joining.user_of(Proof("openid", "https://there.example", "s1", typed)) == mike
    assert domain.user_of_address(typed, "Mike", "en") == mike
    assert User.objects.get_by_natural_key(typed) == mike


def test_code_goes_to_what_the_account_holds_by_now(mike: User, sent: list[str]) -> None:
    row = domain.ask_for_code(ADDRESS, "192.0.2.1", "")
    SignInCode.objects.update(to=ADDRESS.upper())
    codes.send_code(row.public_id, lambda token: token)
    assert sent == [ADDRESS]


def test_nobody_is_found_under_no_address(mike: User) -> None:
    domain.create_user(phone="+97714123456")
    for nothing in ("", " ", "\u212a"):
        assert queries.user_by_email(nothing) is None
        with pytest.raises(User.DoesNotExist):
            User.objects.get_by_natural_key(nothing)
    with pytest.raises(ValueError, match="is no e-mail address"):
        domain.create_user(email=ALIKE["Kelvin"])


def test_form_of_a_form_is_itself() -> None:
    wide = [
        "ÄSA@Example.org",
        "A\u030asa@b.org",
        "İ@b.org",
        "ẞ@b.org",
        "\u1fef@b.org",
        *ALIKE.values(),
    ]
    assert [as_email(as_email(one)) for one in wide] == [as_email(one) for one in wide]
    assert as_email("A\u030aSA@B.org") == as_email("åsa@b.ORG") == "åsa@b.org"


@pytest.fixture
def store() -> Any:
    """The step of the migration that stores the form, on rows of before."""
    step = import_module("emporion.accounts.migrations.0010_email_form").store_the_form

    def run() -> None:
        with connection.schema_editor(atomic=False, collect_sql=True) as editor:
            step(apps, editor)

    return run


@pytest.mark.django_db(transaction=True)
def test_addresses_of_before_are_stored_in_their_form(mike: User, store: Any) -> None:
    other = domain.create_user(phone="+97714123456")
    User.objects.filter(pk=mike.pk).update(email="A\u030asa@Kiosk.example")
    for _again in range(2):
        store()
        assert list(User.objects.order_by("pk").values_list("pk", "email")) == [
            (mike.pk, "åsa@kiosk.example"), (other.pk, None),
        ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_addresses_that_would_be_one_are_named_before_anything_changes(
    mike: User, store: Any
) -> None:
    other = domain.create_user(phone="+97714123456")
    User.objects.filter(pk=mike.pk).update(email="a\u030asa@kiosk.example")
    User.objects.filter(pk=other.pk).update(email="åsa@kiosk.example")
    with pytest.raises(RuntimeError, match=f"{mike.public_id} and {other.public_id}"):
        store()
    assert User.objects.filter(email="a\u030asa@kiosk.example").exists()
