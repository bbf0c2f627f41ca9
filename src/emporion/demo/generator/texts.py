"""Texts of exhibitors and buyers, put together from the sentences in `words/texts-*.toml`."""

from functools import cache

from emporion.demo.generator.countries import Country, countries, market_name, neighbours
from emporion.demo.generator.dice import Dice
from emporion.demo.generator.grammar import expand
from emporion.demo.generator.records import Text
from emporion.demo.generator.word_lists import words
from emporion.registry import taxonomy

FULL_LANGUAGES = ("en", "zh-hans", "ar")
_TRADES = ("trade-1", "trade-2")
_PROPER = {"Chinese", "Silk", "Belt"}
_LETTERS = "ABCDEFGHKLMNPRSTVXZ"
_STAFF = {"micro": (2, 9), "small": (10, 49), "medium": (50, 249), "large": (250, 4000)}
_PLAN = {
    "exhibitor": (
        ("open", 1.0),
        ("more", 1.0),
        ("more", 0.45),
        ("proof", 0.75),
        ("proof", 0.3),
        ("terms", 0.45),
        ("seek", 0.65),
    ),
    "buyer": (("open", 0.9), ("need", 1.0), ("need", 0.4), ("plans", 0.6), ("plans", 0.25)),
}


@cache
def trade_words(group: str) -> dict[str, list[str]]:
    """What firms of a taxonomy group do and whom they serve, by language."""
    for name in _TRADES:
        if group in words(name):
            found: dict[str, list[str]] = words(name)[group]
            return found
    raise KeyError(group)


def _group(code: str) -> str:
    return code.partition(".")[0]


@cache
def _nouns(code: str, language: str) -> tuple[str, ...]:
    terms = taxonomy.terms(code)[language]
    if language != "en":
        return terms
    return tuple(_inside(term) for term in terms)


def _inside(term: str) -> str:
    """An English label as it stands inside a sentence: "smart homes", but "IoT", "Silk Road"."""
    first = term.split()[0]
    plain = first[1:].islower() and first not in _PROPER
    return term[0].lower() + term[1:] if plain else term


class Slots:
    """Fills the slots of one text. `name`, `city`, `year`, `product` and the model stay the same
    through a text; numbers and places are drawn anew each time."""

    def __init__(
        self,
        dice: Dice,
        language: str,
        short: Text,
        country: Country,
        city: str,
        fields: tuple[str, ...],
        markets: tuple[str, ...],
        deals: tuple[str, ...],
        size: str,
    ) -> None:
        self.dice = dice
        self.language = language
        self.country = country
        self.city = city
        self.fields = fields
        self.markets = markets or (country.region,)
        self.deals = deals or ("distribution",)
        self.short = short
        self.size = size
        self._kept: dict[str, str] = {"name": short.get(language) or next(iter(short.values()))}
        self._rest: dict[str, list[str]] = {}

    def __call__(self, slot: str) -> str:
        if slot in self._kept:
            return self._kept[slot]
        value = getattr(self, f"_{slot}")()
        if slot in {"product", "product2", "city", "year", "model", "field", "staff"}:
            self._kept[slot] = value
        return str(value)

    def turn_to(self, code: str) -> None:
        """Speak of another product from here on; the company stays the same."""
        self.fields = (code, *(field for field in self.fields if field != code))
        for slot in ("product", "product2", "model", "field"):
            self._kept.pop(slot, None)
        self._rest.clear()

    def _next(self, key: str) -> str:
        rest = self._rest.get(key)
        if not rest:
            source = trade_words(_group(self.fields[0]))[key]
            if len(self.fields) > 1 and key.startswith("users"):
                source = source + trade_words(_group(self.fields[-1]))[key]
            rest = self._rest[key] = self.dice.sample(source, len(source))
        return rest.pop()

    def _short_language(self) -> str:
        return {"zh-hans": "zh"}.get(self.language, self.language)

    def _product(self) -> str:
        return self.dice.pick(_nouns(self.fields[0], self.language))

    def _product2(self) -> str:
        code = self.fields[1] if len(self.fields) > 1 else taxonomy.parent(self.fields[0])
        return self.dice.pick(_nouns(code or self.fields[0], self.language))

    def _field(self) -> str:
        return str(trade_words(_group(self.fields[0]))[self.language])

    def _does(self) -> str:
        return self._next(self._short_language())

    _does2 = _does

    def _users(self) -> str:
        return self._next(f"users-{self._short_language()}")

    _users2 = _users

    def _city(self) -> str:
        if self.language == "zh-hans":
            cities: dict[str, str] = words("firms")["chinese"]["cities"]
            return cities.get(self.city, self.city)
        return self.city

    def _country(self) -> str:
        return self.country.name(self.language)

    def _country2(self) -> str:
        near = neighbours(self.country.code)
        other = self.dice.pick(near if self.dice.chance(0.6) else tuple(countries().values()))
        return other.name(self.language)

    def _market(self) -> str:
        return market_name(self.dice.pick(self.markets), self.language)

    _market2 = _market

    def _deal(self) -> str:
        return str(
            self.dice.pick(words(f"texts-{self.language}")["deals"][self.dice.pick(self.deals)])
        )

    def _month(self) -> str:
        return str(self.dice.pick(words(f"texts-{self.language}")["words"]["months"]))

    def _model(self) -> str:
        stem = self.short.get("en") or next(iter(self.short.values()))
        kind = self.dice.below(3)
        number = self.dice.between(2, 99)
        if kind == 0:
            return f"{stem.split()[0]} {number}"
        letters = self.dice.pick(_LETTERS) + self.dice.pick(_LETTERS)
        return f"{letters}-{number}0" if kind == 1 else f"{stem.split()[0]} {letters}{number}"

    def _year(self) -> str:
        return str(self.dice.between(1987, 2021))

    def _year2(self) -> str:
        return str(self.dice.between(2019, 2023))

    def _year3(self) -> str:
        return str(self.dice.between(2025, 2029))

    def _n(self) -> str:
        return str(self.dice.skewed(3, 900))

    def _staff(self) -> str:
        return str(self.dice.skewed(*_STAFF[self.size]))

    def _months(self) -> str:
        return str(self.dice.between(5, 60))

    def _qty(self) -> str:
        return str(
            self.dice.pick(
                (
                    10,
                    20,
                    25,
                    40,
                    50,
                    60,
                    75,
                    80,
                    100,
                    120,
                    150,
                    200,
                    240,
                    300,
                    350,
                    400,
                    500,
                    600,
                    750,
                    800,
                    900,
                )
            )
        )

    def _hours(self) -> str:
        return str(self.dice.between(2, 40))

    def _minutes(self) -> str:
        return str(self.dice.between(4, 55))

    def _weeks(self) -> str:
        return str(self.dice.between(3, 10))

    def _percent(self) -> str:
        return str(self.dice.between(8, 78))

    def _budget(self) -> str:
        return str(self.dice.between(2, 90) * 10)

    def _few(self) -> str:
        return str(self.dice.between(3, 12))

    def _day(self) -> str:
        return str(self.dice.between(1, 5))


def _sentence(text: str, language: str) -> str:
    return text if language in {"zh-hans", "ar"} or not text else text[0].upper() + text[1:]


def about(side: str, slots: Slots) -> str:
    """A text of one to seven sentences for an "exhibitor" or a "buyer"."""
    dice, language = slots.dice, slots.language
    if language not in FULL_LANGUAGES:
        return _sentence(
            expand(dice, dice.pick(words("texts-others")[language][side]), slots), language
        )
    grammar = words(f"texts-{language}")[side]
    taken: set[str] = set()
    sentences = []
    for part, share in _PLAN[side]:
        if not dice.chance(share):
            continue
        fresh = [t for t in grammar[part] if t not in taken] or grammar[part]
        template = dice.pick(fresh)
        taken.add(template)
        sentences.append(_sentence(expand(dice, template, slots), language))
    return ("" if language == "zh-hans" else " ").join(sentences)


def line(kind: str, which: str, slots: Slots) -> str:
    """One line for an offer ("offer", "line" or "buyer") or a need ("need", side)."""
    language = slots.language if slots.language in FULL_LANGUAGES else "en"
    slots.language = language
    template = slots.dice.pick(words(f"texts-{language}")[kind][which])
    return _sentence(expand(slots.dice, template, slots), language)


def cut(dice: Dice, text: str) -> str:
    """The text as a list with too short a column kept it: broken off in the middle."""
    return text[: max(40, int(len(text) * (0.55 + 0.4 * dice.unit())))].rstrip()
