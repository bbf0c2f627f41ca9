"""The three doors of the front page: only such as open for this reader."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from emporion.edition.queries import Edition


def doors(request: HttpRequest, edition: Edition) -> list[dict[str, str]]:
    """Return the doors in the order of what this reader came for.

    A visitor sees those of both sides: behind them is the sign-in.
    """
    reader: Any = request

    def door(view: str, name: str, line: str) -> dict[str, str]:
        return {"href": reverse(view, args=[edition.slug]), "name": name, "line": line}

    meet = door(
        "portal:who",
        _("See who to meet"),
        _("Buyers: the exhibitors that fit what you need, with the reasons."),
    )
    answer = door(
        "meetings:requests",
        _("Answer requests"),
        _("Exhibitors: who asks for a meeting, and your own requests."),
    )
    day = door("meetings:day", _("My day"), _("Your meetings in order: time, walk, place."))
    story = door(
        "portal:two_people",
        _("The day of two people"),
        _("A company from Finland and a buyer from Nepal, step by step."),
    )
    if reader.is_organiser:
        found = [
            door(
                "meetings:releases",
                _("Schedule"),
                _("Drafts and the published release, with what changes."),
            ),
            door(
                "meetings:walking",
                _("Walking minutes"),
                _("Minutes on foot between the pavilions; the schedule counts them."),
            ),
        ]
    elif not reader.user.is_authenticated:
        found = [meet, answer]
    elif reader.participation:
        found = [answer, meet] if reader.participation.hosts else [meet, answer]
    else:
        found = [door("portal:search", _("Find"), _("Exhibitors, products and stands."))]
    if edition.is_demonstration:
        return [*found, story]
    # Those who only look, and those who run the fair, have no day of their own.
    own = reader.participation or not reader.user.is_authenticated
    return [*found, day] if own and not reader.is_organiser else found
