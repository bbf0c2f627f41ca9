"""The words of somebody's own data in the reader's language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from emporion.design import formats
from emporion.portal.interfaces.desk.staff import WORDS as POSTS
from emporion.portal.interfaces.desk.words import FIELDS as OF_LISTS
from emporion.portal.interfaces.desk.words import ROLES
from emporion.registry.countries import country_name
from emporion.registry.languages import language_names
from emporion.registry.markets import market_name

TABLES: dict[str, Any] = {
    "accounts.AccessToken": gettext_lazy("Tokens of your programs"),
    "accounts.Authenticator": gettext_lazy("Your app for a second step"),
    "accounts.OutsideAccount": gettext_lazy("Accounts elsewhere that you sign in with"),
    "accounts.Passkey": gettext_lazy("Your passkeys"),
    "accounts.RecoveryCode": gettext_lazy("Your codes on paper"),
    "accounts.SignInCode": gettext_lazy("Codes that you asked for"),
    "accounts.User": gettext_lazy("The account you sign in with"),
    "accounts.UserSession": gettext_lazy("Where you are signed in"),
    "core.JournalEntry": gettext_lazy("What you did"),
    "core.JobRecord": gettext_lazy("Work that you started"),
    "edition.Delegate": gettext_lazy("For whom you act, and when"),
    "edition.ListDraft": gettext_lazy("Lists that you sent"),
    "edition.Need": gettext_lazy("What you need"),
    "edition.Offer": gettext_lazy("What you offer"),
    "edition.Officer": gettext_lazy("Delegations that you look after"),
    "edition.Participation": gettext_lazy("Your own profile"),
    "edition.PostOffer": gettext_lazy("Roles and delegations offered to you"),
    "edition.SavedView": gettext_lazy("Choices that you saved"),
    "edition.TeamInvite": gettext_lazy("Teams that you are asked to join"),
    "matchmaking.FirstList": gettext_lazy("Your first suggestions"),
    "matchmaking.RankedList": gettext_lazy("Your suggestions"),
    "matchmaking.Showing": gettext_lazy("Who was suggested to you, and when you first saw it"),
    "matchmaking.SuggestionsOff": gettext_lazy("That you want no suggestions"),
    "matchmaking.Wish": gettext_lazy("Whom you saved and hid"),
    "meetings.CalendarAddress": gettext_lazy("Addresses of your calendar that you ended"),
    "meetings.DayTold": gettext_lazy("Schedules that you were told of by message"),
    "meetings.Incident": gettext_lazy("That you were late or away, as the organisers noted"),
    "meetings.MeetingRating": gettext_lazy("What you thought of meetings"),
    "meetings.MeetingRequest": gettext_lazy("Requests that you wrote"),
    "meetings.NoticesRead": gettext_lazy("Up to when you have read what is new"),
    "meetings.PersonalLink": gettext_lazy("Personal links"),
    "messaging.Choice": gettext_lazy("What you chose about messages"),
    "messaging.Address": gettext_lazy("Where messages reach you"),
    "messaging.LinkCode": gettext_lazy("A code with which you join an account"),
    "messaging.Receipt": gettext_lazy("Messages that were sent to you"),
    "registry.Consent": gettext_lazy("What you said about uses of your data"),
    "registry.ErasureRequest": gettext_lazy("Your wishes to be erased"),
    "registry.Organiser": gettext_lazy("Fairs that you run"),
    "registry.Person": gettext_lazy("Who you are"),
}
FIELDS: dict[str, Any] = {
    **OF_LISTS,
    "purpose": gettext_lazy("Use"),
    "is_given": gettext_lazy("Allowed"),
    "at": gettext_lazy("When"),
    "name_latin": gettext_lazy("Name in Latin letters"),
    "display_name": gettext_lazy("Name"),
    "language": gettext_lazy("Language"),
    "days": gettext_lazy("Days"),
    "blocked": gettext_lazy("Not free"),
    "text": gettext_lazy("In words"),
    "code": gettext_lazy("Category"),
    "deal_type": gettext_lazy("Kind of deal"),
    "public_id": gettext_lazy("Id"),
    "date_joined": gettext_lazy("Since"),
    "last_login": gettext_lazy("Last sign-in"),
    "reason": gettext_lazy("Reason"),
    "kind": gettext_lazy("Kind"),
    "made_at": gettext_lazy("Made at"),
    "expires_at": gettext_lazy("Good until"),
    "until": gettext_lazy("Until"),
    "ended_at": gettext_lazy("Ended at"),
    "role": gettext_lazy("Role"),
}


def shown(table: Any, values: dict[str, Any]) -> list[tuple[Any, str]]:
    """Return (word, text) of the values that say something to a reader, in the register's order."""
    known = [name for name in values if name in FIELDS]
    rows = [(FIELDS[name], _text(values[name], name)) for name in known]
    return [(word, text) for word, text in rows if text]


def _text(value: Any, name: str = "") -> str:
    if isinstance(value, dict):
        return " / ".join(_text(one, name) for one in value.values())
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(one, name) for one in value)
    if isinstance(value, str) and _MOMENT.match(value):
        return _moment(value)
    if value is True:
        return _("yes")
    if value is None or value is False:
        return ""
    return NAMES[name](str(value)) if name in NAMES else str(value)


def _here() -> str:
    return get_language() or "en"


# Codes that people do not read.
NAMES: dict[str, Callable[[str], str]] = {
    "country": lambda code: country_name(code, _here()) or code,
    "language": lambda code: language_names([code], _here())[0],
    "languages": lambda code: language_names([code], _here())[0],
    "markets": lambda code: market_name(code, _here()),
    "role": lambda code: str({**ROLES, **POSTS}.get(code, code)),
}


# What `core.privacy` gives out for programs; people read dates.
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)?)?$")


def _moment(text: str) -> str:
    """Return a date, or a date with its time by the clock of the fair, in the reader's language."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    if "T" not in text:
        return formats.day(moment.date())
    return _("%(date)s, %(time)s") % {
        "date": formats.day(moment),
        "time": formats.clock(moment),
    }


# The words of `registry.rules.PURPOSES`: whoever changes one raises its version there.
USES: dict[str, tuple[Any, Any]] = {
    "matching": (
        gettext_lazy("Learning from what you do"),
        gettext_lazy(
            "Whom you ask, accept and decline, and what you thought of meetings, teaches the "
            "matching what counts. You may object: then it learns from others alone."
        ),
    ),
    "messages": (
        gettext_lazy("Messages about your requests and meetings"),
        gettext_lazy(
            "You are told by mail or phone when somebody asks you, answers, or a meeting moves. "
            "You may object: then you read it here."
        ),
    ),
    "contact": (
        gettext_lazy("Your address and number for those you meet"),
        gettext_lazy(
            "Those with whom you agreed to meet see your e-mail address and phone number on your "
            "page. Only if you allow it."
        ),
    ),
    "leads": (
        gettext_lazy("Your data for exhibitors who scan your badge"),
        gettext_lazy(
            "An exhibitor who scans your badge gets your name, firm, e-mail address and phone "
            "number. Only if you allow it."
        ),
    ),
}
