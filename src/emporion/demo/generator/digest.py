"""One number over everything that was made up, to tell whether two runs made the same."""

import hashlib
import json
from dataclasses import asdict
from datetime import date, time
from typing import Any

from emporion.demo.generator.edition import ModelEdition
from emporion.demo.generator.requests import Requests


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a digest")


def digest(edition: ModelEdition, requests: Requests | None = None) -> str:
    """SHA-256 over all data (and the requests), to compare two runs."""
    total = hashlib.sha256()
    for name in ("facts", "pavilions", "slots", "bodies", "delegations", "exhibitors",
                 "organisations", "buyers"):  # fmt: skip
        rows = [asdict(row) for row in getattr(edition, name)]
        text = json.dumps(rows, ensure_ascii=False, sort_keys=True, default=_plain)
        total.update(text.encode())
    total.update(edition.walking_minutes.astype("<i8").tobytes())
    if requests is not None:
        for array, kind in (
            (requests.exhibitor, "<i4"), (requests.buyer, "<i4"), (requests.by_exhibitor, "|u1"),
            (requests.weight, "<i2"), (requests.answer, "|i1"),
        ):  # fmt: skip
            total.update(array.astype(kind).tobytes())
    return total.hexdigest()
