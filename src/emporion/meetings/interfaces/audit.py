"""Audit this meeting: a request, its rivals, why it won or lost, and how to compute it again."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from emporion.design.formats import number as number_words
from emporion.design.paging import page_of
from emporion.edition import queries as editions
from emporion.edition.gates import staff_reads
from emporion.edition.queries import Edition
from emporion.meetings.interfaces.releases import A_PAGE, commands, share_of
from emporion.meetings.models import Meeting, MeetingRequest, Release
from emporion.meetings.queries import audit as queries
from emporion.meetings.queries import releases as release_queries
from emporion.meetings.queries.words import REFUSALS, refusal_word
from emporion.registry.domain import roles

OBSTACLES = {
    "away_guest": gettext_lazy("the guest is not there"),
    "away_host": gettext_lazy("the host is not there"),
    "guest_busy": gettext_lazy("the guest meets somebody else"),
    "no_table": gettext_lazy("all tables of the host are taken"),
    "day_full": gettext_lazy("as many meetings that day as one of the two set"),
    "walk": gettext_lazy("too far from the meeting before or after"),
}


@staff_reads(roles.REQUESTS)
def audit(request: Any, edition: Edition, public_id: str) -> HttpResponse:
    """Lay open one request in one release (`?release=N`, else the newest that knows it)."""
    wanted = queries.request(edition, public_id)
    if wanted is None:
        raise Http404(_("There is no request with this address."))
    outcomes = queries.outcomes(wanted)
    release = _release(request, edition, [found for found, _row in outcomes])
    context: dict[str, Any] = {
        "wanted": wanted,
        "pin": getattr(wanted, "pin", None),
        "may_pin": roles.may(request.staff_role, roles.SCHEDULE),
        "state": _state(wanted),
        "weight": queries.weight_of(wanted) / 1000,
        "outcomes": [
            (
                found,
                row if isinstance(row, Meeting) else None,
                "" if isinstance(row, Meeting) else refusal_word(row.reason),
            )
            for found, row in outcomes
        ],
        "release": release,
        "slug": edition.slug,
        "nav_current": "schedule",
    }
    if release is not None:
        found = queries.audit(edition, wanted, release)
        context |= {
            "found": found,
            "why": _why(found),
            "rows": [_row(stand, found) for stand in found.stands if not stand.is_away],
            "away": sum(stand.is_away for stand in found.stands),
            "rivals": [
                (each.request, queries.weight_of(each.request) / 1000, refusal_word(each.reason))
                for each in found.refused
            ],
            "prices": _prices(found),
            "share": share_of(release),
            "commands": commands(edition, release),
        }
    return render(request, "meetings/audit.html", context)


@staff_reads(roles.REQUESTS)
def audit_of(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """All requests of one participant, each with its outcome in the public or newest release."""
    who = editions.participation(edition, public_id)
    if who is None:
        raise Http404(_("There is nobody with this address."))
    release = release_queries.published(edition)
    if release is None:
        release = next(iter(release_queries.releases(edition)), None)
    pages = max(1, -(-queries.request_total(edition, who) // A_PAGE))
    page = page_of(request, pages)
    found = queries.requests_of(edition, who, release, (page - 1) * A_PAGE, page * A_PAGE)
    rows = []
    for wanted, meeting, reason in found:
        other = wanted.counterpart if wanted.asker_id == who.pk else wanted.asker
        weight = queries.weight_of(wanted) / 1000
        why = refusal_word(reason) if reason else ""
        rows.append((wanted, other, _state(wanted), weight, meeting, why))
    context = {
        "who": who,
        "release": release,
        "rows": rows,
        "page": page,
        "pages": pages,
        "slug": edition.slug,
        "nav_current": "schedule",
    }
    return render(request, "meetings/audit_of.html", context)


def _release(request: HttpRequest, edition: Edition, known: list[Release]) -> Release | None:
    wanted = request.GET.get("release", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 9:
        found = release_queries.release(edition, int(wanted))
        if found is None:
            raise Http404(_("There is no release with this number."))
        return found
    return release_queries.release(edition, known[0].number) if known else None


def _state(request: MeetingRequest) -> tuple[str, str]:
    return {
        "open": ("waits", _("waits for an answer")),
        "accepted": ("confirmed", _("accepted")),
        "declined": ("declined", _("declined")),
        "withdrawn": ("cancelled", _("withdrawn")),
    }[request.state]


def _why(found: queries.Audit) -> list[str]:
    """Say in sentences why it won or lost, each true by the schedule itself."""
    said: list[str] = []
    if found.meeting is not None:
        rivals = len(found.refused)
        said.append(_("It has its meeting: both are free then, a table is, and the walks fit."))
        if rivals:
            said.append(_("Requests of the same two that had to stand back are listed below."))
        return said
    if found.refusal is None:
        return [_("This release does not know the request: it was asked later, or was not live.")]
    reason = found.refusal.reason
    said.append(f"{refusal_word(reason)}: {REFUSALS[reason][1]}." if reason in REFUSALS else reason)
    for who, count in ((found.guest, found.guest_meetings), (found.host, found.host_meetings)):
        if who.max_meetings is not None and count >= who.max_meetings:
            said.append(
                _("%(name)s set a limit of %(n)s meetings and has them.")
                % {"name": who.display_name, "n": number_words(who.max_meetings)}
            )
    total = len(found.stands)
    for key, count in sorted(found.counts.items(), key=lambda item: -item[1]):
        said.append(
            ngettext(
                "In %(n)s of %(total)s slots %(what)s.",
                "In %(n)s of %(total)s slots %(what)s.",
                count,
            )
            % {"n": number_words(count), "total": number_words(total), "what": OBSTACLES[key]}
        )
    return said


def _row(stand: queries.Stand, found: queries.Audit) -> dict[str, Any]:
    own = found.request.pk

    def others(meetings: list[Meeting], me: int) -> list[tuple[Any, float, str]]:
        rows = []
        for meeting in meetings:
            if meeting.request_id == own:
                continue
            other = meeting.guest if meeting.host_id == me else meeting.host
            weight = queries.weight_of(meeting.request) / 1000
            rows.append((other.display_name, weight, meeting.request.public_id))
        return rows

    return {
        "slot": stand.slot,
        "own": stand.is_own,
        "guest": others(stand.of_guest, found.guest.pk),
        "host": others(stand.of_host, found.host.pk),
        "used": len(stand.of_host),
        "word": OBSTACLES[stand.obstacle] if stand.obstacle else "",
    }


def _prices(found: queries.Audit) -> dict[str, Any] | None:
    """What the bound's prices say of it: worth more or less than the time it takes."""
    if found.prices is None:
        return None
    guest, host = found.prices
    weight = found.weight / 1000
    return {
        "guest": round(guest, 3),
        "host": round(host, 3),
        "both": round(guest + host, 3),
        "weight": weight,
        "dear": guest + host > weight + 1e-9,
    }
