"""My profile: what I need and offer, what I say of myself, and when I can meet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from emporion.core.translated import as_dict
from emporion.edition.domain import calendars
from emporion.edition.domain import profile as domain
from emporion.edition.domain.enrolment import Interest
from emporion.edition.queries import Edition, Participation
from emporion.matchmaking.domain.first_list import make_first_list
from emporion.meetings import queries as meetings
from emporion.portal import queries
from emporion.portal.interfaces.profile_forms import AboutForm, InterestForm
from emporion.registry import taxonomy
from emporion.registry.languages import language_names
from emporion.registry.markets import market_name


def acting(request: Any) -> Participation:
    """Return the participation that the reader acts for, or refuse."""
    if not request.participation:
        raise PermissionDenied(_("This page belongs to those who take part in this edition."))
    found: Participation = request.participation
    return found


@login_required
def profile(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Everything others are told of me, with what is still missing first."""
    me = acting(request)
    language = get_language() or "en"
    sides = [(side, _shown(domain.interests_of(me, side), language)) for side in domain.SIDES]
    hours = meetings.hours(me)
    context = {
        "me": me,
        "lacks": queries.lacking([me])[me.pk],
        "sides": sides if not me.hosts else sides[::-1],
        "about": list(as_dict(me.about).items()),
        "languages": language_names(me.languages, language),
        "markets": [market_name(code, language) for code in me.markets],
        "hours": len(hours),
        "open_hours": sum(hour.open for hour in hours),
        "is_officer": request.is_officer,  # type: ignore[attr-defined]
        "acts_for_another": bool(request.acting_for),  # type: ignore[attr-defined]
        "page": reverse("portal:exhibitor", args=[edition.slug, me.public_id]) if me.hosts else "",
        "slug": edition.slug,
        "nav_current": "profile",
    }
    return render(request, "portal/profile.html", context)


def _shown(rows: list[tuple[str, Interest]], language: str) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "label": queries.code_label(interest.code, language) if interest.code else "",
            "texts": list(interest.text.items()),
            "markets": [market_name(code, language) for code in interest.markets],
            "deal": taxonomy.deal_type_label(interest.deal_type, language)
            if interest.deal_type in taxonomy.deal_types()
            else interest.deal_type,
        }
        for key, interest in rows
    ]


@login_required
def interest(request: HttpRequest, edition: Edition, side: str, key: str = "") -> HttpResponse:
    """Add a need or an offer, or change the one with this key."""
    me = acting(request)
    if side not in domain.SIDES:
        raise Http404(_("There is no such page."))
    shown = dict(domain.interests_of(me, side)).get(key) if key else Interest()
    if shown is None:
        messages.error(request, _("This was changed or removed in the meantime. Look at it again."))
        return redirect("portal:profile", edition=edition.slug)
    language = get_language() or "en"
    data = request.POST if request.method == "POST" else None
    form = InterestForm(edition, language, shown, data)
    if data is not None and form.is_valid():
        try:
            if key:
                domain.change_interest(me, side, key, form.interest())
            else:
                domain.add_interests(me, side, [form.interest()])
        except domain.ProfileError as error:
            form.add_error(None, str(error))
        else:
            make_first_list(me)
            messages.success(request, _("Kept."))
            return redirect("portal:profile", edition=edition.slug)
    context = {
        "form": form, "side": side, "key": key, "slug": edition.slug, "nav_current": "profile",
    }  # fmt: skip
    status = 422 if data is not None else 200
    return render(request, "portal/interest.html", context, status=status)


@login_required
@require_POST
def remove_interest(request: HttpRequest, edition: Edition, side: str, key: str) -> HttpResponse:
    """Take a need or an offer off the profile."""
    me = acting(request)
    if side not in domain.SIDES:
        raise Http404(_("There is no such page."))
    try:
        domain.remove_interest(me, side, key)
        make_first_list(me)
        messages.success(request, _("Removed."))
    except domain.ProfileError as error:
        messages.error(request, str(error))
    return redirect("portal:profile", edition=edition.slug)


@login_required
def about(request: HttpRequest, edition: Edition) -> HttpResponse:
    """What I say of myself, markets, languages, and how many meetings I want."""
    me = acting(request)
    data = request.POST if request.method == "POST" else None
    form = AboutForm(me, get_language() or "en", data)
    if data is not None and form.is_valid():
        try:
            domain.set_profile(me, **form.values())
        except domain.ProfileError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Kept."))
            return redirect("portal:profile", edition=edition.slug)
    context = {"form": form, "slug": edition.slug, "nav_current": "profile"}
    status = 422 if data is not None else 200
    return render(request, "portal/about_me.html", context, status=status)


@login_required
def hours(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The slots I can and cannot meet in; the next draft keeps the closed ones free."""
    me = acting(request)
    known = meetings.hours(me)
    if request.method == "POST":
        wanted = set(request.POST.getlist("open"))
        # Only what the reader changed: a colleague or the organiser may have changed other hours
        # since the page was shown.
        shown = set(request.POST.get("shown", "").split())
        numbered = [(hour, str(hour.slot.number)) for hour in known]
        close = [h.span for h, n in numbered if h.open and n in shown - wanted]
        open_ = [h.span for h, n in numbered if not h.open and n in wanted - shown]
        calendars.set_hours(me, close=close, open_=open_)
        messages.success(request, _("Kept. The next schedule follows it."))
        return redirect("portal:profile", edition=edition.slug)
    days: dict[Any, list[Any]] = {}
    for hour in known:
        days.setdefault(hour.slot.date, []).append(hour)
    context = {
        "days": days.items(),
        "shown": " ".join(str(hour.slot.number) for hour in known if hour.open),
        "slug": edition.slug,
        "nav_current": "profile",
    }
    return render(request, "portal/hours.html", context)
