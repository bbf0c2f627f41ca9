"""How many pages each worker of a server has, as the workers see it."""

import subprocess
import sys
from pathlib import Path

import pytest

from emporion.core.workers import NOBODY, Place, make_file

# Another worker: takes a place, tells what it was given, and waits until it is told to end.
OTHER = """
import sys
from pathlib import Path
from emporion.core.workers import Place
place = Place(Path(sys.argv[1]))
place.tell(int(sys.argv[2]))
print(place._mine, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def file(tmp_path) -> Path:
    make_file(tmp_path / "workers", 3)
    return tmp_path / "workers"


def other(file: Path, pages: int) -> tuple["subprocess.Popen[str]", str]:
    """Start another worker; return it, and the place that it has."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(file), str(pages)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def test_workers_see_the_fewest_pages_that_another_has(file) -> None:
    here = Place(file)
    assert here.least_elsewhere() is None
    first, second = other(file, 5), other(file, 3)
    try:
        assert ([first[1], second[1]], here.least_elsewhere()) == (["1", "2"], 3)
    finally:
        end(first[0])
        end(second[0])


def test_worker_in_the_stead_of_one_that_died_has_its_place_and_begins_with_nothing(file) -> None:
    here = Place(file)
    died, place = other(file, 7)
    end(died)
    again, its = other(file, 2)
    try:
        assert (place, its, here.least_elsewhere()) == ("1", "1", 2)
        assert list(file.read_bytes()) == [0, 2, NOBODY]
    finally:
        end(again)


def test_worker_without_a_place_sees_itself_alone_and_tells_nothing(tmp_path) -> None:
    file = tmp_path / "workers"
    make_file(file, 1)
    taken, _ = other(file, 4)
    try:
        late = Place(file)
        late.tell(9)
        assert (late.least_elsewhere(), list(file.read_bytes())) == (None, [4])
    finally:
        end(taken)


def test_number_of_pages_that_a_byte_cannot_hold_is_not_taken_for_nobody(file) -> None:
    Place(file).tell(1000)
    assert list(file.read_bytes()) == [NOBODY - 1, NOBODY, NOBODY]
