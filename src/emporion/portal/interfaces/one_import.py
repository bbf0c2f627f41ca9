"""One import on its way: what was given, what is taken in, and what is said of it."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emporion.core.models import ImportBatch
from emporion.core.tabular.headings import Mapping
from emporion.core.tabular.reading import Table
from emporion.core.tabular.report import CellError
from emporion.edition.domain import batches, intake
from emporion.edition.queries import Edition
from emporion.portal.interfaces import reporting


@dataclass
class Work:
    """One import on its way."""

    options: argparse.Namespace
    data: bytes
    table: Table
    mapping: Mapping
    mapping_file: Path | None
    report: reporting.Report

    @property
    def source(self) -> str:
        return str(self.options.source or self.options.subject)


def claim(work: Work, edition: Edition) -> ImportBatch:
    """Begin the batch of this import."""
    return batches.claim(
        edition,
        work.options.subject,
        work.source,
        work.options.file.name,
        hashlib.sha256(work.data).hexdigest(),
    )


def problems(work: Work, found: Sequence[intake.Problem]) -> list[CellError]:
    """Name the columns of problems as the list does."""
    return [
        CellError(p.line, work.mapping.columns.get(p.field, p.field), p.value, p.what, p.expected)
        for p in found
    ]
