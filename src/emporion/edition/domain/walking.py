"""The table of minutes on foot between pavilions, as the organiser enters it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from emporion.core import journal
from emporion.edition.models import Edition, Pavilion, PavilionMinutes

# Nobody walks longer inside a fair; more is a slip of the keyboard.
LONGEST_WALK = 240


class WalkingError(ValueError):
    """A table of minutes that cannot be; the text names the pair."""


@transaction.atomic
def set_walking_minutes(edition: Edition, minutes: Mapping[tuple[str, str], int]) -> int:
    """Replace the table of minutes of `edition`; return how many pairs it holds now.

    `minutes` maps (letter from, letter to) to whole minutes, 0 to LONGEST_WALK. Raises
    WalkingError for an unknown letter, a pavilion to itself, or minutes out of range; then nothing
    is changed.
    """
    Edition.objects.select_for_update().get(pk=edition.pk)
    by_letter = {p.letter: p.pk for p in Pavilion.objects.filter(edition=edition)}
    for (origin, target), walk in minutes.items():
        for letter in (origin, target):
            if letter not in by_letter:
                raise WalkingError(
                    _(
                        "From %(origin)s to %(target)s: there is no pavilion %(letter)s; "
                        "there are %(known)s."
                    )
                    % {
                        "origin": origin,
                        "target": target,
                        "letter": letter,
                        "known": ", ".join(sorted(by_letter)) or _("none yet"),
                    }
                )
        if origin == target:
            raise WalkingError(
                _("From %(origin)s to %(target)s: a pavilion has no way to itself.")
                % {"origin": origin, "target": target}
            )
        if not 0 <= walk <= LONGEST_WALK:
            raise WalkingError(
                _("From %(origin)s to %(target)s: %(walk)s minutes; expected 0 to %(most)s.")
                % {"origin": origin, "target": target, "walk": walk, "most": LONGEST_WALK}
            )
    PavilionMinutes.objects.filter(origin__edition=edition).delete()
    PavilionMinutes.objects.bulk_create(
        PavilionMinutes(origin_id=by_letter[a], target_id=by_letter[b], minutes=walk)
        for (a, b), walk in sorted(minutes.items())
    )
    journal.record("walking.set", "edition", edition.public_id, fields=["minutes"])
    return len(minutes)
