"""What was changed of an account is told to all its addresses, whoever did it (ASVS 6.3.7).

A thief who changes what somebody signs in with is else noticed only when its owner is shut out.
The message leaves by the outbox: written with the change itself, and tried again for hours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from emporion.accounts.domain import carriers
from emporion.accounts.models import User
from emporion.core import journal, outbox
from emporion.design.formats import clock, day

NOTICE = "account"
# By the action in the journal, and the field where it has several.
WORDS: dict[str, Any] = {
    "user.set_password": gettext_lazy("A new password was set for your account."),
    "user.set_factor:app": gettext_lazy("An authenticator app was set up for your account."),
    "user.set_factor:passkey": gettext_lazy("A passkey was added to your account."),
    "user.set_factor:recovery": gettext_lazy("New codes on paper were made for your account."),
    "user.remove_factor:app": gettext_lazy("The authenticator app of your account was removed."),
    "user.remove_factor:passkey": gettext_lazy("A passkey of your account was removed."),
    "user.lose_factors": gettext_lazy(
        "The second factors of your account were removed, as somebody asked who had lost them."
    ),
    "user.use_recovery": gettext_lazy("Somebody signed in to your account with a code on paper."),
    "user.join": gettext_lazy("An account elsewhere was connected, and lets in to yours."),
    "user.part": gettext_lazy("An account elsewhere lets in to yours no more."),
    "token.make": gettext_lazy("A token was made, with which a program acts as you."),
    "user.guessed": gettext_lazy(
        "Somebody knows what you sign in with first, and typed wrong codes of your app."
    ),
}


def record(user: User, action: str, fields: Sequence[str] = ()) -> None:
    """Journal a change of what `user` signs in with, and tell them; in its transaction."""
    journal.record(action, "user", user.public_id, fields=list(fields))
    tell(user, action if action in WORDS else f"{action}:{fields[0]}")


def tell(user: User, what: str) -> None:
    """Have `user` told of `what` (a key of WORDS) at each address, in the caller's transaction."""
    for kind in sorted(carriers.kinds_of(user)):
        payload = {
            "user": user.public_id,
            "kind": kind,
            "what": what,
            "at": timezone.now().isoformat(),
        }
        outbox.put(NOTICE, payload, lane=f"account:{kind}:{user.public_id}")


@outbox.carrier(NOTICE)
def deliver(row: outbox.OutboxRow) -> outbox.Finish:
    """Bring one notice to one address of its user, as the account holds it by now."""
    told = row.payload
    user = User.objects.filter(public_id=told["user"], is_active=True).first()
    to = carriers.address_of(user, told["kind"]) if user else ""
    if user is None or not to:
        raise outbox.Unwanted("the account has no such address any more")
    with override(user.language if user.language in dict(settings.LANGUAGES) else "en"):
        at = dt.datetime.fromisoformat(told["at"])
        subject, text = _words(told["kind"], str(WORDS[told["what"]]), at)
        try:
            carriers.send(told["kind"], to, subject, text, row.key)
        except carriers.NotReached as why:
            raise outbox.Undeliverable(str(why)) from None
    return None


def _words(kind: str, what: str, at: dt.datetime) -> tuple[str, str]:
    """Return subject and text in the active language; no link, which others could imitate."""
    advice = _(
        "If it was not you: sign in with a code, set a new password, and tell who runs the fair."
    )
    if kind == "phone":
        return "", f"{what} {advice}"
    moment = at.astimezone(dt.UTC)
    when = _("%(date)s, %(time)s UTC") % {"date": day(moment.date()), "time": clock(moment.time())}
    if_you = _("If it was you, there is nothing to do.")
    return _("Your account was changed"), f"{what}\n{when}\n\n{if_you} {advice}"
