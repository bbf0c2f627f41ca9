"""Browsers in which a user has proved both factors: they guess on a count of their own.

The tries of an app are few, and whoever has stolen the first factor may use them up. A signed
cookie tells the owner's browsers from strangers' (OWASP, "Slow Down Online Guessing Attacks with
Device Cookies"). It lets nobody in: it only says on which count a wrong code stands.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.core import signing

from emporion.accounts.domain.tries import key
from emporion.accounts.models import Authenticator, User

GOOD_FOR = timedelta(days=180)
SALT = "emporion.device"


def token_of(user: User) -> str:
    """Return what a browser keeps in which both factors of `user` were proved; "" without an app.

    It ends with the app: another one makes strangers of all.
    """
    app = Authenticator.objects.filter(user=user).first()
    if app is None:
        return ""
    return signing.dumps([_whose(user, app), secrets.token_hex(8)], salt=SALT)


def known(user: User, token: str) -> str:
    """Return how the browser is counted that shows `token`; "" for a stranger. One query."""
    try:
        whose, name = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    app = Authenticator.objects.filter(user=user).first()
    return str(name) if app and whose == _whose(user, app) else ""


def _whose(user: User, app: Authenticator) -> str:
    """A keyed digest: the cookie tells nobody whose browser it is."""
    return key("device", f"{user.public_id} {int(app.made_at.timestamp())}")[:16]
