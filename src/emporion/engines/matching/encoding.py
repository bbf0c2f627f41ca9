"""Texts as dense vectors of meaning: what an encoder is, and vectors that are made once.

An encoder is anything with `model` (name and version), `dimension` and

    embed(texts, role) -> float32[n, dimension], unit rows, zeros for an empty text

where the role is "query" (what somebody needs) or "passage" (what somebody offers).  Encoders are
slow beside all else here, so their vectors are kept by content: a key is the hash of model, role
and text, and a new version of a model finds none of the old ones.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.market import EncodingError

Floats = npt.NDArray[np.float32]
QUERY, PASSAGE = "query", "passage"
# What an encoder reads of a text: longer ones say the same again, and models cut them anyway.
READ = 1500
# Texts an encoder is given at once.
BATCH = 64
# Keys a database is asked for at once.
ASKED = 500
# What the square of a unit row's length may be off by.
OFF_UNIT = 0.01


class Encoder(Protocol):
    """What turns texts into vectors."""

    @property
    def model(self) -> str:
        """Name and version; another one makes other vectors."""

    @property
    def dimension(self) -> int:
        """How long a vector is."""

    def embed(self, texts: Sequence[str], role: str) -> Floats:
        """Return unit rows float32[n, dimension]. Raises EncodingError."""


class Store(Protocol):
    """Keeps vectors by key."""

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Floats]:
        """Return those that are kept."""

    def put(self, vectors: Mapping[bytes, Floats], model: str) -> None:
        """Keep these; `model` made them."""


class MemoryStore:
    """Keeps vectors as long as the process lives."""

    def __init__(self) -> None:
        self._kept: dict[bytes, Floats] = {}

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Floats]:
        return {key: self._kept[key] for key in keys if key in self._kept}

    def put(self, vectors: Mapping[bytes, Floats], model: str) -> None:
        self._kept.update(vectors)


class FileStore:
    """Keeps vectors in one SQLite file that several processes may share.

    Raises EncodingError where the file cannot be opened, read or written, or is something else.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with self._open() as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS vector"
                " (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
            )

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Floats]:
        found: dict[bytes, Floats] = {}
        with self._open() as database:
            for at in range(0, len(keys), ASKED):
                part = keys[at : at + ASKED]
                marks = ",".join("?" * len(part))
                rows = database.execute(
                    f"SELECT key, value FROM vector WHERE key IN ({marks})",  # noqa: S608
                    part,
                )
                found.update((bytes(key), row_of(value)) for key, value in rows)
        return found

    def put(self, vectors: Mapping[bytes, Floats], model: str) -> None:
        with self._open() as database:
            database.executemany(
                "INSERT OR REPLACE INTO vector VALUES (?, ?)",
                [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()],
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=30)) as database, database:
                yield database
        except sqlite3.Error as error:
            raise EncodingError(
                f"{self.path} cannot keep vectors: {error}; check that it may be written and is"
                " such a file, or name one that is not there yet"
            ) from None


def row_of(value: object) -> Floats:
    """Return the vector that was kept as bytes; of what is not whole one of length 0."""
    if not isinstance(value, bytes | memoryview) or len(value) % 4:
        return np.zeros(0, dtype=np.float32)
    return np.frombuffer(value, "<f4")


def key_of(model: str, role: str, text: str) -> bytes:
    """Return the key that the vector of a text is kept under."""
    return hashlib.sha256("\0".join((model, role, text[:READ])).encode()).digest()


def as_read(text: str) -> str:
    """Return a text as encoders are given it."""
    return " ".join(text[:READ].split())


def unread(encoder: Encoder, texts: Iterable[str], role: str, store: Store) -> list[str]:
    """Return the different texts, as they are read, of which `store` keeps no vector."""
    cut = dict.fromkeys(map(as_read, texts))
    keys = {key_of(encoder.model, role, text): text for text in cut if text}
    kept = _kept(encoder, list(keys), store)
    return [text for key, text in keys.items() if key not in kept]


def embedded(
    encoder: Encoder, texts: Sequence[str], role: str, store: Store | None = None
) -> Floats:
    """Return unit rows float32[n, d]; equal texts are encoded once, kept ones not at all.

    An empty text gives a row of zeros.  Raises EncodingError where the encoder does.
    """
    if role not in (QUERY, PASSAGE):
        raise ValueError(f"a role is {QUERY!r} or {PASSAGE!r}, not {role!r}")
    cut = [as_read(text) for text in texts]
    keys = [key_of(encoder.model, role, text) if text else b"" for text in cut]
    first = {key: at for at, key in reversed(list(enumerate(keys))) if key}
    kept = _kept(encoder, list(first), store) if store is not None else {}
    # By length, so that a batch holds texts of about one size.
    left = sorted((key for key in first if key not in kept), key=lambda k: len(cut[first[k]]))
    for at in range(0, len(left), BATCH):
        batch = left[at : at + BATCH]
        rows = checked(encoder.embed([cut[first[key]] for key in batch], role), len(batch), encoder)
        made = dict(zip(batch, rows, strict=True))
        if store is not None:
            store.put(made, encoder.model)
        kept.update(made)
    out = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    for at, key in enumerate(keys):
        if key:
            out[at] = kept[key]
    return out


def _kept(encoder: Encoder, keys: Sequence[bytes], store: Store) -> dict[bytes, Floats]:
    """Return the rows that are kept and can be what the encoder made: others are made anew."""
    found = {}
    with np.errstate(over="ignore"):
        for key, row in store.get(keys).items():
            if row.shape != (encoder.dimension,):
                continue
            # Of unit length or zeros; NaN is neither.
            square = float(row @ row)
            if square == 0 or abs(square - 1) < OFF_UNIT:
                found[key] = row
    return found


def checked(rows: Floats, count: int, encoder: Encoder) -> Floats:
    """Return rows as unit rows; EncodingError for another shape or numbers that are none."""
    found = np.asarray(rows, dtype=np.float32)
    if found.shape != (count, encoder.dimension):
        raise EncodingError(
            f"{encoder.model} answered {found.shape} numbers for {count} texts of"
            f" {encoder.dimension} each: check that the setting names the right model"
        )
    if not np.isfinite(found).all():
        raise EncodingError(f"{encoder.model} answered numbers that are none (NaN or infinite)")
    length = np.linalg.norm(found, axis=1, keepdims=True)
    unit: Floats = np.divide(found, length, out=np.zeros_like(found), where=length > 0)
    return unit


def mean_of_languages(
    encoder: Encoder, people: Iterable[Mapping[str, str]], role: str, store: Store | None = None
) -> Floats:
    """Return one unit row for each person: the middle of the texts in all of its languages."""
    rows = [[text for _, text in sorted(one.items()) if text.strip()] for one in people]
    flat = embedded(encoder, [text for row in rows for text in row], role, store)
    out = np.zeros((len(rows), encoder.dimension), dtype=np.float32)
    at = 0
    for number, row in enumerate(rows):
        if row:
            # Mostly one text, which is its own middle.
            middle = flat[at] if len(row) == 1 else flat[at : at + len(row)].mean(axis=0)
            out[number] = middle / max(float(np.linalg.norm(middle)), 1e-12)
            at += len(row)
    return out
