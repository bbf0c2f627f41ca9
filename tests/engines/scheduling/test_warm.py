"""Kernels are compiled once, by two processes where that is quicker, and by one wherever it is not."""

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from emporion.engines.scheduling import compiled, state, warm

HELD = """
from emporion.engines.scheduling import compiled

def kernel(): pass

with compiled._alone(kernel):
    print("compiles", flush=True)
    input()
"""


@pytest.fixture
def process(tmp_path):
    """Begin a process that is at the one kernel of a cache in `tmp_path` until it is told to end."""
    begun = []

    def begin():
        one = subprocess.Popen(
            [sys.executable, "-c", HELD],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ
            | {
                "NUMBA_CACHE_DIR": str(tmp_path / "cache"),
                "PYTHONPATH": os.pathsep.join(p or "." for p in sys.path),
            },
        )
        begun.append(one)
        return one

    yield begin
    for one in begun:
        one.kill()
        one.communicate()


def test_kernel_that_two_processes_want_is_compiled_by_one_at_a_time(process):
    first = process()
    assert first.stdout.readline() == "compiles\n"
    second = process()
    # Longer than it takes to come so far.
    assert select.select([second.stdout], [], [], 4)[0] == []
    first.kill()
    assert second.stdout.readline() == "compiles\n"


def test_kernel_is_waited_for_by_nobody_where_nothing_can_be_kept(process, tmp_path):
    (tmp_path / "cache").write_text("a file, where a folder is wanted")
    both = [process(), process()]
    assert [one.stdout.readline() for one in both] == ["compiles\n"] * 2


@pytest.fixture
def begun(monkeypatch):
    """The second processes that were begun; the cache is empty, and there are two cores."""
    found = []

    def begin(command, **_given):
        found.append(command)
        return "a process"

    class Empty:
        cache_misses = {"int": 1}

    class Put:
        stats = Empty

    monkeypatch.setattr(warm.subprocess, "Popen", begin)
    monkeypatch.setattr(state, "put", Put)
    monkeypatch.setattr(compiled, "keeps", lambda: True)
    monkeypatch.setattr(warm, "_cores", lambda: 2)
    return found


def test_second_process_is_begun_where_the_cache_is_empty(begun):
    assert warm._begin_beside() == "a process"
    assert begun == [[sys.executable, "-m", "emporion.engines.scheduling.warm", "beside"]]


@pytest.mark.parametrize("lack", ["core", "cache", "program", "work"])
def test_second_process_is_not_begun_where_it_is_of_no_use(begun, monkeypatch, lack):
    if lack == "core":
        monkeypatch.setattr(warm, "_cores", lambda: 1)
    elif lack == "cache":
        monkeypatch.setattr(compiled, "keeps", lambda: False)
    elif lack == "program":
        monkeypatch.setattr(sys, "executable", "")
    else:
        monkeypatch.setattr(state.put.stats, "cache_misses", {})
    assert warm._begin_beside() is None
    assert begun == []


def test_second_process_that_cannot_be_begun_is_done_without(begun, monkeypatch):
    def refuse(*_given, **_more):
        raise OSError("no more processes")

    monkeypatch.setattr(warm.subprocess, "Popen", refuse)
    assert warm._begin_beside() is None


def test_second_process_compiles_modules_that_are_there():
    for name in (*warm.BESIDE, *warm.FIRST):
        assert (Path(warm.__file__).parent / f"{name.replace('.', '/')}.py").is_file()
