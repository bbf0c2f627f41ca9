"""The journal as a page: what happened to this meeting, request, participant, import."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from emporion.core import history
from emporion.edition.gates import for_organisers, knows_requests
from emporion.edition.queries import Edition
from emporion.meetings.queries import outcomes
from emporion.portal.interfaces.desk import deeds
from emporion.portal.interfaces.desk.addresses import key_of

A_PAGE = 50


class JournalForm(forms.Form):
    """What the list is narrowed to."""

    about = forms.ChoiceField(
        label=gettext_lazy("What it is about"),
        required=False,
        choices=[("", gettext_lazy("everything")), *deeds.NOUNS.items()],
    )
    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )


@for_organisers
def journal(request: Any, edition: Edition) -> HttpResponse:
    """Entries newest first; of one object, of one noun, of one person, of some days.

    The story of a request is for those who may know who asks whom.
    """
    form = JournalForm(request.GET or None)
    told = form.cleaned_data if form.is_valid() else {}
    kind, own, actor = (request.GET.get(name, "")[:40] for name in ("kind", "id", "actor"))
    kind = kind if kind in deeds.STORIES and own else ""
    role, pairs = request.staff_role, knows_requests(request)
    if kind == "request" and not pairs:
        raise PermissionDenied(
            _("Your role does not allow this. An owner of the expo can do it, or change it.")
        )
    actor = actor if actor.startswith(("user:", "command:")) else ""
    wanted = history.Wanted(
        kind=kind,
        id=own if kind else "",
        noun=told.get("about", ""),
        actor=actor,
        since=history.midnight(told.get("since"), edition.tz),
        until=history.midnight(told.get("until"), edition.tz, 1),
    )
    before = key_of(request.GET.get("before", ""))
    entries = history.entries(edition.expo.public_id, wanted, before=before, limit=A_PAGE + 1)
    more, entries = len(entries) > A_PAGE, entries[:A_PAGE]
    language = get_language() or "en"
    chosen = {
        "about": wanted.noun,
        "since": told.get("since") or "",
        "until": told.get("until") or "",
        "kind": kind,
        "id": wanted.id,
        "actor": actor,
    }
    context: dict[str, Any] = {
        "form": form,
        "rows": [
            {**row, "at": row["entry"].at.astimezone(edition.tz)}
            for row in deeds.shown(edition, entries, language, role)
        ],
        "kind": kind,
        "id": wanted.id,
        "actor": actor,
        "subject": deeds.one(edition, kind, wanted.id, language, role) if kind else None,
        "outcomes": outcomes(edition, wanted.id) if kind == "request" else [],
        "requests": deeds.requests_of(edition, wanted.id, language)
        if kind == "participation" and pairs
        else [],
        "narrowed": any(chosen.values()),
        "query": urlencode({name: value for name, value in chosen.items() if value}),
        "older": entries[-1].pk if more else None,
        "before": before,
        "zone": edition.zone,
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/journal.html", context)
