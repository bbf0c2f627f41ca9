"""A QR code of a short address, as squares: ISO/IEC 18004:2015, byte mode, error level M.

Versions 1 to 10, so at most 213 bytes. Level M is still read when 15 % of it is worn away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

Grid = list[list[bool]]
# For each version: error codewords of a block, and (blocks, data codewords of each). Table 9.
BLOCKS = (
    (10, ((1, 16),)), (16, ((1, 28),)), (26, ((1, 44),)), (18, ((2, 32),)), (24, ((2, 43),)),
    (16, ((4, 27),)), (18, ((4, 31),)), (22, ((2, 38), (2, 39))), (22, ((3, 36), (2, 37))),
    (26, ((4, 43), (1, 44))),
)  # fmt: skip
# Where the small squares stand that show how the code lies. Table E.1.
ALIGNMENT = (
    (), (6, 18), (6, 22), (6, 26), (6, 30), (6, 34), (6, 22, 38), (6, 24, 42), (6, 26, 46),
    (6, 28, 50),
)  # fmt: skip
# Table 10: which squares a mask turns over.
MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, x: y % 2 == 0,
    lambda y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)


class TooLong(ValueError):
    """The text does not fit into version 10."""


def squares(text: str) -> Grid:
    """Return the code of `text` row by row, true where it is dark, without the quiet zone.

    Raises TooLong beyond 213 bytes of UTF-8. O(side squared), some milliseconds.
    """
    data = text.encode()
    version = next(
        (
            n
            for n, row in enumerate(BLOCKS, 1)
            if len(data) <= _capacity(row) - (2 if n < 10 else 3)
        ),
        0,
    )
    if not version:
        raise TooLong(f"{len(data)} bytes; a code holds 213.")
    grid, fixed = _frame(version)
    _place(grid, fixed, _codewords(data, version))
    masked = (_masked(grid, fixed, mask) for mask in range(len(MASKS)))
    return min(masked, key=_penalty)


def path(text: str) -> tuple[int, str]:
    """Return the side in squares and the dark ones as one SVG path, a run of them a stroke."""
    grid = squares(text)
    runs = []
    for y, row in enumerate(grid):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                runs.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
            x = max(end, x + 1)
    return len(grid), "".join(runs)


def _capacity(row: tuple[int, tuple[tuple[int, int], ...]]) -> int:
    return sum(blocks * size for blocks, size in row[1])


def _codewords(data: bytes, version: int) -> list[int]:
    """Return data and error codewords in the order in which they are placed (7.4 to 7.6)."""
    errors, groups = BLOCKS[version - 1]
    room = _capacity(BLOCKS[version - 1])
    count_bits = 8 if version < 10 else 16
    bits = f"0100{len(data):0{count_bits}b}" + "".join(f"{byte:08b}" for byte in data)
    bits += "0" * min(4, 8 * room - len(bits))
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    words += [(0xEC, 0x11)[n % 2] for n in range(room - len(words))]
    blocks, at = [], 0
    for count, size in groups:
        for _block in range(count):
            blocks.append(words[at : at + size])
            at += size
    checks = [_errors(block, errors) for block in blocks]
    longest = max(map(len, blocks))
    mixed = [block[n] for n in range(longest) for block in blocks if n < len(block)]
    return mixed + [check[n] for n in range(errors) for check in checks]


def _times(a: int, b: int) -> int:
    """Multiply in the field of 256 elements with the polynomial 0x11d."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def _errors(block: list[int], count: int) -> list[int]:
    """Return the Reed-Solomon codewords of a block: the rest of a division (7.5.2)."""
    generator, root = [1], 1
    for _n in range(count):
        higher, lower = [*generator, 0], [0, *(_times(one, root) for one in generator)]
        generator = [a ^ b for a, b in zip(higher, lower, strict=True)]
        root = _times(root, 2)
    rest = [*block, *[0] * count]
    for at in range(len(block)):
        lead = rest[at]
        for n, factor in enumerate(generator):
            rest[at + n] ^= _times(factor, lead)
    return rest[len(block) :]


def _frame(version: int) -> tuple[Grid, Grid]:
    """Return the squares that every code of a version has, and which places they take."""
    side = 17 + 4 * version
    grid: Grid = [[False] * side for _row in range(side)]
    fixed: Grid = [[False] * side for _row in range(side)]

    def put(y: int, x: int, dark: bool) -> None:
        if 0 <= y < side and 0 <= x < side:
            grid[y][x], fixed[y][x] = dark, True

    for n in range(side):
        put(6, n, n % 2 == 0)
        put(n, 6, n % 2 == 0)
    for top, start in ((0, 0), (0, side - 7), (side - 7, 0)):
        for y in range(-1, 8):
            for x in range(-1, 8):
                ring = max(abs(y - 3), abs(x - 3))
                put(top + y, start + x, ring in (0, 1, 3))
    places = ALIGNMENT[version - 1]
    corners = {(6, 6), (6, side - 7), (side - 7, 6)}
    for cy in places:
        for cx in places:
            if (cy, cx) not in corners:
                for y in range(-2, 3):
                    for x in range(-2, 3):
                        put(cy + y, cx + x, max(abs(y), abs(x)) != 1)
    for n in range(9):
        for y, x in ((8, n), (n, 8), (8, side - 1 - n), (side - 1 - n, 8)):
            # Room for the format; the masks write it.
            if n < 8 or (y, x) == (8, 8):
                fixed[y][x] = True
    put(side - 8, 8, True)
    if version >= 7:
        bits = version << 12 | _rest(version << 12, 0x1F25)
        for n in range(18):
            dark = bool(bits >> n & 1)
            put(n // 3, side - 11 + n % 3, dark)
            put(side - 11 + n % 3, n // 3, dark)
    return grid, fixed


def _rest(value: int, divisor: int) -> int:
    while value.bit_length() >= divisor.bit_length():
        value ^= divisor << value.bit_length() - divisor.bit_length()
    return value


def _free(fixed: Grid) -> Iterator[tuple[int, int]]:
    """Yield the places of data: pairs of columns from the end, up and down in turn (7.7.3)."""
    side, up = len(fixed), True
    for column in range(side - 1, 0, -2):
        start = column - 1 if column <= 6 else column
        for n in range(side):
            y = side - 1 - n if up else n
            for x in (start, start - 1):
                if not fixed[y][x]:
                    yield y, x
        up = not up


def _place(grid: Grid, fixed: Grid, words: list[int]) -> None:
    bits = "".join(f"{word:08b}" for word in words)
    for n, (y, x) in enumerate(_free(fixed)):
        grid[y][x] = n < len(bits) and bits[n] == "1"


def _masked(grid: Grid, fixed: Grid, mask: int) -> Grid:
    """Return the code under a mask, with the format that names it (7.9)."""
    side = len(grid)
    turned = MASKS[mask]
    found = [
        [dark != (not fixed[y][x] and turned(y, x)) for x, dark in enumerate(row)]
        for y, row in enumerate(grid)
    ]
    # Level M is 00.
    bits = (mask << 10 | _rest(mask << 10, 0x537)) ^ 0x5412
    for n in range(15):
        dark = bool(bits >> n & 1)
        y, x = ((n if n < 6 else n + 1), 8) if n < 8 else (8, 7 if n == 8 else 14 - n)
        found[y][x] = dark
        if n < 8:
            found[8][side - 1 - n] = dark
        else:
            found[side - 15 + n][8] = dark
    return found


def _penalty(grid: Grid) -> int:
    """Return how badly a code reads (7.8.3): runs, blocks, what looks like a corner, balance."""
    side, total = len(grid), 0
    for lines in (grid, [list(column) for column in zip(*grid, strict=True)]):
        for line in lines:
            text = "".join("10"[not dark] for dark in line)
            for sign in "01":
                for run in text.split("10"[sign == "1"]):
                    if len(run) >= 5:
                        total += len(run) - 2
            for at in range(side - 10):
                if text[at : at + 11] in ("10111010000", "00001011101"):
                    total += 40
    for y in range(side - 1):
        for x in range(side - 1):
            if grid[y][x] == grid[y][x + 1] == grid[y + 1][x] == grid[y + 1][x + 1]:
                total += 3
    dark = sum(map(sum, grid))
    return total + 10 * int(abs(20 * dark / side**2 - 10))
