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
    found: set[str] = set()
    firms: set[str] = set()
    noted = batch.changes.filter(
        object_kind__in=("participation", "organisation"), before__isnull=False
    )
    rows = noted.values_list("object_kind", "object_id", "before").order_by()
    for kind, public_id, before in rows.iterator():
        if before and is_weighed(before):
            (found if kind == "participation" else firms).add(public_id)
        if len(found) > MOST_ANEW or len(firms) > MOST_ANEW:
            return set()
    own = Participation._base_manager.filter(edition=edition, organisation__public_id__in=firms)
    found.update(own.values_list("public_id", flat=True))
    return found if len(found) <= MOST_ANEW else set()
