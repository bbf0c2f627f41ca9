"""A release as the two files of the scheduling engine, so that anyone can check and repeat it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from emporion.core.files import whole
from emporion.meetings.domain.computing import KEPT, SLOTS
from emporion.meetings.models import Meeting, Refusal, Release, ReleaseInstance
from emporion.meetings.queries.incidents import slot_name

PIECE = 1 << 20


class ExportError(ValueError):
    """A release whose files cannot be written; the text says why."""


def export(release: Release, instance: Path, solution: Path) -> tuple[int, int]:
    """Write both files of `release`; return the number of meetings and of refusals.

    The instance is the very file that was solved, byte for byte: what was asked or answered since
    is not in it. Each file appears whole or not at all. Raises ExportError when the instance was
    not kept or its digest is not the release's, OSError when a folder cannot be written.
    """
    kept = ReleaseInstance.objects.filter(release=release).first()
    if kept is None:
        raise ExportError(
            f"The instance of release {release.number} was not kept; compute a new release."
        )
    digest = hashlib.sha256()
    with whole(instance) as file, gzip.open(io.BytesIO(kept.content)) as content:
        while piece := content.read(PIECE):
            digest.update(piece)
            file.write(piece)
        if digest.hexdigest() != release.instance_digest:
            raise ExportError(
                f"The kept instance of release {release.number} has the digest "
                f"{digest.hexdigest()}, expected {release.instance_digest}; nothing was written."
            )
    held = sorted(
        Meeting.objects.filter(release=release)
        .values_list("request__public_id", "slot__number", "table")
        .iterator(chunk_size=5000)
    )
    refused = sorted(
        Refusal.objects.filter(release=release)
        .values_list("request__public_id", "reason")
        .iterator(chunk_size=5000)
    )
    with whole(solution) as file:
        for text in _solution(release, held, refused):
            file.write(text.encode())
    return len(held), len(refused)


def _solution(
    release: Release, held: list[tuple[str, int, int]], refused: list[tuple[str, str]]
) -> Iterator[str]:
    head: dict[str, Any] = {
        "format": "emporion-schedule-solution/1",
        "instance": release.edition.slug,
        "status": release.figures.get("status", "feasible"),
    }
    certificate = dict(release.certificate)
    slot_prices, kept = certificate.pop("slot_prices", None), certificate.pop("kept", None)
    tail: dict[str, Any] = {
        "objective": {"weight": release.value / 1000, "breaks": release.figures["all_breaks"]},
        "bound": {
            "weight": release.bound / 1000,
            "method": release.figures.get("bound_method", ""),
            **({"certificate": certificate} if certificate else {}),
            **({SLOTS: slot_prices} if slot_prices else {}),
        },
        "seconds": release.seconds,
        "seed": release.seed,
        "steps": release.steps,
        **({KEPT: kept} if kept else {}),
    }
    yield json.dumps(head)[:-1]
    yield ', "meetings": ['
    yield from _lines({"request": r, "slot": slot_name(s), "table": t} for r, s, t in held)
    yield '], "ungranted": ['
    yield from _lines({"request": request, "reason": reason} for request, reason in refused)
    yield "], " + json.dumps(tail)[1:] + "\n"


def _lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    between = "\n"
    for row in rows:
        yield between + json.dumps(row)
        between = ",\n"
