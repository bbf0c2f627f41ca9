"""ARCHITECTURE.md says what the code says."""

from __future__ import annotations

import importlib
import re

from emporion.core import events
from tests.machine import ROOT

PAGE = ROOT / "ARCHITECTURE.md"


def table(heading: str) -> list[list[str]]:
    """Return the rows of the table below a heading, without its head."""
    part = PAGE.read_text("utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_page_lists_every_event() -> None:
    for path in sorted((ROOT / "src/emporion").glob("*/domain/events.py")):
        importlib.import_module(f"emporion.{path.parts[-3]}.domain.events")
    listed = {row[0].strip("`"): tuple(re.findall(r"[a-z_]+", row[1])) for row in table("Events")}
    declared = {name: event.carries for name, event in events.declared().items()}
    assert listed == declared != {}


def test_page_names_every_package() -> None:
    named = set(re.findall(r"`([a-z_/]+)`", " ".join(row[0] for row in table(
        "The house, from the ground up"))))  # fmt: skip
    there = {p.name for p in (ROOT / "src/emporion").iterdir() if (p / "__init__.py").exists()}
    there |= {f"engines/{p.name}" for p in (ROOT / "src/emporion/engines").iterdir()
              if (p / "__init__.py").exists()}  # fmt: skip
    missing = there - named - {"engines", "locale"}
    assert missing == set()


def test_page_of_the_ground_names_every_part_of_core() -> None:
    named = set(re.findall(r"`core\.([a-z_]+)", (ROOT / "docs/ground.md").read_text("utf-8")))
    there = {p.stem for p in (ROOT / "src/emporion/core").iterdir() if p.stem[0] != "_"}
    missing = there - named - {"apps", "migrations", "models"}
    assert missing == set()
