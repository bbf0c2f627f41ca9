"""Lists of the engine as they are stored: JSON, from the owner's side, with primary keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from emporion.core.bulk import ReadyJson
from emporion.engines import matching

# Steps from 0 to 1 that chances are kept in.
CHANCES = 10_000
BEYOND, HELD = ',"beyond":true', ',"held":true'


def stored(
    entries: Sequence[matching.Entry], keys: Mapping[str, int], *, of_buyers: bool
) -> list[dict[str, Any]]:
    """Return a list's entries as they are stored: p is what the owner wants, q the other."""
    rows = []
    for entry in entries:
        own, other = (entry.p, entry.q) if of_buyers else (entry.q, entry.p)
        rows.append(
            {
                "id": keys[entry.id],
                "score": round(entry.score, 6),
                "p": round(own, 4),
                "q": round(other, 4),
                "reasons": [{"code": code, "detail": detail} for code, detail in entry.reasons],
                # How likely it was to be on the list: 1 but for one place in ten, which is drawn.
                "propensity": round(entry.propensity, 4),
            }
        )
        if entry.beyond:
            rows[-1]["beyond"] = True
        if entry.held:
            rows[-1]["held"] = True
    return rows


def written(
    lists: matching.Lists, keys: Mapping[str, int], *, of_buyers: bool
) -> Iterator[tuple[str, list[str], ReadyJson]]:
    """Yield (owner, ids of who is on the list, what `stored` returns as JSON) of all lists.

    From whole columns to text: as objects a third of a million entries take ten times as long.
    Without spaces, which are a tenth of what the database would write.
    """
    own, theirs = (lists.p, lists.q) if of_buyers else (lists.q, lists.p)
    key = [keys[one] for one in lists.other_ids]
    columns = zip(
        lists.other.tolist(),
        np.round(np.asarray(lists.score, dtype=np.float64), 6).tolist(),
        _chances(own),
        _chances(theirs),
        _reasons(lists.reasons),
        _chances(lists.propensity),
        lists.beyond.tolist(),
        lists.held.tolist(),
        strict=True,
    )
    others = np.asarray(lists.other_ids, dtype=object)
    for at, owner in enumerate(lists.owner_ids):
        begin, end = int(lists.start[at]), int(lists.start[at + 1])
        entries = [
            f'{{"id":{key[other]},"score":{score!r},"p":{p},"q":{q},"reasons":[{why}],'
            f'"propensity":{chance}{BEYOND if beyond else ""}'
            f"{HELD if held else ''}}}"
            for other, score, p, q, why, chance, beyond, held in islice(columns, end - begin)
        ]
        yield owner, others[lists.other[begin:end]].tolist(), ReadyJson(f"[{','.join(entries)}]")


def _chances(values: Any) -> Iterator[str]:
    """Return chances, 0 to 1, to four digits as JSON has them; each of the 10,001 is put once."""
    steps = np.rint(np.asarray(values, dtype=np.float64) * CHANCES).astype(np.int64)
    return map([repr(step / CHANCES) for step in range(CHANCES + 1)].__getitem__, steps.tolist())


def _reasons(table: Any) -> list[str]:
    """Return the reasons of each entry, joined; each pair of code and detail is put once."""
    # Loaded with the engine, which pages that only read lists do not wait for.
    from emporion.engines.matching.reasons import CODES

    # An encoder for all: `json.dumps` makes one for each that is not written in its usual way.
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    whole = len(table.details)
    # Number 0 is no reason at all.
    number = np.where(table.code < 0, 0, table.code.astype(np.int64) * whole + table.detail + 1)
    there = np.zeros(len(CODES) * whole + 1, dtype=bool)
    there[number] = True
    texts = [""] * len(there)
    for one in np.flatnonzero(there[1:]).tolist():
        code, detail = divmod(one, whole)
        texts[one + 1] = f"{encode({'code': CODES[code], 'detail': table.details[detail]})},"
    columns = [map(texts.__getitem__, column.tolist()) for column in number.T]
    return ["".join(row)[:-1] for row in zip(*columns, strict=True)]
