"""Stand numbers: unique within a pavilion, with the guest countries kept together."""

from collections.abc import Iterator

_FIRST_IN_ROW = 1
_ROW = 40  # stands in a row, so that a row's hundred has room for later splits


class Stands:
    """Hands out the numbers of one pavilion in order, leaving out what is reserved."""

    def __init__(self, letter: str, first_row: int, expected: int, reserved: set[int]) -> None:
        self.letter = letter
        self.reserved = reserved
        # Nine rows of hundreds have to do; longer rows where a pavilion is very full.
        self._length = max(_ROW, -(-(expected + len(reserved)) // 8))
        if self._length > 99:
            raise ValueError(f"pavilion {letter}: {expected} stands do not fit nine rows of 99")
        self._numbers = self._count(first_row)

    def _count(self, row: int) -> Iterator[int]:
        while True:
            for place in range(_FIRST_IN_ROW, self._length + 1):
                number = row * 100 + place
                if number not in self.reserved:
                    yield number
            row += 1

    def next(self) -> str:
        """The next free stand, "F 101"."""
        return f"{self.letter} {next(self._numbers):03d}"
