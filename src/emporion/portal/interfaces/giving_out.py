"""`emporion export`: writes a list to a file."""

from __future__ import annotations

import argparse
import sys

from emporion.core import journal
from emporion.core.files import whole
from emporion.core.tabular.subjects import Asked, flat
from emporion.core.tabular.writing import write_lines, write_table
from emporion.core.tenancy import scope
from emporion.edition.domain.lists import rows as lists
from emporion.edition.queries import edition_by_slug
from emporion.portal.interfaces.reporting import Refused
from emporion.portal.queries.subjects import OF_PEOPLE, SUBJECTS
from emporion.registry import domain as registry


def run(options: argparse.Namespace) -> int:
    """Write one list; return the exit status."""
    edition = edition_by_slug(options.edition)
    if edition is None:
        raise Refused(f"There is no edition {options.edition!r}.")
    acting = journal.acting("command:export", tenant=edition.expo.public_id)
    with scope(expo=edition.expo), acting:
        wanted = SUBJECTS[options.subject]
        if wanted.of_release and edition.published_release is None:
            raise Refused("No schedule is published yet, so there are no meetings to write.")
        # Whoever has the server has the data.
        rows = wanted.rows(Asked(edition, knows_requests=True))
        registry.note_list_out(
            edition.expo,
            "command:export",
            edition.public_id,
            options.subject,
            of_people=wanted.act in OF_PEOPLE,
            limited=False,
        )
        note = lists.note_of(edition)
        try:
            if options.output.suffix.lower() == ".jsonl":
                with whole(options.output) as file:
                    count = write_lines(file, wanted.header, rows)
            else:
                flattened = ([flat(value) for value in row] for row in rows)
                notes = [note] if note else []
                count = write_table(
                    options.output, wanted.header, flattened, sheet=wanted.name, notes=notes
                )
        except OSError as error:
            raise Refused(
                f"{options.output} cannot be written: {error.strerror}. Check its folder."
            ) from error
    sys.stdout.write(f"{count:,} {options.subject} of {edition.slug} → {options.output}\n")
    if note:
        sys.stdout.write(f"{note}\n")
    return 0
