"""PDF from a typst template and plain data.

A template is a file `*.typ` among the templates of a capability. What is printed reaches it as
JSON in `sys.inputs`, never as markup: a name like `#read("/etc/passwd")` is a name. Fonts are those
of the machine; without one that a template needs names would be boxes, so that is refused first.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _

PACKAGE = Path(__file__).resolve().parent.parent
# Latin, Chinese and Arabic; in brackets the Debian package.
FONTS = {
    "Noto Sans": "fonts-noto-core",
    "Noto Sans CJK SC": "fonts-noto-cjk",
    "Noto Sans Arabic": "fonts-noto-core",
    "Noto Kufi Arabic": "fonts-noto-core",
}
# Longer words find no place on a line of paper.
LONGEST_WORD = 24
LONGEST_TEXT = 240
ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
UPRIGHT, OWN = "\N{LEFT-TO-RIGHT ISOLATE}", "\N{FIRST STRONG ISOLATE}"
END = "\N{POP DIRECTIONAL ISOLATE}"

# A compiler reads all fonts of the machine once, and works for one thread at a time.
_one_at_a_time = threading.Lock()


class FontsMissing(Exception):
    """The machine cannot set all three scripts; the text says what to install."""


class PaperError(Exception):
    """The template could not be set; a fault of ours and not of the data."""


@cache
def missing_fonts() -> tuple[str, ...]:
    """Return the families that are not on this machine."""
    found = set(typst.Fonts().families())
    return tuple(family for family in FONTS if family not in found)


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=str(PACKAGE))


def compiled(
    template: str, data: Mapping[str, Any], *, at: dt.datetime, tagged: bool = True
) -> bytes:
    """Return the PDF of `template` (a path inside the package) with `data`.

    `at` is the time the document bears: with the same data the bytes are the same. `tagged` adds
    the structure that screen readers use. Raises FontsMissing, or PaperError for what the template
    itself does wrong.
    """
    if missing := missing_fonts():
        packages = " ".join(sorted({FONTS[family] for family in missing}))
        raise FontsMissing(
            _(
                "This machine lacks the fonts %(fonts)s, without which names would print as boxes. "
                "Install them (Debian: apt-get install %(packages)s) and try again."
            )
            % {"fonts": ", ".join(missing), "packages": packages}
        )
    with _one_at_a_time:
        try:
            result, warnings = _compiler().compile_with_warnings(
                input=str(PACKAGE / template),
                format="pdf",
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                timestamp=int(at.timestamp()),
                pdf_tags=tagged,
            )
        except typst.TypstError as error:
            raise PaperError(f"{template}: {error}") from error
    if warnings:
        raise PaperError(f"{template}: {warnings[0]}")
    if not isinstance(result, bytes):
        raise PaperError(f"{template}: no single document came of it")
    return result


def forget() -> None:
    """Let go of the documents set so far.

    The compiler keeps what it worked out for its last ten documents, in case one comes again;
    after thousands of different sheets that is most of the memory.
    """
    with _one_at_a_time:
        for _ten in range(10):
            _compiler().compile(input=b"", format="pdf")


def breakable(text: str) -> str:
    """The text for a line of paper: long words may break, and an endless text is cut."""
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1] + "…"
    words = []
    for word in text.split(" "):
        pieces = [word[at : at + LONGEST_WORD] for at in range(0, len(word), LONGEST_WORD)]
        words.append(ZERO_WIDTH_SPACE.join(pieces))
    return " ".join(words)


def upright(text: str) -> str:
    """Times, counts and stand numbers keep their order in right-to-left text."""
    return f"{UPRIGHT}{text}{END}" if text else ""


def isolated(text: str) -> str:
    """A name for a line of paper: it runs as its own script runs, and turns nothing beside it."""
    return f"{OWN}{breakable(text)}{END}" if text else ""


def standalone(width: float, height: float, shapes: Sequence[str]) -> str:
    """A drawing as an SVG file of its own."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}">{"".join(shapes)}</svg>'
    )
