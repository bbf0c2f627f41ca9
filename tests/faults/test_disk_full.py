"""The disk full, of the data folder or of PostgreSQL's tables: clear errors, nothing half done, and
it goes on by itself when there is room again.

EMPORION_FAULT_SECONDS is how long it is full.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest

from tests import machine
from tests.faults.test_database_half_broken import MARKS, SECONDS, Place
from tests.faults.under_load import CSRF, Fair, Load, free_port, running, status_of, wait_until
from tests.faults.watching import counted
from tests.messaging import fakes
from tests.needs import needed

MEGABYTES = 96
ROWS = 6000
FILLED = "edition_participation", "registry_organisation", "core_importbatch", "edition_listdraft"


class Full:
    """A small disk that can be filled to its last byte, and made free again."""

    def __init__(self, disk: Path) -> None:
        self.disk, self.ballast = disk, disk / "ballast"

    def fill(self) -> None:
        """Leave no byte; called again, it takes what has become free."""
        with self.ballast.open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue

    def free(self) -> None:
        """Make room."""
        self.ballast.unlink()


@pytest.fixture(params=["sqlite", "postgresql"])
def at_work(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Place, Full]]:
    """An installation under load whose tables lie on a small disk, and uploads with them."""
    with ExitStack() as stack:
        with needed():
            disk = stack.enter_context(machine.small_disk(MEGABYTES))
            address = ""
            if request.param == "postgresql":
                address = stack.enter_context(machine.cluster(durable=True))
        folder = tmp_path / "fair" if address else disk / "fair"
        if address:
            _tables_on(address, disk)
        (disk / "uploads").mkdir()
        stack.enter_context(patch.dict(os.environ, TMPDIR=str(disk / "uploads")))
        listener = stack.enter_context(fakes.web())
        fair = Fair(folder, address)
        load = Load(free_port(), fair.fill(f"{listener.url}/hook", MARKS))
        serve = ["serve", "--port", str(load.port), "--no-jobs", "--workers", "1"]
        targets = stack.enter_context(running(fair, serve, ["worker"]))
        wait_until(lambda: status_of(load.port, "/readyz") == 200, 120, "it is up")
        wait_until(lambda: counted(fair, "core_jobrecord", "attempt > 0") > 0, 120, "work")
        load.begin()
        time.sleep(2)
        try:
            yield Place(fair, fair, None, load, listener, targets), Full(disk)
        finally:
            load.end()


def _tables_on(address: str, disk: Path) -> None:
    """Create the database in a place on the small disk; its log stays where there is room."""
    place = disk / "tables"
    place.mkdir()
    shutil.chown(place, "nobody", "nogroup")
    server = address.rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'".encode())
        connection.execute(b"CREATE DATABASE emporion TEMPLATE template0 TABLESPACE small")


def upload(load: Load, content: bytes) -> tuple[int, str]:
    """Send a list as an organiser; return the status and when to come again.

    A server that answers before it has read everything may cut the sender off: then 0.
    """
    mark = "-----------------------------7d41"
    fields = {"csrfmiddlewaretoken": CSRF, "subject": "exhibitors", "source": "list"}
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = 'Content-Disposition: form-data; name="file"; filename="list.csv"\r\n'
    head += "Content-Type: text/csv\r\n\r\n"
    body = b"".join(
        [*parts, f"--{mark}\r\n{head}".encode(), content, f"\r\n--{mark}--\r\n".encode()]
    )
    cookie = f"sessionid={load.fair['organiser']}; csrftoken={CSRF}"
    kind = f"multipart/form-data; boundary={mark}"
    connection = http.client.HTTPConnection("127.0.0.1", load.port, timeout=60)
    try:
        with contextlib.suppress(BrokenPipeError):
            connection.request(
                "POST", f"/en/{load.fair['slug']}/organise/import/", body,
                {"Cookie": cookie, "Content-Type": kind},
            )  # fmt: skip
        answer = connection.getresponse()
        return answer.status, answer.getheader("Retry-After") or ""
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


def rows_of(fair: Fair) -> list[int]:
    return [counted(fair, table) for table in FILLED]


def test_full_disk_is_told_of_and_loses_nothing(
    at_work: tuple[Place, Full], tmp_path: Path
) -> None:
    place, full = at_work
    fair, slug = place.fair, place.load.fair["slug"]
    table = tmp_path / "list.csv"
    lines = [f"{n},Exhibitor {n},{'芬兰 ' * 30}" for n in range(ROWS)]
    table.write_text("\n".join(["id,name,description", *lines]), "utf-8")
    before, backups = rows_of(fair), full.disk / "backups"
    backups.mkdir()
    full.fill()
    begun, acknowledged = time.monotonic(), len(place.load.acknowledged)
    try:
        # A backup that has room is written; one that has none is not, and leaves nothing.
        status, said = fair.run("backup", "-o", str(tmp_path / "fair.backup"))
        assert (status, (tmp_path / "fair.backup").exists()) == (0, True), said
        status, said = fair.run("backup", "-o", str(backups / "fair.backup"))
        assert (status, "was not written: there is no room" in said, "Traceback" in said) == (
            1, True, False,
        ), said  # fmt: skip
        assert list(backups.iterdir()) == []
        # A list is refused whole, from the command and from the page.
        status, said = fair.run("import", "exhibitors", str(table), "--edition", slug)
        assert (status, "room" in said, "Traceback" in said) == (1, True, False), said
        sent = upload(place.load, table.read_bytes() * 2)
        assert sent in {(503, "60"), (503, "5"), (0, "")}
        assert rows_of(fair) == before
        while time.monotonic() - begun < SECONDS:
            full.fill()
            # Who reads is served; the house lives.
            found = [status_of(place.load.port, path) for path in ("/healthz", f"/en/{slug}/")]
            assert found == [200, 200]
            time.sleep(0.5)
    finally:
        full.free()
    assert set(place.load.refused) == {503}
    print(f"\nan upload: {sent}")
    print(f"\n{fair.database[:8] or 'sqlite'}: {acknowledged} acknowledged before it was full")
    place.check()
    status, said = fair.run("import", "exhibitors", str(table), "--edition", slug)
    assert status == 0, said
    assert fair.run("journal", "seal")[0] == 0
    status, said = fair.run("journal", "verify")
    assert status == 0, said
