"""Somebody planted with one word wherever the tables hold people."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from emporion.accounts.domain import create_user
from emporion.core import journal
from emporion.core.models import ImportBatch, ImportChange, JobRecord
from emporion.edition.domain import drafts, views
from emporion.edition.domain.enrolment import Acts, Enrolled, Interest, enrol
from emporion.edition.models import Participation
from emporion.matchmaking.domain import wishes
from emporion.meetings.domain import links, requests
from emporion.meetings.models import MeetingRequest
from emporion.registry import domain as registry
from emporion.registry.models import Person
from tests.factories import make_participation, make_release, make_slots

WORD = "Zyxquark"
HAN = "卷尾猴"


def plant(edition: Any) -> Person:
    """Somebody who takes part on their own, signs in, writes, and stands in a list."""
    with journal.acting("command:test", tenant=edition.expo.public_id):
        user = create_user(email=f"{WORD}@example.org".lower(), name=f"{WORD} {HAN}", password="x")
        (pk,) = registry.add_people(edition.expo, [registry.NewPerson(
            f"{WORD} {HAN}", name_latin=f"{WORD} Latin", job_title=f"Head of {WORD}",
            email=f"{WORD}@example.com", phone="+8613900000777", source=f"{WORD}-list",
            external_id=f"{WORD}-1", user_id=user.pk,
        )])  # fmt: skip
        person = Person.objects.get(pk=pk)
        (alone,) = enrol(edition, [Enrolled(
            "exhibitor", {"en": f"{WORD} {HAN}"}, person_id=pk, about={"en": f"{WORD} builds"},
            source="ours", external_id=f"{WORD}-1", delegates=[Acts(pk)],
            needs=[Interest(text={"en": f"money for {WORD}"})],
            offers=[Interest("ai.models", {"en": f"a model of {WORD}"})],
        )])  # fmt: skip
        mine = Participation.objects.get(pk=alone)
        host = make_participation(edition, "buyer")
        with journal.acting(user.actor, tenant=edition.expo.public_id):
            asked = requests.ask(mine, host, f"{WORD} wants to talk")
            wishes.wish(mine, host, "save")
            views.save_view(edition, user.actor, f"of {WORD}", f"q={WORD}")
        link = links.make_link(mine, person)
        asked.state = MeetingRequest.State.ACCEPTED
        asked.save()
        make_release(edition, [(asked, make_slots(edition)[0])], state="published")
        with transaction.atomic():
            journal.record("person.change", "person", person.public_id, values={"name": WORD})
            journal.record("edition.change", "edition", "x", values={"note": f"ask {WORD} {HAN}"})
        batch = ImportBatch.objects.create(
            tenant=edition.expo.public_id, subject="buyers", place=edition.slug, source="s",
            file_name=f"{WORD} {HAN}.csv", file_digest="d", started_at=timezone.now(),
        )  # fmt: skip
        for kind, own, before in (
            ("person", person.public_id, {"name": WORD}),
            ("organisation", "other", {"name": {"en": f"Firm of {WORD} {HAN}"}}),
        ):
            ImportChange.objects.create(batch=batch, object_kind=kind, object_id=own, before=before)
        JobRecord.objects.create(
            kind="list.look", owner=user.actor, state="failed", asked_at=timezone.now(),
            reason=f"Row 3: {WORD} {HAN} is no country",
        )  # fmt: skip
        JobRecord.objects.create(
            kind="list.take", owner="user:somebody", tenant=edition.expo.public_id,
            state="waiting", asked_at=timezone.now(), arguments={"row": f"{WORD} {HAN}"},
        )  # fmt: skip
        for name, data in (
            ("utf8.csv", f"name\n{WORD} {HAN}\n".encode()),
            ("gb.csv", f"姓名\n{WORD} {HAN}\n".encode("gb18030")),
        ):
            drafts.send_list(edition, "buyers", "s", name, data, user.actor)
        registry.ask_for_erasure(person)
    assert link.participation_id == alone
    return person
