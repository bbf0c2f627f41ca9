"""`emporion officer`: by id or name, in any language, and back."""

from __future__ import annotations

import pytest

from emporion.accounts.models import User
from emporion.core.tenancy import scopes_disabled
from emporion.edition.interfaces.commands import officer
from emporion.edition.models import Officer
from tests.edition.test_officers import make_delegation


def run(edition, *words):
    with scopes_disabled():
        return officer(["--edition", edition.slug, *words])


def test_makes_a_user_once_and_ends_it(edition, capsys):
    delegation = make_delegation(edition, "Finland")
    words = ("--delegation", "finland", "--email", "o@example.org")
    assert run(edition, *words) == 0
    said = capsys.readouterr().out
    assert "now acts for the delegation of Finland" in said
    assert "Password, shown only this once" in said
    assert run(edition, "--delegation", delegation.public_id, "--email", "O@example.org") == 0
    assert "acts already" in capsys.readouterr().out
    assert Officer.objects.get().user == User.objects.get()
    assert run(edition, *words, "--dismiss") == 0
    assert Officer.objects.count() == 0
    assert run(edition, *words, "--dismiss") == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--delegation", "Nowhere", "--email", "o@example.org"), "Name one of these"),
        (("--delegation", "Finland", "--email", "nonsense"), "no e-mail address"),
    ],
)
def test_refusals_leave_nothing(edition, capsys, words, why):
    make_delegation(edition)
    assert run(edition, *words) == 1
    assert why in capsys.readouterr().err
    assert (User.objects.count(), Officer.objects.count()) == (0, 0)
