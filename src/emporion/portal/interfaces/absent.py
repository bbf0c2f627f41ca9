"""Why am I not seeing X? Asked by name, answered from filters, scores and prices."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from emporion.core.searchindex.query import search
from emporion.core.text.fold import fold
from emporion.core.translated import as_dict, best
from emporion.design.formats import number
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.matchmaking.domain.absence import why_absent
from emporion.matchmaking.queries import Absence
from emporion.meetings import queries as meetings
from emporion.portal.interfaces.profile import acting

FOUND, LONGEST, PARTNERS = 8, 200, 500


@login_required
def why(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Find the one that is missed (`?q=`), and say why they are not on the list (`?who=`)."""
    me = acting(request)
    language = get_language() or "en"
    asked = request.GET.get("q", "")[:LONGEST].strip()
    known = _known(me, edition, asked) if asked else []
    who = request.GET.get("who", "")
    other = _other(me, edition, who)
    context = {
        "q": asked,
        "hosts": me.hosts,
        "known": [(one.public_id, best(one.display_name, language)) for one in known[:FOUND]],
        "more": FOUND if len(known) > FOUND else 0,
        "unknown": bool(who) and other is None,
        "name": best(other.display_name, language) if other else None,
        "who": other.public_id if other else "",
        "answer": _answer(why_absent(me, other), language) if other else None,
        "profile": bool(other) and not me.hosts,
        "slug": edition.slug,
        "nav_current": "meet",
    }
    return render(request, "portal/why.html", context)


def _known(me: Participation, edition: Edition, asked: str) -> list[Participation]:
    """Those of this name that the reader may ask about: exhibitors, or guests they dealt with.

    One more than are shown, where there are more.

    Who visits a fair is nobody's business who has not dealt with them.
    """
    if me.hosts:
        folded = fold(asked)
        return [
            one
            for one in meetings.partners(me, PARTNERS)
            if any(folded in fold(name) for name in as_dict(one.display_name).values())
        ][: FOUND + 1]
    scope = editions.search_scope(edition)
    hits = search(scope, asked, kinds=["exhibitor"], limit=FOUND + 1).hits
    found = editions.participations_by_id(edition, [hit.object_id for hit in hits])
    return [found[hit.object_id] for hit in hits if hit.object_id in found]


def _other(me: Participation, edition: Edition, public_id: str) -> Participation | None:
    other = editions.participation(edition, public_id) if public_id else None
    if other is None or other.hosts:
        return other
    dealt_with = {one.pk for one in meetings.partners(me, PARTNERS)} if me.hosts else {me.pk}
    return other if other.pk in dealt_with else None


def _answer(absence: Absence, language: str) -> dict[str, Any]:
    """Put an absence into words: a sentence, what is compared, and what would bring them nearer."""
    detail = absence.detail
    answer: dict[str, Any] = {
        "code": absence.code,
        "sentence": _sentence(absence),
        "rank": detail.get("rank"),
    }
    if "last" in detail:
        last = editions.participations_by_pk([detail["last"]])[detail["last"]]
        answer |= {
            "last": best(last.display_name, language),
            "fits": [
                (round(10 * detail["you"]), round(10 * detail["they"])),
                (round(10 * detail["you_last"]), round(10 * detail["they_last"])),
            ],
            "counted": detail.get("counted"),
        }
    # Only who ranks behind by fit is told where; elsewhere it would contradict the sentence.
    if absence.code == "fits_less":
        answer["lacks"] = [_lack(name) for name in detail["lacks"]] or [_people()]
    return answer


def _sentence(absence: Absence) -> str:
    known = {
        "oneself": _("That is you."),
        "same_side": _(
            "Suggestions join somebody with a stand and somebody who comes to it. The two of you"
            " are on the same side."
        ),
        "you_off": _("You turned suggestions off."),
        "your_veto": _("You took them off your list."),
        "colleagues": _("The two of you belong to the same firm."),
        "set_aside": _(
            "They cannot be suggested to you at the moment. You can still ask them for a meeting."
        ),
        "declined": _(
            "One of you declined a meeting with the other. Such a pair is not suggested again."
        ),
        "met": _("The two of you have met at this fair."),
        "agreed": _("The two of you have agreed to meet."),
        "no_list": _("You have no list yet: say what you need or offer."),
        "takes_none": _("They take part in another way than by meetings."),
        "fits_less": _("Everybody on your list fits better than they do."),
        "crowded": _(
            "They fit well enough, but more people want their time than they have. Places on lists"
            " are shared out, and you are not among those who got one. Ask them all the same."
        ),
        "alike": _(
            "They fit well enough, but so do several of the same kind who are on your list, and a"
            " list shows different kinds. Ask them all the same."
        ),
        "evenly": _(
            "They fit well enough, but places on lists are shared out so that all are seen about as"
            " often for the meetings they want. Others came before them. Ask them all the same."
        ),
        "lot": _(
            "They stand about where others on your list stand. One place in ten is drawn by lot"
            " among such, and the lot fell on others. Ask them all the same."
        ),
        "few_seen": _(
            "They fit well enough, but some places on your list are given to those whom hardly"
            " anybody would see otherwise. Ask them all the same."
        ),
        "beside": _(
            "They stand about where others on your list stand, and a list has only so many places."
            " Ask them all the same."
        ),
        "next_run": _(
            "By what is known now they belong on your list. It was made with what was known before;"
            " the next run decides."
        ),
    }
    if absence.code == "listed":
        return _("They are number %(rank)s on your list.") % {
            "rank": number(absence.detail["rank"])
        }
    if absence.code == "not_in_run":
        return _("They were not part of run %(run)s. The next run looks at them.") % {
            "run": number(absence.detail["run"])
        }
    return known[absence.code]


def _lack(name: str) -> str:
    return {
        "your_needs": _("What you need is further from what they offer."),
        "their_needs": _("What they need is further from what you offer."),
        "text": _("Your texts share fewer words."),
        "meaning": _("Your texts are further apart in meaning."),
        "your_market": _("The markets you want speak less for them."),
        "their_market": _("The markets they want speak less for you."),
        "language": _("A common language is missing, or not known."),
        "deal": _("A kind of deal that both look for is missing, or not known."),
        "size": _("The sizes of your firms are further apart, or not known."),
        "your_signal": _("You showed less interest in them."),
        "their_signal": _("They showed less interest in you."),
        "their_popular": _("Fewer people ask for them."),
        "your_popular": _("Fewer people ask for you."),
    }[name]


def _people() -> str:
    return _("People like them are asked less, or say yes less often.")
