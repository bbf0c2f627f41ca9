"""What somebody thought of a meeting, asked on My day where it took place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from emporion.design.agenda import Asked, Entry
from emporion.edition.gates import acting
from emporion.edition.queries import Edition, Participation
from emporion.meetings import rules
from emporion.meetings.domain import ratings as domain
from emporion.meetings.queries import Appointment
from emporion.meetings.queries.ratings import own_ratings
from emporion.meetings.queries.requests import by_public_id


def with_questions(
    edition: Edition,
    me: Participation,
    entries: Sequence[Entry],
    appointments: Sequence[Appointment],
    now: dt.datetime,
) -> list[Entry]:
    """Return a day's entries, those that are over with the question what they were worth.

    `appointments` are those of the day, one for each entry; `now` is a time of the fair's zone. One
    query where something is over, else none.
    """
    over = [a.cancelled_at is None and rules.has_ended(a.slot, now) for a in appointments]
    if not any(over):
        return list(entries)
    ended = [a for a, ends in zip(appointments, over, strict=True) if ends]
    said = own_ratings(me, [a.request for a in ended])
    return [
        replace(entry, asked=_question(edition, entry, one, said.get(one.request), one is ended[0]))
        if ends
        else entry
        for entry, one, ends in zip(entries, appointments, over, strict=True)
    ]


def _question(
    edition: Edition, entry: Entry, one: Appointment, said: int | None, first: bool
) -> Asked:
    words = ((5, _("Worth it")), (3, _("So-so")), (1, _("Not worth it")))
    note = _(
        "Nobody else sees what you say here. It teaches whom you are suggested; pressed again, it"
        " is taken back."
    )
    return Asked(
        act_url=reverse("meetings:rate", args=[edition.slug, one.request]),
        sentence=_("The meeting with %(name)s was") % {"name": entry.name},
        # Once a day is enough.
        note=note if first else "",
        answers=[
            ("" if value == said else str(value), word, value == said) for value, word in words
        ],
        fields=[("date", one.date.isoformat())],
    )


@login_required
@require_POST
def rate(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Keep or take back what the reader thought of a meeting; back to that day."""
    me = acting(request)
    asked = by_public_id(edition, public_id)
    if asked is None or me.pk not in (asked.asker_id, asked.counterpart_id):
        raise Http404(_("There is no request with this address."))
    value = request.POST.get("value")
    if value == "":
        domain.take_back(me, asked)
    else:
        try:
            domain.rate(me, asked, int(value) if value in {"1", "2", "3", "4", "5"} else 0)
        except domain.RatingError as error:
            messages.error(request, str(error))
    page = reverse("meetings:day", args=[edition.slug])
    date = request.POST.get("date", "")
    return redirect(f"{page}?date={date}" if _is_date(date) else page)


def _is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
