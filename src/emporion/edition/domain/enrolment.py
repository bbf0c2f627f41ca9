"""Enrolment: participants come into an edition, one or many at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from emporion.core import bulk, journal
from emporion.core.ids import new_id
from emporion.core.text.sortkey import sort_key
from emporion.core.translated import best
from emporion.edition.domain import finding
from emporion.edition.domain.editions import EditionError
from emporion.edition.models import Delegate, Edition, Need, Offer, Participation, Pavilion

# A transaction ends at either: so many participants, or so many documents for the search index
# (which take the longest, about 0.4 ms each).
MOST, MOST_DOCUMENTS = 500, 80
# Seconds; about a fifth of the time that a transaction takes.
PAUSE = 0.015


class Interest(NamedTuple):
    """A need or an offer: a code of the taxonomy, a text for each language, or both."""

    code: str = ""
    text: Mapping[str, str] = {}
    markets: Sequence[str] = ()
    deal_type: str = ""


class Acts(NamedTuple):
    """A person who acts for a participant.

    `days` are ISO dates (None: every day); `blocked` are [date, from, to], wall time.
    """

    person_id: int
    is_lead: bool = True
    days: Sequence[str] | None = None
    blocked: Sequence[Sequence[str]] = ()


class Enrolled(NamedTuple):
    """A participant to be enrolled. Keys that end in `_id` are primary keys but `external_id`.

    `pavilion` is a letter of the edition, "" for none. `country` is ISO 3166-1, two letters.
    """

    role: str
    name: Mapping[str, str]
    organisation_id: int | None = None
    person_id: int | None = None
    country: str = ""
    pavilion: str = ""
    stand: str = ""
    about: Mapping[str, str] = {}
    markets: Sequence[str] = ()
    languages: Sequence[str] = ()
    tables: int = 1
    max_meetings: int | None = None
    max_meetings_per_day: int | None = None
    main_exhibitor_id: int | None = None
    delegation_id: int | None = None
    source: str = ""
    external_id: str = ""
    is_made_up: bool = False
    needs: Sequence[Interest] = ()
    offers: Sequence[Interest] = ()
    delegates: Sequence[Acts] = ()
    public_id: str = ""


_PARTICIPATION = (
    "id", "edition", "public_id", "role", "organisation", "person", "main_exhibitor", "delegation",
    "source", "external_id", "display_name", "sort_key", "country", "pavilion", "stand", "about",
    "markets", "languages", "tables", "max_meetings", "max_meetings_per_day", "is_made_up",
)  # fmt: skip
_DELEGATE = ("participation", "person", "is_lead", "days", "blocked")
INTEREST = ("participation", "code", "text", "markets", "deal_type")


def give_way() -> None:
    """Let others write between two transactions of a long piece of work.

    SQLite does not queue its writers: those who wait look again every now and then, up to 100 ms
    apart, and without a pause they hardly ever find the lock free. Inside a transaction it is no
    time to wait.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(PAUSE)


def enrol(
    edition: Edition,
    rows: Sequence[Enrolled],
    *,
    on_progress: Callable[[int], None] | None = None,
) -> list[int]:
    """Enrol many participants with needs, offers and delegates; return primary keys in order.

    Everything of a participant, its search documents included, is written in one transaction; a
    transaction holds so few that its locks last below 250 ms. Inside a caller's transaction all of
    it is one. `on_progress` is told how many are done. Raises EditionError before anything is
    written for an unknown role or pavilion, or a participant that is nobody; IntegrityError, with
    the chunks before it written, when (role, source, external id) is there already.
    """
    pavilions = dict(Pavilion._base_manager.filter(edition=edition).values_list("letter", "pk"))
    _check(rows, pavilions)
    finding.warm()
    made: list[int] = []
    for part in _chunks(rows):
        named = [row if row.public_id else row._replace(public_id=new_id()) for row in part]
        # Computed outside of the transaction: reading pinyin takes longer than writing.
        keys = [sort_key(best(row.name, "en")[1]) for row in named]
        with transaction.atomic():
            made.extend(_write(edition, named, keys, pavilions))
        give_way()
        if on_progress is not None:
            on_progress(len(made))
    return made


def _write(
    edition: Edition, rows: Sequence[Enrolled], keys: Sequence[str], pavilions: Mapping[str, int]
) -> list[int]:
    ids = bulk.reserve_ids(Participation, len(rows))
    bulk.load_rows(
        Participation,
        _PARTICIPATION,
        (
            (
                pk,
                edition.pk,
                row.public_id,
                row.role,
                row.organisation_id,
                row.person_id,
                row.main_exhibitor_id,
                row.delegation_id,
                row.source,
                row.external_id,
                dict(row.name),
                key,
                row.country,
                pavilions.get(row.pavilion),
                row.stand,
                dict(row.about),
                list(row.markets),
                list(row.languages),
                row.tables,
                row.max_meetings,
                row.max_meetings_per_day,
                row.is_made_up,
            )
            for pk, row, key in zip(ids, rows, keys, strict=True)
        ),
    )
    bulk.load_rows(
        Delegate,
        _DELEGATE,
        (
            (
                pk,
                acts.person_id,
                acts.is_lead,
                None if acts.days is None else list(acts.days),
                [list(b) for b in acts.blocked],
            )
            for pk, row in zip(ids, rows, strict=True)
            for acts in row.delegates
        ),
    )
    add_interests(Need, [(pk, n) for pk, row in zip(ids, rows, strict=True) for n in row.needs])
    add_interests(Offer, [(pk, o) for pk, row in zip(ids, rows, strict=True) for o in row.offers])
    finding.index(
        edition,
        (
            finding.Listed(
                row.public_id,
                row.role,
                row.name,
                row.about,
                row.country,
                row.pavilion,
                row.stand,
                row.offers,
            )
            for row in rows
        ),
    )
    journal.record(
        "participation.enrol",
        "participation",
        [row.public_id for row in rows],
        tenant=edition.expo.public_id,
    )
    return ids


def add_interests(model: type[Need] | type[Offer], rows: Sequence[tuple[int, Interest]]) -> None:
    """Insert needs or offers, each with the primary key of its participation."""
    # Offers are numbered by their primary keys, which follow the order given.
    ids = bulk.reserve_ids(model, len(rows)) if rows else []
    bulk.load_rows(
        model,
        ("id", *INTEREST),
        (
            (own, pk, i.code, dict(i.text), list(i.markets), i.deal_type)
            for own, (pk, i) in zip(ids, rows, strict=True)
        ),
    )


def _chunks(rows: Sequence[Enrolled]) -> Iterator[Sequence[Enrolled]]:
    start = documents = 0
    for place, row in enumerate(rows):
        own = 1 + len(row.offers) if row.role in finding.LISTED else 0
        if place > start and (place - start >= MOST or documents + own > MOST_DOCUMENTS):
            yield rows[start:place]
            start, documents = place, 0
        documents += own
    if start < len(rows):
        yield rows[start:]


def _check(rows: Sequence[Enrolled], pavilions: Mapping[str, Any]) -> None:
    roles = set(Participation.Role.values)
    for number, row in enumerate(rows, 1):
        problem = ""
        if row.role not in roles:
            problem = f"{row.role!r} is no role: {', '.join(Participation.Role.values)}"
        elif row.pavilion and row.pavilion not in pavilions:
            problem = f"there is no pavilion {row.pavilion!r}: {', '.join(sorted(pavilions))}"
        elif row.organisation_id is None and row.person_id is None:
            problem = "an organisation or a person is needed"
        elif row.tables < 1:
            problem = f"{row.tables} tables; expected at least 1"
        if problem:
            raise EditionError(f"Participant {number} ({best(row.name, 'en')[1]}): {problem}.")
