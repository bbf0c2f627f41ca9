"""Looking at a list that was sent: at once when that is short work, else by the worker."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from emporion.edition.domain import drafts
from emporion.edition.domain.lists.columns import LISTS
from emporion.edition.queries import Edition
from emporion.meetings import queries as meetings
from emporion.portal import queries
from emporion.portal.interfaces.desk.examining import Tell, examine, guessed, read
from emporion.portal.interfaces.desk.reports import report

# What is looked at while the reader waits: so many bytes, and so many rows together with those
# that they are compared with. It is about half a second; whatever is longer is a job.
SHORT_BYTES = 100_000
SHORT_ROWS = 500


def begin(edition: Edition, draft: Any, actor: str, rows: int, *, doubles: bool) -> None:
    """Look at a draft of `rows` rows, or let the worker do it. Raises TableError."""
    if rows + _compared_with(edition, draft.subject) <= SHORT_ROWS:
        look(edition, draft, doubles=doubles)
    else:
        drafts.start_look(draft, actor, language=get_language() or "en", doubles=doubles)


def look(edition: Edition, draft: Any, *, doubles: bool, tell: Tell | None = None) -> None:
    """Read and examine a draft and keep what was found; guesses the columns the first time.

    Without `doubles` those of the last look stay. Raises TableError.
    """
    if not draft.columns and not draft.report:
        if tell is not None:
            tell("reading")
        guess_columns(draft, read(draft))
    found = examine(edition, draft, look_for_doubles=doubles, tell=tell)
    kept = None if doubles else draft.report.get("doubles", [])
    drafts.keep_report(draft, report(found, kept))


def guess_columns(draft: Any, table: Any) -> None:
    """Choose the columns of a list as far as its headings tell them."""
    ignored = {column.field for column in LISTS[draft.subject] if column.kind == "ignored"}
    columns = {f: h for f, h in guessed(draft, table).items() if f not in ignored}
    drafts.set_columns(draft, columns)


def _compared_with(edition: Edition, subject: str) -> int:
    """Return how much is there that a list is compared with; two queries at most."""
    if subject == "requests":
        return meetings.request_count(edition)
    return queries.counts(edition)[subject]
