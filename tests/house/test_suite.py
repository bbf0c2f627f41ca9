"""What `./run test` does with failures, skips and a machine that lacks something."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests import machine, suite


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Fill it with what the machine is to lack; rounds are not run but counted as passed."""
    lacks: set[str] = set()

    def found(name: str, value: Any) -> Any:
        if name in lacks:
            raise machine.Missing(f"no {name}")
        return value

    @contextmanager
    def cluster() -> Any:
        yield found("postgresql", "postgres://nowhere/x")

    def run(every: list[suite.Round], folder: Path) -> None:
        for one in every:
            one.counts["passed"] = 10

    monkeypatch.setattr(machine, "chromium", lambda: found("chromium", "/bin/chromium"))
    monkeypatch.setattr(machine, "shared_data", lambda: found("shared", Path()))
    monkeypatch.setattr(machine, "cluster", cluster)
    monkeypatch.setattr(suite, "run", run)
    monkeypatch.setattr(suite.signal, "signal", lambda *_: None)
    for name in ("CI", "EMPORION_REQUIRE_ALL"):
        monkeypatch.delenv(name, raising=False)
    return lacks


def last_lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_everything_runs_where_everything_is(
    lacking: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert suite.main([]) == 0
    out = last_lines(capsys)
    assert out[0].startswith("running: browser, PostgreSQL, house, SQLite, ")
    assert "nothing was left out for want of a program or data" in out
    assert out[-1] == "all is well"


@pytest.mark.parametrize("name", ["postgresql", "chromium", "shared"])
def test_what_is_left_out_is_said(
    lacking: set[str], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    lacking.add(name)
    assert suite.main([]) == 0
    out = last_lines(capsys)
    assert [line for line in out if line.endswith(f": no {name}")] != []
    assert ("PostgreSQL" in out[0], "browser" in out[0]) == (
        name != "postgresql",
        name != "chromium" and (machine.ROOT / "tests/browser").is_dir(),
    )


@pytest.mark.parametrize("switch", [("CI", "true"), ("EMPORION_REQUIRE_ALL", "1")])
@pytest.mark.parametrize("name", ["postgresql", "chromium", "shared"])
def test_nothing_may_be_left_out_where_all_is_required(
    lacking: set[str], monkeypatch: pytest.MonkeyPatch, name: str, switch: tuple[str, str]
) -> None:
    monkeypatch.setenv(*switch)
    assert suite.main([]) == 0
    lacking.add(name)
    assert suite.main([]) == 1


def test_skipped_test_fails_where_all_is_required(
    lacking: set[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(every: list[suite.Round], folder: Path) -> None:
        every[0].counts = Counter(passed=9, skipped=1)
        every[0].skipped = Counter({"the moon is not full": 1})

    monkeypatch.setattr(suite, "run", run)
    assert suite.main(["tests/core"]) == 0
    monkeypatch.setenv("CI", "true")
    assert suite.main(["tests/core"]) == 1
    out = last_lines(capsys)
    assert out.count("  1 x skipped: the moon is not full") == 2
    assert out[-2].startswith("9 passed, 0 failed, 1 skipped in ")


def test_words_that_fit_no_test_are_a_failure(
    lacking: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite, "run", lambda every, folder: None)
    assert suite.main(["tests/core", "-k", "nothing"]) == 1


def test_round_counts_passes_failures_errors_and_skips(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("")
    (tmp_path / "test_four.py").write_text(
        "import pytest\n"
        "@pytest.fixture\ndef broken(): raise KeyError\n"
        "def test_good(): pass\n"
        "def test_bad(): assert 1 == 2\n"
        "def test_broken(broken): pass\n"
        "@pytest.mark.skip(reason='no moon')\ndef test_moon(): pass\n"
        "@pytest.mark.xfail\ndef test_known(): assert 0\n"
    )
    (tmp_path / "out").mkdir()
    one = suite.Round("four", [str(tmp_path / "test_four.py"), "-p", "no:cacheprovider"])
    suite.run([one], tmp_path / "out")
    assert one.counts == Counter(passed=2, failed=2, skipped=1)
    assert one.skipped == Counter({"no moon": 1})
    assert one.failed


def test_module_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "test_broken.py").write_text("import nothing_of_that_name\n")
    (tmp_path / "out").mkdir()
    one = suite.Round("broken", [str(tmp_path / "test_broken.py"), "-p", "no:cacheprovider"])
    suite.run([one], tmp_path / "out")
    assert (one.failed, one.counts["failed"]) == (True, 1)
