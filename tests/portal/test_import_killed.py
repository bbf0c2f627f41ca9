"""An import that is killed in the middle, and two at once, in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from emporion.core.models import ImportBatch
from emporion.core.tenancy import scope
from emporion.edition.domain import batches
from emporion.edition.models import Participation
from emporion.portal.interfaces.commands import take_in
from tests import factories, machine
from tests.portal.stored import everything

TOTAL = 2400


@pytest.fixture
def fair(transactional_db: None, tmp_path: Path, settings: Any) -> Any:
    settings.DATA_DIR = tmp_path
    return factories.make_edition()


def write_list(path: Path, changed: str = "") -> Path:
    lines = ["Id,Name,Country,Description,Categories"]
    lines += [
        f"{n},Firm number {n}{changed},Finland,Saunas of many kinds {n},Health; Robotics"
        for n in range(TOTAL)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def begin(fair: Any, path: Path) -> subprocess.Popen[bytes]:
    """Start an import in a process of its own, on this test's database."""
    made = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{made['NAME']}"
    else:
        from urllib.parse import quote

        host = quote(str(made["HOST"]), safe="")
        user = quote(str(made["USER"]), safe="")
        port = f":{made['PORT']}" if made["PORT"] else ""
        url = f"postgres://{user}@{host}{port}/{made['NAME']}"
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "emporion.project.settings",
        "EMPORION_DATA_DIR": str(path.parent),
        "EMPORION_INSECURE_LOCAL": "1",
        "PYTHONPATH": str(machine.ROOT / "src"),
    }
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "emporion.cli",
            "import",
            "exhibitors",
            str(path),
            "--edition",
            fair.slug,
        ],
        env=env,
        cwd=machine.ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def wait_until_written(process: subprocess.Popen[bytes], more_than: int = 0) -> None:
    end = time.monotonic() + 60
    while Participation._base_manager.count() <= more_than:
        assert process.poll() is None, process.stderr.read().decode()  # type: ignore[union-attr]
        assert time.monotonic() < end
        time.sleep(0.01)


def test_killed_import_is_undone_by_the_next_and_a_second_one_refuses(
    fair: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "first.csv").write_text("Id,Name\n0,Firm before\nx,Other\n")
    words = ["exhibitors", str(tmp_path / "first.csv"), "--edition", fair.slug]
    assert take_in(words) == 0
    before = everything()
    path = write_list(tmp_path / "list.csv")
    process = begin(fair, path)
    try:
        wait_until_written(process, more_than=2)
        # While it writes, a second import and an undo refuse and change nothing.
        assert take_in(words) == 1
        said = capsys.readouterr().err
        assert "is still writing into" in said
        batch = ImportBatch.objects.get(state="writing")
        assert take_in(["undo", batch.public_id]) == 1
        assert "is still being written" in capsys.readouterr().err
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert 2 < Participation._base_manager.count() < TOTAL
    assert everything() != before
    batch.refresh_from_db()
    assert batch.state == "writing"
    # A dry run tells and leaves it; the next import undoes it and goes on.
    assert take_in([*words, "--dry-run"]) == 0
    assert "was killed in the middle; the next import undoes it first" in capsys.readouterr().out
    assert take_in(words) == 0
    said = capsys.readouterr().out
    assert f"Import {batch.public_id} (exhibitors from list.csv) was killed in the middle" in said
    assert "0 new, 0 changed, 2 unchanged" in said
    assert everything() == before


def test_recover_undoes_a_killed_import(
    fair: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything()
    process = begin(fair, write_list(tmp_path / "list.csv"))
    wait_until_written(process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert take_in(["recover", "--edition", fair.slug]) == 0
    assert "is undone" in capsys.readouterr().out
    assert everything() == before
    assert take_in(["recover", "--edition", fair.slug]) == 0
    assert "No import" in capsys.readouterr().out


def test_failing_write_leaves_nothing(
    fair: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from emporion.edition.domain import writing

    before = everything()
    real, calls = writing.enrol, []

    def fails_later(*words: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise OSError("the disk is full")
        return real(*words, **more)

    monkeypatch.setattr(writing, "enrol", fails_later)
    path = write_list(tmp_path / "list.csv")
    with pytest.raises(OSError, match="the disk is full"):
        take_in(["exhibitors", str(path), "--edition", fair.slug])
    assert everything() == before
    assert [b.state for b in ImportBatch.objects.all()] == ["undone"]


def test_claim_at_the_same_moment_lets_one_through(fair: Any) -> None:
    start, won, lost = threading.Barrier(2), [], []

    def claim() -> None:
        try:
            with scope(expo=fair.expo):
                start.wait()
                won.append(batches.claim(fair, "exhibitors", "list", "l.csv", ""))
        except batches.Busy as error:
            lost.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 1)
    assert lost[0].batch == won[0]


def test_batch_of_another_machine_is_left_to_a_person(
    fair: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = batches.claim(fair, "exhibitors", "list", "l.csv", "")
    batch.process = "elsewhere:1:77"
    batch.save()
    path = write_list(tmp_path / "list.csv")
    assert take_in(["exhibitors", str(path), "--edition", fair.slug]) == 1
    assert f"emporion import recover --edition {fair.slug}" in capsys.readouterr().err
    assert take_in(["recover", "--edition", fair.slug]) == 0
    assert batches.is_running(batch) is None


def test_process_number_used_again_is_not_the_same_process(fair: Any) -> None:
    batch = batches.claim(fair, "exhibitors", "list", "l.csv", "")
    assert batches.is_running(batch) is True
    host, number, begun = batch.process.rsplit(":", 2)
    if begun:
        batch.process = f"{host}:{number}:1"
        assert batches.is_running(batch) is False
    batch.process = f"{host}:99999999:1"
    assert batches.is_running(batch) is False
