"""`emporion person` and `emporion retention`: data of people given out, erased, let go."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from emporion.core import journal
from emporion.core.files import whole
from emporion.core.tenancy import scope
from emporion.portal.interfaces.privacy.archive import write_archive
from emporion.portal.interfaces.privacy.retention import let_go, past
from emporion.registry import domain as registry
from emporion.registry import queries as registered


def person(argv: list[str]) -> int:
    """Run one of the two acts; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="emporion person", description="What is known of a person: give it out, or erase it."
    )
    parser.add_argument("act", choices=("export", "erase"))
    parser.add_argument("id", help="the person's public id, from the desk or the journal")
    parser.add_argument("--expo", required=True, help="by its name in addresses")
    parser.add_argument("-o", "--output", type=Path, help="export: a .zip file")
    parser.add_argument("--reason", default="", help="erase: why; it is kept with the deed")
    options = parser.parse_args(argv)
    expo = registered.expo_by_slug(options.expo)
    if expo is None:
        return _refuse(f"There is no expo {options.expo!r}.")
    with scope(expo=expo), journal.acting("command:person", tenant=expo.public_id):
        found = registered.person_of_id(expo, options.id)
        if found is None:
            return _refuse(f"There is nobody with the id {options.id!r} in {expo.slug}.")
        if options.act == "export":
            if options.output is None:
                return _refuse("Say where to: -o FILE.zip")
            registry.note_export([found])
            with whole(options.output) as file:
                write_archive(file, registry.trace([found]), "en")
            print(f"Written to {options.output}.")
            return 0
        try:
            done = registry.erase_person(found, options.reason, everywhere=True)
        except registry.ErasureError as error:
            return _refuse(str(error))
    print(f"Erased {found.public_id}.")
    for label, count in done.rows.items():
        print(f"  {label}: {count}")
    for mention in done.left:
        print(f"  still named in {mention.label}.{mention.column}: {mention.rows}")
    return 0


def retention(argv: list[str]) -> int:
    """`emporion retention`: say what is past its time; with --apply let it go."""
    parser = argparse.ArgumentParser(
        prog="emporion retention",
        description="What is past its time by the register of people's data. Nothing is changed "
        "without --apply.",
    )
    parser.add_argument("--apply", action="store_true", help="let it go; cannot be undone")
    options = parser.parse_args(argv)
    if options.apply:
        with journal.acting("command:retention"):
            found = let_go()
    else:
        found = past()
    for label, count in found.items():
        print(f"{label}: {count}")
    total = sum(found.values())
    if not options.apply:
        print(f"{total} past their time. Add --apply to let them go.")
    else:
        print(f"{total} gone.")
    return 0


def _refuse(why: str) -> int:
    print(f"emporion: {why}", file=sys.stderr)
    return 1
