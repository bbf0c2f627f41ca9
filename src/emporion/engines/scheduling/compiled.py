"""The one way in which kernels of this engine are compiled: numba, no Python objects, disk cache.

The cache folder carries a digest of all sources of the engine.  numba only compares the file in
which a kernel stands, so without the digest a changed callee would leave a stale caller behind.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import numba
import numba.core.config

F = TypeVar("F", bound=Callable[..., Any])


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def cache_folder() -> Path | None:
    """Where compiled kernels are kept: NUMBA_CACHE_DIR, beside the code, or the user's cache."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for source in sorted(here.rglob("*.py")):
        if "@compiled" in (text := source.read_text("utf-8")) or source == Path(__file__):
            digest.update(text.encode())
    name = f"kernels-{digest.hexdigest()[:12]}"
    given = os.environ.get("NUMBA_CACHE_DIR")
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for base in [Path(given)] if given else [here / "__pycache__", user / "emporion"]:
        if _writable(base / name):
            return base / name
    return None


_folder = cache_folder()


def keeps() -> bool:
    """Whether what is compiled is kept for other processes."""
    return _folder is not None


if _folder is not None:
    numba.core.config.CACHE_DIR = str(_folder)  # type: ignore[attr-defined]


#: numba types of the named tuples that kernels take, by the name of their annotation.
TUPLES: dict[str, Any] = {}
_ARRAYS = {
    "IntRow": numba.int32[::1],
    "IntGrid": numba.int32[:, ::1],
    "LongRow": numba.int64[::1],
    "LongGrid": numba.int64[:, ::1],
    "BoolRow": numba.boolean[::1],
    "BoolCube": numba.boolean[:, :, ::1],
}
_SCALARS = {"int": numba.int64, "bool": numba.boolean, "None": numba.void}


def declare(kind: type, types: list[Any]) -> None:
    """Tell `compiled` the numba types of the fields of the named tuple ``kind``."""
    named_tuple: Any = numba.types.NamedTuple
    TUPLES[kind.__name__] = named_tuple(types, kind)


def _signature(function: Callable[..., Any]) -> Any:
    """The one signature of a kernel of which the annotations say all, else None.

    Left to itself, numba compiles such a kernel again for every mix of literals, int32 and int64
    among its callers, which more than doubles the time for all of them.
    """
    names = dict(function.__annotations__)
    result = names.pop("return", None)
    known = TUPLES | _ARRAYS | _SCALARS
    if result not in _SCALARS or not set(names.values()) <= set(known):
        return None
    return _SCALARS[result](*(known[name] for name in names.values()))


def compiled(function: F) -> F:
    """Compile ``function`` and keep the result on disk where that is possible.

    At once where the annotations say all (`_signature`), else at the first call.
    """
    return _compile(function)


def compiled_inside(function: F) -> F:
    """As `compiled`, for what only other kernels call: Python must not.

    The way in from Python takes about as long to compile as a small kernel itself.
    """
    return _compile(function, no_cpython_wrapper=True)


def _compile(function: F, **more: bool) -> F:
    options: Any = {
        "cache": _folder is not None,
        "nogil": True,
        "error_model": "numpy",
        # The way in from C is for callbacks, of which there are none here.
        "no_cfunc_wrapper": True,
    } | more
    signature = _signature(function)
    compile_it: Any = numba.njit(signature, **options) if signature else numba.njit(**options)
    with _alone(function):
        kernel: F = compile_it(function)
    return kernel


@contextmanager
def _alone(function: Callable[..., Any]) -> Iterator[None]:
    """Let one process at a time compile this kernel: the next one finds it in the cache.

    One byte of a file of its own stands for each; a process that dies holds none.
    """
    if _folder is None:
        yield
        return
    name = f"{function.__module__}.{function.__qualname__}".encode()
    at = int.from_bytes(hashlib.sha256(name).digest()[:4])
    with (_folder / "compiling.lock").open("ab") as file:
        # Where a disk knows no locks each compiles for itself.
        with suppress(OSError):
            fcntl.lockf(file, fcntl.LOCK_EX, 1, at)
        yield
