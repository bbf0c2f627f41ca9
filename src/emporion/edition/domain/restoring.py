"""Taking back what a batch did to participants; see `batches.undo`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from emporion.core.models import ImportBatch
from emporion.edition.domain import anew, changing
from emporion.edition.domain.batches import Change, Reader, Restorer
from emporion.edition.domain.enrolment import Interest
from emporion.edition.domain.pavilions import remove_pavilions
from emporion.edition.models import Edition, Participation
from emporion.registry import domain as registry
from emporion.registry import queries as registered


def _participations(
    edition: Edition, changes: Sequence[Change], *, weighed: Collection[str]
) -> int:
    keys = dict(
        Participation._base_manager.filter(
            edition=edition, public_id__in=[public_id for public_id, _ in changes]
        ).values_list("public_id", "pk")
    )
    before = {
        keys[public_id]: {column: _value(column, value) for column, value in was.items()}
        for public_id, was in changes
        if was is not None and public_id in keys
    }
    made = [keys[i] for i, was in changes if was is None and i in keys]
    if before:
        changing.change_participations(edition, before)
        again = {i for i, was in changes if was is not None and i in weighed}
        anew.tell_changed(
            pk for i, pk in keys.items() if i in again and anew.is_weighed(before[pk])
        )
    return len(before) + changing.remove_participations(edition, made)


def _organisations(edition: Edition, changes: Sequence[Change], *, weighed: Collection[str]) -> int:
    keys = registered.organisation_keys(edition.expo, public_ids=[i for i, _ in changes])
    before = {keys[i]: was for i, was in changes if was is not None and i in keys}
    registry.change_organisations(edition.expo, before)
    anew.tell_changed(
        Participation._base_manager.filter(
            edition=edition,
            organisation__in=[pk for pk, was in before.items() if anew.is_weighed(was)],
            public_id__in=weighed,
        ).values_list("pk", flat=True)
    )
    made = [keys[i] for i, was in changes if was is None and i in keys]
    return len(before) + registry.remove_organisations(edition.expo, made)


def _people(edition: Edition, changes: Sequence[Change]) -> int:
    keys = registered.person_keys(edition.expo, public_ids=[i for i, _ in changes])
    before = {keys[i]: was for i, was in changes if was is not None and i in keys}
    registry.change_people(edition.expo, before)
    made = [keys[i] for i, was in changes if was is None and i in keys]
    return len(before) + registry.remove_people(edition.expo, made)


def _delegates(edition: Edition, changes: Sequence[Change]) -> int:
    """Each change names a person and, in what was before, for whom they came to act."""
    people = registered.person_keys(edition.expo, public_ids=[i for i, _ in changes])
    acts_for = {i: was["participation"] for i, was in changes if was}
    participations = dict(
        Participation._base_manager.filter(
            edition=edition, public_id__in=list(acts_for.values())
        ).values_list("public_id", "pk")
    )
    return changing.remove_delegates(
        edition,
        [
            (participations[acts_for[i]], person)
            for i, person in people.items()
            if acts_for.get(i) in participations
        ],
    )


def _pavilions(edition: Edition, changes: Sequence[Change]) -> int:
    return remove_pavilions(edition, [letter for letter, _ in changes])


def _value(column: str, value: Any) -> Any:
    return [Interest(*row) for row in value] if column in ("needs", "offers") else value


def restorers(edition: Edition, batch: ImportBatch) -> dict[str, Restorer]:
    """Return what takes back changes of each kind, in the order in which they go.

    Who is weighed anew thereby, where they are few (`anew`), has suggestions made anew. Ask before
    the undoing of `batch` begins: it forgets what it has taken back.
    """
    weighed = anew.weighed_by(edition, batch)
    # Delegates and participants go before the people and organisations they point at.
    return {
        "delegate": _delegates,
        "participation": partial(_participations, weighed=weighed),
        "person": _people,
        "organisation": partial(_organisations, weighed=weighed),
        "pavilion": _pavilions,
    }


# What people may change after a list brought it.
READERS: dict[str, Reader] = {
    "participation": changing.hold_participations,
    "person": lambda edition, wanted: registry.hold_people(edition.expo, wanted),
    "organisation": lambda edition, wanted: registry.hold_organisations(edition.expo, wanted),
}
