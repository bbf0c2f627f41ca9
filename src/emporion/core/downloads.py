"""Files as answers: whole or not at all, and the name under which a browser keeps one."""

from __future__ import annotations

import re
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import IO, Any, TypeVar, cast

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase

from emporion.core.turns import aside

R = TypeVar("R", bound=HttpResponseBase)
# No sign that ends the name, begins another header or leads into another folder (RFC 6266).
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
# Bytes of a file that wait in memory; a longer one waits on the disk, under no name.
IN_MEMORY = 1 << 20


class _Answer(FileResponse):
    # Bytes handed to the server at once.
    block_size = 1 << 16


def written(
    request: HttpRequest, write: Callable[[IO[bytes]], Any], content_type: str
) -> FileResponse:
    """Return what `write` writes as an answer, with its length, once all of it is there.

    An answer that flows while it is read from the database cannot say that it broke off: its
    status has left, the server ends its body as if it were whole, and the reader keeps a file with
    fewer rows. Here whatever `write` raises is raised before the first byte has left, and becomes
    an error page like any other. Others have the turn of `request` meanwhile: call it outside of a
    transaction.
    """
    # The answer closes it.
    file = cast("IO[bytes]", SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115
    try:
        with aside(request):
            write(file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return _Answer(file, content_type=content_type)


def named(response: R, name: str, *, inline: bool = False) -> R:
    """Give `response` a name, `inline` where a browser may show it at once; return it.

    Names are made of slugs, ids and words of ours. Raises ValueError for any other.
    """
    if not _PLAIN.fullmatch(name):
        raise ValueError("A file has a name of plain letters, digits, dots and dashes.")
    how = "inline" if inline else "attachment"
    response["Content-Disposition"] = f'{how}; filename="{name}"'
    return response
