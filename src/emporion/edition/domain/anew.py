"""Whose suggestions are made anew where a list, taken in or back, changes what is weighed."""

from __future__ import annotations

from collections.abc import Iterable

from emporion.core.models import ImportBatch
from emporion.edition.domain.events import WEIGHED, interests_changed
from emporion.edition.models import Edition, Participation

# A list that changes what is weighed of more participants than this has nobody's suggestions made
# anew: that is work for the next run, which weighs all at once.
MOST_ANEW = 50


def is_weighed(columns: Iterable[str]) -> bool:
    """Whether a change of these columns decides anew who fits somebody."""
    return not WEIGHED.isdisjoint(columns)


def tell_changed(participations: Iterable[int]) -> None:
    """Say of these primary keys that what is weighed is another by now, in the caller's
    transaction."""
    found = Participation._base_manager.filter(pk__in=list(participations))
    for one in found.select_related("edition__expo").order_by("pk"):
        interests_changed.emit(participation=one)


def weighed_by(edition: Edition, batch: ImportBatch) -> set[str]:
    """Return the public ids of whom `batch` changed in what is weighed; none where it did so of
    more than `MOST_ANEW`.

    Of those whom it brought nothing is left to suggest.
    """
    # `before` holds the columns that were changed, and nothing of whom the list brought.
    noted = batch.changes.filter(before__has_any_keys=sorted(WEIGHED)).order_by()
    rows = {
        kind: noted.filter(object_kind=kind).values_list("object_id", flat=True)
        for kind in ("participation", "organisation")
    }
    firms = Participation._base_manager.filter(
        edition=edition, organisation__public_id__in=rows["organisation"]
    )
    several = MOST_ANEW + 1
    found = {*rows["participation"][:several], *firms.values_list("public_id", flat=True)[:several]}
    return found if len(found) <= MOST_ANEW else set()
