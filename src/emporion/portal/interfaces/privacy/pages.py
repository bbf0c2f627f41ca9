"""Your data: what is known of the reader, to be seen, taken along, and erased if they wish."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from emporion.core.downloads import named, written
from emporion.core.going_on import next_page
from emporion.edition.queries import Edition
from emporion.portal.interfaces.privacy.archive import tables, write_archive
from emporion.portal.interfaces.privacy.proving import sign_in_again
from emporion.portal.interfaces.privacy.words import TABLES, USES
from emporion.registry import domain as registry
from emporion.registry import queries as registered
from emporion.registry.queries import PURPOSES

# Rows of a table on the page; the file has all.
SHOWN = 3


def me_here(request: HttpRequest, edition: Edition) -> list[Any]:
    """Return who the reader is in this expo, or refuse them. An officer is not the member."""
    people = registered.people_of(edition.expo, request.user)
    if not people:
        raise PermissionDenied(_("This page belongs to people who are known in this expo."))
    return people


@never_cache
@login_required
def own_data(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Everything that is kept of the reader, with the way to take it along and to be erased."""
    people = me_here(request, edition)
    parts = [
        {
            "head": TABLES[table.label],
            "id": table.label.replace(".", "-").lower(),
            "rows": rows[:SHOWN],
            "more": max(0, len(rows) - SHOWN),
        }
        for table, rows in tables(registry.trace(people))
        if rows and table.label in TABLES and not table.label.startswith("core.")
    ]
    said = registered.consents_of(people)
    uses = [
        {
            "purpose": name,
            "head": USES[name][0],
            "text": USES[name][1],
            "allowed": purpose.allows(said[name].is_given, said[name].version)
            if name in said
            else purpose.without_a_word,
            "since": said[name].at if name in said else None,
        }
        for name, purpose in PURPOSES.items()
    ]
    context = {
        "parts": parts,
        "uses": uses,
        "request_open": registry.open_request(people[0]),
        "slug": edition.slug,
        "nav_current": "profile",
    }
    return render(request, "portal/privacy/own_data.html", context)


@never_cache
@login_required
@require_POST
def take_along(request: HttpRequest, edition: Edition) -> HttpResponseBase:
    """The same as a file. A POST: what is read is written down."""
    people = me_here(request, edition)
    if again := sign_in_again(request, _page(edition)):
        return again
    registry.note_export(people)
    owner, language = registry.trace(people), get_language() or "en"
    file = written(request, lambda to: write_archive(to, owner, language), "application/zip")
    return named(file, f"data-{people[0].public_id}.zip")


@never_cache
@login_required
@require_POST
def ask_erasure(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Ask to be erased, or take that back."""
    people = me_here(request, edition)
    if again := sign_in_again(request, _page(edition)):
        return again
    try:
        for person in people:
            if request.POST.get("act") == "withdraw":
                registry.withdraw_erasure(person)
            else:
                registry.ask_for_erasure(person)
    except registry.ErasureError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Kept."))
    return redirect(_page(edition))


@never_cache
@login_required
@require_POST
def say_use(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Allow or refuse one use of the reader's data."""
    people = me_here(request, edition)
    purpose = request.POST.get("purpose", "")
    if purpose not in PURPOSES:
        raise Http404(_("There is no such page."))
    for person in people:
        registry.say(
            person, purpose, request.POST.get("say") == "yes", language=get_language() or "en"
        )
    messages.success(request, _("Kept."))
    # Asked where the use begins, the reader goes on from there.
    return redirect(next_page(request, _page(edition)))


def _page(edition: Edition) -> str:
    return reverse("portal:own_data", args=[edition.slug])
