"""Colours given as oklch(L C h), turned into hex and measured.

OKLab and its matrices: Björn Ottosson, "A perceptual color space for image processing" (2020).
Contrast: WCAG 2.2, "relative luminance" and "contrast ratio".
"""

from __future__ import annotations

from math import cos, radians, sin
from typing import NamedTuple


class Oklch(NamedTuple):
    """Lightness 0..1, chroma (0 is grey), hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    def __str__(self) -> str:
        return f"oklch({self.lightness:g} {self.chroma:g} {self.hue:g})"


Rgb = tuple[float, float, float]


def _lab(colour: Oklch) -> Rgb:
    angle = radians(colour.hue)
    return colour.lightness, colour.chroma * cos(angle), colour.chroma * sin(angle)


def _linear_from_lab(lab: Rgb) -> Rgb:
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _encode(channel: float) -> float:
    """Linear light to the sRGB curve, clipped to what a screen can show."""
    channel = min(1.0, max(0.0, channel))
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _decode(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _as_hex(linear: Rgb) -> str:
    return "#" + "".join(f"{round(_encode(channel) * 255):02x}" for channel in linear)


def to_hex(colour: Oklch) -> str:
    """The nearest sRGB colour as #rrggbb. Colours outside sRGB are clipped per channel."""
    return _as_hex(_linear_from_lab(_lab(colour)))


def mixed(colour: Oklch, towards: Oklch, share: float) -> str:
    """`share` (0..1) of the way from one colour to another in OKLab, as #rrggbb."""
    first, second = _lab(colour), _lab(towards)
    lab = tuple(a + (b - a) * share for a, b in zip(first, second, strict=True))
    return _as_hex(_linear_from_lab((lab[0], lab[1], lab[2])))


def linear(hex_colour: str) -> Rgb:
    """#rrggbb as linear light, each channel 0..1."""
    digits = hex_colour.lstrip("#")
    red, green, blue = (_decode(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return red, green, blue


def luminance(hex_colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    red, green, blue = linear(hex_colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two #rrggbb colours, 1 to 21."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
