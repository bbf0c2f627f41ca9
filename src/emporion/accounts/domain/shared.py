"""What the roles of the demonstration may not do: everybody shares them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _


class NotOpen(PermissionDenied):
    """The demonstration's roles are shared: who is behind one may be anybody."""


def refuse_shared(user: Any) -> None:
    """Raise NotOpen for a role of the demonstration."""
    if user.is_demonstration:
        raise NotOpen(_("Everybody shares the demonstration's roles."))
