"""Setting up an edition: the steps with their state, and the small pages behind them."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from emporion.core.translated import best
from emporion.design.formats import number, span
from emporion.edition import queries as editions
from emporion.edition.domain import pavilions as pavilion_domain
from emporion.edition.domain.editions import EditionError, change_edition, create_edition
from emporion.edition.gates import for_all_staff, staff_may
from emporion.edition.queries import Edition
from emporion.meetings import queries as meetings
from emporion.meetings.domain import slots as slot_domain
from emporion.portal import queries
from emporion.portal.interfaces.desk.setup_forms import (
    EditionForm,
    NewEditionForm,
    PavilionForm,
    SlotsForm,
    free_letters,
    texts_of,
)
from emporion.portal.queries import desk as figures
from emporion.registry.domain import roles

DONE, OPEN, NEXT = "confirmed", "open", "needs"


@for_all_staff
def setup(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The steps from a name to a public schedule; the first that is open is the next."""
    steps = steps_of(edition)
    following = next((step for step in steps if not step["done"]), None)
    for step in steps:
        step["mark"] = DONE if step["done"] else NEXT if step is following else OPEN
    context = {
        "steps": steps,
        "following": following,
        "done": sum(step["done"] for step in steps),
        "is_owner": roles.may(str(request.staff_role), roles.STAFF),  # type: ignore[attr-defined]
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/setup.html", context)


def steps_of(edition: Edition, found: figures.SetUp | None = None) -> list[dict[str, Any]]:
    """Each step: what it is, how it stands, and its page. A fixed number of queries.

    `found` is how far the set-up is, where that is known.
    """
    found = found or figures.set_up(edition)
    slug, counts, letters, missing = edition.slug, found.counts, found.letters, found.missing
    title = best(edition.title, get_language() or "en")[1]

    def step(key: str, name: str, state: str, page: str, act: str) -> dict[str, Any]:
        href, done = reverse(page, args=[slug]), found.done[key]
        return {"key": key, "name": name, "done": done, "state": state, "href": href, "act": act}

    return [
        step(
            "basics",
            _("Name, dates, time zone, languages"),
            f"{title}, {span(edition.starts, edition.ends)}, {edition.zone}",
            "portal:setup_basics",
            act=_("Enter them"),
        ),
        step(
            "pavilions",
            _("Pavilions"),
            ngettext("%(n)s pavilion", "%(n)s pavilions", len(letters))
            % {"n": number(len(letters))}
            if letters
            else _("none yet; a list of exhibitors can bring them"),
            "portal:setup_pavilions",
            act=_("Enter the pavilions"),
        ),
        step(
            "walking",
            _("Walking minutes"),
            _("complete")
            if found.done["walking"]
            else ngettext("%(n)s pair missing", "%(n)s pairs missing", missing)
            % {"n": number(missing)},
            "meetings:walking",
            act=_("Enter the minutes"),
        ),
        step(
            "slots",
            _("Times for meetings"),
            ngettext("%(n)s slot", "%(n)s slots", found.slots) % {"n": number(found.slots)},
            "portal:setup_slots",
            act=_("Set the times"),
        ),
        step(
            "lists",
            _("Exhibitors and buyers"),
            _("%(exhibitors)s exhibitors, %(buyers)s buyers")
            % {
                "exhibitors": number(counts["exhibitors"]),
                "buyers": number(counts["buyers"]),
            },
            "portal:imports",
            act=_("Take in a list"),
        ),
        step(
            "match",
            _("Who to meet"),
            _("everybody's list is computed") if found.done["match"] else _("not computed yet"),
            "matchmaking:runs",
            act=_("Compute the lists"),
        ),
        step(
            "schedule",
            _("Schedule"),
            _("%(requests)s, %(releases)s")
            % {
                "requests": ngettext("%(n)s request", "%(n)s requests", found.requests)
                % {"n": number(found.requests)},
                "releases": ngettext("%(n)s release", "%(n)s releases", found.releases)
                % {"n": number(found.releases)},
            },
            "meetings:releases",
            act=_("Compute a draft"),
        ),
        step(
            "publish",
            _("Publish"),
            _("release %(number)s is public") % {"number": number(edition.published_release)}
            if edition.published_release is not None
            else _("no schedule is public"),
            "meetings:releases",
            act=_("Look at the draft"),
        ),
    ]


@staff_may(roles.SET_UP)
def basics(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Name, place, dates, time zone, languages."""
    form = EditionForm(request.POST or None, initial=_known(edition))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            change_edition(
                edition,
                **_told(form),
                guard=lambda: slot_domain.check_dates(edition, told["starts"], told["ends"]),
            )
        except (EditionError, slot_domain.SlotError) as error:
            form.add_error(None, str(error))
        else:
            return _kept(request, edition)
    return _form_page(request, edition, form, _("Name, dates, time zone, languages"))


@staff_may(roles.SET_UP)
def new_edition(request: HttpRequest, edition: Edition) -> HttpResponse:
    """A further edition of the same expo; its set-up begins then."""
    form = NewEditionForm(
        request.POST or None,
        initial={"zone": edition.zone, "languages": edition.languages},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = create_edition(edition.expo, form.cleaned_data["slug"], **_told(form))
        except EditionError as error:
            form.add_error("slug", str(error))
        else:
            messages.success(request, _("Made: %(name)s") % {"name": made.title})
            return redirect("portal:setup", edition=made.slug)
    return _form_page(request, edition, form, _("A new edition"))


def _known(edition: Edition) -> dict[str, Any]:
    return {
        **texts_of(edition.title, "title"),
        **texts_of(edition.subtitle, "subtitle"),
        **texts_of(edition.place, "place"),
        "starts": edition.starts,
        "ends": edition.ends,
        "zone": edition.zone,
        "languages": edition.languages,
    }


def _told(form: EditionForm) -> dict[str, Any]:
    told = form.cleaned_data
    return {
        **{name: form.texts(name) for name in form.TEXTS},
        **{name: told[name] for name in ("starts", "ends", "zone", "languages")},
    }


def _kept(request: HttpRequest, edition: Edition) -> HttpResponse:
    messages.success(request, _("Kept."))
    return redirect("portal:setup", edition=edition.slug)


def _form_page(
    request: HttpRequest, edition: Edition, form: Any, title: str, **context: Any
) -> HttpResponse:
    own = {"form": form, "title": title, "slug": edition.slug, "nav_current": "desk", **context}
    return render(request, "portal/desk/setup_form.html", own)


@staff_may(roles.SET_UP)
def pavilions(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The pavilions with how many stand there; a form for a further one."""
    language = get_language() or "en"
    rows = queries.pavilions(edition, language)
    free = free_letters({row.letter for row in rows})
    form = PavilionForm(free, request.POST or None)
    if request.method == "POST" and request.POST.get("act") == "remove":
        gone = pavilion_domain.remove_pavilions(edition, [request.POST.get("letter", "")])
        if gone:
            messages.success(request, _("Removed."))
        else:
            messages.error(request, _("Somebody stands in this pavilion; move them first."))
        return redirect("portal:setup_pavilions", edition=edition.slug)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            pavilion_domain.add_pavilions(
                edition,
                [
                    pavilion_domain.NewPavilion(
                        told["letter"], form.texts("name"), told["gate_minutes"]
                    )
                ],
            )
        except EditionError as error:
            form.add_error("letter", str(error))
        else:
            messages.success(request, _("Kept."))
            return redirect("portal:setup_pavilions", edition=edition.slug)
    context = {
        "form": form if free else None,
        "rows": rows,
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/setup_pavilions.html", context)


@staff_may(roles.SET_UP)
def pavilion(request: HttpRequest, edition: Edition, letter: str) -> HttpResponse:
    """The names of one pavilion and its way from the gate."""
    found = next((p for p in editions.pavilions(edition) if p.letter == letter), None)
    if found is None:
        raise Http404(_("There is no pavilion %(letter)s.") % {"letter": letter})
    initial = {
        **texts_of(found.name, "name"),
        "letter": letter,
        "gate_minutes": found.gate_minutes,
    }
    form = PavilionForm([letter], request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        pavilion_domain.change_pavilion(
            edition, letter, form.texts("name"), form.cleaned_data["gate_minutes"]
        )
        messages.success(request, _("Kept."))
        return redirect("portal:setup_pavilions", edition=edition.slug)
    title = _("Pavilion %(letter)s") % {"letter": letter}
    return _form_page(request, edition, form, title)


@staff_may(roles.SET_UP)
def slots(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The times of meetings, the same on every day of the edition."""
    days = [
        edition.starts + dt.timedelta(days=n)
        for n in range((edition.ends - edition.starts).days + 1)
    ]
    known = meetings.slots(edition)
    form = SlotsForm(days, request.POST or None, initial=_grid(known))
    if request.method == "POST" and form.is_valid():
        try:
            slot_domain.set_slots(edition, form.spans())
        except slot_domain.SlotError as error:
            form.add_error(None, str(error))
        else:
            return _kept(request, edition)
    note = ngettext("%(n)s slot is set now.", "%(n)s slots are set now.", len(known)) % {
        "n": number(len(known))
    }
    lead = _("The same times on every day of the fair, in its local time. A meeting takes a slot.")
    return _form_page(request, edition, form, _("Times for meetings"), lead=lead, note=note)


def _grid(known: list[Any]) -> dict[str, Any]:
    """Return what the form would say of the slots there are: those of the first day."""
    usual = {
        "starts": dt.time(9),
        "ends": dt.time(17, 20),
        "break_starts": dt.time(12, 10),
        "break_ends": dt.time(13, 30),
        "minutes": 30,
        "gap": 10,
    }
    today = [slot for slot in known if slot.date == known[0].date]
    if len(today) < 2:
        return usual
    starts = [dt.datetime.combine(slot.date, slot.starts) for slot in today]
    length = dt.timedelta(minutes=today[0].minutes)
    gaps = [later - one - length for one, later in pairwise(starts)]
    gap = min(gaps)
    longest = max(range(len(gaps)), key=gaps.__getitem__)
    has_break = gaps[longest] > gap
    return {
        "starts": today[0].starts,
        "ends": (starts[-1] + length).time(),
        "break_starts": (starts[longest] + length).time() if has_break else None,
        "break_ends": today[longest + 1].starts if has_break else None,
        "minutes": today[0].minutes,
        "gap": int(gap.total_seconds()) // 60,
    }
