from __future__ import annotations

import io

import pytest
from rich.console import Console

from emporion.core import progress
from emporion.core.models import Progress
from emporion.core.progress import Job
from emporion.core.tabular.report import TableError

pytestmark = pytest.mark.django_db


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=100)


def rows() -> list[tuple[str, str, int, int]]:
    return list(Progress.objects.order_by("position").values_list("step", "state", "done", "total"))


def test_steps_wait_run_and_are_done(console: Console) -> None:
    job = Job("demo", ["Companies", "Requests"], console)
    assert rows() == [("Companies", "waiting", 0, 0), ("Requests", "waiting", 0, 0)]
    with job.step("Companies", total=10) as step:
        assert rows()[0] == ("Companies", "running", 0, 10)
        step.advance(4)
        step.advance(6)
    with job.step("Requests"):
        pass
    assert rows() == [("Companies", "done", 10, 10), ("Requests", "done", 0, 0)]
    assert [step.row.step for step in job.finished] == ["Companies", "Requests"]
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert [line.split()[0] for line in said.splitlines()] == ["Companies", "Requests"]


def test_step_that_fails_says_why(console: Console) -> None:
    job = Job("demo", ["Companies"], console)
    with pytest.raises(TableError), job.step("Companies", total=10) as step:
        step.advance(3)
        raise TableError("row 4 is broken", "Mend it.")
    row = Progress.objects.get()
    assert (row.state, row.done, row.message) == ("stopped", 3, "row 4 is broken. Mend it.")
    assert job.finished == []


def test_interruption_is_a_stop_as_well(console: Console) -> None:
    with pytest.raises(KeyboardInterrupt), Job("demo", ["a"], console).step("a"):
        raise KeyboardInterrupt
    row = Progress.objects.get()
    assert (row.state, row.message) == ("stopped", "")


def test_what_a_library_says_is_not_for_pages(console: Console) -> None:
    with pytest.raises(OSError), Job("demo", ["a"], console).step("a"):
        raise OSError("/srv/secret: no space left")
    assert Progress.objects.get().message == ""


def test_step_never_passes_its_total(console: Console) -> None:
    with Job("demo", ["a"], console).step("a", total=3) as step:
        step.advance(5)
        step.save()
        assert rows() == [("a", "running", 3, 3)]


def test_row_is_written_at_most_twice_a_second(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(progress.time, "perf_counter", lambda: now[0])
    seen = []
    with Job("demo", ["a"], console).step("a", total=100) as step:
        for n in range(1, 11):
            now[0] = n / 10
            step.advance(1)
            seen.append(Progress.objects.get().done)
    assert seen == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10]


def test_new_job_forgets_its_earlier_run_only(console: Console) -> None:
    Job("demo", ["old"], console)
    Job("other", ["kept"], console)
    Job("demo", ["new"], console)
    assert set(Progress.objects.values_list("job", "step")) == {("demo", "new"), ("other", "kept")}


def test_long_message_is_cut(console: Console) -> None:
    with pytest.raises(TableError), Job("demo", ["a"], console).step("a"):
        raise TableError("x" * 500, "")
    assert Progress.objects.get().message == "x" * 200
