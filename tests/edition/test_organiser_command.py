"""The command that lets somebody run an expo."""

from __future__ import annotations

from typing import Any

import pytest

from emporion.accounts.models import User
from emporion.edition.interfaces.commands import organiser
from emporion.edition.queries import is_organiser


def test_new_user_gets_a_password_once(edition: Any, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--edition", edition.slug, "--email", "Ada@Example.org"]
    assert organiser(words) == 0
    password = capsys.readouterr().out.split("only this once: ")[1].strip()
    user = User.objects.get()
    assert user.check_password(password)
    assert is_organiser(edition, user)
    assert organiser(["--expo", edition.expo.slug, "--email", "ada@example.org"]) == 0
    said = capsys.readouterr().out
    assert "runs already" in said and "Password" not in said
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "words",
    [
        ["--edition", "nowhere", "--email", "a@example.org"],
        ["--expo", "nowhere", "--email", "a@example.org"],
    ],
)
def test_unknown_edition_is_refused(db: None, words: list[str], capsys: Any) -> None:
    assert organiser(words) == 1
    assert "'nowhere'" in capsys.readouterr().err
    assert User.objects.count() == 0


def test_no_address_is_refused(edition: Any, capsys: Any) -> None:
    assert organiser(["--edition", edition.slug, "--email", "nobody"]) == 1
    assert "is no e-mail address" in capsys.readouterr().err
