"""The number in an address: which page of a list."""

from __future__ import annotations

from typing import Any


def page_of(request: Any, pages: int) -> int:
    """Return the page that `?page=` asks for, kept within 1..pages; nonsense is the first."""
    wanted = request.GET.get("page", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 9 else 1
    return max(1, min(number, pages))
