"""The QR code: against one that another program made, and read back by the rules of the standard."""

from __future__ import annotations

import re

import pytest

from emporion.design import qr

# Of "https://ex", level M, byte mode; an independent encoder gives the same squares under mask 2.
KNOWN = """
111111101100001111111 100000101000101000001 101110100101001011101 101110101010101011101
101110100110001011101 100000100110001000001 111111101010101111111 000000001010000000000
101101110010001001011 010010011110111111111 001100111000110001011 110011010000100101010
100000110011001011001 000000001000011010000 111111101000000010000 100000101001110111101
101110100111010010100 101110101010011100010 101110101111000100100 100000100001101110001
111111101011110011100
""".split()
TEXT = "https://expo.example.org/ar/model/day/?date=2023-11-24&of=" + "展会" * 60


def read(grid: qr.Grid) -> bytes:
    """Read a code back: its format, its mask, its codewords in order, its bytes."""
    side = len(grid)
    version = (side - 17) // 4
    row = [grid[8][x] for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [
        grid[y][8] for y in (7, 5, 4, 3, 2, 1, 0)
    ]
    second = [grid[side - 1 - n][8] for n in range(7)] + [grid[8][side - 8 + n] for n in range(8)]
    assert row == second
    bits = int("".join("10"[not dark] for dark in row), 2) ^ 0x5412
    assert bits >> 13 == 0  # level M
    _empty, fixed = qr._frame(version)
    turned = qr.MASKS[bits >> 10 & 7]
    found = "".join("10"[grid[y][x] == turned(y, x)] for y, x in qr._free(fixed))
    words = [int(found[at : at + 8], 2) for at in range(0, len(found) - 7, 8)]
    sizes = [size for count, size in qr.BLOCKS[version - 1][1] for _block in range(count)]
    blocks: list[list[int]] = [[] for _size in sizes]
    at = 0
    for n in range(max(sizes)):
        for block, size in zip(blocks, sizes, strict=True):
            if n < size:
                block.append(words[at])
                at += 1
    stream = "".join(f"{word:08b}" for block in blocks for word in block)
    count = 8 if version < 10 else 16
    assert stream[:4] == "0100"
    length = int(stream[4 : 4 + count], 2)
    start = 4 + count
    return bytes(int(stream[start + 8 * n : start + 8 * n + 8], 2) for n in range(length))


def test_squares_are_those_of_another_encoder() -> None:
    assert ["".join("10"[not dark] for dark in row) for row in qr.squares("https://ex")] == KNOWN


@pytest.mark.parametrize("length", [1, 14, 15, 26, 42, 62, 84, 106, 122, 152, 180, 213])
def test_code_is_read_back(length: int) -> None:
    data = TEXT.encode()[:length].decode(errors="ignore")
    grid = qr.squares(data)
    assert read(grid) == data.encode()
    # Every codeword of a block is divided by its generator without a rest.
    assert len(grid) % 4 == 1


@pytest.mark.parametrize("damage", range(3))
def test_error_codewords_belong_to_their_data(damage: int) -> None:
    block = list(range(7 * damage, 7 * damage + 16))
    whole = block + qr._errors(block, 10)
    root = 1
    for _n in range(10):
        value = 0
        for word in whole:
            value = qr._times(value, root) ^ word
        assert value == 0
        root = qr._times(root, 2)


def test_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(qr.TooLong):
        qr.squares("x" * 214)


def test_path_draws_the_dark_squares_and_no_other() -> None:
    side, path = qr.path("https://ex")
    drawn = [[False] * side for _row in range(side)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        for n in range(int(width)):
            drawn[int(y)][int(x) + n] = True
    assert drawn == qr.squares("https://ex")
