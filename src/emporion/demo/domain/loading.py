"""From the generator's plain records to the tables, through the public domain functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction

from emporion.accounts.domain.users import demonstration_user
from emporion.core.ids import derived_id
from emporion.core.translated import best
from emporion.demo.generator import ACCEPTED, DECLINED, ModelEdition, Requests
from emporion.demo.generator import records as plain
from emporion.edition import queries
from emporion.edition.domain import editions, enrolment, pavilions, walking
from emporion.edition.queries import Edition
from emporion.meetings.domain import intake, slots
from emporion.registry.domain import bodies, expos, organisations, people

SLUG, SOURCE = "model", "model-generator"
TITLE = {
    "en": "Global Digital Trade Expo, model edition",
    "zh-hans": "全球数字贸易博览会（示范版）",
    "ar": "المعرض العالمي للتجارة الرقمية، نسخة نموذجية",
}
SUBTITLE = {
    "en": "Modelled on the 2nd edition of 2023",
    "zh-hans": "以 2023 年第二届为原型",
    "ar": "على غرار الدورة الثانية لعام ٢٠٢٣",
}
PLACE = {"en": "Hangzhou", "zh-hans": "杭州", "ar": "هانغتشو"}
Advance = Callable[[int], None]


@dataclass
class Loaded:
    """Primary keys of what was loaded, in the generator's order."""

    edition: Edition
    exhibitors: list[int]
    buyers: list[int]


def lay_out(model: ModelEdition) -> tuple[Edition, list[int]]:
    """Make expo, edition, pavilions, walking minutes, slots, bodies, delegations and facts.

    Returns the edition, which is being built until somebody says otherwise, and the primary keys
    of the delegations.
    """
    # Both or none: whoever finds the expo finds that it is being built.
    with transaction.atomic():
        expo = expos.create_expo(SLUG, TITLE, public_id=derived_id(SLUG, "expo"))
        edition = editions.create_edition(
            expo,
            SLUG,
            title=TITLE,
            subtitle=SUBTITLE,
            place=PLACE,
            starts=min(slot.date for slot in model.slots),
            ends=max(s.date for s in model.slots),
            zone="Asia/Shanghai",
            phase=Edition.Phase.BUILDING,
            is_demonstration=True,
            public_id=derived_id(SLUG, "edition"),
        )
    return edition, furnish(edition, model)


def furnish(edition: Edition, model: ModelEdition) -> list[int]:
    """Make all that is inside an edition but its participants; see `lay_out`."""
    pavilions.add_pavilions(
        edition,
        [pavilions.NewPavilion(p.letter, p.names, p.gate_minutes) for p in model.pavilions],
    )
    letters = [pavilion.letter for pavilion in model.pavilions]
    walking.set_walking_minutes(
        edition,
        {
            (origin, target): int(model.walking_minutes[i, j])
            for i, origin in enumerate(letters)
            for j, target in enumerate(letters)
            if origin != target
        },
    )
    slots.set_slots(
        edition, [slots.Span(s.date, s.starts, s.minutes, s.session) for s in model.slots]
    )
    keys = bodies.add_bodies(
        edition.expo,
        [
            bodies.NewBody(
                b.kind, b.names, b.country, b.is_made_up, derived_id(SLUG, "body", b.key)
            )
            for b in model.bodies
        ],
    )
    editions.set_facts(
        edition,
        [
            editions.NewFact(f.key, f.value, f.label, f.source, f.date, f.unit, f.url)
            for f in model.facts
        ],
    )
    return pavilions.add_delegations(
        edition,
        [
            pavilions.NewDelegation(keys[d.body], d.note, derived_id(SLUG, "delegation", d.key))
            for d in model.delegations
        ],
    )


def add_exhibitors(
    edition: Edition, model: ModelEdition, delegations: Sequence[int], advance: Advance
) -> list[int]:
    """Enrol the exhibitors with their firms and people; main exhibitors before their guests."""
    firms = organisations.add_organisations(
        edition.expo, [organisation(e.organisation) for e in model.exhibitors]
    )
    # A double is the same firm once more under another spelling: it has its own row, as in life.
    staff = [(at, p) for at, e in enumerate(model.exhibitors) for p in e.people]
    known = people.add_people(edition.expo, [person(p, firms[at]) for at, p in staff])
    acts: dict[int, list[enrolment.Acts]] = {}
    for (at, _), key in zip(staff, known, strict=True):
        acts.setdefault(at, []).append(enrolment.Acts(key, is_lead=at not in acts))
    keys: dict[int, int] = {}
    first = [at for at, e in enumerate(model.exhibitors) if e.main is None]
    second = [at for at, e in enumerate(model.exhibitors) if e.main is not None]
    for group in (first, second):
        rows = []
        for at in group:
            e = model.exhibitors[at]
            rows.append(
                enrolment.Enrolled(
                    role=e.role,
                    name=e.organisation.names,
                    organisation_id=firms[at],
                    country=e.organisation.country,
                    pavilion=e.pavilion,
                    stand=e.stand,
                    about=e.about,
                    markets=e.markets,
                    languages=e.languages,
                    tables=e.tables,
                    max_meetings=e.max_meetings,
                    max_meetings_per_day=e.max_meetings_per_day,
                    main_exhibitor_id=None if e.main is None else keys[e.main],
                    delegation_id=None if e.delegation is None else delegations[e.delegation],
                    source=SOURCE,
                    external_id=e.organisation.external_id,
                    is_made_up=True,
                    needs=interests(e.needs),
                    offers=interests(e.offers),
                    delegates=acts.get(at, ()),
                    public_id=derived_id(SLUG, "exhibitor", e.organisation.external_id),
                )
            )
        made = enrolment.enrol(edition, rows, on_progress=partial(_advance, advance, len(keys)))
        keys.update(zip(group, made, strict=True))
    return [keys[at] for at in range(len(model.exhibitors))]


def add_buyers(
    edition: Edition, model: ModelEdition, delegations: Sequence[int], advance: Advance
) -> list[int]:
    """Enrol the buyers with their firms and themselves; return primary keys in order."""
    firms = organisations.add_organisations(
        edition.expo, [organisation(o) for o in model.organisations]
    )
    persons = people.add_people(
        edition.expo, [person(b.person, firms[b.organisation]) for b in model.buyers]
    )
    dates = {slot.day: slot.date.isoformat() for slot in model.slots}
    spans = {slot.number: slot for slot in model.slots}
    rows = [
        enrolment.Enrolled(
            role="buyer",
            name=person_name(b.person),
            organisation_id=firms[b.organisation],
            person_id=key,
            country=b.country,
            about=b.about,
            markets=b.markets,
            languages=b.languages,
            max_meetings=b.max_meetings,
            max_meetings_per_day=b.max_meetings_per_day,
            delegation_id=None if b.delegation is None else delegations[b.delegation],
            source=SOURCE,
            external_id=b.external_id,
            is_made_up=True,
            needs=interests(b.needs),
            offers=interests(b.offers),
            delegates=[
                enrolment.Acts(
                    key,
                    days=[dates[day] for day in b.days],
                    blocked=[blocked(spans[a], spans[z]) for a, z in b.blocked],
                )
            ],
            public_id=derived_id(SLUG, "buyer", b.external_id),
        )
        for b, key in zip(model.buyers, persons, strict=True)
    ]
    return enrolment.enrol(edition, rows, on_progress=advance)


def add_requests(loaded: Loaded, model: ModelEdition, requests: Requests, advance: Advance) -> int:
    """Take the requests in, each with its answer; return how many."""
    opened = dt.datetime.combine(loaded.edition.starts, dt.time(), dt.UTC) - dt.timedelta(days=14)
    states = {ACCEPTED: "accepted", DECLINED: "declined"}
    hosts = [e.organisation.external_id for e in model.exhibitors]
    guests = [b.external_id for b in model.buyers]
    rows = []
    columns = (
        requests.exhibitor,
        requests.buyer,
        requests.by_exhibitor,
        requests.weight,
        requests.answer,
    )
    for number, (host, guest, by_host, weight, answer) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True)
    ):
        pair = loaded.exhibitors[host], loaded.buyers[guest]
        asker, counterpart = pair if by_host else pair[::-1]
        asked = opened + dt.timedelta(seconds=5 * number)
        state = states.get(answer, "open")
        rows.append(
            intake.Asked(
                derived_id(SLUG, "request", hosts[host], guests[guest]),
                asker,
                counterpart,
                asked,
                state,
                None if state == "open" else asked + dt.timedelta(hours=7),
                weight,
            )
        )
    return intake.take_requests(loaded.edition, rows, source=SOURCE, on_progress=advance)


def add_cast(model: ModelEdition, loaded: Loaded) -> None:
    """Make the three users of the demonstration, who sign in without a password."""
    runs_it = demonstration_user(
        "organiser", "Li Wen", public_id=derived_id(SLUG, "user", "organiser"), language="zh-hans"
    )
    expos.make_organiser(loaded.edition.expo, runs_it)
    for role, key in (
        ("exhibitor", loaded.exhibitors[model.finnish_exhibitor]),
        ("buyer", loaded.buyers[model.nepalese_buyer]),
    ):
        lead = queries.lead_of(key)
        people.link_user(
            lead, demonstration_user(role, lead.name, public_id=derived_id(SLUG, "user", role))
        )


def _advance(advance: Advance, before: int, done: int) -> None:
    advance(before + done)


def organisation(row: plain.Organisation, of: str = SLUG) -> organisations.NewOrganisation:
    """A made-up company as the registry takes it; `of` keeps public ids of editions apart."""
    return organisations.NewOrganisation(
        row.names,
        row.country,
        row.city,
        row.website,
        row.size,
        SOURCE,
        row.external_id,
        True,
        derived_id(of, "organisation", row.external_id),
    )


def person(row: plain.Person, firm: int, of: str = SLUG) -> people.NewPerson:
    """A made-up person as the registry takes it; see `organisation`."""
    return people.NewPerson(
        row.name,
        row.latin,
        firm,
        best(row.title, row.language)[1],
        row.email,
        row.phone,
        row.language,
        SOURCE,
        row.external_id,
        True,
        public_id=derived_id(of, "person", row.external_id),
    )


def person_name(row: plain.Person) -> dict[str, str]:
    """Return a person's name in their own script, and in Latin letters for everybody else."""
    latin = row.latin or row.name
    if latin == row.name:
        return {"en": latin}
    return {"en": latin, row.language: row.name}


def interests(rows: Sequence[plain.Interest]) -> list[enrolment.Interest]:
    """Needs or offers as enrolment takes them."""
    return [enrolment.Interest(r.code, r.text, r.markets, r.deal_type) for r in rows]


def blocked(first: Any, last: Any) -> tuple[str, str, str]:
    """From the start of one slot to the end of another of the same day: date, from, to."""
    ends = dt.datetime.combine(last.date, last.starts) + dt.timedelta(minutes=last.minutes)
    return (first.date.isoformat(), f"{first.starts:%H:%M}", f"{ends:%H:%M}")
