"""Signs are told apart without colour, and their colours without full sight."""

from itertools import combinations

import pytest
from django.utils import translation

from emporion.design import signs
from emporion.design.colour import linear, luminance, to_hex
from emporion.design.templatetags.parts import _sign
from emporion.design.tokens import PAVILIONS

SEVEN = "ABCDEFG"
GRID_ACROSS, GRID_DOWN = 20, 48

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear light.
SIGHT = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
                   (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                     (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
                   (0.004733, 0.691367, 0.303900)),
}  # fmt: skip


def _white(letter: str) -> list[float]:
    """Whiteness of the strip on a coarse grid: a slow, plain drawing of its path."""
    pattern = signs.strip(letter)
    subpaths = _subpaths(pattern.path)
    cells = []
    for row in range(GRID_DOWN):
        for column in range(GRID_ACROSS):
            x = (column + 0.5) * 10 / GRID_ACROSS
            y = (row + 0.5) * 24 / GRID_DOWN
            if pattern.stroke:
                hit = any(_near(points, x, y) <= pattern.stroke / 2 for points in subpaths)
            else:
                hit = any(_inside(points, x, y) for points in subpaths)
            cells.append(pattern.opacity if hit else 0.0)
    return cells


def _subpaths(path: str) -> list[list[tuple[float, float]]]:
    import math
    import re

    found: list[list[tuple[float, float]]] = []
    x = y = 0.0
    for command, rest in re.findall(r"([MLhvaz])([^MLhvaz]*)", path):
        values = [float(v) for v in re.findall(r"-?\d*\.?\d+", rest)]
        if command == "M":
            x, y = values
            found.append([(x, y)])
        elif command == "L":
            x, y = values
            found[-1].append((x, y))
        elif command == "h":
            x += values[0]
            found[-1].append((x, y))
        elif command == "v":
            y += values[0]
            found[-1].append((x, y))
        elif command == "a" and values[5] > 0:
            radius = values[0]
            middle = x + radius
            found[-1] = [
                (
                    middle + radius * math.cos(t / 16 * math.tau),
                    y + radius * math.sin(t / 16 * math.tau),
                )
                for t in range(17)
            ]
        elif command == "z":
            found[-1].append(found[-1][0])
    return found


def _inside(points, x, y) -> bool:
    hit = False
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1]):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            hit = not hit
    return hit


def _near(points, x, y) -> float:
    best = 1e9
    for (x1, y1), (x2, y2) in zip(points, points[1:]):
        length = (x2 - x1) ** 2 + (y2 - y1) ** 2
        t = (
            0
            if not length
            else max(0, min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length))
        )
        best = min(best, ((x1 + t * (x2 - x1) - x) ** 2 + (y1 + t * (y2 - y1) - y) ** 2) ** 0.5)
    return best


def _grey(letter: str) -> list[float]:
    """The strip in grey: ground where no white is, white where it is."""
    ground = luminance(to_hex(PAVILIONS[letter][1]))
    return [ground + (1 - ground) * white for white in _white(letter)]


GREYS = {letter: _grey(letter) for letter in PAVILIONS}


@pytest.mark.parametrize("pair", ["".join(p) for p in combinations(PAVILIONS, 2)])
def test_two_signs_differ_in_grey_by_their_pattern(pair):
    first, second = (GREYS[letter] for letter in pair)
    differing = sum(abs(a - b) > 0.25 for a, b in zip(first, second)) / len(first)
    assert differing >= 0.2


def _seen(hex_colour: str, sight: str) -> tuple[float, float, float]:
    """Lab of a colour as such an eye sees it (D65)."""
    light = linear(hex_colour)
    r, g, b = (min(1, max(0, sum(m * c for m, c in zip(row, light)))) for row in SIGHT[sight])
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def _distance(pair: str, sight: str) -> float:
    one, two = (_seen(to_hex(PAVILIONS[letter][1]), sight) for letter in pair)
    return sum((a - b) ** 2 for a, b in zip(one, two)) ** 0.5


@pytest.mark.parametrize("sight", SIGHT)
def test_colours_stay_apart_for_the_colour_blind_or_their_patterns_do(sight):
    for pair in map("".join, combinations(SEVEN, 2)):
        if _distance(pair, sight) < 10:
            first, second = (GREYS[letter] for letter in pair)
            differing = sum(abs(a - b) > 0.25 for a, b in zip(first, second)) / len(first)
            assert differing >= 0.3, (pair, sight)


def test_strips_are_drawn_inside_reach_of_the_sign():
    for letter in PAVILIONS:
        pattern = signs.strip(letter)
        for points in _subpaths(pattern.path):
            for x, y in points:
                assert -6 <= x <= 45 and -6 <= y <= 45


def test_unknown_letters_have_no_pattern():
    assert not signs.known("Z")
    with pytest.raises(KeyError):
        signs.strip("Z")


def test_tiles_fill_the_field_in_whole_rows():
    field = signs.LARGE_HEIGHT * signs.LARGE_SHARE
    rows = {letter: field / signs.tile(letter).height for letter in "CEFG"}
    assert {letter: round(value, 3) for letter, value in rows.items()} == {
        "C": 3, "E": 3, "F": 2.5, "G": 4,
    }  # fmt: skip


@pytest.mark.parametrize("letter", sorted(PAVILIONS))
def test_whoever_asks_first_the_numbers_of_a_sign_are_those_of_a_drawing(letter):
    drawn = []
    for language in ("en", "ar"):
        # A sign is drawn once and kept: in whose language must not matter.
        _sign.cache_clear()
        with translation.override(language):
            drawn.append(_sign(letter, 24, ""))
    assert drawn[0] == drawn[1]
