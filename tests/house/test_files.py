"""What no file of the repository may hold, and how long one may be."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.machine import ROOT

LONGEST = 500
TEXTS = {
    ".py", ".html", ".css", ".js", ".md", ".toml", ".txt", ".in", ".cfg", ".json", ".yml", ".yaml",
    ".po", ".svg", ".sh", "",
}  # fmt: skip


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is in the repository, or would be with the next commit."""
    said = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    if said.returncode:
        pytest.skip("the repository is not there, only its files")
    return tuple(p for name in said.stdout.split("\0") if name and (p := ROOT / name).is_file())


def holding(pattern: str, files: list[Path]) -> list[str]:
    """Return "path:line: text" of every line in which the pattern is found."""
    found = []
    for path in files:
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            if re.search(pattern, line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return found


def texts(under: str = "", suffix: str = "") -> list[Path]:
    """Tracked text files below a folder, of one kind."""
    return [
        path for path in tracked()
        if path.suffix in TEXTS and path.name.endswith(suffix)
        and path.relative_to(ROOT).as_posix().startswith(under)
    ]  # fmt: skip


def test_no_module_is_longer_than_one_idea() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in texts("src/", ".py")
        if "/migrations/" not in path.as_posix()
        and (count := len(path.read_text("utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_no_path_of_a_machine() -> None:
    # In pieces, else this file would be found.
    folders = "|".join(["work", "farm", "root", "home/[a-z]", "Users/[A-Za-z]", "tmp/[a-z]"])
    assert holding(rf"(^|[^A-Za-z0-9_.])/({folders})[a-z]*/", texts()) == []


def test_no_address_of_a_package_registry() -> None:
    names = [
        "pypi" + r"\.org",
        "pythonhosted" + r"\.org",
        "npmjs" + r"\.org",
        "cdn" + r"\.jsdelivr",
    ]
    assert holding("|".join(names), texts()) == []
    assert holding("--(extra-)?index" + "-url", texts()) == []


def test_no_copy_of_other_peoples_code() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in tracked()]
    wrong = re.compile(r"\.min\.(js|css)$|(^|/)(node_modules|vendor|third_party)/")
    assert [name for name in names if wrong.search(name)] == []


def test_no_large_file() -> None:
    large = [p.relative_to(ROOT).as_posix() for p in tracked() if p.stat().st_size > 1_500_000]
    assert large == []


def test_templates_keep_to_the_content_security_policy() -> None:
    found = holding(
        r"""\s(style|on[a-z]+)\s*=\s*["'{]|<style|javascript:""", texts("src/", ".html")
    )
    assert found == []
    # Nor do the tags that write mark-up in Python.
    assert holding(r"""<[a-z][^>]*\s(style|on[a-z]+)=["'{]""", texts("src/", ".py")) == []


def test_no_way_round_the_doors() -> None:
    # A SAT solver, whose models are of another kind, is met in the engines only.
    engines = texts("src/emporion/engines/", ".py")
    files = [path for path in texts("src/", ".py") if path not in engines]
    assert holding(r"\bget_model\(", files) == []


def test_no_folder_for_leftovers() -> None:
    wrong = re.compile(r"(^|/)(utils?|helpers?|common|misc)(\.py|/)")
    names = [path.relative_to(ROOT).as_posix() for path in tracked()]
    assert [name for name in names if wrong.search(name)] == []


def test_every_room_has_its_name() -> None:
    rooms = {
        "apps.py", "migrations", "models.py", "models", "rules.py", "rules", "queries.py",
        "queries", "domain.py", "domain", "interfaces", "templates", "static", "templatetags",
        "__init__.py", "__pycache__", "backends.py", "personal.py",
    }  # fmt: skip
    # Rules without Django stand as plain modules beside `rules`: they say so here.
    plain = {
        "registry": {"taxonomy", "countries.py", "countries.toml", "markets.py", "languages.py"},
        "demo": {"generator"},
        # Who may open an edition's pages: the pages of every capability ask it.
        "edition": {"gates.py"},
    }
    for capability in ("accounts", "registry", "edition", "matchmaking", "meetings", "portal",
                       "demo"):  # fmt: skip
        there = {path.name for path in (ROOT / "src/emporion" / capability).iterdir()}
        assert there - rooms - plain.get(capability, set()) == set(), capability
