"""`emporion doctor` and `emporion status`: what is wrong here, and how it is."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: "good", "look" (perhaps fine) or "bad", and how to mend it."""

    level: str
    what: str
    said: str
    mend: str = ""


def doctor(argv: list[str]) -> int:
    """Say what is wrong with a setting or the machine; the exit status is 1 if something is."""
    parser = argparse.ArgumentParser(prog="emporion doctor", description=doctor.__doc__)
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    options = parser.parse_args(argv)
    found = examine()
    if options.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    else:
        for one in found:
            print(f"{one.level:<4}  {one.what}: {one.said}" + (f" {one.mend}" if one.mend else ""))
        print(summary(found))
    return 1 if any(one.level == "bad" for one in found) else 0


def examine() -> list[Finding]:
    """Look at everything; settings that cannot be read are a finding too, and the only one."""
    from django.core.exceptions import ImproperlyConfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emporion.project.settings")
    try:
        import django

        django.setup()
    except ImproperlyConfigured as error:
        return [Finding("bad", "settings", str(error))]
    from emporion.project import examining

    return examining.everything()


def summary(found: list[Finding]) -> str:
    """Return the last line: how many things are wrong."""
    bad, look = (sum(one.level == level for one in found) for level in ("bad", "look"))
    if not bad and not look:
        return "All is well."
    return f"{bad} to mend, {look} to look at, {len(found) - bad - look} good."


def status(argv: list[str]) -> int:
    """Say how the installation is: database, jobs, outbox, journal, backup, disk."""
    parser = argparse.ArgumentParser(prog="emporion status", description=status.__doc__)
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    options = parser.parse_args(argv)
    from emporion.core import condition
    from emporion.project.commands import unprepared

    now = condition.look()
    why = "" if now.answers else unprepared() or "the database does not answer."
    if options.json:
        print(json.dumps(asdict(now)))
    else:
        for name, text in _lines(now, why):
            print(f"{name:<10} {text}")
    if why:
        print(f"emporion status: {why}", file=sys.stderr)
    return 1 if why else 0


def _lines(now: Any, why: str) -> list[tuple[str, str]]:
    lines = [("version", now.version), ("disk", f"{now.disk_free / 1e9:.1f} GB free")]
    lines.append(("worker", _ago(now.worker_age, "seen", "none was seen on this machine")))
    lines.append(("codes", _ago(now.prompt_age, "seen", "nothing sends any on this machine")))
    lines.append(("backup", _ago(now.backup_age, "made", "none in the data folder")))
    if why:
        return [*lines, ("database", f"{now.database}: {why}")]
    jobs = ", ".join(f"{number} {name}" for name, number in now.jobs.items())
    waits = f"; the oldest has waited {now.waits:.0f} s" if now.waits else ""
    return [
        *lines,
        ("database", f"{now.database}, answers"),
        ("jobs", f"{jobs} (failed: within a day){waits}"),
        ("outbox", _outbox(now)),
        ("journal", f"{now.seals} seals, {now.unsealed} entries not sealed yet"),
    ]


def _outbox(now: Any) -> str:
    waiting, dead = sum(now.outbox_waiting.values()), sum(now.outbox_dead.values())
    waits = f"; the first has waited {now.outbox_waits:.0f} s" if now.outbox_waits else ""
    kinds = sorted({*now.outbox_waiting, *now.outbox_dead})
    each = ", ".join(
        f"{kind}: {now.outbox_waiting.get(kind, 0)} and {now.outbox_dead.get(kind, 0)}"
        for kind in kinds
    )
    held = f"; {now.held} (with jobs) held since a restore" if now.held else ""
    return f"{waiting} wait, {dead} given up{f' ({each})' if each else ''}{waits}{held}"


def _ago(seconds: float | None, word: str, never: str) -> str:
    if seconds is None:
        return never
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{word} {seconds / size:.0f} {unit} ago"
    return f"{word} {seconds:.0f} seconds ago"
