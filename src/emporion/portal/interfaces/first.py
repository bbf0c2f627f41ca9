"""The first minute: say it in any language, confirm what we understood, see who to meet."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from emporion.core.text.clean import BadText, clean_text
from emporion.edition.domain import profile as domain
from emporion.edition.domain.enrolment import Interest
from emporion.edition.queries import Edition
from emporion.matchmaking.domain.first_list import make_first_list
from emporion.matchmaking.domain.reading import proposed_codes
from emporion.portal import queries
from emporion.portal.interfaces.profile import acting
from emporion.registry import taxonomy


@login_required
def start(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Take what somebody says, propose codes, and keep what they confirm."""
    me = acting(request)
    language = get_language() or "en"
    given = request.POST if request.method == "POST" else request.GET
    side = given.get("side", "")
    side = side if side in domain.SIDES else ("offers" if me.hosts else "needs")
    text, problem = given.get("text", ""), ""
    try:
        text = clean_text(text, max_length=domain.LONGEST, multiline=True)
    except BadText as error:
        problem = str(error)
    if request.method == "POST" and not problem:
        try:
            _keep(me, side, text, request.POST.getlist("code"), language)
        except domain.ProfileError as error:
            problem = str(error)
        else:
            found = make_first_list(me)
            if not found:
                messages.info(
                    request, _("Kept. Nobody fits yet; the list grows with those who register.")
                )
            return redirect("portal:who", edition=edition.slug)
    proposed = proposed_codes(edition, text) if text and not problem else []
    context = {
        "text": text,
        "side": side,
        "hosts": me.hosts,
        "problem": problem,
        "longest": domain.LONGEST,
        "proposed": [(code, queries.code_label(code, language)) for code in proposed],
        "groups": [
            (
                queries.code_label(group, language),
                [
                    (code, queries.code_label(code, language))
                    for code in (group, *taxonomy.children(group))
                    if code not in proposed
                ],
            )
            for group in taxonomy.groups()
        ],
        "slug": edition.slug,
        "nav_current": "meet",
    }
    return render(request, "portal/start.html", context, status=422 if problem else 200)


def _keep(me: object, side: str, text: str, codes: list[str], language: str) -> None:
    """Keep each code, the words with the first; without a code the words alone."""
    said = {_language_of(text, language): text} if text else {}
    codes = list(dict.fromkeys(codes))
    rows = [Interest(code, said if place == 0 else {}) for place, code in enumerate(codes)]
    domain.add_interests(me, side, rows or [Interest("", said)])  # type: ignore[arg-type]


def _language_of(text: str, language: str) -> str:
    """Return the language of the words as far as their script tells it, else the reader's."""
    if any("\u4e00" <= sign <= "\u9fff" for sign in text):
        return "zh-hans"
    if any("\u0600" <= sign <= "\u06ff" for sign in text):
        return "ar"
    return language if language not in ("zh-hans", "ar") else "en"
