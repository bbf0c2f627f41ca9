"""Commands that take lists in and give them out."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path

from django.core.management import call_command
from django.db import OperationalError, connection

from emporion.core.command_name import command
from emporion.core.health import NO_ROOM
from emporion.core.tabular.report import TableError
from emporion.edition.domain.batches import BatchError
from emporion.edition.domain.editions import EditionError
from emporion.meetings.domain.requests import RequestError
from emporion.portal.interfaces import batches, giving_out, reporting, taking_in
from emporion.portal.queries.subjects import SUBJECTS as GIVEN_OUT

SUBJECTS = ("exhibitors", "buyers", "requests")
_REFUSALS = (TableError, BatchError, EditionError, RequestError, reporting.Refused)


def take_in(argv: list[str]) -> int:
    """`emporion import`: take in a list, or undo, list and mend earlier imports."""
    if argv and argv[0] in ("undo", "list", "recover"):
        return _refusing(batches.run, batches.parser().parse_args(argv))
    parser = argparse.ArgumentParser(
        prog="emporion import",
        description="Take in a list from a CSV or XLSX file. The whole file is checked first.",
        epilog=f"Also: {command()} import list --edition E | undo ID | recover --edition E",
    )
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument("file", type=Path, help="a .csv or .xlsx file")
    parser.add_argument("--edition", required=True, help="the edition's name in addresses")
    parser.add_argument(
        "--source",
        default="",
        help="where the list comes from; ids are unique within it (default: the "
        "subject, such as exhibitors)",
    )
    parser.add_argument("--mapping", type=Path, help="a YAML file that says what each column is")
    parser.add_argument("--dry-run", action="store_true", help="check and report, write nothing")
    parser.add_argument(
        "--skip-bad",
        action="store_true",
        help="leave out rows that fail, instead of writing nothing",
    )
    parser.add_argument("--all", action="store_true", help="report every line and every pair")
    parser.add_argument("--encoding", help="such as gb18030; found out if not given")
    parser.add_argument("--delimiter", help="what stands between cells; found out if not given")
    parser.add_argument("--sheet", help="of a workbook; the first that is not empty if not given")
    made = parser.add_argument_group("an edition that is not there yet")
    made.add_argument("--create-edition", action="store_true")
    made.add_argument("--expo", help="the series it belongs to, made if it is not there")
    made.add_argument("--title")
    made.add_argument("--place")
    made.add_argument("--starts", type=dt.date.fromisoformat, help="2026-01-06")
    made.add_argument("--ends", type=dt.date.fromisoformat)
    made.add_argument("--zone", help="IANA time zone such as America/Los_Angeles")
    return _refusing(taking_in.run, parser.parse_args(argv))


def give_out(argv: list[str]) -> int:
    """`emporion export`: write a list to a file."""
    parser = argparse.ArgumentParser(
        prog="emporion export",
        description="Write a list. Exhibitors, buyers and requests have the columns that import"
        " reads.",
    )
    parser.add_argument("subject", choices=tuple(GIVEN_OUT))
    parser.add_argument("--edition", required=True)
    parser.add_argument(
        "-o", "--output", type=Path, required=True, help="a .csv, .xlsx or .jsonl file"
    )
    return _refusing(giving_out.run, parser.parse_args(argv))


def _refusing(run: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Run a command; what it refuses is one clear sentence, not a traceback."""
    _prepare()
    try:
        return run(options)
    except _REFUSALS as error:
        print(f"emporion: {error}", file=sys.stderr)
        return 1
    except OperationalError as error:
        print(
            f"emporion: the database does not answer, or has no room: {str(error).strip()}.\n"
            "What was begun is not shown. Mend that and give the command again.",
            file=sys.stderr,
        )
        return 1
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        print(f"emporion: {error}. Nothing was written; make room.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("emporion: interrupted.", file=sys.stderr)
        return 130


def _prepare() -> None:
    """Make the tables of a database that has none: an import may be the first command ever."""
    if not connection.introspection.table_names():
        print("The database is new; its tables are made first.", file=sys.stderr)
        call_command("migrate", interactive=False, verbosity=0)
