"""The words of what leaves the house: events, ways, outcomes, and why something did not arrive."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

EVENTS: dict[str, Any] = {
    "release.published": gettext_lazy("A schedule was published"),
    "request.asked": gettext_lazy("A meeting was asked for"),
    "request.accepted": gettext_lazy("A request was accepted"),
    "request.declined": gettext_lazy("A request was declined"),
    "request.withdrawn": gettext_lazy("A request was withdrawn"),
    "webhook.test": gettext_lazy("A call to test"),
}
CARRIERS: dict[str, Any] = {
    "mail": gettext_lazy("E-mail"),
    "sms": gettext_lazy("Text message"),
    "wechat": gettext_lazy("WeChat"),
    "whatsapp": gettext_lazy("WhatsApp"),
    "site": gettext_lazy("Page “What changed”"),
}
# The mark of each outcome, and its word.
OUTCOMES: dict[str, tuple[str, Any]] = {
    "sending": ("waits", gettext_lazy("being handed over")),
    "taken": ("confirmed", gettext_lazy("handed over")),
    "refused": ("declined", gettext_lazy("not reached")),
    "lost": ("declined", gettext_lazy("did not arrive")),
    "delivered": ("confirmed", gettext_lazy("arrived")),
    "read": ("confirmed", gettext_lazy("read by them")),
    "failed": ("waits", gettext_lazy("failed, is tried again")),
}
REFUSED: dict[str, Any] = {
    "refused": gettext_lazy(
        "Only https addresses of the open network are called: no http, no user or password in "
        "the address, nothing inside of a network."
    ),
    "unknown": gettext_lazy("Nobody knows this host. Check the address."),
    "full": gettext_lazy("There are 20 already. Delete one first."),
    "event": gettext_lazy("There is no such event."),
    "off": gettext_lazy("It is paused and is called by nobody. Resume it first."),
    "gone": gettext_lazy("This event is not kept any more, or it is still being told."),
}
# Beginnings of what carriers, the outbox and the way out say of a failure.
_WHY: tuple[tuple[str, Any], ...] = (
    ("the person is gone", gettext_lazy("The person was erased.")),
    ("the person wants no", gettext_lazy("The person wants no messages of this kind.")),
    ("no such message", gettext_lazy("There is no message of this kind any more.")),
    ("it waited for too long", gettext_lazy("It waited for three days and is news no more.")),
    (
        "no carrier reaches",
        gettext_lazy("There is no address or number at which they are reached."),
    ),
    ("the endpoint is gone", gettext_lazy("The address was paused or deleted.")),
    ("the endpoint answered 410", gettext_lazy("The other system said that it is gone for good.")),
    (
        "the process ended",
        gettext_lazy("Sending it ended the program each time; its log says more."),
    ),
    ("nothing here hands over", gettext_lazy("Nothing here sends things of this kind any more.")),
    ("no mail address", gettext_lazy("The e-mail address is none.")),
    ("the mail server does not know", gettext_lazy("The mail server does not know the address.")),
    ("the mail came back", gettext_lazy("The mail came back: the address is not reached.")),
    ("the mail server refuses", gettext_lazy("The mail server refuses for now.")),
    ("WeChat: ", gettext_lazy("WeChat did not bring it: the person blocks it, or WeChat failed.")),
    ("CarrierDown", gettext_lazy("The carrier did not take it.")),
    ("Unreachable", gettext_lazy("No answer came.")),
    ("SMTP", gettext_lazy("The mail server did not take it.")),
    ("Failed", gettext_lazy("The other system did not take it.")),
)
_ANSWERED = re.compile(r"^(the gateway|WeChat|WhatsApp) answered ([\d, ]+)$")


def why(reason: str) -> str:
    """Say in plain words why something did not arrive; what nobody put into words stays."""
    answered = _ANSWERED.match(reason)
    if answered:
        return _("%(who)s does not reach this person (code %(code)s).") % {
            "who": _("The text message gateway") if answered[1] == "the gateway" else answered[1],
            "code": answered[2],
        }
    if reason.endswith("is inside of a network"):
        return _("The address leads inside of a network and is not called.")
    if reason.endswith("is not known"):
        return _("Nobody knows the host of the address.")
    found = next((word for begins, word in _WHY if reason.startswith(begins)), None)
    if found is None and ": " in reason:
        return _("No answer came.")
    return str(found) if found is not None else reason
