"""The one way in which kernels of this engine are compiled: numba, no Python objects, disk cache.

The cache folder carries a digest of all sources of the engine.  numba only compares the file in
which a kernel stands, so without the digest a changed callee would leave a stale caller behind.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
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
    for source in sorted(here.glob("*.py")):
        if "compiled(" in (text := source.read_text("utf-8")) or "@compiled" in text:
            digest.update(text.encode())
    name = f"kernels-{digest.hexdigest()[:12]}"
    given = os.environ.get("NUMBA_CACHE_DIR")
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for base in [Path(given)] if given else [here / "__pycache__", user / "emporion"]:
        if _writable(base / name):
            return base / name
    return None


_folder = cache_folder()
if _folder is not None:
    numba.core.config.CACHE_DIR = str(_folder)  # type: ignore[attr-defined]


def compiled(function: F) -> F:
    """Compile ``function`` at its first call and keep the result on disk where that is possible."""
    compile_it: Any = numba.njit(cache=_folder is not None, nogil=True, error_model="numpy")
    kernel: F = compile_it(function)
    return kernel
