"""What cheating brings: looks on honest buyers' lists after a manipulation, against before.

Ten exhibitors out of the middle cheat at once, each in its own way of the same kind:

- stuffing: it states every category, and writes every category's name into its text;
- fields: it states every market, language and kind of deal, where everybody says one kind of deal;
- copies: nine more participants with the profile of an exhibitor that many see, under other names;
- rings: thirty made-up buyers save it, ask it for a meeting, and are saved back.

Looks count on the lists of honest buyers alone (rank r with chance 1 / r).  The effect is the ratio
of the looks of all cheats together; of copies, of the profile's looks in all its copies together,
for each meeting wanted (whoever wants ten times the meetings may be looked at ten times as often).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from benchmarks.matching_lines import show
from benchmarks.matching_markets import COUNTRIES, expo
from emporion.engines.matching import Market, Participant, Signal, match

CHEATS, COPIES, RING = 10, 9, 30
DEALS = ("agency", "licensing", "sourcing", "investment")
LANGUAGES = ("en", "zh-hans", "ar", "fr")
Attack = Callable[[Market, Sequence[Participant]], Market]


def looks(market: Market, honest: Collection[str], seen: Collection[str]) -> float:
    """Return the looks that `seen` get together on the lists of `honest` buyers."""
    total = 0.0
    for buyer, entries in match(market, readers=()).buyers:
        if buyer in honest:
            total += sum(1 / entry.rank for entry in entries if entry.id in seen)
    return total


def stuffed(market: Market, cheats: Sequence[Participant]) -> Market:
    """Every cheat states all codes and writes all their names."""
    names: dict[str, str] = {}
    for category in market.taxonomy:
        for language, label in category.labels.items():
            names[language] = f"{names.get(language, '')} {label}".strip()
    codes = tuple(category.code for category in market.taxonomy)
    chosen = {one.id for one in cheats}
    return replace(
        market,
        exhibitors=[
            replace(
                one,
                offers=codes,
                needs=codes,
                texts={
                    language: f"{one.texts.get(language, '')} {text}".strip()
                    for language, text in names.items()
                },
            )
            if one.id in chosen
            else one
            for one in market.exhibitors
        ],
    )


def copied(market: Market, cheats: Sequence[Participant]) -> Market:
    """Every cheat is there ten times."""
    more = [replace(one, id=f"{one.id}-{n}") for one in cheats for n in range(COPIES)]
    return replace(market, exhibitors=[*market.exhibitors, *more])


def ringed(market: Market, cheats: Sequence[Participant]) -> Market:
    """Thirty made-up buyers for each cheat, and both save each other."""
    buyers, signals = [], []
    for one in cheats:
        for n in range(RING):
            buyer = Participant(f"ring-{one.id}-{n}", 5, needs=one.offers, texts=one.texts)
            buyers.append(buyer)
            for kind in ("bookmark", "request"):
                signals.append(Signal(buyer.id, one.id, kind))
            signals.append(Signal(one.id, buyer.id, "bookmark"))
    return replace(market, buyers=[*market.buyers, *buyers], signals=[*market.signals, *signals])


def with_deals(market: Market, seed: int) -> Market:
    """Everybody says one kind of deal."""
    draw = random.Random(seed)

    def some(people: Sequence[Participant]) -> list[Participant]:
        return [replace(one, deals=(draw.choice(DEALS),)) for one in people]

    return replace(market, exhibitors=some(market.exhibitors), buyers=some(market.buyers))


def wide(market: Market, cheats: Sequence[Participant]) -> Market:
    """Every cheat states everything that a field can hold."""
    chosen = {one.id for one in cheats}
    everything = {"markets": COUNTRIES, "languages": LANGUAGES, "deals": DEALS}
    return replace(
        market,
        exhibitors=[
            replace(one, **everything) if one.id in chosen else one for one in market.exhibitors
        ],
    )


ATTACKS: dict[str, Attack] = {
    "stuffing": stuffed, "fields": wide, "copies": copied, "rings": ringed,
}  # fmt: skip


def effects(
    exhibitors: int,
    buyers: int,
    seed: int,
    cheats: int = CHEATS,
    attacks: Collection[str] = ATTACKS.keys(),
) -> dict[str, float]:
    """Return {attack: looks after, as a multiple of before} on one made-up market."""
    plain = expo(exhibitors, buyers, seed)
    honest = {one.id for one in plain.buyers}
    found = {}
    for name in attacks:
        market = with_deals(plain, seed) if name == "fields" else plain
        total = {one.id: 0.0 for one in market.exhibitors}
        for _, entries in match(market, readers=()).buyers:
            for entry in entries:
                total[entry.id] += 1 / entry.rank
        known = {one.id: one for one in market.exhibitors}
        order = sorted(total, key=lambda one: (total[one], one))
        chosen = order[len(order) // 2 - cheats // 2 :][:cheats]
        if name == "copies":
            chosen = order[-cheats:]
        before = sum(total[one] for one in chosen)
        after = ATTACKS[name](market, [known[one] for one in chosen])
        seen = {one.id for one in after.exhibitors if one.id.split("-")[0] in chosen}
        slots = (1 + COPIES) if name == "copies" else 1
        found[name] = looks(after, honest, seen) / before / slots
    return found


def run_manipulation(exhibitors: int, buyers: int) -> None:
    """Four ways of cheating on a market of a fifth of the size, three seeds."""
    exhibitors, buyers = exhibitors // 5, buyers // 5
    found = [effects(exhibitors, buyers, seed) for seed in (31, 32, 33)]
    for name in ATTACKS:
        values = [one[name] for one in found]
        show(
            f"manipulation, {name}: looks after, as a multiple of before",
            round(sum(values) / len(values), 3),
            "times",
            worst=round(max(values), 3),
            cheats=CHEATS,
            exhibitors=exhibitors,
            buyers=buyers,
            data="made up",
        )
