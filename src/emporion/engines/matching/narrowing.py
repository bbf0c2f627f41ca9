"""The features of a few people of a market, and of one whose profile has changed.

Everything that depends on the whole market (frequencies of words, the middle of all texts) stays as
it was read for the whole: only rows are taken, and one of them is read anew.
"""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from emporion.engines.matching import facets
from emporion.engines.matching.features import (
    AT_FULL_WEIGHT,
    Features,
    Sets,
    primary_languages,
    sizes_of,
    stated_codes,
    wanted_markets,
    worth_of,
)
from emporion.engines.matching.market import Participant
from emporion.engines.matching.signals import Signals
from emporion.engines.matching.text import fold, split

Ints = npt.NDArray[np.int64]


def narrowed(features: Features, buyers: Ints | None, exhibitors: Ints | None) -> Features:
    """Return the features of these people alone, in the order of the indices given; None: of all.

    Pairs have the same features as before. O(entries of their rows + signals).
    """
    new = copy.copy(features)
    says = np.split(features.says_something, [len(features.exhibitors)])
    new.says_something = np.concatenate(
        [
            side if at is None else side[at]
            for side, at in zip(says, (exhibitors, buyers), strict=True)
        ]
    )
    for side, at in (("buyer", buyers), ("exhibitor", exhibitors)):
        if at is None:
            continue
        people = getattr(features, f"{side}s")
        setattr(new, f"{side}s", [people[n] for n in at.tolist()])
        for name in ("text", "codes", "countries", "home", "size", "admirers"):
            setattr(new, f"{side}_{name}", getattr(features, f"{side}_{name}")[at])
        for name in ("markets", "languages", "deals", "facets"):
            setattr(new, f"{side}_{name}", getattr(features, f"{side}_{name}").of(at))
        if new.meaning is not None:
            rows, known = f"{side}s", f"{side}s_known"
            chosen = {name: getattr(new.meaning, name)[at] for name in (rows, known)}
            new.meaning = replace(new.meaning, **chosen)
    for name in ("buyer_signals", "exhibitor_signals"):
        setattr(new, name, _signals(getattr(features, name), features, buyers, exhibitors))
    if exhibitors is not None:
        new.turn()
    return new


def _signals(
    signals: Signals, features: Features, buyers: Ints | None, exhibitors: Ints | None
) -> Signals:
    width = max(len(features.exhibitors), 1)
    if buyers is not None and len(buyers) == 1 and exhibitors is None:
        # One buyer's keys lie beside each other.
        low, high = np.searchsorted(signals.keys, [buyers[0] * width, (buyers[0] + 1) * width])
        part = slice(low, high)
        keys = signals.keys[part] - buyers[0] * width
        return Signals(keys, signals.effect[part], signals.kind[part])
    rows = _places(signals.keys // width, buyers, len(features.buyers))
    columns = _places(signals.keys % width, exhibitors, width)
    there = np.flatnonzero((rows >= 0) & (columns >= 0))
    keys = rows[there] * (width if exhibitors is None else len(exhibitors)) + columns[there]
    order = np.argsort(keys, kind="stable")
    chosen = there[order]
    return Signals(
        keys[order].astype(np.int64),
        signals.effect[chosen],
        [signals.kind[at] for at in chosen.tolist()],
    )


def _places(numbers: Ints, chosen: Ints | None, count: int) -> Ints:
    """Return where each number stands among those chosen, -1 where it does not."""
    if chosen is None:
        return numbers
    place = np.full(count, -1)
    place[chosen] = np.arange(len(chosen))
    return place[numbers]


def rewritten(features: Features, one: Participant, side: str) -> Features:
    """Return features narrowed to one person on `side`, read anew from a changed profile.

    Codes, words, languages and kinds of deal that nobody in the market had are left out: there is
    nobody to share them with.  What an encoder made of the text stays until it has been read again.
    """
    new = copy.copy(features)
    texts = [one.texts[language] for language in sorted(one.texts)]
    found: set[int] = set()
    if features.glossary is not None:
        for text in texts:
            folded = fold(text)
            found.update(features.glossary.find(folded, *split(folded)))
    number = features.tree.number
    known = replace(
        one,
        offers=[code for code in one.offers if code in number],
        needs=[code for code in one.needs if code in number],
    )
    # The text of an exhibitor says what it offers, that of a buyer what is needed.
    codes = [sorted(found)]
    nothing: list[list[int]] = [[]]
    needs, offers = (codes, nothing) if side == "buyer" else (nothing, codes)
    setattr(new, f"{side}s", [one])
    setattr(new, f"{side}_facets", facets.build_side([known], features.tree, needs, offers))
    setattr(new, f"{side}_text", features.text.read(texts))
    setattr(new, f"{side}_codes", stated_codes([known], number))
    setattr(new, f"{side}_size", sizes_of([one]))
    for name, said in (("languages", primary_languages(one)), ("deals", set(one.deals))):
        full, names = AT_FULL_WEIGHT[name], features.names[name]
        shared = Sets([frozenset(said).intersection(names)], names, full)
        # What nobody else says was said all the same.
        shared.stated[:], shared.worth[:] = bool(said), worth_of(len(said), full)
        setattr(new, f"{side}_{name}", shared)
    other = "exhibitor" if side == "buyer" else "buyer"
    theirs = features.names[f"{other}_markets"]
    country = theirs.get(one.country, theirs["?"]) if one.country else 0
    setattr(new, f"{side}_countries", np.asarray([country], dtype=np.int64))
    own, countries, _ = wanted_markets([one], getattr(features, f"{other}_home"))
    setattr(new, f"{side}_markets", own)
    setattr(new, f"{other}_countries", countries)
    says = bool(one.offers or one.needs) or any(text.strip() for text in texts)
    mine = slice(0, 1) if side == "exhibitor" else slice(-1, None)
    new.says_something = features.says_something.copy()
    new.says_something[mine] = says
    if side == "exhibitor":
        new.turn()
    return new
