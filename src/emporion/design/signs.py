"""The drawing of each pavilion's pattern, in units of a sign of 34 x 24.

A sign is a square letter field of 24 and a pattern field of 10; patterns are white on the
pavilion's colour. Each pattern is drawn as one path from the strip's own corner, stretched a
little where that lets whole repeats fit. The large sign repeats a tile instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from emporion.design.tokens import PAVILIONS

STRIP_AT, STRIP_WIDTH, HEIGHT = 24.0, 10.0, 24.0
LARGE_HEIGHT, LARGE_SHARE = 132, 0.38
ALONE = "A"


@dataclass(frozen=True)
class Pattern:
    """An SVG path; `stroke` is a line width, 0 for a filled path."""

    path: str
    stroke: float = 0
    opacity: float = 1


@dataclass(frozen=True)
class Tile:
    """One repeat of the pattern on a large sign, in pixels."""

    width: float
    height: float
    pattern: Pattern


def known(letter: str) -> bool:
    """Whether the letter has a colour and a pattern."""
    return letter in PAVILIONS


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{_n(x)} {_n(y)}h{_n(width)}v{_n(height)}h{_n(-width)}z"


def _disc(x: float, y: float, radius: float) -> str:
    r = _n(radius)
    return f"M{_n(x - radius)} {_n(y)}a{r} {r} 0 1 0 {_n(2 * radius)} 0a{r} {r} 0 1 0 {_n(-2 * radius)} 0z"  # noqa: E501


def _plain(width: float, height: float, scale: float) -> Pattern:
    return Pattern(_box(0, 0, width, height), opacity=0.3)


def _reeds(width: float, height: float, scale: float) -> Pattern:
    pitch, bar = 3.4 * scale, 1.6 * scale
    count = round(width / pitch)
    pitch = width / count
    return Pattern("".join(_box((i + 0.5) * pitch - bar / 2, 0, bar, height) for i in range(count)))


def _dunes(width: float, height: float, scale: float) -> Pattern:
    half, rise = 5 * scale, 6 * scale
    rows = round(height / rise)
    steps = round(width / half) + 2
    amplitude = 4.3 * scale
    parts = []
    for row in range(-1, rows + 1):
        base = row * rise + rise
        parts.append(f"M{_n(-half)} {_n(base - amplitude)}")
        parts += [
            f"L{_n((step - 1) * half)} {_n(base - (amplitude if step % 2 == 0 else 0))}"
            for step in range(1, steps + 1)
        ]
    return Pattern("".join(parts), stroke=1.7 * scale)


def _rain(width: float, height: float, scale: float) -> Pattern:
    # Pitch is measured across the bars; along the edge it is longer by the square root of two.
    step = 4.2 * scale * 2**0.5
    count = round(height / step)
    step = height / count
    reach = width + height
    parts, at = [], step / 2
    while at < reach:
        parts.append(f"M-1 {_n(at + 1)}L{_n(at + 1)} -1")
        at += step
    return Pattern("".join(parts), stroke=1.7 * scale)


def _seeds(width: float, height: float, scale: float) -> Pattern:
    across, down = round(width / (5 * scale)), round(height / (5 * scale))
    dx, dy = width / across, height / down
    return Pattern("".join(
        _disc((i + 0.5) * dx, (j + 0.5) * dy, 1.35 * scale)
        for j in range(down) for i in range(across)
    ))  # fmt: skip


def _weave(width: float, height: float, scale: float) -> Pattern:
    across, down = round(width / (3.3 * scale)), round(height / (3.3 * scale))
    dx, dy = width / across, height / down
    return Pattern("".join(
        _box(i * dx, j * dy, dx, dy)
        for j in range(down) for i in range(across) if (i + j) % 2
    ))  # fmt: skip


def _rungs(width: float, height: float, scale: float) -> Pattern:
    count = round(height / (4 * scale))
    pitch, bar = height / count, 1.8 * scale
    return Pattern("".join(_box(0, (i + 0.5) * pitch - bar / 2, width, bar) for i in range(count)))


def _lattice(width: float, height: float, scale: float) -> Pattern:
    across, down = round(width / (5 * scale)), round(height / (5 * scale))
    dx, dy = width / across, height / down
    lines = [f"M{_n((i + 0.5) * dx)} 0v{_n(height)}" for i in range(across)]
    lines += [f"M0 {_n((j + 0.5) * dy)}h{_n(width)}" for j in range(down)]
    return Pattern("".join(lines), stroke=1.1 * scale)


def _rings(width: float, height: float, scale: float) -> Pattern:
    across, down = max(1, round(width / (8 * scale))), round(height / (8 * scale))
    dx, dy = width / across, height / down
    return Pattern("".join(
        _disc((i + 0.5) * dx, (j + 0.5) * dy, 2.6 * scale)
        for j in range(down) for i in range(across)
    ), stroke=1.4 * scale)  # fmt: skip


def _steps(width: float, height: float, scale: float) -> Pattern:
    across, rise = 5 * scale, 6 * scale
    rows, turns = round(height / rise), round(width / (2 * across))
    across, rise = width / (2 * turns), height / rows
    parts = []
    for row in range(rows):
        parts.append(f"M0 {_n((row + 0.75) * rise)}")
        parts += [f"h{_n(across)}v{_n(-rise / 2)}h{_n(across)}v{_n(rise / 2)}"] * turns
    return Pattern("".join(parts), stroke=1.7 * scale)


DRAWINGS = {
    "A": _plain, "B": _reeds, "C": _dunes, "D": _rain, "E": _seeds, "F": _weave, "G": _rungs,
    "H": _lattice, "I": _rings, "K": _steps,
}  # fmt: skip
# Size of one repeat in units, and how many rows fill the field of a large sign.
TILES = {
    "A": (10, 10, 1), "B": (3.4, 10.2, 2), "C": (10, 6, 3), "D": (5.94, 5.94, 3), "E": (5, 5, 3),
    "F": (6.6, 6.6, 2.5), "G": (10, 4, 4), "H": (5, 5, 3), "I": (8, 8, 2), "K": (10, 6, 3),
}  # fmt: skip


@cache
def strip(letter: str) -> Pattern:
    """The pattern of the strip, 10 x 24 from its own corner. Unknown letters raise KeyError."""
    return DRAWINGS[letter](STRIP_WIDTH, HEIGHT, 1)


@cache
def tile(letter: str) -> Tile:
    """One repeat for the large sign, so that whole rows fill the lower 38 % of it."""
    width, height, rows = TILES[letter]
    scale = LARGE_HEIGHT * LARGE_SHARE / (rows * height)
    if letter == "A":
        scale = 1
    drawn = DRAWINGS[letter](width * scale, height * scale, scale)
    return Tile(width * scale, height * scale, drawn)
