"""Writing what a list changes, in short transactions, each with the notes that undo it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction

from emporion.core.ids import new_id
from emporion.core.models import ImportBatch
from emporion.edition.domain import anew, batches, changing, finding
from emporion.edition.domain.enrolment import Acts, Enrolled, Interest, enrol, give_way
from emporion.edition.domain.intake import OF_CONTACT, OF_ORGANISATION, Difference, Entry, Key
from emporion.edition.domain.merging import new_interests, new_texts, texts_of
from emporion.edition.domain.pavilions import NewPavilion, add_pavilions
from emporion.edition.domain.records import OURS, Record
from emporion.edition.domain.restoring import READERS
from emporion.edition.models import Edition
from emporion.registry import domain as registry
from emporion.registry import queries as registered

# Entries of one transaction: with their search documents about 100 ms on SQLite.
PART, PART_DOCUMENTS = 80, 80


def write(
    edition: Edition,
    batch: ImportBatch,
    difference: Difference,
    *,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Write `difference` under `batch`; `on_progress` is told how many entries are done."""
    finding.warm()
    writer = _Writer(edition, batch, difference)
    done = 0
    # A co-exhibitor points at its main exhibitor, which must be there first.
    first = [entry for entry in difference.new if entry.main is None]
    later = [entry for entry in difference.new if entry.main is not None]
    for part in (*_parts(first), *_parts(later)):
        writer.add(part)
        give_way()
        done += len(part)
        if on_progress is not None:
            on_progress(done)
    for start in range(0, len(difference.changed), PART):
        rows = difference.changed[start : start + PART]
        writer.change(rows)
        give_way()
        done += len(rows)
        if on_progress is not None:
            on_progress(done)


def make_pavilions(edition: Edition, batch: ImportBatch, rows: Sequence[NewPavilion]) -> None:
    """Make the pavilions that a list names, with the notes that undo it."""
    if rows:
        with transaction.atomic():
            add_pavilions(edition, rows)
            batches.note(batch, "pavilion", [(row.letter, None) for row in rows])


class _Writer:
    """One batch: knows what it has noted, and where each key of the list leads."""

    def __init__(self, edition: Edition, batch: ImportBatch, difference: Difference) -> None:
        self.edition, self.expo, self.batch = edition, edition.expo, batch
        self.keys = {key: record.pk for key, record in difference.stored.items()}
        self.noted: set[tuple[str, str]] = set()
        weighed = sum(anew.is_weighed(fields) for _, _, fields in difference.changed)
        self.makes_anew = weighed <= anew.MOST_ANEW
        # Organisations and people who came from the same source into an earlier edition.
        sources = {entry.key[0] for entry in difference.new} - {OURS}
        self.organisations, self.people = (
            {
                (source, own): pk
                for source in sources
                for own, pk in find(self.expo, source=source).items()
            }
            for find in (registered.organisation_keys, registered.person_keys)
        )

    def add(self, part: Sequence[Entry]) -> None:
        """Enrol new entries in one transaction."""
        firms = [e for e in part if texts_of(e.values, "name")]
        contacts = [e for e in part if e.values.get("contact")]
        with transaction.atomic():
            self._known_organisations(firms)
            fresh = {e.key: _organisation(e) for e in firms if e.key not in self.organisations}
            made = registry.add_organisations(self.expo, list(fresh.values()))
            self.organisations.update(zip(fresh, made, strict=True))
            self._note("organisation", {row.public_id: None for row in fresh.values()})
            firm = {e.key: self.organisations[e.key] for e in firms}

            self._known_people(contacts)
            people = {
                e.key: _person(e, firm.get(e.key)) for e in contacts if e.key not in self.people
            }
            made = registry.add_people(self.expo, list(people.values()))
            self.people.update(zip(people, made, strict=True))
            self._note("person", {row.public_id: None for row in people.values()})
            contact = {e.key: self.people[e.key] for e in contacts}

            rows = [_enrolled(e, firm.get(e.key), contact.get(e.key), self.keys) for e in part]
            made = enrol(self.edition, rows)
            self.keys.update(zip((e.key for e in part), made, strict=True))
            self._note("participation", {row.public_id: None for row in rows})

    def change(self, rows: Sequence[tuple[Record, Entry, dict[str, Any]]]) -> None:
        """Change entries in one transaction."""
        firms: dict[int, dict[str, Any]] = {}
        people: dict[int, dict[str, Any]] = {}
        own: dict[int, dict[str, Any]] = {}
        new_firms: dict[int, registry.NewOrganisation] = {}
        contacts: dict[int, registry.NewPerson] = {}
        for record, entry, fields in rows:
            own[record.pk] = self._of_participation(fields)
            of_firm = {
                name: value
                for name, value in fields.items()
                if name in ("name", "country", "is_made_up", *OF_ORGANISATION)
            }
            if record.organisation_id is not None:
                firms.setdefault(record.organisation_id, {}).update(of_firm)
            elif "name" in fields:
                new_firms[record.pk] = _organisation(entry)
            if record.contact is not None:
                people.setdefault(record.contact.pk, {}).update(_of_contact(fields))
            elif fields.get("contact"):
                contacts[record.pk] = _person(entry, record.organisation_id)
        with transaction.atomic():
            if new_firms:
                made = registry.add_organisations(self.expo, list(new_firms.values()))
                for pk, firm in zip(new_firms, made, strict=True):
                    own[pk]["organisation_id"] = firm
                self._note("organisation", {row.public_id: None for row in new_firms.values()})
            self._changed("organisation", registry.change_organisations(self.expo, _filled(firms)))
            self._changed("person", registry.change_people(self.expo, _filled(people)))
            self._changed(
                "participation", changing.change_participations(self.edition, _filled(own))
            )
            if contacts:
                made = registry.add_people(self.expo, list(contacts.values()))
                changing.add_delegates(self.edition, list(zip(contacts, made, strict=True)))
                self._note("person", {row.public_id: None for row in contacts.values()})
                # Only this delegation: the person may come to act for others as well.
                acts_for = {record.pk: record.public_id for record, _, _ in rows}
                self._note(
                    "delegate",
                    {
                        row.public_id: {"participation": acts_for[pk]}
                        for pk, row in contacts.items()
                    },
                )
            if self.makes_anew:
                anew.tell_changed(r.pk for r, _, fields in rows if anew.is_weighed(fields))

    def _of_participation(self, fields: dict[str, Any]) -> dict[str, Any]:
        own = {
            name: value
            for name, value in fields.items()
            if name not in ("name", "main", *OF_ORGANISATION, *OF_CONTACT)
        }
        if "name" in fields:
            own["display_name"] = fields["name"]
        if "main" in fields:
            main = fields["main"]
            own["main_exhibitor_id"] = None if main is None else self.keys[main]
            own["role"] = "exhibitor" if main is None else "co_exhibitor"
        return own

    def _known_organisations(self, entries: Sequence[Entry]) -> None:
        """The newest list is right about a firm that an earlier edition knows."""
        changes = {
            self.organisations[e.key]: {
                "name": texts_of(e.values, "name"),
                **{
                    name: e.values[name]
                    for name in ("country", *OF_ORGANISATION)
                    if name in e.values
                },
            }
            for e in entries
            if e.key in self.organisations
        }
        self._changed("organisation", registry.change_organisations(self.expo, changes))

    def _known_people(self, entries: Sequence[Entry]) -> None:
        changes = {
            self.people[e.key]: _of_contact(e.values) for e in entries if e.key in self.people
        }
        self._changed("person", registry.change_people(self.expo, changes))

    def _changed(self, kind: str, before: Mapping[str, dict[str, Any]]) -> None:
        """Note what was changed, with what it is now; of what was noted already all that is new."""
        if not before:
            return
        after = READERS[kind](self.edition, before)
        again = {i: was for i, was in before.items() if (kind, i) in self.noted}
        if again:
            batches.note_again(self.batch, kind, again, after)
        self._note(kind, before, after)

    def _note(
        self,
        kind: str,
        changes: Mapping[str, dict[str, Any] | None],
        after: Mapping[str, dict[str, Any]] | None = None,
    ) -> None:
        """Note each object once: what it was before the first change of this batch."""
        fresh = [(i, was) for i, was in changes.items() if (kind, i) not in self.noted]
        self.noted.update((kind, i) for i, _ in fresh)
        batches.note(self.batch, kind, fresh, after)


def _filled(changes: Mapping[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {pk: values for pk, values in changes.items() if values}


def _of_contact(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        column: (values[name] or None) if name in ("email", "phone") else values[name]
        for name, column in OF_CONTACT.items()
        if name in values
    }


def _parts(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    start = documents = 0
    for place, entry in enumerate(entries):
        own = 1 + len(entry.values.get("offers") or ())
        if place > start and (place - start >= PART or documents + own > PART_DOCUMENTS):
            yield entries[start:place]
            start, documents = place, 0
        documents += own
    if start < len(entries):
        yield entries[start:]


def _organisation(entry: Entry) -> registry.NewOrganisation:
    values = entry.values
    return registry.NewOrganisation(
        name=texts_of(values, "name"),
        country=values.get("country", ""),
        city=values.get("city", ""),
        website=values.get("website", ""),
        size=values.get("size", ""),
        source=entry.key[0],
        external_id=entry.key[1],
        is_made_up=values.get("is_made_up", False),
        public_id=new_id(),
    )


def _person(entry: Entry, organisation_id: int | None) -> registry.NewPerson:
    values = entry.values
    return registry.NewPerson(
        name=values["contact"],
        organisation_id=organisation_id,
        job_title=values.get("job_title", ""),
        email=values.get("email") or None,
        phone=values.get("phone") or None,
        language=values.get("contact_language") or "en",
        source="" if entry.key[0] == OURS else entry.key[0],
        external_id="" if entry.key[0] == OURS else entry.key[1],
        is_made_up=values.get("is_made_up", False),
        public_id=new_id(),
    )


def _enrolled(
    entry: Entry, organisation: int | None, person: int | None, keys: Mapping[Key, int]
) -> Enrolled:
    values = entry.values
    name = texts_of(values, "name") or new_texts({}, (values.get("contact", ""), {}))
    return Enrolled(
        role="co_exhibitor" if entry.main is not None else entry.role,
        name=name,
        organisation_id=organisation,
        # A person takes part on their own only where there is no firm.
        person_id=None if organisation else person,
        country=values.get("country", ""),
        pavilion=values.get("pavilion", ""),
        stand=values.get("stand", ""),
        about=texts_of(values, "about"),
        markets=values.get("markets", ()),
        languages=values.get("languages", ()),
        tables=values.get("tables", 1),
        max_meetings=values.get("max_meetings"),
        max_meetings_per_day=values.get("max_meetings_per_day"),
        main_exhibitor_id=keys[entry.main] if entry.main is not None else None,
        source=entry.key[0],
        external_id=entry.key[1],
        is_made_up=values.get("is_made_up", False),
        needs=_interests(values, "needs", "need_text"),
        offers=_interests(values, "offers", "offer_text"),
        delegates=[Acts(person)] if person else [],
        public_id=new_id(),
    )


def _interests(values: Mapping[str, Any], codes: str, text: str) -> list[Interest]:
    return new_interests([], values.get(codes) or [], values.get(text) or None)
