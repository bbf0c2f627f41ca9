"""A participant keeps their own profile: what they need and offer, and what they say of themselves.

Each function locks the participation, reads the list as it is, changes one thing and leaves the
writing, the search index and the journal to `changing`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from emporion.core.text.clean import BadText, clean_text
from emporion.edition.domain import finding
from emporion.edition.domain.changing import change_participations
from emporion.edition.domain.enrolment import Interest
from emporion.edition.domain.events import WEIGHED, interests_changed
from emporion.edition.models import Need, Offer, Participation
from emporion.registry import taxonomy
from emporion.registry.countries import country_codes
from emporion.registry.markets import REGIONS

SIDES = ("needs", "offers")
# Nobody reads more of one participant; a list that brings more keeps it.
MOST, LONGEST, LONGEST_ABOUT = 30, 1000, 3000
MOST_MARKETS, MOST_MEETINGS = 40, 500
_MODELS: dict[str, type[Need] | type[Offer]] = {"needs": Need, "offers": Offer}


class ProfileError(ValueError):
    """Something of a profile that cannot be kept; the text says what and how to mend it."""


def interests_of(participation: Participation, side: str) -> list[tuple[str, Interest]]:
    """Return [(key, need or offer)] in their order; one query.

    The key is made from what the row says, so that a page never changes another row than the one
    it showed.
    """
    rows = _MODELS[side]._base_manager.filter(participation=participation).order_by("pk")
    found = [
        Interest(code, finding.as_texts(text), markets, deal)
        for code, text, markets, deal in rows.values_list("code", "text", "markets", "deal_type")
    ]
    return [(key_of(interest), interest) for interest in found]


def lock(participation: Participation) -> Participation:
    """Return a participant as they are now; their profile stays so until the caller's
    transaction ends."""
    found: Participation = Participation._base_manager.select_for_update().get(pk=participation.pk)
    return found


def key_of(interest: Interest) -> str:
    """Return ten letters that change whenever the interest does."""
    text = json.dumps(
        [interest.code, dict(interest.text), list(interest.markets), interest.deal_type],
        sort_keys=True,
        ensure_ascii=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def add_interests(participation: Participation, side: str, new: Sequence[Interest]) -> int:
    """Add needs or offers that are not there yet; return how many were.

    A code that stands there already is not added again. Raises ProfileError for an unknown code,
    market or kind of deal, a text that cannot be kept, one that says nothing, and too many.
    """
    checked = [_checked(interest) for interest in new]
    with transaction.atomic():
        there = [interest for _, interest in _locked(participation, side)]
        codes = {interest.code for interest in there if interest.code}
        added = []
        for interest in checked:
            if interest not in there and (interest.code not in codes or any(interest.text)):
                added.append(interest)
                codes.add(interest.code)
        if len(there) + len(added) > MOST:
            raise ProfileError(
                _("At most %(most)d can stand here. Remove one first.") % {"most": MOST}
            )
        if added:
            _write(participation, side, [*there, *added])
    return len(added)


def change_interest(participation: Participation, side: str, key: str, new: Interest) -> None:
    """Put `new` in the place of the interest with this key.

    Raises ProfileError as `add_interests` does, and when the row was changed meanwhile.
    """
    checked = _checked(new)
    with transaction.atomic():
        rows = _locked(participation, side)
        place = _place(rows, key)
        after = [interest for _, interest in rows]
        if after[place] != checked:
            after[place] = checked
            _write(participation, side, after)


def remove_interest(participation: Participation, side: str, key: str) -> None:
    """Remove the interest with this key; ProfileError when it is not there any more."""
    with transaction.atomic():
        rows = _locked(participation, side)
        del rows[_place(rows, key)]
        _write(participation, side, [interest for _, interest in rows])


def set_profile(
    participation: Participation,
    *,
    about: Mapping[str, str],
    markets: Sequence[str],
    languages: Sequence[str],
    max_meetings: int | None,
    max_meetings_per_day: int | None,
) -> None:
    """Set what a participant says of themselves; raises ProfileError, and changes nothing."""
    for limit in (max_meetings, max_meetings_per_day):
        if limit is not None and not 1 <= limit <= MOST_MEETINGS:
            raise ProfileError(
                _("A limit of meetings lies between 1 and %(most)d.") % {"most": MOST_MEETINGS}
            )
    wanted: dict[str, Any] = {
        "about": _texts(about, LONGEST_ABOUT),
        "markets": _markets(markets),
        "languages": list(dict.fromkeys(languages)),
        "max_meetings": max_meetings,
        "max_meetings_per_day": max_meetings_per_day,
    }
    with transaction.atomic():
        locked = Participation._base_manager.select_for_update().get(pk=participation.pk)
        changed = {
            column: value
            for column, value in wanted.items()
            if value != (finding.as_texts(locked.about) if column == "about"
                         else getattr(locked, column))
        }  # fmt: skip
        if changed:
            change_participations(participation.edition, {participation.pk: changed})
        if WEIGHED & changed.keys():
            interests_changed.emit(participation=participation)


def _locked(participation: Participation, side: str) -> list[tuple[str, Interest]]:
    if side not in SIDES:
        raise ValueError(f"{side!r} is no side of a profile: {', '.join(SIDES)}")
    Participation._base_manager.select_for_update().get(pk=participation.pk)
    return interests_of(participation, side)


def _place(rows: Sequence[tuple[str, Interest]], key: str) -> int:
    for place, (other, _interest) in enumerate(rows):
        if other == key:
            return place
    raise ProfileError(_("This was changed or removed in the meantime. Look at it again."))


def _write(participation: Participation, side: str, rows: Sequence[Interest]) -> None:
    change_participations(participation.edition, {participation.pk: {side: list(rows)}})
    interests_changed.emit(participation=participation)


def _checked(interest: Interest) -> Interest:
    texts = _texts(interest.text, LONGEST)
    if not interest.code and not texts:
        raise ProfileError(_("Choose a code, or say it in words."))
    if interest.code and interest.code not in taxonomy.codes():
        raise ProfileError(_("There is no code “%(code)s”.") % {"code": interest.code[:40]})
    if interest.deal_type and interest.deal_type not in taxonomy.deal_types():
        raise ProfileError(
            _("There is no kind of deal “%(deal)s”.") % {"deal": interest.deal_type[:40]}
        )
    return Interest(interest.code, texts, _markets(interest.markets), interest.deal_type)


def _texts(given: Mapping[str, str], longest: int) -> dict[str, str]:
    try:
        cleaned = {
            language: clean_text(text, max_length=longest, multiline=True)
            for language, text in given.items()
        }
    except BadText as error:
        raise ProfileError(str(error)) from error
    return {language: text for language, text in cleaned.items() if text}


def _markets(given: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(given))
    unknown = [
        market for market in found if market not in REGIONS and market not in country_codes()
    ]
    if unknown:
        raise ProfileError(_("There is no market “%(market)s”.") % {"market": unknown[0][:20]})
    if len(found) > MOST_MARKETS:
        raise ProfileError(_("At most %(most)d markets are possible.") % {"most": MOST_MARKETS})
    return found
