"""Records: what a list says about one participant, read from the tables.

Exports write them, and imports compare with them; so both mean the same by every field.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emporion.core.translated import best
from emporion.edition.domain.enrolment import Interest
from emporion.edition.domain.finding import as_texts
from emporion.edition.models import Delegate, Edition, Need, Offer, Participation
from emporion.edition.queries import HOSTS

# Roles that each kind of list holds; the first is the one of a new entry.
ROLES: dict[str, tuple[str, ...]] = {
    "exhibitors": ("exhibitor", "co_exhibitor"),
    "buyers": ("buyer",),
}
BY_NAME = ("sort_key", "pk")
# The source of those who came in by no list: their id is our public id.
OURS = "emporion"

_COLUMNS = (
    "pk", "public_id", "role", "source", "external_id", "organisation_id", "person_id",
    "main_exhibitor_id", "display_name", "country", "pavilion__letter", "stand", "about", "markets",
    "languages", "tables", "max_meetings", "max_meetings_per_day", "is_made_up",
    "organisation__public_id", "organisation__city", "organisation__website",
    "organisation__size",
)  # fmt: skip
# Their places: what holds a text for each language, and what is "" where there is none.
_TEXTS = {8, 12}
_WORDS = {10, 19, 20, 21, 22}
_CONTACT = (
    "participation_id", "person_id", "person__public_id", "person__name", "person__job_title",
    "person__email", "person__phone", "person__language",
)  # fmt: skip


@dataclass(slots=True)
class Contact:
    """The person who leads for a participant."""

    pk: int
    public_id: str
    name: str
    job_title: str
    email: str
    phone: str
    language: str


@dataclass(slots=True)
class Record:
    """One participant, flat."""

    pk: int
    public_id: str
    role: str
    source: str
    external_id: str
    organisation_id: int | None
    person_id: int | None
    main_exhibitor_id: int | None
    name: dict[str, str]
    country: str
    pavilion: str
    stand: str
    about: dict[str, str]
    markets: list[str]
    languages: list[str]
    tables: int
    max_meetings: int | None
    max_meetings_per_day: int | None
    is_made_up: bool
    organisation: str
    city: str
    website: str
    size: str
    contact: Contact | None = None
    needs: list[Interest] = field(default_factory=list)
    offers: list[Interest] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        """(source, id) under which lists know this participant."""
        return (self.source, self.external_id) if self.external_id else (OURS, self.public_id)


def records(edition: Edition, subject: str, only: Sequence[int] | None = None) -> list[Record]:
    """Return everybody whom a list of `subject` holds, by name; four queries.

    With `only` those with these primary keys: whoever writes a long list reads it a part at a time.
    """
    everybody = Participation.objects.filter(edition=edition, role__in=ROLES[subject])
    of_them: dict[str, Any] = {
        "participation__edition": edition,
        "participation__role__in": ROLES[subject],
    }
    if only is not None:
        everybody = everybody.filter(pk__in=only)
        of_them["participation__in"] = only
    found = [_record(row) for row in everybody.order_by(*BY_NAME).values_list(*_COLUMNS)]
    by_pk = {record.pk: record for record in found}
    for model, name in ((Need, "needs"), (Offer, "offers")):
        rows = model.objects.filter(**of_them).order_by("pk")
        for pk, code, text, markets, deal in rows.values_list(
            "participation_id", "code", "text", "markets", "deal_type"
        ):
            # Somebody may have come in since the first query.
            if pk in by_pk:
                getattr(by_pk[pk], name).append(Interest(code, as_texts(text), markets, deal))
    leads = Delegate.objects.filter(**of_them).order_by("-is_lead", "pk")
    for pk, *person in leads.values_list(*_CONTACT):
        if pk in by_pk and by_pk[pk].contact is None:
            told: list[Any] = ["" if value is None else value for value in person]
            by_pk[pk].contact = Contact(*told)
    return found


def keys_by_name(edition: Edition, subject: str) -> list[int]:
    """Return the primary keys of everybody whom a list of `subject` holds, by name; one query."""
    found = Participation.objects.filter(edition=edition, role__in=ROLES[subject])
    return list(found.order_by(*BY_NAME).values_list("pk", flat=True))


def list_ids(participations: Collection[int]) -> dict[int, str]:
    """Return {primary key: the id under which lists know this participant}; one query."""
    found = Participation.objects.filter(pk__in=participations)
    rows = found.values_list("pk", "external_id", "public_id")
    return {pk: own or public_id for pk, own, public_id in rows}


def _record(row: Sequence[Any]) -> Record:
    values: list[Any] = [
        as_texts(value) if place in _TEXTS else "" if value is None and place in _WORDS else value
        for place, value in enumerate(row)
    ]
    return Record(*values)


def main_text(texts: Mapping[str, str]) -> str:
    """Return the text that a column without a language shows."""
    return best(texts, "en")[1]


def interest_text(interests: Sequence[Interest]) -> str:
    """Return the texts of needs or offers as one cell shows them, one a line."""
    return "\n".join(text for i in interests if (text := main_text(i.text)))


def interest_codes(interests: Sequence[Interest]) -> list[str]:
    """Return the codes of needs or offers, each once: a list cannot say more of them."""
    return list(dict.fromkeys(i.code for i in interests if i.code))


def flat(record: Record) -> dict[str, Any]:
    """Return every field of a list but the translated ones in their languages."""
    contact = record.contact
    return {
        "name": main_text(record.name) if record.organisation_id else "",
        "about": main_text(record.about),
        "offer_text": interest_text(record.offers),
        "need_text": interest_text(record.needs),
        "offers": interest_codes(record.offers),
        "needs": interest_codes(record.needs),
        "contact": contact.name if contact else "",
        "job_title": contact.job_title if contact else "",
        "email": contact.email if contact else "",
        "phone": contact.phone if contact else "",
        "contact_language": contact.language if contact else "",
        **{
            name: getattr(record, name)
            for name in (
                "country",
                "city",
                "website",
                "size",
                "pavilion",
                "stand",
                "markets",
                "languages",
                "tables",
                "max_meetings",
                "max_meetings_per_day",
                "is_made_up",
            )
        },
    }


def is_host(role: str) -> bool:
    """Whether meetings are held at the stand of this role."""
    return role in HOSTS
