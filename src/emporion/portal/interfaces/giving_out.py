"""`emporion export`: writes a list to a file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from emporion.core import journal
from emporion.core.tabular.writing import write_table
from emporion.core.tenancy import scope
from emporion.edition.domain.lists import rows as lists
from emporion.edition.queries import Edition, edition_by_slug
from emporion.meetings.domain import giving_out as requests
from emporion.portal.interfaces.reporting import Refused
from emporion.registry import domain as registry


def run(options: argparse.Namespace) -> int:
    """Write one list; return the exit status."""
    edition = edition_by_slug(options.edition)
    if edition is None:
        raise Refused(f"There is no edition {options.edition!r}.")
    acting = journal.acting("command:export", tenant=edition.expo.public_id)
    with scope(expo=edition.expo), acting:
        header, rows = table(edition, options.subject)
        registry.note_list_out(
            edition.expo, "command:export", edition.public_id, options.subject, limited=False
        )
        note = lists.note_of(edition)
        try:
            count = write_table(
                options.output, header, rows, sheet=options.subject, notes=[note] if note else []
            )
        except OSError as error:
            raise Refused(
                f"{options.output} cannot be written: {error.strerror}. Check its folder."
            ) from error
    sys.stdout.write(f"{count:,} {options.subject} of {edition.slug} → {options.output}\n")
    if note:
        sys.stdout.write(f"{note}\n")
    return 0


def table(edition: Edition, subject: str) -> tuple[Sequence[str], Iterator[list[Any]]]:
    """Return headings and rows of one list, in the scope of the edition's expo."""
    if subject == "requests":
        return requests.request_header(), requests.request_rows(edition)
    if subject == "meetings":
        if edition.published_release is None:
            raise Refused("No schedule is published yet, so there are no meetings to write.")
        return requests.MEETINGS, requests.meeting_rows(edition)
    return lists.header(subject), lists.rows(edition, subject)
