"""What of an edition and of those who take part in it can be taken out."""

from __future__ import annotations

from functools import partial
from typing import Any

from emporion.core.tabular.subjects import Asked, Column, Rows, Subject, in_languages, subject
from emporion.edition.domain.lists import rows as lists
from emporion.edition.models import (
    Delegate,
    Delegation,
    Edition,
    Fact,
    ListDraft,
    Need,
    Offer,
    Officer,
    Participation,
    Pavilion,
    PavilionMinutes,
    PostOffer,
)
from emporion.registry.domain import roles


def _list(name: str, asked: Asked) -> Rows:
    return lists.rows(asked.edition, name)


def _interests(name: str, model: Any) -> Subject:
    return subject(
        name,
        [model._meta.label],
        roles.CONTACTS,
        (
            Column("Participant id", "participation__public_id"),
            Column("Code", "code"),
            *in_languages("Text", "text"),
            Column("Markets", "markets"),
            Column("Deal", "deal_type"),
        ),
        lambda asked: model.objects.filter(participation__edition=asked.edition),
    )


SUBJECTS: tuple[Subject, ...] = (
    *(
        # These two have the columns that an import reads.
        Subject(
            name,
            ("edition.Participation",),
            roles.CONTACTS,
            tuple(lists.header(name)),
            partial(_list, name),
        )
        for name in ("exhibitors", "buyers")
    ),
    subject(
        "participants",
        ["edition.Participation"],
        roles.CONTACTS,
        (
            Column("Id", "public_id"),
            Column("Role", "role"),
            Column("Source", "source"),
            Column("Id of the source", "external_id"),
            *in_languages("Name", "display_name"),
            Column("Organisation id", "organisation__public_id"),
            Column("Person id", "person__public_id"),
            Column("Main exhibitor id", "main_exhibitor__public_id"),
            Column("Delegation id", "delegation__public_id"),
            Column("Country", "country"),
            Column("Pavilion", "pavilion__letter"),
            Column("Stand", "stand"),
            Column("Tables", "tables"),
            *in_languages("About", "about"),
            Column("Markets", "markets"),
            Column("Languages", "languages"),
            Column("Most meetings", "max_meetings"),
            Column("Most meetings a day", "max_meetings_per_day"),
            Column("Made up", "is_made_up"),
        ),
        lambda asked: Participation.objects.filter(edition=asked.edition),
    ),
    subject(
        "delegates",
        ["edition.Delegate"],
        roles.CONTACTS,
        (
            Column("Participant id", "participation__public_id"),
            Column("Person id", "person__public_id"),
            Column("Leads", "is_lead"),
            Column("Days", "days"),
            Column("Not free", "blocked"),
        ),
        lambda asked: Delegate.objects.filter(participation__edition=asked.edition),
    ),
    _interests("needs", Need),
    _interests("offers", Offer),
    subject(
        "edition",
        ["edition.Edition"],
        roles.LOOK,
        (
            Column("Id", "public_id"),
            Column("Name in addresses", "slug"),
            *in_languages("Title", "title"),
            *in_languages("Subtitle", "subtitle"),
            *in_languages("Place", "place"),
            Column("Starts", "starts"),
            Column("Ends", "ends"),
            Column("Zone", "zone"),
            Column("Languages", "languages"),
            Column("Phase", "phase"),
            Column("Demonstration", "is_demonstration"),
            Column("Published release", "published_release"),
        ),
        lambda asked: Edition.objects.filter(pk=asked.edition.pk),
    ),
    subject(
        "facts",
        ["edition.Fact"],
        roles.LOOK,
        (
            Column("Key", "key"),
            Column("Position", "position"),
            Column("Value", "value"),
            Column("Unit", "unit"),
            *in_languages("Label", "label"),
            Column("Source", "source"),
            Column("Address of the source", "source_url"),
            Column("Date of the source", "source_date"),
        ),
        lambda asked: Fact.objects.filter(edition=asked.edition),
    ),
    subject(
        "pavilions",
        ["edition.Pavilion"],
        roles.LOOK,
        (
            Column("Letter", "letter"),
            *in_languages("Name", "name"),
            Column("Minutes from the gate", "gate_minutes"),
        ),
        lambda asked: Pavilion.objects.filter(edition=asked.edition),
    ),
    subject(
        "walking",
        ["edition.PavilionMinutes"],
        roles.LOOK,
        (
            Column("From", "origin__letter"),
            Column("To", "target__letter"),
            Column("Minutes", "minutes"),
        ),
        lambda asked: PavilionMinutes.objects.filter(origin__edition=asked.edition),
    ),
    subject(
        "delegations",
        ["edition.Delegation", "registry.Body"],
        roles.LOOK,
        (
            Column("Id", "public_id"),
            Column("Body id", "body__public_id"),
            Column("Kind", "body__kind"),
            *in_languages("Name", "body__name"),
            Column("Country", "body__country"),
            *in_languages("About", "note"),
            Column("Made up", "body__is_made_up"),
        ),
        lambda asked: Delegation.objects.filter(edition=asked.edition),
    ),
    subject(
        "officers",
        ["edition.Officer"],
        roles.STAFF,
        (
            Column("Delegation id", "delegation__public_id"),
            Column("User id", "user__public_id"),
            Column("Name", "user__name"),
            Column("Appointed at", "appointed_at"),
        ),
        lambda asked: Officer.objects.filter(delegation__edition=asked.edition),
    ),
    subject(
        "posts-offered",
        ["edition.PostOffer"],
        roles.STAFF,
        (
            Column("Id", "public_id"),
            Column("Role", "role"),
            Column("Pavilions", "pavilions"),
            Column("Delegation id", "delegation__public_id"),
            Column("Name", "name"),
            Column("Address", "address"),
            Column("Made at", "made_at"),
            Column("Good until", "expires_at"),
        ),
        lambda asked: PostOffer.objects.filter(expo=asked.edition.expo),
    ),
    subject(
        "lists",
        ["edition.ListDraft"],
        roles.IMPORT,
        (
            Column("Id", "public_id"),
            Column("Subject", "subject"),
            Column("Source", "source"),
            Column("File", "file_name"),
            Column("Digest", "digest"),
            Column("Sent by", "sent_by"),
            Column("Sent at", "sent_at"),
            Column("Import id", "batch"),
        ),
        lambda asked: ListDraft.objects.filter(edition=asked.edition),
    ),
)
