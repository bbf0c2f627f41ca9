"""What carries a sign-in code to somebody: one function a kind of address, "mail" or "phone".

    @carriers.carrier("mail")
    def send(to: str, subject: str, text: str, key: str) -> None: ...

Which kinds there are depends on the settings, never on whom a code is for: the sign-in page asks
`kinds()` and so tells nobody who exists.
"""

from __future__ import annotations

from collections.abc import Callable

# To whom, the subject (mail only), the text, and a key that is the same when it is sent again.
Send = Callable[[str, str, str, str], None]
_carriers: dict[str, tuple[Send, Callable[[], bool]]] = {}


def carrier(kind: str, ready: Callable[[], bool] = lambda: True) -> Callable[[Send], Send]:
    """Register the decorated function for `kind`; the last one counts.

    `ready` says whether the settings let it send. Whatever the function raises means: try again
    later.
    """

    def register(send: Send) -> Send:
        _carriers[kind] = (send, ready)
        return send

    return register


def kinds() -> frozenset[str]:
    """Return the kinds of addresses that codes reach here."""
    return frozenset(kind for kind, (_send, ready) in _carriers.items() if ready())


def send(kind: str, to: str, subject: str, text: str, key: str) -> None:
    """Hand a text over to the carrier of `kind`; LookupError where there is none."""
    if kind not in kinds():
        raise LookupError(f"nothing here carries a code by {kind}")
    _carriers[kind][0](to, subject, text, key)
