"""Every part in Chinese and Arabic as it was approved, and every part's line on /_parts/.

The theme changes colours and no HTML: tests/browser looks at both.
"""

from __future__ import annotations

import os

import pytest
from django.template import engines
from django.test import Client
from django.test.signals import template_rendered

from tests.design.test_parts import PARTS, SNAPSHOTS, drawn
from tests.machine import ROOT

LANGUAGES = ("zh-hans", "ar")
TEMPLATES = ROOT / "src/emporion/design/templates/design/parts"


def approved(language: str) -> dict[str, str]:
    """{part: HTML} of a language; the parts stand in one file, each under its name."""
    path = SNAPSHOTS / "languages" / f"{language}.txt"
    blocks = path.read_text("utf-8").split("=== ")[1:] if path.exists() else []
    return dict(block.split("\n", 1) for block in blocks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_is_as_approved(language: str) -> None:
    shown = {name: drawn(source, language) for name, source in PARTS.items()}
    if os.environ.get("EMPORION_APPROVE"):
        folder = SNAPSHOTS / "languages"
        folder.mkdir(exist_ok=True)
        text = "".join(f"=== {name}\n{html}" for name, html in shown.items())
        (folder / f"{language}.txt").write_text(text, "utf-8")
    kept = approved(language)
    assert {name for name in PARTS if kept.get(name) != shown[name]} == set()
    assert sorted(kept) == sorted(PARTS)


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_page_of_parts_shows_every_part(db: None, language: str, theme: str) -> None:
    engines["django"].engine.template_loaders[0].reset()
    seen: set[str] = set()

    def note(template: object, **_more: object) -> None:
        seen.add(str(getattr(template, "name", "")))

    template_rendered.connect(note)
    try:
        answer = Client().get(f"/{language}/_parts/", {"theme": theme})
    finally:
        template_rendered.disconnect(note)
    assert answer.status_code == 200
    assert f'data-theme="{theme}"' in answer.content.decode()
    every = {f"design/parts/{path.name}" for path in TEMPLATES.glob("*.html")}
    # Drawn once and kept: a sign is on the page, though its template need not be asked again.
    assert every - seen - {"design/parts/sign.html"} == set()
    assert 'class="sign sign-f"' in answer.content.decode()
