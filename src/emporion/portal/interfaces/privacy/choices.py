"""What somebody chooses about messages: which kinds by which way, in which hours and language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from emporion.design import formats
from emporion.edition.queries import Edition
from emporion.messaging.domain import carriers, choosing, linking, templates
from emporion.portal.interfaces.outside.words import CARRIERS
from emporion.portal.interfaces.privacy.pages import me_here
from emporion.registry import queries as registered

WECHAT = "wechat"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest, edition: Edition) -> HttpResponse:
    """One table of kinds and ways, hours, a language; what is necessary is said to be."""
    people = me_here(request, edition)
    ways = [one.name for one in carriers.open_carriers() if one.name in choosing.WAYS]
    kinds = [one for one in templates.every() if not one.necessary]
    choice = choosing.choice_of(people[0])
    wrong, status, code = "", 200, ""
    act = request.POST.get("act", "")
    if act == "link" and WECHAT in ways:
        code, status = linking.make_code(people[0], WECHAT), 201
    elif act == "unlink":
        linking.unlink(people[0], WECHAT)
        messages.success(request, _("Forgotten. Nothing is sent there any more."))
        return redirect("portal:message_choices", edition=edition.slug)
    elif request.method == "POST":
        told = request.POST
        quiet = {"fair": "", "none": "-"}.get(
            told.get("hours", "fair"), f"{told.get('from', '')}-{told.get('until', '')}"
        )
        refused = _refused(choice.refused, [one.name for one in kinds], ways, told.getlist("want"))
        try:
            for person in people:
                choosing.choose(
                    person, refused=refused, quiet=quiet, language=told.get("language", "")
                )
        except choosing.ChoiceError:
            wrong, status = _("Write both hours, as 22:00 and 07:00."), 422
        else:
            messages.success(request, _("Kept."))
            return redirect("portal:message_choices", edition=edition.slug)
    fairs = choosing.fair_hours()
    begins, _dash, ends = choice.quiet.partition("-")
    context = {
        "kinds": [
            {
                "name": one.name,
                "title": one.title or one.name,
                "ways": [
                    {
                        "value": f"{one.name}:{way}",
                        "word": CARRIERS[way],
                        "wanted": choosing.wants(choice, one.name, way),
                    }
                    for way in ways
                ],
            }
            for one in kinds
        ],
        "ways": [CARRIERS[way] for way in ways],
        "necessary": [one.title or one.name for one in templates.every() if one.necessary],
        "fair_hours": formats.clocks(*fairs) if fairs else "",
        "hours": "none" if choice.quiet == "-" else "own" if choice.quiet else "fair",
        "begins": begins if ends else "",
        "ends": ends,
        "languages": settings.LANGUAGES,
        "language": choice.language,
        "allowed": bool(registered.allowing([people[0].pk], "messages")),
        "wrong": wrong,
        "wechat": WECHAT in ways and bool(settings.MESSAGING[WECHAT].get("callback_key")),
        "linked": linking.is_linked(people[0], WECHAT),
        "code": f"{code[:4]} {code[4:]}" if code else "",
        "service": settings.MESSAGING.get(WECHAT, {}).get("name", ""),
        "minutes": int(linking.GOOD_FOR.total_seconds() // 60),
        "zone": edition.zone,
        "slug": edition.slug,
        "nav_current": "profile",
    }
    return render(request, "portal/privacy/choices.html", context, status=status)


def _refused(before: list[str], kinds: list[str], ways: list[str], wanted: list[str]) -> list[str]:
    """Return what is refused after the boxes in `wanted` were ticked.

    A kind without a tick is refused by every way, also by one that is set up later. Ways that are
    not set up now stand on no page: what was said of them stays.
    """
    shown = {f"{kind}:{way}" for kind in kinds for way in ways}
    kept: Any = {one for one in before if ":" in one and one not in shown}
    if not ways:
        return sorted({*kept, *(kind for kind in before if kind in kinds)})
    for kind in kinds:
        boxes = {f"{kind}:{way}" for way in ways}
        left = boxes - set(wanted)
        kept |= {kind} if left == boxes else left
    return sorted(kept)
