"""The table of colours, and the stylesheet that follows from it.

The hex values in tokens.css are computed from this table: `python -m emporion.design.tokens`
prints the stylesheet, and a test compares it with the file. Only hex is served: every colour of
the table lies in sRGB, so that oklch() would show the same on new browsers and nothing on old ones.
"""

from __future__ import annotations

import sys

from emporion.design.colour import Oklch, mixed, to_hex

# name: (light, dark)
TOKENS: dict[str, tuple[Oklch, Oklch]] = {
    "paper": (Oklch(0.99, 0.002, 180), Oklch(0.185, 0.014, 235)),
    "card": (Oklch(1, 0, 0), Oklch(0.225, 0.016, 235)),
    "wash": (Oklch(0.962, 0.004, 190), Oklch(0.258, 0.017, 235)),
    "line": (Oklch(0.875, 0.006, 200), Oklch(0.36, 0.018, 235)),
    "edge": (Oklch(0.56, 0.012, 220), Oklch(0.60, 0.018, 235)),
    "ink": (Oklch(0.21, 0.018, 255), Oklch(0.94, 0.012, 90)),
    "ink2": (Oklch(0.42, 0.015, 250), Oklch(0.77, 0.014, 95)),
    "jade": (Oklch(0.44, 0.088, 168), Oklch(0.80, 0.105, 168)),
    "onjade": (Oklch(1, 0, 0), Oklch(0.185, 0.014, 235)),
    "jadewash": (Oklch(0.95, 0.025, 168), Oklch(0.29, 0.045, 172)),
    "verm": (Oklch(0.53, 0.19, 31), Oklch(0.74, 0.16, 34)),
    "onverm": (Oklch(1, 0, 0), Oklch(0.185, 0.014, 235)),
    "vermwash": (Oklch(0.96, 0.02, 40), Oklch(0.275, 0.05, 32)),
}

# letter: (name of the pattern said aloud, colour); the same in light and dark
PAVILIONS: dict[str, tuple[str, Oklch]] = {
    "A": ("plain", Oklch(0.45, 0.135, 264)),
    "B": ("reeds", Oklch(0.45, 0.155, 302)),
    "C": ("dunes", Oklch(0.53, 0.105, 72)),
    "D": ("rain", Oklch(0.50, 0.088, 222)),
    "E": ("seeds", Oklch(0.49, 0.165, 356)),
    "F": ("weave", Oklch(0.47, 0.098, 132)),
    "G": ("rungs", Oklch(0.40, 0.045, 50)),
    "H": ("lattice", Oklch(0.42, 0.02, 250)),
    "I": ("rings", Oklch(0.46, 0.11, 20)),
    "K": ("steps", Oklch(0.45, 0.075, 195)),
}

# Under the pointer a ground goes 14 % towards ink.
POINTED = ("jade", "card", "verm")
LIGHT, DARK = 0, 1


def values(theme: int) -> dict[str, str]:
    """All custom properties of one theme (LIGHT or DARK) that hold a colour, as hex."""
    found = {name: to_hex(pair[theme]) for name, pair in TOKENS.items()}
    for name in POINTED:
        found[f"{name}-pointed"] = mixed(TOKENS[name][theme], TOKENS["ink"][theme], 0.14)
    # The jade piece of the mark stands on ink, where the jade of the other theme is legible.
    found["jade-on-ink"] = to_hex(TOKENS["jade"][1 - theme])
    # A silk line of 45 % round signs, only on dark paper.
    found["keyline"] = to_hex(TOKENS["ink"][DARK]) + ("73" if theme == DARK else "00")
    return found


def _block(selector: str, properties: dict[str, str], indent: str = "") -> list[str]:
    lines = [f"{indent}{selector} {{"]
    lines += [f"{indent}  --{name}: {value};" for name, value in properties.items()]
    return [*lines, f"{indent}}}"]


# What the reader's own colours stand for, where the device forces them.
FORCED = {
    "paper": "Canvas", "card": "Canvas", "wash": "Canvas",
    "line": "GrayText", "edge": "CanvasText", "ink": "CanvasText", "ink2": "CanvasText",
    "jade": "Highlight", "onjade": "HighlightText", "jadewash": "Canvas",
    "verm": "Highlight", "onverm": "HighlightText", "vermwash": "Canvas",
    "jade-pointed": "Highlight", "card-pointed": "Canvas", "verm-pointed": "Highlight",
    "jade-on-ink": "Canvas", "keyline": "CanvasText",
}  # fmt: skip


def stylesheet() -> str:
    """tokens.css: light on :root, dark by the device's wish or by the reader's choice, and the
    reader's own colours where the device forces them."""
    pavilions = {
        f"pavilion-{letter.lower()}": to_hex(colour) for letter, (_, colour) in PAVILIONS.items()
    }
    lines = ["/* Computed from design/tokens.py; change the table there, not this file. */"]
    lines += [":root {", "  color-scheme: light dark;", "}"]
    lines += _block(":root", values(LIGHT) | pavilions)
    lines += [':root[data-theme="light"] {', "  color-scheme: light;", "}"]
    lines += ["@media (prefers-color-scheme: dark) {"]
    lines += _block(':root:not([data-theme="light"])', values(DARK), "  ")
    lines += ["}"]
    lines += [':root[data-theme="dark"] {', "  color-scheme: dark;", "}"]
    lines += _block(':root[data-theme="dark"]', values(DARK))
    # Stronger than both themes: drawings that keep their own colours keep these.
    lines += ["@media (forced-colors: active) {"]
    lines += _block(":root:root[data-theme],\n  :root:root", FORCED, "  ")
    lines += ["}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(stylesheet())
