"""`emporion demo`: build the model edition and serve it while it grows."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from emporion.accounts.queries import has_real_users
from emporion.core.sealing import seals
from emporion.demo.domain import building, loading
from emporion.edition import queries as editions
from emporion.project.commands import keep_worker, prepare
from emporion.registry.queries import expo_slugs


def demo(argv: list[str]) -> int:
    """Build what is not there, serve it, and say what to look at."""
    parser = argparse.ArgumentParser(prog="emporion demo", description=demo.__doc__)
    parser.add_argument(
        "--scale",
        type=float,
        default=1.0,
        help="1: 826 exhibitors and 15,000 buyers; 0.02 is ready in seconds",
    )
    parser.add_argument("--no-serve", action="store_true", help="build, and end")
    parser.add_argument("--reset", action="store_true", help="forget what is there and start over")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--schedule-seconds", type=float, default=None, help="seconds of search for the schedule"
    )
    options = parser.parse_args(argv)
    if not 0 < options.scale <= 4:
        print("emporion demo: --scale is a number above 0 and at most 4.", file=sys.stderr)
        return 2
    started = time.perf_counter()
    prepare([])
    lock = _claim()
    if lock is None:
        return _refuse(
            "another `emporion demo` is building in this data folder; wait for it, or end it."
        )
    if not options.no_serve and not _is_free(options.port):
        return _refuse(
            f"something is listening on port {options.port} already, perhaps the server of a "
            "demonstration that was killed. End it, or choose another --port."
        )
    if building.state() == "unfinished":
        if connection.vendor != "sqlite" and not options.reset:
            return _refuse(
                "an earlier build was interrupted before it was complete. Starting over empties "
                "this database: say so with --reset."
            )
        _say("An earlier build was interrupted before it was complete; starting over.")
    if options.reset or building.state() == "unfinished":
        refused = _forget()
        if refused:
            return _refuse(refused)
    server = None
    if not options.no_serve:
        # Whoever ends this ends the server with it.
        signal.signal(signal.SIGTERM, _stop)
        server = _serve(options.port)
    try:
        if building.state() == "none":
            if server:
                _say(f"Pages are open already and show how far this is: {_address(options.port)}")
            default = building.SCHEDULE_SECONDS if options.scale > 0.2 else 5.0
            built = building.build(
                options.scale, schedule_seconds=options.schedule_seconds or default
            )
            _report(built, time.perf_counter() - started)
        else:
            _say("The model edition is there already; --reset builds it anew.")
        lock.close()
        if server:
            # Only now: what it loads would take the processor from the build.
            keep_worker()
            _invite(options.port)
            server.wait()
    except KeyboardInterrupt:
        _say("Stopped.")
    finally:
        if server and server.poll() is None:
            server.send_signal(signal.SIGTERM)
            server.wait(10)
    return 0


def _stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _claim() -> TextIO | None:
    """Return a file that is locked while a build goes on, None when another process holds it."""
    held = (settings.DATA_DIR / "demo.lock").open("a")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        return None
    return held


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _refuse(why: str) -> int:
    print(f"emporion demo: {why}", file=sys.stderr)
    return 1


def _forget() -> str:
    """Empty the database, unless something else than the demonstration is in it.

    Returns why not, "" when it is empty now.
    """
    others = [
        e.slug for e in editions.every_edition() if e.slug != loading.SLUG or not e.is_demonstration
    ]
    others += [slug for slug in expo_slugs() if slug != loading.SLUG]
    if others or has_real_users():
        found = f"other fairs ({', '.join(sorted(set(others)))})" if others else "users"
        return (
            f"this database holds {found} besides the demonstration, so it is not emptied. "
            "Use another EMPORION_DATA_DIR or DATABASE_URL for the demonstration."
        )
    # The seals go as well: what was noted of them is of another journal.
    seals.forget_head()
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        # Whatever moment this ends at: an old log must never be played into a new file.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        for ending in ("", "-wal", "-shm"):
            Path(name + ending).unlink(missing_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
    else:
        call_command("flush", interactive=False, verbosity=0)
    return ""


def _serve(port: int) -> subprocess.Popen[bytes]:
    # A line a request would bury the progress bars.
    environment = {
        "EMPORION_LOG_LEVEL": "WARNING",
        **os.environ,
        "EMPORION_DEMO_SIGNIN": "1",
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "emporion.cli", "serve", "--port", str(port), "--no-jobs"],
        env=environment,
    )


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}/"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _report(built: building.Built, total: float) -> None:
    """Print the figures, and keep them for `./run bench demo`."""
    figures = built.figures
    kept = settings.DATA_DIR / "demo-steps.json"
    kept.write_text(
        json.dumps(
            {"seconds": built.seconds, "total": round(total, 2), "figures": figures},
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )
    for step, seconds in built.seconds.items():
        print(f"  {step:<12} {seconds:7.1f} s")
    print(f"  {'in all':<12} {total:7.1f} s")
    print(
        f"{figures['exhibitors']:,} exhibitors, {figures['buyers']:,} buyers, "
        f"{figures['requests']:,} requests, {figures['meetings']:,} meetings published, "
        f"{figures['violations']} violations.\n"
        f"The schedule reaches {figures['share_of_bound']:.2%} of what is possible at most; "
        f"first come, first served would reach {figures['greedy_share']:.2%}.\n"
        f"{figures['near_duplicate_texts']:.2%} of the texts have a near twin. "
        "All companies, people and meetings are made up."
    )


def _invite(port: int) -> None:
    address = _address(port)
    _say(
        f"""
Look at
  {address}en/model/                the front page (zh-hans, ar: other languages)
  {address}en/model/two-people/     the day of two people, each step with its why
  {address}en/signin/               sign in without a password as organiser, exhibitor or buyer
Stop with Ctrl-C."""
    )
