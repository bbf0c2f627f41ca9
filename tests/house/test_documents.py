"""Documents point at what is there."""

from __future__ import annotations

import re

from tests.machine import ROOT


def test_no_link_leads_nowhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("formats/**/*.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert dead == []


def test_nothing_that_a_repository_needs_is_missing() -> None:
    names = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md",
             "LICENSE", "NOTICE"]  # fmt: skip
    assert [name for name in names if not (ROOT / name).is_file()] == []
