"""What engines write appears whole or not at all.

Engines stand alone and nothing below a domain uses them, so `core.files` has the same turn of its
own, for bytes and for private files.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def whole(path: str | Path) -> Iterator[TextIO]:
    """Give an open text file (UTF-8) that becomes `path` when the block ends well.

    Until then it lies beside it under a name of its own, and when the block fails, nothing is left
    and `path` is what it was.  Behind a symbolic link its target is replaced.  What is there and is
    no file (a device, a pipe) cannot be replaced and is written as it comes.  Raises OSError that
    names `path` where it cannot be written.
    """
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "w", encoding="utf-8", newline="\n") as stream:
                yield stream
        else:
            with _beside(os.path.realpath(path)) as stream:
                yield stream
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error


@contextmanager
def _beside(target: str) -> Iterator[TextIO]:
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=os.path.dirname(target))
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        # What open() would have given it: a temporary file is for its owner only.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
