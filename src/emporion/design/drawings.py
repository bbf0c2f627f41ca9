"""Geometry of the small drawings: dots of minutes, blocks of a fit, columns, the bound's ruler.

Plain numbers in pixels or percent, so that templates only place them. What runs along the line is
turned by the stylesheet in right-to-left pages, except the ruler and the columns: they carry
words, so their positions are mirrored here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor

PITCH = 9
RADIUS = 3.0
HOLLOW = 2.45
MOST_SPARE = 8
MOST_DOTS = 20


@dataclass(frozen=True)
class Dots:
    """Paths of the dots of one walk; `more_at` and `start_at` are None where nothing is drawn."""

    width: int
    walked: str
    spare: str
    late: str
    start_at: int | None
    more_at: int | None


def _disc(x: float, radius: float) -> str:
    return f"M{x - radius:g} 6a{radius} {radius} 0 1 0 {2 * radius:g} 0a{radius} {radius} 0 1 0 {-2 * radius:g} 0z"  # noqa: E501


@lru_cache(maxsize=512)
def dots(walk: int, gap: int | None = None) -> Dots | None:
    """The dots of `walk` minutes within a gap of `gap` minutes; None above 20: words only.

    Filled dots are the walk, hollow ones what is left of the gap, at most eight and then a dash.
    Past the gap stands a bar, and the dots behind it are late. O(walk + gap).
    """
    if walk > MOST_DOTS or walk < 0:
        return None
    in_time = walk if gap is None else min(walk, gap)
    late = walk - in_time
    left_over = 0 if gap is None else max(0, gap - walk)
    spare = min(left_over, MOST_SPARE)
    walked = "".join(_disc(RADIUS + PITCH * i, RADIUS) for i in range(in_time))
    hollow = "".join(_disc(RADIUS + PITCH * (in_time + i), HOLLOW) for i in range(spare))
    end = PITCH * (in_time + spare)
    start_at = more_at = None
    behind = ""
    if late:
        start_at = end
        behind = "".join(_disc(end + 4 + RADIUS + PITCH * i, RADIUS) for i in range(late))
        end += 4 + PITCH * late
    if left_over > MOST_SPARE:
        more_at = end
        end += 7
    return Dots(max(end, 1), walked, hollow, behind, start_at, more_at)


BLOCK, BLOCK_PITCH, BLOCKS, TABLE_AT, SECOND_AT = 10, 12.6, 10, 135, 148.6


@dataclass(frozen=True)
class Fit:
    """Paths of filled and empty blocks of both sides, in a box of 272 x 22."""

    you: str
    they: str
    none: str


@lru_cache(maxsize=128)
def fit(you: int, they: int) -> Fit:
    """Ten blocks a side, filled from the outer ends inwards. Values outside 0..10 are refused."""
    if not (0 <= you <= BLOCKS and 0 <= they <= BLOCKS):
        raise ValueError(f"a side of a fit lies between 0 and {BLOCKS}: {you}, {they}")

    def block(x: float, inset: float = 0) -> str:
        side, high = BLOCK - 2 * inset, 12 - 2 * inset
        return f"M{x + inset:g} {5 + inset:g}h{side:g}v{high:g}h{-side:g}z"

    firsts = [BLOCK_PITCH * i for i in range(BLOCKS)]
    seconds = [SECOND_AT + BLOCK_PITCH * i for i in range(BLOCKS)]
    return Fit(
        you="".join(block(x) for x in firsts[:you]),
        they="".join(block(x) for x in seconds[BLOCKS - they :]),
        none="".join(block(x, 0.5) for x in firsts[you:] + seconds[: BLOCKS - they]),
    )


@dataclass(frozen=True)
class Column:
    """One column; across in percent of the width, up and down in pixels."""

    label: str
    value: float
    x: str
    width: str
    middle: str
    y: float
    height: float
    above: float


def columns(
    rows: Sequence[tuple[str, float]], mirrored: bool, top: int = 24, high: int = 132
) -> list[Column]:
    """Columns of equal width that fill the line, the tallest `high` pixels."""
    most = max((value for _, value in rows), default=0) or 1
    step = 100 / len(rows) if rows else 100
    found = []
    for index, (label, value) in enumerate(rows):
        at = (len(rows) - 1 - index if mirrored else index) * step
        tall = round(high * value / most, 1)
        y = round(top + high - tall, 1)
        found.append(
            Column(
                label, value, f"{at + 0.18 * step:.2f}%", f"{0.64 * step:.2f}%",
                f"{at + step / 2:.2f}%", y, tall, round(y - 6, 1),
            )
        )  # fmt: skip
    return found


# So many percent of a phone's width hold a release's name with its value, in any language.
ROOM = 45


@dataclass(frozen=True)
class Ruler:
    """Places on the ruler, each a percentage of its width as SVG wants it."""

    bar_x: str
    bar_width: str
    name_x: str
    name_inside: bool
    gap_x: str
    gap_from: str
    gap_width: str
    gap_middle: str
    gap_words: bool
    bound_x: str
    ticks: list[str]
    labels: list[tuple[float, str, str]]
    decimals: int
    earlier_x: str
    earlier_anchor: str
    mirrored: bool


def ruler(share: float, earlier: float | None = None, mirrored: bool = False) -> Ruler:
    """The scale for a value of `share` percent of the bound (0..100).

    It runs from 99 to 100; below 99 it starts at the next lower ten. Ticks divide it in twenty,
    labels in five. `mirrored` turns the places for right-to-left pages.
    """
    if not 0 <= share <= 100:
        raise ValueError(f"a share of the bound lies between 0 and 100 percent: {share}")
    lowest = min(share, earlier) if earlier is not None else share
    start = 99.0 if lowest >= 99 else min(90.0, floor(lowest / 10) * 10.0)

    def along(value: float) -> float:
        return 100 * (value - start) / (100 - start)

    def place(at: float) -> str:
        return f"{100 - at if mirrored else at:.2f}%"

    def box(low: float, high: float) -> tuple[str, str]:
        return place(high if mirrored else low), f"{high - low:.2f}%"

    value_at = along(share)
    bar_x, bar_width = box(0, value_at)
    gap_from, gap_width = box(value_at, 100)
    earlier_at = along(earlier) if earlier is not None else 0.0
    labels = []
    for fifth in range(6):
        at = 20.0 * fifth
        anchor = "start" if fifth == 0 else "end" if fifth == 5 else "middle"
        labels.append((start + (100 - start) * fifth / 5, place(at), anchor))
    return Ruler(
        bar_x=bar_x,
        bar_width=bar_width,
        name_x=place(1 if value_at >= ROOM else value_at + 1),
        name_inside=value_at >= ROOM,
        gap_x=place(value_at),
        gap_from=gap_from,
        gap_width=gap_width,
        gap_middle=place(min((value_at + 100) / 2, 91)),
        gap_words=value_at >= ROOM,
        bound_x=place(100),
        ticks=[place(5.0 * i) for i in range(21)],
        labels=labels,
        decimals=1 if start == 99 else 0,
        earlier_x=place(earlier_at),
        earlier_anchor="end" if earlier_at > ROOM else "start",
        mirrored=mirrored,
    )


def better_than(share: float) -> float:
    """By how many percent another schedule could at most be better, rounded up to 0.01."""
    if share <= 0:
        raise ValueError("nothing can be said of a share of 0")
    return ceil(round((100 / share - 1) * 10000, 6)) / 100


# The square in which said and happened are laid beside each other, and its edges for words.
SQUARE, LEFT, TOP = 240, 44, 12


@dataclass(frozen=True)
class Spot:
    """One group on the square: its place and radius in pixels."""

    x: float
    y: float
    radius: float


def reliability(groups: Sequence[tuple[float, float, int]], mirrored: bool) -> list[Spot]:
    """Spots of (said, happened, how many), each 0..1, in a square of `SQUARE` pixels.

    What was said runs along the line, what happened upwards; the area grows with how many.
    """
    most = max((count for _, _, count in groups), default=0) or 1
    found = []
    for said, happened, count in groups:
        along = 1 - said if mirrored else said
        found.append(
            Spot(
                round(LEFT + SQUARE * along, 1),
                round(TOP + SQUARE * (1 - happened), 1),
                round(3 + 5 * (count / most) ** 0.5, 1),
            )
        )
    return found
