"""How many pages each worker of one server has, told among them through one small file.

A reader's connection stays with the worker that took it, and the system hands connections out
blindly: with eight readers and two workers, one may have six. So every worker writes down how many
pages wait at it, a byte each, and can see whether another has less to do.
"""

from __future__ import annotations

import fcntl
import mmap
from pathlib import Path

NOBODY = 255
FILE = "EMPORION_WORKERS_FILE"


def make_file(path: Path, workers: int) -> None:
    """Make the file anew, with a place for each of so many workers."""
    path.unlink(missing_ok=True)
    path.write_bytes(bytes([NOBODY]) * workers)


class Place:
    """The place of this process among the workers of `path`.

    It is held by a lock on its byte, which the system takes away from a process that has died, so
    that the worker begun in its stead finds it. Only its holder writes a byte. Where every place
    is taken, this worker tells nothing and sees itself alone.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b", buffering=0)
        self._pages = mmap.mmap(self._file.fileno(), 0)
        self._mine = self._free_place()

    def _free_place(self) -> int | None:
        for place in range(len(self._pages)):
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except OSError:
                continue
            self._pages[place] = 0
            return place
        return None

    def tell(self, pages: int) -> None:
        """Tell the others how many pages this worker has: those that wait, and the one computed."""
        if self._mine is not None:
            self._pages[self._mine] = min(pages, NOBODY - 1)

    def least_elsewhere(self) -> int | None:
        """Return how many the worker has that has fewest, this one aside; None: there is none."""
        if self._mine is None:
            return None
        others = [
            pages
            for place, pages in enumerate(self._pages[:])
            if place != self._mine and pages != NOBODY
        ]
        return min(others, default=None)
