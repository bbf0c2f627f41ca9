"""What an organiser does to many participants at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from emporion.edition.domain.changing import change_participations
from emporion.edition.domain.enrolment import give_way
from emporion.edition.models import Edition, Participation, Pavilion

# So many of one transaction: each brings its search documents.
PART = 40
MOST_A_DAY = 100


class MoveError(ValueError):
    """An act on many that cannot be; the text says why."""


def move_to_pavilion(edition: Edition, public_ids: Sequence[str], letter: str) -> int:
    """Let participants stand in the pavilion with this letter, "" for none; return how many moved.

    A stand belongs to its pavilion: who moves loses the number. Those who are there already stay
    as they are. Works in short transactions. Raises MoveError for an unknown letter.
    """
    if letter and not Pavilion.objects.filter(edition=edition, letter=letter).exists():
        raise MoveError(_("There is no pavilion %(letter)s.") % {"letter": letter})
    return _change(
        edition,
        public_ids,
        lambda p: (
            None
            if (p.pavilion.letter if p.pavilion else "") == letter
            else {"pavilion": letter, "stand": ""}
        ),
    )


def limit_meetings_a_day(edition: Edition, public_ids: Sequence[str], most: int | None) -> int:
    """Say how many meetings a day participants have at most, None for no limit; return how many
    changed. Raises MoveError for a number below 0 or above `MOST_A_DAY`."""
    if most is not None and not 0 <= most <= MOST_A_DAY:
        raise MoveError(
            _("%(most)d meetings a day; expected 0 to %(limit)d.")
            % {"most": most, "limit": MOST_A_DAY}
        )
    return _change(
        edition,
        public_ids,
        lambda p: None if p.max_meetings_per_day == most else {"max_meetings_per_day": most},
    )


def _change(edition: Edition, public_ids: Sequence[str], wanted: Any) -> int:
    changed = 0
    for part in _parts(list(public_ids)):
        with transaction.atomic():
            found = (
                Participation.objects.select_for_update(of=("self",))
                .select_related("pavilion")
                .filter(edition=edition, public_id__in=part)
                .order_by("pk")
            )
            changes = {p.pk: values for p in found if (values := wanted(p)) is not None}
            if changes:
                change_participations(edition, changes)
        changed += len(changes)
        give_way()
    return changed


def _parts(rows: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(rows), PART):
        yield rows[start : start + PART]
