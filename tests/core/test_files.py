"""A file is whole, or it is what it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emporion.core.files import whole


def test_file_appears_at_the_end_with_the_rights_of_any_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with whole(path) as file:
        file.write(b"one")
        assert not path.exists()
    (tmp_path / "b.txt").write_bytes(b"")
    assert path.read_bytes() == b"one"
    assert path.stat().st_mode == (tmp_path / "b.txt").stat().st_mode
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "b.txt"]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_failure_leaves_what_was_there(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    with pytest.raises(error), whole(path) as file:
        file.write(b"new")
        raise error
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.txt", b"old")]


def test_behind_a_link_the_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link"
    os.symlink(tmp_path / "there" / "a.txt", link)
    with whole(link) as file:
        file.write(b"x")
    assert (link.is_symlink(), (tmp_path / "there" / "a.txt").read_bytes()) == (True, b"x")


def test_it_is_on_the_disk_before_it_takes_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *w, real=real, name=name: (done.append(name), real(*w))
        )
    with whole(tmp_path / "a.txt") as file:
        file.write(b"x")
    assert done == ["fsync", "replace"]
