"""Participants as a list: filters, saved views, acts on many, and the choice as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from emporion.core.tabular.answering import answer
from emporion.core.translated import best
from emporion.design.formats import number
from emporion.edition import queries as editions
from emporion.edition.domain import moving
from emporion.edition.domain import views as view_domain
from emporion.edition.domain.lists.rows import note_of
from emporion.edition.gates import for_all_staff, own_pavilions, staff_may
from emporion.edition.queries import Edition
from emporion.portal.interfaces.desk import choosing
from emporion.portal.interfaces.desk.addresses import key_of
from emporion.portal.interfaces.desk.words import ROLES
from emporion.portal.queries import code_label
from emporion.registry import domain as registry
from emporion.registry import taxonomy
from emporion.registry.countries import country_name
from emporion.registry.domain import roles

# An act on all of a choice runs while somebody waits.
MOST_AT_ONCE, CHUNK = 1000, 500
LACKS = {
    "need": gettext_lazy("without a need"),
    "offer": gettext_lazy("without an offer"),
    "meeting": gettext_lazy("without a meeting"),
    "contact": gettext_lazy("with nobody who acts for them"),
}
HEADINGS = (
    "Id", "Role", "Name", "Country", "Pavilion", "Stand", "Contact", "Needs", "Offers",
    "Most meetings", "Most meetings a day", "Made up", "Note",
)  # fmt: skip


class ChoiceForm(forms.Form):
    """The filters; whatever is not known does not narrow."""

    q = forms.CharField(label=gettext_lazy("Name begins with"), required=False, max_length=80)
    role = forms.ChoiceField(label=gettext_lazy("Role"), required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Needs or offers"), required=False)
    pavilion = forms.ChoiceField(label=gettext_lazy("Pavilion"), required=False)
    lacks = forms.ChoiceField(label=gettext_lazy("Lacks"), required=False)
    made_up = forms.ChoiceField(label=gettext_lazy("Made up"), required=False)

    def __init__(self, edition: Edition, letters: list[str], choice: choosing.Choice) -> None:
        super().__init__(initial={name: getattr(choice, name) for name in choosing.NAMES})
        language = get_language() or "en"
        every = ("", gettext_lazy("all"))
        codes = [
            (code, ("" if code in taxonomy.groups() else "— ") + taxonomy.label(code, language))
            for code in taxonomy.codes()
        ]
        named = sorted(
            (country_name(code, language), code) for code in editions.countries_of(edition)
        )
        self._choose("role", [every, *ROLES.items()])
        self._choose("country", [every, *((code, name) for name, code in named)])
        self._choose("category", [every, *codes])
        self._choose(
            "pavilion",
            [every, *((letter, letter) for letter in letters), ("-", gettext_lazy("none"))],
        )
        self._choose("lacks", [every, *LACKS.items()])
        self._choose(
            "made_up",
            [every, ("yes", gettext_lazy("made up")), ("no", gettext_lazy("not made up"))],
        )

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


@for_all_staff
def participants(request: HttpRequest, edition: Edition) -> HttpResponseBase:
    """Who takes part, by name, fifty a page; ?format=csv gives the whole choice as a file.

    Who acts for them is told to those who may look contacts up; the file, which holds them, is
    theirs alone, written down and limited like every list that is taken out.
    """
    choice = choosing.choice_of(request.GET)
    within = own_pavilions(request)
    with_contacts = roles.may(str(request.staff_role), roles.CONTACTS)  # type: ignore[attr-defined]
    owner = request.user.actor  # type: ignore[union-attr]
    refused = False
    if request.GET.get("format") == "csv":
        if not with_contacts:
            raise PermissionDenied(
                _("Your role does not allow this. An owner of the expo can do it, or change it.")
            )
        try:
            registry.note_list_out(edition.expo, owner, edition.public_id, "participants")
            return _csv(request, edition, choice, within)
        except registry.TooManyReads:
            refused = True
            messages.error(request, _("Many lists were taken out in the last hour. Wait a while."))
    page = choosing.page(
        edition,
        choice,
        within=within,
        after=key_of(request.GET.get("after", "")),
        before=key_of(request.GET.get("before", "")),
    )
    letters = [
        pavilion.letter
        for pavilion in editions.pavilions(edition)
        if within is None or pavilion.letter in within
    ]
    context = {
        "form": ChoiceForm(edition, letters, choice),
        "rows": _rows(page.rows, with_contacts),
        "with_contacts": with_contacts,
        "total": choosing.chosen(edition, choice, within).count(),
        "page": page,
        "choice": choice,
        "letters": letters,
        "views": editions.saved_views(edition, owner),
        "most_at_once": MOST_AT_ONCE,
        "slug": edition.slug,
        "nav_current": "participants",
    }
    response = render(
        request, "portal/desk/participants.html", context, status=429 if refused else 200
    )
    if refused:
        response["Retry-After"] = str(int(registry.LISTS_WITHIN.total_seconds()))
    return response


def _rows(found: list[Any], with_contacts: bool) -> list[dict[str, Any]]:
    """What a row shows; three queries, whatever the number of rows."""
    language = get_language() or "en"
    keys = [one.pk for one in found]
    leads = editions.leads_of(keys) if with_contacts else {}
    interests = editions.interests_of(keys)
    return [
        {
            "one": one,
            "name": best(one.display_name, language),
            "role": ROLES.get(one.role, one.role),
            "country": country_name(one.country, language) if one.country else "",
            "contact": leads[one.pk][0] if one.pk in leads else "",
            "needs": len(interests[one.pk][0]),
            "offers": len(interests[one.pk][1]),
        }
        for one in found
    ]


@staff_may(roles.PARTICIPANTS, held=True)
@require_POST
def act(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Do one thing to those who are ticked, or to all of the choice."""
    query = request.POST.get("query", "")[:1000]
    choice = choosing.choice_of(dict(parse_qsl(query)))
    if request.POST.get("whom") == "all":
        wanted = choosing.chosen(edition, choice, own_pavilions(request)).order_by("pk")
        ids = list(wanted.values_list("public_id", flat=True)[: MOST_AT_ONCE + 1])
    else:
        ids = request.POST.getlist("id")[: choosing.A_PAGE]
    try:
        if not ids:
            raise moving.MoveError(_("Nobody is ticked; nothing was changed."))
        if len(ids) > MOST_AT_ONCE:
            raise moving.MoveError(
                _("At most %(most)s at once; narrow the choice. Nothing was changed.")
                % {"most": number(MOST_AT_ONCE)}
            )
        count = _act(request, edition, ids)
        messages.success(
            request,
            ngettext("%(n)s participant was changed.", "%(n)s participants were changed.", count)
            % {"n": number(count)},
        )
    except moving.MoveError as error:
        messages.error(request, str(error))
    return redirect(_back(edition, choice))


def _act(request: HttpRequest, edition: Edition, ids: list[str]) -> int:
    what = request.POST.get("act", "")
    within = own_pavilions(request)
    if within is not None and (
        not editions.standing(edition, ids, within)
        or (what == "move" and request.POST.get("letter", "").strip() not in within)
    ):
        raise moving.MoveError(_("You run a pavilion: nobody of another one was changed."))
    if what == "move":
        return moving.move_to_pavilion(edition, ids, request.POST.get("letter", "").strip("-"))
    if what == "limit":
        told = request.POST.get("most", "").strip()
        if told and not (told.isascii() and told.isdigit() and len(told) < 5):
            raise moving.MoveError(_("Write a whole number of meetings, or nothing for no limit."))
        return moving.limit_meetings_a_day(edition, ids, int(told) if told else None)
    raise moving.MoveError(_("Choose what to do; nothing was changed."))


@staff_may(roles.LOOK, held=True)
@require_POST
def views(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Keep a choice under a name, or remove one."""
    owner = request.user.actor  # type: ignore[union-attr]
    choice = choosing.choice_of(dict(parse_qsl(request.POST.get("query", "")[:1000])))
    if request.POST.get("act") == "remove":
        if view_domain.remove_view(edition, owner, request.POST.get("view", "")):
            messages.success(request, _("Removed."))
    else:
        try:
            view = view_domain.save_view(edition, owner, request.POST.get("name", ""), choice.query)
            messages.success(request, _("Kept as “%(name)s”.") % {"name": view.name})
        except view_domain.ViewError as error:
            messages.error(request, str(error))
    return redirect(_back(edition, choice))


def _back(edition: Edition, choice: choosing.Choice) -> str:
    address = reverse("portal:participants", args=[edition.slug])
    return f"{address}?{choice.query}" if choice.query else address


def _csv(
    request: HttpRequest, edition: Edition, choice: choosing.Choice, within: frozenset[str] | None
) -> HttpResponseBase:
    """The choice as a file, a part at a time; every row of a demonstration says that it is one."""
    keys = list(
        choosing.chosen(edition, choice, within)
        .order_by("sort_key", "pk")
        .values_list("pk", flat=True)
    )
    note = note_of(edition)
    rows = (
        row
        for start in range(0, len(keys), CHUNK)
        for row in _file_rows(keys[start : start + CHUNK], note)
    )
    return answer(
        request,
        HEADINGS,
        rows,
        kind="csv",
        name="participants",
        place=edition.slug,
    )


def _file_rows(keys: list[int], note: str) -> list[list[Any]]:
    found = editions.participations_by_pk(keys)
    leads, interests = editions.leads_of(keys), editions.interests_of(keys)
    rows = []
    for key in keys:
        if (one := found.get(key)) is None:
            continue
        needs, offers = ("; ".join(code_label(c, "en") for c in side) for side in interests[key])
        rows.append(
            [
                one.public_id,
                one.role,
                best(one.display_name, "en")[1],
                one.country,
                one.pavilion.letter if one.pavilion else "",
                one.stand,
                leads[key][0] if key in leads else "",
                needs,
                offers,
                one.max_meetings,
                one.max_meetings_per_day,
                "yes" if one.is_made_up else "no",
                note,
            ]
        )
    return rows
