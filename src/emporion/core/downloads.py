"""The name under which a browser keeps a file that it is given."""

from __future__ import annotations

import re
from typing import TypeVar

from django.http.response import HttpResponseBase

R = TypeVar("R", bound=HttpResponseBase)
# No sign that ends the name, begins another header or leads into another folder (RFC 6266).
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


def named(response: R, name: str, *, inline: bool = False) -> R:
    """Give `response` a name, `inline` where a browser may show it at once; return it.

    Names are made of slugs, ids and words of ours. Raises ValueError for any other.
    """
    if not _PLAIN.fullmatch(name):
        raise ValueError("A file has a name of plain letters, digits, dots and dashes.")
    how = "inline" if inline else "attachment"
    response["Content-Disposition"] = f'{how}; filename="{name}"'
    return response
