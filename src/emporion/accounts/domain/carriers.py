"""What carries a sign-in code to somebody: one function a kind of address, "mail" or "phone".

    @carriers.carrier("mail")
    def send(to: str, subject: str, text: str, key: str) -> None: ...

Which kinds there are depends on the settings, never on whom a code is for: the sign-in page asks
`kinds()` and so tells nobody who exists.
"""

from __future__ import annotations

from collections.abc import Callable

from emporion.accounts.models import User


class NotReached(Exception):
    """This address is reached by nobody; trying again changes nothing. Names nothing personal."""


# To whom, the subject (mail only), the text, and a key that is the same when it is sent again.
Send = Callable[[str, str, str, str], None]
_carriers: dict[str, tuple[Send, Callable[[], bool]]] = {}


def carrier(kind: str, ready: Callable[[], bool] = lambda: True) -> Callable[[Send], Send]:
    """Register the decorated function for `kind`; the last one counts.

    `ready` says whether the settings let it send. The function raises NotReached for good; whatever
    else it raises means: try again later.
    """

    def register(send: Send) -> Send:
        _carriers[kind] = (send, ready)
        return send

    return register


def kinds() -> frozenset[str]:
    """Return the kinds of addresses that codes reach here."""
    return frozenset(kind for kind, (_send, ready) in _carriers.items() if ready())


def kinds_of(user: User) -> frozenset[str]:
    """Return the kinds by which a code reaches `user` here; none for a role of many."""
    return frozenset(kind for kind in kinds() if address_of(user, kind))


def best_address_of(user: User) -> str:
    """Return an address of `user` that a code reaches, that of mail first; "" without."""
    return next((address_of(user, kind) for kind in sorted(kinds_of(user))), "")


def address_of(user: User, kind: str) -> str:
    """Return the address of one kind that the account of `user` holds, "" without."""
    return (user.phone if kind == "phone" else user.email) or ""


def send(kind: str, to: str, subject: str, text: str, key: str) -> None:
    """Hand a text over to the carrier of `kind`; LookupError where there is none."""
    if kind not in kinds():
        raise LookupError(f"nothing here carries a code by {kind}")
    _carriers[kind][0](to, subject, text, key)
