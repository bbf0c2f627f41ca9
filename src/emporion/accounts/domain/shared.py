"""What the roles of the demonstration may not do: everybody shares them."""

from __future__ import annotations


class NotOpen(PermissionError):
    """The demonstration's roles are shared: nothing about how they sign in can be changed."""
