"""Commands about the installation itself."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import call_command, execute_from_command_line
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from emporion.core import metrics, workers
from emporion.core.bulk import refresh_statistics
from emporion.core.command_name import command
from emporion.core.places import THREADS
from emporion.core.postgresql import patience
from emporion.project import static
from emporion.project.messages import compile_catalogues


def prepare(argv: list[str]) -> int:
    """Bring database, translations and static files up to date; safe to repeat."""
    argparse.ArgumentParser(prog="emporion prepare").parse_args(argv)
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    compile_catalogues()
    behind = is_behind()
    call_command("migrate", interactive=False, verbosity=0)
    if behind:
        # SQLite copies a table to change it and forgets what it had counted there, and of a new
        # index nothing is known: pages then took fifteen times as long.
        refresh_statistics()
    gather_static()
    return 0


def is_behind() -> bool:
    """Whether the database waits for a migration."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def unprepared() -> str:
    """Return what is to be done where tables are missing or old; "" where none are.

    Also "" where the database does not answer: then that is what is wrong.
    """
    try:
        if not is_behind():
            return ""
        there = connection.introspection.table_names()
    except DatabaseError:
        return ""
    if MigrationRecorder.Migration._meta.db_table not in there:
        return f"the database is not prepared: run {command()} prepare."
    return f"the tables are of an older version: run {command()} upgrade."


def gather_static() -> None:
    """Collect the static files under hashed names, unless nothing changed since the last time."""
    if not static.is_current():
        # In a process of its own: the storage is chosen when the settings load.
        subprocess.run([sys.executable, "-m", "emporion.project.static"], check=True)


def serve(argv: list[str]) -> int:
    """Serve the pages until interrupted."""
    parser = argparse.ArgumentParser(prog="emporion serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=usual_workers())
    parser.add_argument(
        "--no-jobs", action="store_true", help="start no worker for jobs; `emporion worker` is one"
    )
    options = parser.parse_args(argv)
    # Else the numerical libraries of every worker start a thread for each core.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if not options.no_jobs:
        keep_worker()
    places = settings.DATA_DIR / f"workers-{options.port}"
    workers.make_file(places, options.workers)
    os.environ[workers.FILE] = str(places)
    os.environ[metrics.FOLDER] = str(fresh_folder(settings.DATA_DIR / f"metrics-{options.port}"))
    command = server_command(options.host, options.port, options.workers)
    os.execv(command[0], command)  # noqa: S606


def fresh_folder(path: Path) -> Path:
    """Make an empty folder, whatever was there, and return it."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def keep_worker() -> None:
    """Start what keeps a worker for jobs beside this process, which becomes the server."""
    worker = [sys.executable, "-m", "emporion.cli", "worker"]
    keeper = [sys.executable, "-m", "emporion.project.keeping", str(os.getpid()), *worker]
    subprocess.Popen(keeper)  # noqa: S603


def worker(argv: list[str]) -> int:
    """Do the jobs that pages start, and hand over what is to leave, until told to end."""
    parser = argparse.ArgumentParser(prog="emporion worker", description=worker.__doc__)
    parser.add_argument("--batch", action="store_true", help="end when nothing waits or is due")
    parser.add_argument("--beside", type=int, metavar="PID", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Pages go first: a reader waits for milliseconds, a job for seconds.
    os.nice(5)
    patience.limit(patience.OF_JOBS)
    from emporion.core import outbox
    from emporion.core.jobs.worker import work
    from emporion.core.sealing.running import Sealer

    sealer = Sealer()
    sealer.start()
    try:
        work(
            batch=options.batch,
            beside=options.beside,
            also=None if options.batch else outbox.keep_draining,
        )
        if options.batch:
            outbox.drain()
    finally:
        sealer.stop()
    return 0


def usual_workers() -> int:
    """Return a worker a core, two at least and eight at most.

    More workers share the cores among pages that are all half done: with eight readers on two
    cores, one page in twenty took 114 ms with two workers and 155 with four (SQLite, full size,
    rounds taken in turn).
    """
    return max(2, min(8, os.cpu_count() or 1))


def server_command(host: str, port: int, workers: int) -> list[str]:
    """Return the command line of the server.

    Eight threads a worker, of which one computes a page (`core.turns`) while the others wait for
    slow readers; each thread holds a database connection.
    """
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--blocking-threads",
        str(THREADS),
        # A thread that ends leaves its connection open until garbage is collected, which is seldom:
        # after the usual half minute every quiet spell would cost seven more a worker.
        "--blocking-threads-idle-timeout",
        "600",
        "--respawn-failed-workers",
        # A worker that is told to stop while it is starting never does.
        "--workers-kill-timeout",
        "10",
        "--no-ws",
        "--log-level",
        "error",
        "emporion.project.wsgi:application",
    ]


def django(argv: list[str]) -> int:
    """Run any of Django's own commands."""
    execute_from_command_line([str(Path(sys.argv[0]).name), *argv])
    return 0
