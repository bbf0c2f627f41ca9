"""The translation catalogues, with Babel: a fresh machine has no GNU gettext.

`./run messages` extracts every marked string and brings src/emporion/locale/*/LC_MESSAGES/
django.po up to date; `emporion prepare` compiles what changed.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogues() -> int:
    """Compile each .po that is newer than its .mo; return how many were."""
    count = 0
    for po in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parent.parent.name)
        with mo.open("wb") as target:
            write_mo(target, catalogue)
        count += 1
    return count
