"""The QR code of an address: read back by a reader of other people."""

from __future__ import annotations

import re

import numpy as np
import pytest
import zxingcpp

from emporion.design import codes


def picture(code: codes.Code) -> np.ndarray:
    """Draw the path, four points a square, with the quiet zone that the paper leaves around it."""
    grid = np.full((code.side + 8, code.side + 8), 255, np.uint8)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", code.path):
        grid[int(y) + 4, int(x) + 4 : int(x) + 4 + int(width)] = 0
    return grid.repeat(4, axis=0).repeat(4, axis=1)


@pytest.mark.parametrize(
    "address",
    [
        "https://ex",
        "https://expo.example.org/ar/model/day/?date=2023-11-24",
        "https://expo.example.org/zh-hans/" + "展会" * 25 + "/day/?date=2023-11-24",
    ],
)
def test_code_is_read_by_another_program_at_level_m(address: str) -> None:
    code = codes.code_of(address)
    assert code is not None
    (read,) = zxingcpp.read_barcodes(picture(code))
    assert (read.text, read.ec_level) == (address, "M")


def test_a_code_that_a_phone_could_not_read_on_a_sheet_is_left_out() -> None:
    assert codes.code_of("https://ex/" + "x" * 202) is not None
    assert codes.code_of("https://ex/" + "x" * 203) is None
    assert codes.code_of("https://ex/" + "x" * 9000) is None
