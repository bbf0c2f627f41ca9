"""Pavilions and delegations of an edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from emporion.core import bulk, journal
from emporion.core.ids import new_id
from emporion.core.translated import as_dict
from emporion.edition.domain.editions import EditionError
from emporion.edition.models import Delegation, Edition, Pavilion

# Signs are told apart by colour and pattern as well as by letter; there are ten of them.
LETTERS = "ABCDEFGHIK"


class NewPavilion(NamedTuple):
    """A pavilion to be made; `gate_minutes` are on foot from the main gate."""

    letter: str
    name: Mapping[str, str]
    gate_minutes: int = 0


class NewDelegation(NamedTuple):
    """A delegation to be made; `body_id` is the primary key of who sends it."""

    body_id: int
    note: Mapping[str, str] = {}
    public_id: str = ""


def add_pavilions(edition: Edition, rows: Sequence[NewPavilion]) -> dict[str, int]:
    """Make pavilions; return {letter: primary key} of all pavilions of the edition.

    Raises EditionError for a letter that is taken, twice in `rows`, or more than one character.
    """
    with transaction.atomic():
        Edition._base_manager.select_for_update().get(pk=edition.pk)
        known = _letters(edition)
        for row in rows:
            if len(row.letter) != 1 or not row.letter.isalpha():
                raise EditionError(
                    _("“%(letter)s” is no letter for a pavilion.") % {"letter": row.letter}
                )
            if row.letter in known:
                raise EditionError(
                    _("There is a pavilion %(letter)s already.") % {"letter": row.letter}
                )
            known[row.letter] = 0
        Pavilion._base_manager.bulk_create(
            Pavilion(
                edition=edition, letter=row.letter, name=row.name, gate_minutes=row.gate_minutes
            )
            for row in rows
        )
        if rows:
            journal.record(
                "pavilion.add",
                "edition",
                edition.public_id,
                fields=[row.letter for row in rows],
                tenant=edition.expo.public_id,
            )
        return _letters(edition)


def change_pavilion(
    edition: Edition, letter: str, name: Mapping[str, str], gate_minutes: int
) -> bool:
    """Rename a pavilion or change its way from the gate; return whether anything changed.

    Raises EditionError for a letter that the edition does not have.
    """
    with transaction.atomic():
        found = (
            Pavilion._base_manager.select_for_update()
            .filter(edition=edition, letter=letter)
            .first()
        )
        if found is None:
            raise EditionError(_("There is no pavilion %(letter)s.") % {"letter": letter})
        if as_dict(found.name) == dict(name) and found.gate_minutes == gate_minutes:
            return False
        found.name, found.gate_minutes = dict(name), gate_minutes
        found.save(update_fields=["name", "gate_minutes"])
        journal.record(
            "pavilion.change",
            "edition",
            edition.public_id,
            fields=[letter],
            tenant=edition.expo.public_id,
        )
    return True


def remove_pavilions(edition: Edition, letters: Sequence[str]) -> int:
    """Remove those of `letters` in which nobody stands; return how many."""
    with transaction.atomic():
        gone = Pavilion._base_manager.filter(
            edition=edition, letter__in=letters, participations__isnull=True
        )
        names = list(gone.values_list("letter", flat=True))
        gone.delete()
        if names:
            journal.record(
                "pavilion.remove",
                "edition",
                edition.public_id,
                fields=names,
                tenant=edition.expo.public_id,
            )
    return len(names)


def add_delegations(edition: Edition, rows: Sequence[NewDelegation]) -> list[int]:
    """Make delegations; return their primary keys in the order of `rows`."""
    named = [row if row.public_id else row._replace(public_id=new_id()) for row in rows]
    with transaction.atomic():
        ids = bulk.reserve_ids(Delegation, len(named))
        bulk.load_rows(
            Delegation,
            ("id", "edition", "body", "public_id", "note"),
            (
                (pk, edition.pk, row.body_id, row.public_id, dict(row.note))
                for pk, row in zip(ids, named, strict=True)
            ),
        )
        if named:
            journal.record(
                "delegation.add",
                "delegation",
                [row.public_id for row in named],
                tenant=edition.expo.public_id,
            )
    return ids


def _letters(edition: Edition) -> dict[str, int]:
    return dict(Pavilion._base_manager.filter(edition=edition).values_list("letter", "pk"))
