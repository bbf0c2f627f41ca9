"""One stylesheet from many small ones: a hall's network is slow in round trips, not in bytes.

The parts below come first, in this order, because later rules lean on earlier ones; then the page
stylesheets of each capability (`static/emporion/css/pages/*.css`), in the order of INSTALLED_APPS.
"""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps

CSS = Path(__file__).parent / "static" / "emporion" / "css"
SERVED = "emporion/emporion.css"

ORDER = (
    "tokens", "type", "base", "layout",
    "shell", "acting", "section", "sign", "plate", "minutes", "figure", "ruler", "fit", "chip",
    "mark", "button", "field", "table", "bar", "agenda", "job", "notice", "target", "show", "print",
)  # fmt: skip


def sources() -> list[Path]:
    """The stylesheets that make up the served one, in order."""
    found = [CSS / f"{name}.css" for name in ORDER]
    for app in apps.get_app_configs():
        found += sorted(Path(app.path, "static", "emporion", "css", "pages").glob("*.css"))
    return found


def spelled_out(css: str) -> str:
    """Write logical shorthands as their two longhands, which Safari 14.0 knows.

    >>> spelled_out("padding-inline: 8px calc(2px + 1em);")
    'padding-inline-start: 8px;padding-inline-end: calc(2px + 1em);'
    """

    def pair(match: re.Match[str]) -> str:
        name, value = match.groups()
        parts = re.findall(r"(?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+", value)
        if len(parts) not in (1, 2):
            raise ValueError(f"{match.group(0)} needs one value or two")
        return f"{name}-start: {parts[0]};{name}-end: {parts[-1]};"

    shorthand = r"\b((?:scroll-)?(?:margin|padding|inset)-(?:inline|block)):\s*([^;{}]+);"
    return re.sub(shorthand, pair, css)


def combined() -> str:
    """The text of the served stylesheet: sources without comments and indentation."""
    texts = [path.read_text(encoding="utf-8") for path in sources()]
    plain = re.sub(r"/\*.*?\*/", "", "\n".join(texts), flags=re.DOTALL)
    lines = (line.strip() for line in spelled_out(plain).splitlines())
    return "\n".join(line for line in lines if line) + "\n"
