"""Who has a post: what is one is said by the capabilities above, each for its own kind."""

from __future__ import annotations

from collections.abc import Callable

from emporion.accounts.models import User

Holds = Callable[[User], bool]
_kinds: list[Holds] = []


def post(holds: Holds) -> Holds:
    """Register the decorated function, which says whether a user holds a post of its kind."""
    _kinds.append(holds)
    return holds


def holds_one(user: User) -> bool:
    """Whether `user` holds a post of whatever kind, in whatever expo; a query a kind at most."""
    return any(holds(user) for holds in _kinds)
