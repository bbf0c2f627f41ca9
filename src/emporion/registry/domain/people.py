"""People: one by one, and many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from emporion.core import bulk, history, journal
from emporion.core.ids import new_id
from emporion.core.text.sortkey import sort_key
from emporion.registry.domain.rows import change_rows, hold_values, remove_rows
from emporion.registry.models import Expo, Person
from emporion.registry.queries import people_like

if TYPE_CHECKING:
    from emporion.accounts.models import User


class NewPerson(NamedTuple):
    """A person to be made. `organisation_id` and `user_id` are primary keys."""

    name: str
    name_latin: str = ""
    organisation_id: int | None = None
    job_title: str = ""
    email: str | None = None
    phone: str | None = None
    language: str = "en"
    source: str = ""
    external_id: str = ""
    is_made_up: bool = False
    user_id: int | None = None
    public_id: str = ""


_COLUMNS = (
    "id", "expo", "public_id", "user", "organisation", "source", "external_id", "name",
    "name_latin", "sort_key", "job_title", "email", "phone", "language", "is_made_up",
)  # fmt: skip
CHANGEABLE = ("name", "name_latin", "job_title", "email", "phone", "language", "is_made_up")


def create_person(expo: Expo, row: NewPerson) -> Person:
    """Make one person. Raises IntegrityError when (source, external id) is there already."""
    (key,) = add_people(expo, [row])
    return Person._base_manager.get(pk=key)


def add_people(expo: Expo, rows: Sequence[NewPerson]) -> list[int]:
    """Make many people; return their primary keys in the order of `rows`.

    The journal names them and keeps no value. Raises IntegrityError when one of a chunk is there
    already; earlier chunks stay unless the caller has a transaction open.
    """
    made: list[int] = []
    for part in bulk.chunks(rows):
        named = [row if row.public_id else row._replace(public_id=new_id()) for row in part]
        keys = [sort_key(row.name, person=True) for row in named]
        with transaction.atomic():
            ids = bulk.reserve_ids(Person, len(named))
            bulk.load_rows(
                Person,
                _COLUMNS,
                (
                    (
                        pk,
                        expo.pk,
                        row.public_id,
                        row.user_id,
                        row.organisation_id,
                        row.source,
                        row.external_id,
                        row.name,
                        row.name_latin,
                        key,
                        row.job_title,
                        row.email,
                        row.phone,
                        row.language,
                        row.is_made_up,
                    )
                    for pk, row, key in zip(ids, named, keys, strict=True)
                ),
            )
            journal.record(
                "person.add", "person", [row.public_id for row in named], tenant=expo.public_id
            )
        made.extend(ids)
    return made


def change_people(
    expo: Expo, changes: Mapping[int, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Set `changes[primary key] = {column: value}`, columns from `CHANGEABLE`, in one transaction.

    Returns {public id: {column: value before}}. Pass at most some hundred at a time: all of them
    stay locked until the end.
    """
    return change_rows(
        Person, expo, changes, CHANGEABLE, lambda person: sort_key(person.name, person=True)
    )


def hold_people(expo: Expo, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, Any]]:
    """Lock them and return {public id: {column: value}}, as `change_people` does."""
    return hold_values(Person, expo, wanted)


def remove_people(expo: Expo, keys: Sequence[int]) -> int:
    """Remove those of `keys` who act for nobody and take part nowhere; say how many."""
    return remove_rows(Person, expo, keys, delegates__isnull=True, participations__isnull=True)


def link_user(person: Person, user: User | None) -> None:
    """Say which user this person signs in as; None takes it back."""
    with transaction.atomic():
        Person._base_manager.filter(pk=person.pk).update(user=user)
        journal.record("person.link", "person", person.public_id, fields=["user"])
    person.user = user


class TooManyReads(Exception):
    """Somebody looked up contact data more often than their work needs."""


# Looking up contact data: so often in so long a time.
MOST_READS, READS_WITHIN = 60, dt.timedelta(minutes=10)


def look_up_people(
    expo: Expo, actor: str, words: str, limit: int = 30, among: Any = None
) -> list[Person]:
    """Return people by letters of a name or firm, or by digits of a phone number, by name.

    At least four letters or digits, two where they are Han; none for fewer. Whose data was shown
    stands in the journal, without what was looked for. Raises TooManyReads above `MOST_READS` in
    `READS_WITHIN`. `among` is a query of keys of people: nobody else is found.
    """
    found = people_like(expo, words, limit, among)
    with transaction.atomic():
        Expo.objects.select_for_update().get(pk=expo.pk)
        since = timezone.now() - READS_WITHIN
        reads = history.count_since(expo.public_id, actor, "person.read", since)
        if reads >= MOST_READS:
            raise TooManyReads
        if found:
            journal.record(
                "person.read",
                "person",
                [person.public_id for person in found],
                fields=["phone", "email"],
                tenant=expo.public_id,
            )
    return found


# Whole lists with addresses and numbers: so many in so long a time, and pages of them by programs.
MOST_LISTS, LISTS_WITHIN = 13, dt.timedelta(hours=1)
MOST_PAGES, PAGES_WITHIN = 400, dt.timedelta(minutes=10)


def note_list_out(
    expo: Expo,
    actor: str,
    place: str,
    subject: str,
    *,
    of_people: bool = True,
    limited: bool = True,
) -> None:
    """Write down that somebody takes a list out, before a row of it leaves.

    `place` is the public id of the edition, `subject` which list. One that is `of_people` (how they
    are reached, or who asks and meets whom) is counted: raises TooManyReads above `MOST_LISTS` in
    `LISTS_WITHIN`, unless it is not `limited`: whoever has the server has the data.
    """
    most = MOST_LISTS if of_people and limited else None
    action = "contacts.list" if of_people else "export.list"
    _note_out(expo, actor, action, most, LISTS_WITHIN, ("edition", [place]), [subject])


def note_page_out(expo: Expo, actor: str, people: Sequence[str]) -> None:
    """Write down whose contact data a program reads with a page of participants; none for nobody.

    Raises TooManyReads above `MOST_PAGES` in `PAGES_WITHIN`.
    """
    if people:
        about = ("person", list(people))
        _note_out(expo, actor, "contacts.page", MOST_PAGES, PAGES_WITHIN, about, ["phone", "email"])


def note_requests_out(expo: Expo, actor: str, requests: Sequence[str], subject: str) -> None:
    """Write down which requests a program reads with a page of `subject`; none for an empty page.

    Raises TooManyReads above `MOST_PAGES` in `PAGES_WITHIN`.
    """
    if requests:
        about = ("request", list(requests))
        _note_out(expo, actor, "request.page", MOST_PAGES, PAGES_WITHIN, about, [subject])


def _note_out(
    expo: Expo,
    actor: str,
    action: str,
    most: int | None,
    within: dt.timedelta,
    about: tuple[str, list[str]],
    fields: list[str],
) -> None:
    with transaction.atomic():
        # Two at once would else both find the last one free.
        Expo.objects.select_for_update().get(pk=expo.pk)
        since = timezone.now() - within
        tenant = expo.public_id
        if most is not None and history.count_since(tenant, actor, action, since) >= most:
            raise TooManyReads
        journal.record(action, *about, fields=fields, tenant=tenant)
