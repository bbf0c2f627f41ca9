"""What is wrong with a list, cell by cell, and grouped so that a person can read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

_SHOWN_LINES = 8
_SHOWN_VALUES = 3
_SHOWN_LENGTH = 60


class TableError(Exception):
    """A list that cannot be read at all. ``str(error)`` says where, what, and how to mend it."""

    def __init__(
        self, what: str, expected: str, *, line: int | None = None, column: str | None = None
    ) -> None:
        self.line = line
        self.column = column
        self.what = what
        self.expected = expected
        super().__init__(_sentence(place(line, column), what, expected))


@dataclass(frozen=True)
class CellError:
    """One thing that is wrong in one row: where, what was found, what was expected."""

    line: int
    column: str | None
    value: str
    what: str
    expected: str

    def __str__(self) -> str:
        what = _("%(what)s “%(value)s”") % {"what": self.what, "value": _short(self.value)}
        where = place(self.line, self.column)
        return _sentence(where, what if self.value else self.what, self.expected)


@dataclass(frozen=True)
class Group:
    """Errors of one sort in one column; ``lines`` and ``values`` in order of appearance."""

    column: str | None
    what: str
    expected: str
    lines: tuple[int, ...]
    values: tuple[str, ...]


def grouped(errors: Iterable[CellError]) -> list[Group]:
    """Errors with equal column, what and expected together, the most frequent group first."""
    groups: dict[tuple[str | None, str, str], list[CellError]] = {}
    for error in errors:
        groups.setdefault((error.column, error.what, error.expected), []).append(error)
    made = [
        Group(
            *key,
            tuple(dict.fromkeys(error.line for error in found)),
            tuple(dict.fromkeys(error.value for error in found if error.value)),
        )
        for key, found in groups.items()
    ]
    return sorted(made, key=lambda group: -len(group.lines))


def render(groups: Iterable[Group]) -> str:
    """The groups as plain text, one paragraph each."""
    return "\n".join(_paragraph(group) for group in groups)


def place(line: int | None, column: str | None) -> str:
    """``Line 7, column “Country”`` with what is known of it."""
    if line is None:
        return "" if column is None else _("Column “%(column)s”") % {"column": column}
    if column is None:
        return _("Line %(line)d") % {"line": line}
    return _("Line %(line)d, column “%(column)s”") % {"line": line, "column": column}


def _sentence(where: str, what: str, expected: str) -> str:
    if not where:
        return _("%(what)s. %(expected)s") % {"what": what, "expected": expected}
    words = {"where": where, "what": what, "expected": expected}
    return _("%(where)s: %(what)s. %(expected)s") % words


def _list(words: Iterable[str]) -> str:
    return pgettext("between words of a list", ", ").join(words)


def _paragraph(group: Group) -> str:
    lines = _list(map(str, group.lines[:_SHOWN_LINES]))
    if len(group.lines) > _SHOWN_LINES:
        lines = _("%(lines)s and %(more)d more") % {
            "lines": lines,
            "more": len(group.lines) - _SHOWN_LINES,
        }
    what = _("%(what)s - lines %(lines)s") % {"what": group.what, "lines": lines}
    if group.values:
        shown = [_("“%(value)s”") % {"value": _short(v)} for v in group.values[:_SHOWN_VALUES]]
        more = ["…"] if len(group.values) > _SHOWN_VALUES else []
        what = _("%(what)s (%(values)s)") % {"what": what, "values": _list(shown + more)}
    return _sentence(place(None, group.column), what, group.expected)


def _short(value: str) -> str:
    flat = " ".join(value.split())
    return flat if len(flat) <= _SHOWN_LENGTH else flat[: _SHOWN_LENGTH - 1] + "…"
