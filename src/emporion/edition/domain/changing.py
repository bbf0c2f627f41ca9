"""Participants change, or leave; the search index follows in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count

from emporion.core import journal
from emporion.core.text.sortkey import sort_key
from emporion.core.translated import best
from emporion.edition.domain import finding
from emporion.edition.domain.enrolment import Interest, add_interests
from emporion.edition.models import Delegate, Edition, Need, Offer, Participation, Pavilion

# What may be given to `change_participations`; a pavilion is its letter, "" for none.
COLUMNS = frozenset(
    {
        "role", "display_name", "country", "pavilion", "stand", "about", "markets", "languages",
        "tables", "max_meetings", "max_meetings_per_day", "main_exhibitor_id", "is_made_up",
        "organisation_id", "needs", "offers",
    }
)  # fmt: skip


def change_participations(
    edition: Edition, changes: Mapping[int, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Set `changes[primary key] = {column: value}` in one transaction; columns from `COLUMNS`.

    `needs` and `offers` are whole lists of `Interest` that replace what there is. Returns
    {public id: {column: value before}} as JSON holds it. Pass at most a hundred at a time: all of
    them stay locked until the end.
    """
    other = sorted({column for values in changes.values() for column in values} - COLUMNS)
    if other:
        raise ValueError(f"{other[0]!r} of a participation cannot be changed.")
    letters = dict(Pavilion._base_manager.filter(edition=edition).values_list("letter", "pk"))
    with transaction.atomic():
        found = list(
            Participation._base_manager.select_for_update()
            .filter(edition=edition, pk__in=list(changes))
            .order_by("pk")
        )
        before = _before(found, changes, {pk: letter for letter, pk in letters.items()})
        touched: set[str] = set()
        for participation in found:
            touched |= _set(participation, changes[participation.pk], letters)
        for model, name in ((Need, "needs"), (Offer, "offers")):
            lists = {pk: v[name] for pk, v in changes.items() if name in v}
            _replace(model, {p.pk: lists[p.pk] for p in found if p.pk in lists})
        columns = sorted(touched - {"needs", "offers"})
        if columns:
            Participation._base_manager.bulk_update(found, columns, batch_size=50)
        if touched:
            reindex(edition, found)
            journal.record(
                "participation.change",
                "participation",
                [p.public_id for p in found],
                fields=sorted(touched),
                tenant=edition.expo.public_id,
            )
    return before


def hold_participations(
    edition: Edition, wanted: Mapping[str, Collection[str]]
) -> dict[str, dict[str, Any]]:
    """Lock them and return {public id: {column: value}}, as `change_participations` does."""
    found = list(
        Participation._base_manager.select_for_update()
        .filter(edition=edition, public_id__in=list(wanted))
        .order_by("pk")
    )
    letters = dict(Pavilion._base_manager.filter(edition=edition).values_list("pk", "letter"))
    return _before(found, {row.pk: wanted[row.public_id] for row in found}, letters)


def remove_participations(edition: Edition, keys: Sequence[int]) -> int:
    """Remove participants with everything that hangs on them; return how many there were.

    Their requests and meetings go as well: ask first whether there are any.
    """
    with transaction.atomic():
        gone = list(
            Participation._base_manager.filter(edition=edition, pk__in=keys)
            .annotate(count=Count("offers"))
            .values_list("pk", "public_id", "count")
        )
        if gone:
            finding.forget(edition, {public_id: count for _, public_id, count in gone})
            Participation._base_manager.filter(pk__in=[pk for pk, _, _ in gone]).delete()
            journal.record(
                "participation.remove",
                "participation",
                [public_id for _, public_id, _ in gone],
                tenant=edition.expo.public_id,
            )
    return len(gone)


def add_delegates(edition: Edition, pairs: Sequence[tuple[int, int]]) -> None:
    """Let people act for participations: (participation, person), as primary keys."""
    with transaction.atomic():
        Delegate._base_manager.bulk_create(
            Delegate(participation_id=participation, person_id=person)
            for participation, person in pairs
        )
        journal.record(
            "delegate.add",
            "delegate",
            [str(person) for _, person in pairs],
            tenant=edition.expo.public_id,
        )


def remove_delegates(edition: Edition, pairs: Sequence[tuple[int, int]]) -> int:
    """Take back what `add_delegates` did for these pairs of (participation, person)."""
    wanted = set(pairs)
    with transaction.atomic():
        gone = [
            pk
            for pk, *pair in Delegate._base_manager.filter(
                participation__edition=edition, person__in=[person for _, person in pairs]
            ).values_list("pk", "participation_id", "person_id")
            if tuple(pair) in wanted
        ]
        Delegate._base_manager.filter(pk__in=gone).delete()
        journal.record(
            "delegate.remove",
            "delegate",
            [str(person) for _, person in pairs],
            tenant=edition.expo.public_id,
        )
    return len(gone)


def reindex(edition: Edition, participations: Sequence[Participation]) -> None:
    """Bring the search documents of these participants up to date, in the caller's transaction."""
    listed = [p for p in participations if p.role in finding.LISTED]
    if not listed:
        return
    offers = _interests(Offer, [p.pk for p in listed])
    letters = dict(Pavilion._base_manager.filter(edition=edition).values_list("pk", "letter"))
    finding.index(
        edition,
        (
            finding.Listed(
                p.public_id,
                p.role,
                finding.as_texts(p.display_name),
                finding.as_texts(p.about),
                p.country,
                letters.get(p.pavilion_id or 0, ""),
                p.stand,
                offers.get(p.pk, ()),
            )
            for p in listed
        ),
    )


def _before(
    found: Sequence[Participation],
    changes: Mapping[int, Collection[str]],
    letters: Mapping[int, str],
) -> dict[str, dict[str, Any]]:
    interests = {
        name: _interests(model, [pk for pk, values in changes.items() if name in values])
        for model, name in ((Need, "needs"), (Offer, "offers"))
    }
    before: dict[str, dict[str, Any]] = {}
    for participation in found:
        own = before[participation.public_id] = {}
        for column in changes[participation.pk]:
            if column in interests:
                own[column] = [list(i) for i in interests[column].get(participation.pk, ())]
            elif column == "pavilion":
                own[column] = letters.get(participation.pavilion_id or 0, "")
            elif column in ("display_name", "about"):
                own[column] = finding.as_texts(getattr(participation, column))
            else:
                own[column] = getattr(participation, column)
    return before


def _interests(
    model: type[Need] | type[Offer], participations: Sequence[int]
) -> dict[int, list[Interest]]:
    found: dict[int, list[Interest]] = {}
    if participations:
        for pk, code, text, markets, deal in (
            model._base_manager.filter(participation__in=participations)
            .order_by("pk")
            .values_list("participation_id", "code", "text", "markets", "deal_type")
        ):
            found.setdefault(pk, []).append(Interest(code, finding.as_texts(text), markets, deal))
    return found


def _set(
    participation: Participation, values: Mapping[str, Any], letters: Mapping[str, int]
) -> set[str]:
    touched = set(values)
    for column, value in values.items():
        if column == "pavilion":
            participation.pavilion_id = letters[value] if value else None
        elif column not in ("needs", "offers"):
            setattr(participation, column, value)
    if "display_name" in values:
        participation.sort_key = sort_key(best(participation.display_name, "en")[1])
        touched.add("sort_key")
    return {column.removesuffix("_id") for column in touched}


def _replace(model: type[Need] | type[Offer], lists: Mapping[int, Sequence[Interest]]) -> None:
    if not lists:
        return
    if model is Offer:
        before = dict(
            Offer._base_manager.filter(participation__in=list(lists))
            .values_list("participation__public_id")
            .annotate(count=Count("pk"))
            .order_by()
        )
        edition = Edition._base_manager.filter(participations__in=list(lists)).first()
        if edition is not None:
            finding.forget_offers(edition, {key: (0, count) for key, count in before.items()})
    model._base_manager.filter(participation__in=list(lists)).delete()
    add_interests(model, [(pk, row) for pk, rows in sorted(lists.items()) for row in rows])
