"""Work that nothing waits for, in a process of its own while the database is being filled.

`python -m emporion.demo.domain.aside` reads a JSON list of texts, compiles the scheduling kernels
(a quarter of a minute after an installation), says so with an empty line, and answers with the
count of near-duplicate texts. It ends by itself also when whoever started it was killed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from types import TracebackType
from typing import IO

from emporion.demo.generator import NearDuplicates, near_duplicates
from emporion.engines import scheduling

# Below so many texts the work takes less time than a process needs to start.
WORTH_IT = 2000


class Aside:
    """Counts near-duplicate texts beside the caller's own work; to be used as a context."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._process: subprocess.Popen[str] | None = None
        self._ready = False
        if len(texts) >= WORTH_IT:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", __name__],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )  # fmt: skip
            # Should it die, its answer is missing and the count is made here.
            with suppress(BrokenPipeError), self._stdin() as stdin:
                stdin.write(json.dumps(texts))

    def __enter__(self) -> Aside:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            if kind is not None:
                self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()

    def kernels(self) -> None:
        """Wait until the scheduling kernels are compiled."""
        if self._process is not None and not self._ready:
            self._answer()
            self._ready = True

    def near_duplicates(self) -> NearDuplicates:
        """Wait for the count; what became of the process does not matter, only its answer."""
        self.kernels()
        answer = self._answer() if self._process is not None else ""
        return NearDuplicates(**json.loads(answer)) if answer else near_duplicates(self._texts)

    def _stdin(self) -> IO[str]:
        assert self._process is not None and self._process.stdin is not None
        return self._process.stdin

    def _answer(self) -> str:
        assert self._process is not None and self._process.stdout is not None
        return self._process.stdout.readline().strip()


def main() -> None:
    """Be the other process."""
    texts = json.load(sys.stdin)
    scheduling.compile_kernels()
    sys.stdout.write("\n")
    sys.stdout.flush()
    sys.stdout.write(json.dumps(asdict(near_duplicates(texts))) + "\n")


if __name__ == "__main__":
    main()
