"""`emporion backup --every` goes on for months, whatever becomes of the database meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from emporion.project import backups

pytestmark = pytest.mark.django_db(transaction=True)


class Enough(Exception):
    """The test has seen what it wanted."""


def break_the_line() -> None:
    """Leave the connection as a server does that is begun again: dead, and nobody is told."""
    if connection.connection is not None:
        connection.connection.close()


@pytest.mark.parametrize(
    ("breaks_in", "files"), [("the pause", [1, 2, 3]), ("the second round", [1, 1, 2])]
)
def test_database_that_is_begun_again_is_backed_up_again(
    breaks_in: str,
    files: list[int],
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path / "data", tmp_path / "data" / "media"
    settings.DATA_DIR.mkdir()
    to, names = tmp_path / "kept", iter(range(9))
    written: list[int] = []

    def sleep(seconds: float) -> None:
        written.append(len(list(to.iterdir())))
        if len(written) == 3:
            raise Enough
        if breaks_in == "the pause":
            break_the_line()

    def seal() -> None:
        if breaks_in == "the second round" and len(written) == 1:
            connection.ensure_connection()
            break_the_line()
        # SQLite reads its backup by a line of its own.
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    monkeypatch.setattr(backups, "_name", lambda: f"emporion-20231123-00000{next(names)}.backup")
    monkeypatch.setattr(backups, "_seal", seal)
    monkeypatch.setattr(backups.time, "sleep", sleep)
    with pytest.raises(Enough):
        backups.backup(["--to", str(to), "--every", "1h"])
    assert written == files
