"""What of the registry can be taken out of an edition."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from emporion.core.tabular.subjects import Asked, Column, Rows, Subject, in_languages, subject
from emporion.registry import taxonomy
from emporion.registry.domain import roles
from emporion.registry.models import ErasureRequest, Organisation, Organiser, Person

LANGUAGES = ("en", "zh-hans", "ar")


def _organisations(asked: Asked) -> QuerySet[Any, Any]:
    taking_part = asked.edition.participations.filter(organisation__isnull=False)
    return Organisation.objects.filter(pk__in=taking_part.values("organisation"))


def _people(asked: Asked) -> QuerySet[Any, Any]:
    taking_part = asked.edition.participations.all()
    here = Q(delegates__participation__in=taking_part) | Q(participations__in=taking_part)
    return Person.objects.filter(pk__in=Person.objects.filter(here).values("pk"))


def _taxonomy(asked: Asked) -> Rows:
    for code in taxonomy.codes():
        group = code.partition(".")[0]
        yield [code, group, *(taxonomy.label(code, language) for language in LANGUAGES)]


SUBJECTS: tuple[Subject, ...] = (
    subject(
        "organisations",
        ["registry.Organisation"],
        roles.CONTACTS,
        (
            Column("Id", "public_id"),
            Column("Source", "source"),
            Column("Id of the source", "external_id"),
            *in_languages("Name", "name"),
            Column("Country", "country"),
            Column("City", "city"),
            Column("Website", "website"),
            Column("Size", "size"),
            Column("Made up", "is_made_up"),
        ),
        _organisations,
    ),
    subject(
        "people",
        ["registry.Person"],
        roles.CONTACTS,
        (
            Column("Id", "public_id"),
            Column("Organisation id", "organisation__public_id"),
            Column("Source", "source"),
            Column("Id of the source", "external_id"),
            Column("Name", "name"),
            Column("Name in Latin letters", "name_latin"),
            Column("Job title", "job_title"),
            Column("E-mail", "email"),
            Column("Phone", "phone"),
            Column("Language", "language"),
            Column("User id", "user__public_id"),
            Column("Made up", "is_made_up"),
            Column("Erased at", "erased_at"),
        ),
        _people,
    ),
    subject(
        "staff",
        ["registry.Organiser"],
        roles.STAFF,
        (
            Column("User id", "user__public_id"),
            Column("Name", "user__name"),
            Column("Role", "role"),
            Column("Pavilions", "pavilions"),
        ),
        lambda asked: Organiser.objects.filter(expo=asked.edition.expo),
    ),
    subject(
        "erasures",
        ["registry.ErasureRequest"],
        roles.ERASE,
        (
            Column("Id", "public_id"),
            Column("Person id", "person__public_id"),
            Column("State", "state"),
            Column("Asked at", "asked_at"),
            Column("Ended at", "ended_at"),
            Column("Ended by", "ended_by"),
            Column("Reason", "reason"),
        ),
        lambda asked: ErasureRequest.objects.filter(person__expo=asked.edition.expo),
    ),
    Subject(
        "taxonomy",
        (),
        roles.LOOK,
        ("Code", "Group", *(f"Label ({language})" for language in LANGUAGES)),
        _taxonomy,
    ),
)
