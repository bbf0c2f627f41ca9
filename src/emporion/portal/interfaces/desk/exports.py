"""Lists to take out: everything that is held of an edition, each in three forms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from emporion.core.tabular.answering import TYPES, answer
from emporion.core.tabular.report import TableError
from emporion.core.tabular.subjects import Asked
from emporion.edition.domain.lists.rows import note_of
from emporion.edition.gates import for_organisers, knows_requests
from emporion.edition.queries import Edition
from emporion.portal.queries.subjects import OF_PEOPLE, SUBJECTS
from emporion.registry import domain as registry
from emporion.registry.domain import roles

FORMS = (("csv", "CSV"), ("xlsx", "XLSX"), ("jsonl", "JSON"))
# What the lists are called, under the headings of the page.
GROUPS: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    (
        "takes-part",
        gettext_lazy("Who takes part"),
        {
            "participants": gettext_lazy("Everybody who takes part"),
            "exhibitors": gettext_lazy("Exhibitors, as an import reads them"),
            "buyers": gettext_lazy("Buyers, as an import reads them"),
            "organisations": gettext_lazy("Organisations"),
            "people": gettext_lazy("People, with contact data"),
            "delegates": gettext_lazy("Who acts for whom"),
            "delegations": gettext_lazy("Delegations"),
            "officers": gettext_lazy("Officers of delegations"),
            "needs": gettext_lazy("Needs"),
            "offers": gettext_lazy("Offers"),
        },
    ),
    (
        "meet",
        gettext_lazy("Requests and meetings"),
        {
            "requests": gettext_lazy("Requests, as an import reads them"),
            "meetings": gettext_lazy("Meetings of the public schedule"),
            "refusals": gettext_lazy("Requests without a meeting in it"),
            "change-reasons": gettext_lazy("Why a repair changed meetings in it"),
            "told": gettext_lazy("Whose day it changed"),
            "pins": gettext_lazy("What every schedule must grant"),
            "incidents": gettext_lazy("Who is away, and what is closed"),
            "slots": gettext_lazy("Times for meetings"),
            "releases": gettext_lazy("Schedules"),
            "runs": gettext_lazy("Computations of schedules"),
            "matchings": gettext_lazy("Computations of lists of whom to meet"),
        },
    ),
    (
        "fair",
        gettext_lazy("The fair"),
        {
            "edition": gettext_lazy("The edition itself"),
            "facts": gettext_lazy("Published figures"),
            "pavilions": gettext_lazy("Pavilions"),
            "walking": gettext_lazy("Walking minutes"),
            "taxonomy": gettext_lazy("Categories of needs and offers"),
        },
    ),
    (
        "told",
        gettext_lazy("Messages and other systems"),
        {
            "messages": gettext_lazy("Messages, without their words"),
            "given-up": gettext_lazy("Messages and calls that nobody took"),
            "webhooks": gettext_lazy("Other systems"),
            "deliveries": gettext_lazy("Calls to other systems"),
        },
    ),
    (
        "runs",
        gettext_lazy("Who runs it, and what was done"),
        {
            "staff": gettext_lazy("Staff"),
            "posts-offered": gettext_lazy("Roles that are offered"),
            "journal": gettext_lazy("Journal"),
            "lists": gettext_lazy("Lists that were sent"),
            "imports": gettext_lazy("Imports"),
            "erasures": gettext_lazy("Wishes to be erased"),
            "jobs": gettext_lazy("Work of the machine"),
        },
    ),
)


@for_organisers
@require_safe
def exports(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The lists that the reader's role may take out."""
    return _page(request, edition, 200)


@for_organisers
@require_safe
def export(request: HttpRequest, edition: Edition, subject: str) -> HttpResponseBase:
    """One list as a file; those of people are counted, and all of them written down."""
    wanted = SUBJECTS.get(subject)
    kind = request.GET.get("format", "csv")
    if wanted is None or kind not in TYPES:
        raise Http404(_("There is no such list."))
    if not roles.may(str(request.staff_role), wanted.act):  # type: ignore[attr-defined]
        raise PermissionDenied(
            _("Your role does not allow this. An owner of the expo can do it, or change it.")
        )
    if wanted.of_release and edition.published_release is None:
        messages.error(request, _("No schedule is public yet."))
        return _page(request, edition, 409)
    actor = request.user.actor  # type: ignore[union-attr]
    try:
        registry.note_list_out(
            edition.expo, actor, edition.public_id, subject, of_people=wanted.act in OF_PEOPLE
        )
    except registry.TooManyReads:
        messages.error(request, _("Many lists were taken out in the last hour. Wait a while."))
        refused = _page(request, edition, 429)
        refused["Retry-After"] = str(int(registry.LISTS_WITHIN.total_seconds()))
        return refused
    note = note_of(edition)
    try:
        return answer(
            request,
            wanted.header,
            wanted.rows(Asked(edition, knows_requests=knows_requests(request))),
            kind=kind,
            name=subject,
            place=edition.slug,
            notes=[note] if note else [],
        )
    except TableError as error:
        messages.error(request, str(error))
        return _page(request, edition, 409)


def _page(request: HttpRequest, edition: Edition, status: int) -> HttpResponse:
    role = str(request.staff_role)  # type: ignore[attr-defined]
    there = {name for name, one in SUBJECTS.items() if roles.may(role, one.act)}
    groups = [
        (key, word, [(name, title, SUBJECTS[name].act in OF_PEOPLE) for name, title in names.items()
                     if name in there])
        for key, word, names in GROUPS
    ]  # fmt: skip
    context = {
        "groups": [group for group in groups if group[2]],
        "most": registry.MOST_LISTS,
        "forms": FORMS,
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/exports.html", context, status=status)
