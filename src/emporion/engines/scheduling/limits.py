"""What no memory holds is refused before it is read, with the memory that it would take."""

from __future__ import annotations

from pathlib import Path

from .instance import InstanceError
from .options import MOST_SEED

MOST_REQUESTS = 5_000_000
#: Memory of a request from reading to the schedule, and the least that it takes in a file.
BYTES_A_REQUEST, BYTES_IN_FILE = 900, 30
_MARK, _CHUNK = b'"participants"', 1 << 22


def refuse_seed(seed: int) -> None:
    """Raise `InstanceError` for a seed that is not from 0 to `MOST_SEED`."""
    if not 0 <= seed <= MOST_SEED:
        raise InstanceError("seed", f"must be a whole number from 0 to {MOST_SEED}")


def refuse_too_many(requests: int) -> None:
    """Raise `InstanceError` for more than `MOST_REQUESTS`."""
    if requests > MOST_REQUESTS:
        gigabytes = requests * BYTES_A_REQUEST / 1e9
        raise InstanceError(
            "requests",
            f"{requests} are more than {MOST_REQUESTS}: solving them would take "
            f"about {gigabytes:.0f} GB of memory",
        )


def refuse_large_file(path: str | Path) -> None:
    """`refuse_too_many` for a file, counted without parsing it; files that are small are not read.

    Every request has a key "participants", and so has the instance.  Some 2 GB a second.
    """
    if Path(path).stat().st_size < MOST_REQUESTS * BYTES_IN_FILE:
        return
    count, rest = -1, b""
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            text = rest + chunk
            count += text.count(_MARK)
            # What may be the beginning of the next mark; too short to hold a whole one.
            rest = text[-(len(_MARK) - 1) :]
    refuse_too_many(count)
