"""The organiser's desk in a browser: a list taken in and back without JavaScript, and looked at."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visit, Visitor
from tests.browser.test_pages import SMALL, complaints

MESSY = (
    ("Company name", "Country", "Booth", "Category", "Tables", "Web"),
    ("Shenzhen Huion Trend Co., Ltd", "China", "A 101", "ai", "2", "huion.example.com"),
    ("Shenzhen Huion Trend Limited", "Chinaland", "A 102", "gizmos; ai", "1", ""),
    ("A" * 180, "Finland", "F 9", "health", "many", ""),
    ("شركة النور للتجارة", "Egypt", "G 1", "logistics", "1", "not a link"),
)


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    path = tmp_path / "messy-list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(MESSY)
    return path


def send(reader: Visitor, path: Path) -> None:
    reader.go("model/organise/import/")
    reader.page.set_input_files("input[type=file]", path)
    reader.press("main form .button-main")


def ended(reader: Visitor, path: str, wanted: str) -> Any:
    """Open a page again until the worker has done what it waits for."""
    for _ in range(60):
        reader.go(path)
        if reader.page.locator(wanted).count():
            return reader.page.locator(wanted).first
        reader.page.wait_for_timeout(250)
    raise AssertionError(f"no {wanted} on {path}: {reader.page.inner_text('main')[:500]}")


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", 1280, "light"), ("zh-hans", 390, "dark"), ("ar", 390, "light")],
)
def test_list_that_is_looked_at_reads_well(
    visit: Visit, messy: Path, language: str, width: int, scheme: str
) -> None:
    reader = visit("organiser", language, width, color_scheme=scheme)
    send(reader, messy)
    assert reader.page.locator(".desk-wrong tbody tr").count() == 1
    found = complaints(reader.page)
    if width == 390:
        found += reader.page.evaluate(SMALL)
    for size in (1280, 390, 320):
        reader.page.set_viewport_size({"width": size, "height": 800})
        if reader.sideways() > 0:
            found.append(f"at {size}: {reader.sideways()} px")
    reader.press("button[value=discard]")
    assert found == []


def test_list_is_taken_in_and_back_without_javascript(visit: Visit, messy: Path) -> None:
    reader = visit("organiser", java_script_enabled=False)
    send(reader, messy)
    path = reader.page.url.split("/", 4)[4]
    reader.press("button[value=bad]")
    reader.press("button[value=take]")
    ended(reader, path, "button[value=undo]")
    path = reader.page.url.split("/", 4)[4]
    reader.go("model/organise/participants/?q=shenzhen+huion")
    assert reader.page.locator("tbody tr").count() == 2
    reader.go(path)
    reader.press("button[value=undo]")
    ended(reader, path, ".mark-cancelled")
    reader.go("model/organise/participants/?q=shenzhen+huion")
    assert reader.page.locator("tbody tr").count() == 0


def test_organisers_targets_on_phones_are_large_enough(visit: Visit) -> None:
    reader = visit("organiser", width=390)
    small = []
    for page in ("", "basics/", "pavilions/", "slots/", "import/", "participants/", "journal/"):
        reader.go(f"model/organise/{page}")
        small += [f"{page}: {each}" for each in reader.page.evaluate(SMALL)]
    assert small == []
