"""Made-up buyers and their requests for an edition whose exhibitors are there already.

Nothing is said in an exhibitor's name: buyers ask, and every request stays open. All rows carry
the source "model-generator", every buyer, person and company is marked as made up.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby

from django.utils import timezone

from emporion.core.ids import derived_id
from emporion.demo.domain import loading
from emporion.demo.generator import Guests, Shown, make_guests
from emporion.edition import queries as editions
from emporion.edition.domain import enrolment
from emporion.edition.queries import Edition
from emporion.meetings import queries as meetings
from emporion.meetings.domain import intake, slots
from emporion.meetings.queries import requests as request_reads
from emporion.registry import queries as registry
from emporion.registry import taxonomy
from emporion.registry.domain import organisations, people

_MORNING, _NOON = dt.time(9, 30), dt.time(11, 45)
_AFTERNOON, _EVENING = dt.time(13, 30), dt.time(15, 45)
_GAP = 5
Advance = Callable[[int], None]


class GuestsError(ValueError):
    """Why no buyers can be made for an edition, and what to do."""


@dataclass(frozen=True)
class Added:
    """How many buyers and requests were written, and how many buyers were there before."""

    buyers: int
    requests: int
    there: int


@dataclass
class Planned:
    """What is to be written: guests with their names in the database, and the stands they ask."""

    edition: Edition
    guests: Guests
    stands: list[int]  # primary keys
    stand_ids: list[str]  # public ids
    slots: list[slots.Span]


def plan(edition: Edition, count: int, seed: int) -> Planned:
    """Make up `count` buyers for `edition`; the same edition, count and seed make the same ones.

    Gives the edition slots if it has none. Raises GuestsError when it has no exhibitors.
    """
    rows = [row for row in editions.participation_rows(edition) if row.hosts]
    if not rows:
        raise GuestsError(f"The edition {edition.slug} has no exhibitors yet: take them in first.")
    offers: defaultdict[int, dict[str, None]] = defaultdict(dict)
    deals: defaultdict[int, dict[str, None]] = defaultdict(dict)
    known = set(taxonomy.codes())
    needed, offered = editions.interests(edition)
    for key, code, *_ in offered:
        if code in known:
            offers[key][code] = None
    for key, _, _, deal, _ in needed:
        deals[key][deal] = None
    shown = [
        Shown(tuple(offers[r.pk]), tuple(r.markets), r.country, tuple(deals[r.pk]),
              tuple(r.languages))
        for r in rows
    ]  # fmt: skip
    spans = _slots(edition)
    a_day = [len(list(group)) for _, group in groupby(spans, key=lambda span: span.date)]
    guests = make_guests(shown, count, seed, a_day)
    # Names of the database: another edition of the same expo has buyers of the same seed.
    before = f"{edition.slug}-{seed}-"
    for organisation in guests.organisations:
        organisation.external_id = before + organisation.external_id
    for buyer in guests.buyers:
        buyer.external_id = before + buyer.external_id
        buyer.person = replace(buyer.person, external_id=buyer.external_id)
    return Planned(edition, guests, [r.pk for r in rows], [r.public_id for r in rows], spans)


def add_buyers(planned: Planned, advance: Advance) -> tuple[dict[int, int], int]:
    """Enrol those who are not there; return {number of a buyer: primary key}, and how many new.

    What a killed run left is completed: companies and people that are there are used again.
    """
    edition, guests = planned.edition, planned.guests
    there = _there(edition)
    keys = {
        number: there[buyer.external_id]
        for number, buyer in enumerate(guests.buyers)
        if buyer.external_id in there
    }
    missing = [n for n in range(len(guests.buyers)) if n not in keys]
    if not missing:
        return keys, 0
    firms = _firms(planned, {guests.buyers[n].organisation for n in missing})
    persons = _persons(planned, missing, firms)
    dates = sorted({span.date for span in planned.slots})
    rows = []
    for number in missing:
        buyer = guests.buyers[number]
        rows.append(
            enrolment.Enrolled(
                role="buyer",
                name=loading.person_name(buyer.person),
                organisation_id=firms[buyer.organisation],
                person_id=persons[number],
                country=buyer.country,
                about=buyer.about,
                markets=buyer.markets,
                languages=buyer.languages,
                max_meetings=buyer.max_meetings,
                max_meetings_per_day=buyer.max_meetings_per_day,
                source=loading.SOURCE,
                external_id=buyer.external_id,
                is_made_up=True,
                needs=loading.interests(buyer.needs),
                offers=loading.interests(buyer.offers),
                delegates=[
                    enrolment.Acts(
                        persons[number],
                        days=[dates[day].isoformat() for day in buyer.days],
                        blocked=[
                            loading.blocked(planned.slots[a], planned.slots[z])
                            for a, z in buyer.blocked
                        ],
                    )
                ],
                public_id=derived_id(edition.public_id, "buyer", buyer.external_id),
            )
        )
    made = enrolment.enrol(edition, rows, on_progress=advance)
    keys.update(zip(missing, made, strict=True))
    return keys, len(made)


def add_requests(planned: Planned, keys: dict[int, int], advance: Advance) -> int:
    """Take in the requests of buyers who asked nobody yet; return how many."""
    edition, guests = planned.edition, planned.guests
    asked_before = request_reads.askers(edition)
    at = timezone.now().replace(microsecond=0)
    rows = []
    for (number, stand), weight in zip(guests.pairs.tolist(), guests.weight.tolist(), strict=True):
        if keys[number] in asked_before:
            continue
        buyer = guests.buyers[number].external_id
        rows.append(
            intake.Asked(
                derived_id(edition.public_id, "request", buyer, planned.stand_ids[stand]),
                keys[number],
                planned.stands[stand],
                at,
                weight=weight,
            )
        )
    if not rows:
        return 0
    return intake.take_requests(edition, rows, source=loading.SOURCE, on_progress=advance)


def _there(edition: Edition) -> dict[str, int]:
    """Buyers made up before: {external id: primary key}."""
    rows = editions.Participation.objects.filter(
        edition=edition, role="buyer", source=loading.SOURCE
    )
    return dict(rows.values_list("external_id", "pk"))


def _slots(edition: Edition) -> list[slots.Span]:
    """The edition's slots; four half hours in the morning and in the afternoon if it has none."""
    found = meetings.slots(edition)
    if not found:
        days = (edition.ends - edition.starts).days + 1
        found = slots.set_slots(
            edition,
            [
                span
                for day in (edition.starts + dt.timedelta(days=n) for n in range(days))
                for span in (
                    *slots.spans_of_a_day(day, _MORNING, _NOON, gap=_GAP, session="morning"),
                    *slots.spans_of_a_day(day, _AFTERNOON, _EVENING, gap=_GAP, session="afternoon"),
                )
            ],
        )
    return [slots.Span(s.date, s.starts, s.minutes, s.session) for s in found]


def _firms(planned: Planned, wanted: set[int]) -> dict[int, int]:
    expo, rows = planned.edition.expo, planned.guests.organisations
    there = registry.organisation_keys(expo, source=loading.SOURCE)
    found = {n: there[rows[n].external_id] for n in wanted if rows[n].external_id in there}
    missing = sorted(wanted - found.keys())
    made = organisations.add_organisations(
        expo, [loading.organisation(rows[n], planned.edition.public_id) for n in missing]
    )
    return {**found, **dict(zip(missing, made, strict=True))}


def _persons(planned: Planned, wanted: list[int], firms: dict[int, int]) -> dict[int, int]:
    expo, rows = planned.edition.expo, planned.guests.buyers
    there = registry.person_keys(expo, source=loading.SOURCE)
    found = {n: there[rows[n].external_id] for n in wanted if rows[n].external_id in there}
    missing = [n for n in wanted if n not in found]
    made = people.add_people(
        expo,
        [
            loading.person(rows[n].person, firms[rows[n].organisation], planned.edition.public_id)
            for n in missing
        ],
    )
    return {**found, **dict(zip(missing, made, strict=True))}
