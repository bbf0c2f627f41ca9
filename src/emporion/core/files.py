"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def whole(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """Give an open binary file that becomes `path` when the block ends well.

    Until then it lies beside it under a name of its own; then it is on the disk before it takes
    the name. When the block fails, nothing is left and `path` is what it was. Behind a symbolic
    link its target is replaced. A `private` file is for its owner only. Raises OSError when the
    folder cannot be written.
    """
    target = Path(path).resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not private:
            # What open() would have given it: a temporary file is for its owner only.
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(name, 0o666 & ~mask)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
