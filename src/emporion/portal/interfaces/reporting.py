"""What an import tells: short by default, every line with --all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from emporion.core.command_name import command
from emporion.core.tabular.headings import Mapping as Columns
from emporion.core.tabular.reading import Table
from emporion.core.tabular.report import CellError, grouped, render
from emporion.core.text.doubles import likely_doubles
from emporion.edition.domain.records import Record

PAIRS, NAMES = 25, 10
# Comparing every name with every other one takes about a second for 1,000 names.
MOST_NAMES = 8000


class Refused(ValueError):
    """A list is not taken in, or not taken back; the text says why."""


@contextmanager
def bar(name: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how far a step is, on a terminal; nothing is written anywhere."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as shown:
        task = shown.add_task(name, total=total or None)
        yield lambda done: shown.update(task, completed=done)


class Report:
    """Writes to one stream."""

    def __init__(self, out: TextIO, *, everything: bool = False) -> None:
        self.out, self.everything = out, everything

    def say(self, text: str) -> None:
        self.out.write(f"{text}\n")

    def lines(self, texts: Sequence[str]) -> None:
        for text in texts:
            self.say(text)

    def table(self, name: str, table: Table) -> None:
        """How the file was read."""
        how = (
            f"sheet {table.sheet!r}"
            if table.sheet
            else (f"{table.encoding}, separated by {table.delimiter!r}")
        )
        self.say(f"{name}: {len(table.rows):,} rows, {how}, headings in line {table.header_line}.")
        if table.skipped:
            self.say(f"  above the headings: {'; '.join(table.skipped)[:200]}")

    def mapping(self, mapping: Columns) -> None:
        """Which column feeds what."""
        pairs = [f"{heading} → {field}" for field, heading in mapping.columns.items()]
        self.say(f"Columns: {', '.join(pairs) or 'none is known'}.")
        if mapping.unmapped:
            self.say(f"Not taken in: {', '.join(mapping.unmapped)}.")

    def errors(self, errors: Sequence[CellError], rows: int) -> None:
        """What fails."""
        if not errors:
            return
        self.say(f"\nErrors ({len({e.line for e in errors}):,} of {rows:,} rows fail):")
        if self.everything:
            self.lines([f"  {error}" for error in sorted(errors, key=lambda e: e.line)])
        else:
            self.say(_indented(render(grouped(errors))))

    def unclear(self, listed: Sequence[CellError]) -> None:
        """What is left out, or put right, and must be looked at."""
        if not listed:
            return
        many = "1 cell; its row is" if len(listed) == 1 else f"{len(listed):,} cells; the rows are"
        without = "it" if len(listed) == 1 else "them"
        self.say(f"\nTo look at ({many} taken in without {without}):")
        if self.everything:
            self.lines([f"  {error}" for error in listed])
        else:
            self.say(_indented(render(grouped(listed))))

    def conflicts(self, found: Sequence[CellError]) -> None:
        """Rows that are older than what people did here."""
        if not found:
            return
        self.say(f"\nConflicts ({len(found):,} rows; they are not taken in):")
        if self.everything:
            self.lines([f"  {error}" for error in sorted(found, key=lambda e: e.line)])
        else:
            self.say(_indented(render(grouped(found))))

    def doubles(self, names: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]]) -> None:
        """Pairs of entries that may be one firm."""
        if len(names) + len(others) > MOST_NAMES:
            self.say(f"\nLikely doubles are not looked for among more than {MOST_NAMES:,} names.")
            return
        with bar("Doubles", 0):
            pairs = likely_doubles(names, others)
        if not pairs:
            return
        self.say(f"\nLikely doubles ({len(pairs):,} pairs; both are kept, please look):")
        for pair in pairs if self.everything else pairs[:PAIRS]:
            self.say(
                f"  {_place(pair.first)} {pair.first_name!r} - "
                f"{_place(pair.second)} {pair.second_name!r} ({pair.score:.2f})"
            )
        if len(pairs) > PAIRS and not self.everything:
            self.say(f"  … and {len(pairs) - PAIRS:,} more; --all lists them.")

    def vanished(self, records: Sequence[Record]) -> None:
        """Who was in an earlier list of this source and is not in this one."""
        if not records:
            return
        self.say(f"\nVanished ({len(records):,}; they stay as they are):")
        for record in records if self.everything else records[:NAMES]:
            self.say(f"  {record.key[1]}  {next(iter(record.name.values()), '')}")
        if len(records) > NAMES and not self.everything:
            self.say(f"  … and {len(records) - NAMES:,} more; --all lists them.")

    def counts(self, counts: Mapping[str, int], rows: int, dry_run: bool) -> None:
        """The result in one line."""
        words = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        self.say(f"\n{'Would be' if dry_run else 'Taken in'} of {rows:,} rows: {words}.")

    def batch(self, public_id: str) -> None:
        """How to take it back."""
        self.say(f"Import {public_id}. To undo it: {command()} import undo {public_id}")


def _place(key: str) -> str:
    return f"line {key}" if key.isdigit() else f"stored {key}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
