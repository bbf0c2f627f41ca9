"""The `emporion` command: a small table of commands, each loaded only when it is called.

Commands of the engines work on files and never load Django. `match` and `schedule` have two
faces: with `--edition` they work on the database, else on a file.
"""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass

from emporion.core.command_name import command as command_name


@dataclass(frozen=True)
class Command:
    """Where a command's `main(argv) -> exit status` lives, and what it is for."""

    target: str
    help: str
    needs_django: bool = True


ENGINE_COMMANDS = {
    "schedule": Command(
        "emporion.engines.scheduling.command:main",
        "schedule an instance file or check a solution; with --edition: compute a draft release",
        False,
    ),
    "schedule-generate": Command(
        "emporion.engines.scheduling.command:generate_main",
        "write a seeded instance of the size of an expo",
        False,
    ),
    "schedule-repair": Command(
        "emporion.engines.scheduling.repairing.command:main",
        "change an announced schedule after somebody has not come or a hall was closed",
        False,
    ),
    "match": Command(
        "emporion.engines.matching.command:main",
        "rank counterparts from an instance file; with --edition: everybody's ranked list",
        False,
    ),
}
EDITION_COMMANDS = {
    "schedule": Command(
        "emporion.meetings.interfaces.commands:schedule", "with --edition: compute a draft release"
    ),
    "match": Command(
        "emporion.matchmaking.interfaces.commands:match",
        "with --edition: compute everybody's ranked list",
    ),
}
COMMANDS = {
    "demo": Command("emporion.project.demo:demo", "build the model edition and serve it"),
    "demo-buyers": Command(
        "emporion.demo.interfaces.commands:demo_buyers",
        "add made-up buyers and their requests to an edition",
    ),
    "import": Command(
        "emporion.portal.interfaces.commands:take_in",
        "take in exhibitors, buyers or requests from a CSV or XLSX file",
    ),
    "export": Command(
        "emporion.portal.interfaces.commands:give_out",
        "write any list of an edition to a CSV, XLSX or JSON lines file",
    ),
    "publish": Command("emporion.meetings.interfaces.commands:publish", "publish a draft release"),
    "schedule-export": Command(
        "emporion.meetings.interfaces.commands:export",
        "write what is published as instance and solution files",
    ),
    "day-sheets": Command(
        "emporion.meetings.interfaces.sheet_files:day_sheets",
        "print everybody's day sheets as PDF",
    ),
    "organiser": Command(
        "emporion.edition.interfaces.commands:organiser", "make a user an organiser of an expo"
    ),
    "delegate": Command(
        "emporion.edition.interfaces.commands:delegate",
        "let somebody sign in for an exhibitor or a buyer",
    ),
    "factors": Command(
        "emporion.accounts.interfaces.commands:factors",
        "forget the second factors of a user who has lost them",
    ),
    "sessions": Command(
        "emporion.accounts.interfaces.commands:sessions", "end the sessions of a user, or all"
    ),
    "token": Command(
        "emporion.accounts.interfaces.commands:token",
        "make, list and end the tokens that programs show",
    ),
    "officer": Command(
        "emporion.edition.interfaces.commands:officer",
        "let somebody act for all members of a delegation",
    ),
    "backup": Command(
        "emporion.project.backups:backup", "write everything into one file while the fair goes on"
    ),
    "restore": Command(
        "emporion.project.backups:restore", "bring a backup back into an empty place, and compare"
    ),
    "upgrade": Command(
        "emporion.project.backups:upgrade",
        "bring an installation to this version: back up, migrate, prepare",
    ),
    "journal": Command(
        "emporion.project.journal:journal",
        "seal the journal, or prove that nobody changed it",
    ),
    "doctor": Command(
        "emporion.project.doctor:doctor", "say what is wrong with a setting or the machine", False
    ),
    "status": Command("emporion.project.doctor:status", "say how the installation is"),
    "person": Command(
        "emporion.portal.interfaces.privacy.commands:person",
        "give out what is known of a person, or erase it",
    ),
    "retention": Command(
        "emporion.portal.interfaces.privacy.commands:retention",
        "say what is past its time, and let it go",
    ),
    "prepare": Command(
        "emporion.project.commands:prepare",
        "bring the database, translations and static files up to date",
    ),
    "serve": Command("emporion.project.commands:serve", "serve the pages"),
    "worker": Command("emporion.project.commands:worker", "do the jobs that pages start"),
    "outbox": Command(
        "emporion.messaging.interfaces.commands:show_outbox",
        "what waits to leave, what was given up or is held since a restore, to try or let go",
    ),
    "messages": Command(
        "emporion.messaging.interfaces.commands:messages",
        "which carriers are set up and what they made of messages",
    ),
    "webhook": Command(
        "emporion.messaging.interfaces.commands:webhook",
        "tell other systems what happens in an expo",
    ),
    "bounce": Command(
        "emporion.messaging.interfaces.commands:bounce",
        "note a mail that came back, from the standard input",
    ),
    "django": Command("emporion.project.commands:django", "any command of Django"),
}


def usage() -> str:
    """Return the list of commands."""
    rows = {**ENGINE_COMMANDS, **COMMANDS}
    width = max(map(len, rows))
    lines = [f"  {name:<{width}}  {command.help}" for name, command in sorted(rows.items())]
    return f"usage: {command_name()} COMMAND [options]\n\n" + "\n".join(lines)


def find(argv: list[str]) -> Command | None:
    """Return the command that `argv` names, None if there is none."""
    name = argv[0]
    on_edition = any(a == "--edition" or a.startswith("--edition=") for a in argv[1:])
    if name in EDITION_COMMANDS and on_edition:
        return EDITION_COMMANDS[name]
    return ENGINE_COMMANDS.get(name) or COMMANDS.get(name)


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit status (2 for words that are off)."""
    argv = sys.argv[1:] if argv is None else argv
    if not argv or argv[0] in {"-h", "--help", "help"}:
        print(usage())
        return 0
    command = find(argv)
    if command is None:
        print(f"emporion: there is no command {argv[0]!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    if command.needs_django:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emporion.project.settings")
        import django

        django.setup()
    module, function = command.target.split(":")
    try:
        return int(getattr(importlib.import_module(module), function)(argv[1:]) or 0)
    except Exception as error:
        said = _unprepared(error) if command.needs_django else ""
        if not said:
            raise
        print(f"emporion {argv[0]}: {said}", file=sys.stderr)
        return 1


def _unprepared(error: Exception) -> str:
    """Return what is to be done first where a command failed because tables are missing or old.

    By its name: Django's error, or the driver's own, which no command needs to load.
    """
    if not {"OperationalError", "ProgrammingError"} & {
        kind.__name__ for kind in type(error).__mro__
    }:
        return ""
    return str(importlib.import_module("emporion.project.commands").unprepared())


if __name__ == "__main__":
    sys.exit(main())
