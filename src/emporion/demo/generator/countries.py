"""The 63 countries and regions, with the shares of buyers and exhibitors."""

from dataclasses import dataclass
from functools import cache

from emporion.demo.generator.dice import Dice, Weights
from emporion.demo.generator.records import Text
from emporion.demo.generator.word_lists import words


@dataclass(frozen=True, slots=True)
class Country:
    """One country: names, working languages (first one first), cities, forms of companies."""

    code: str
    names: Text
    culture: str
    region: str
    dial: str
    languages: tuple[str, ...]
    cities: tuple[str, ...]
    forms: tuple[str, ...]
    buyers: int
    exhibitors: int

    def name(self, language: str) -> str:
        """The name in `language`, English where we have none."""
        return self.names.get(language, self.names["en"])


@cache
def countries() -> dict[str, Country]:
    """All countries by ISO 3166-1 code."""
    rows = {**words("countries-asia"), **words("countries-world")}
    return {
        code: Country(
            code,
            row["names"],
            row["culture"],
            row["region"],
            row["dial"],
            tuple(row["lang"]),
            tuple(row["cities"]),
            tuple(row.get("forms", ())),
            row["buyers"],
            row["exhibitors"],
        )
        for code, row in rows.items()
    }


@cache
def _weights(side: str) -> tuple[tuple[Country, ...], Weights]:
    found = tuple(countries().values())
    return found, Weights([getattr(country, side) for country in found])


def draw_country(dice: Dice, side: str) -> Country:
    """A country, drawn by its share of `side` ("buyers" or "exhibitors")."""
    found, weights = _weights(side)
    return found[dice.weighted(weights)]


def region_name(region: str, language: str) -> str:
    """A larger market in words."""
    names = words("regions")[region]
    return str(names.get(language, names["en"]))


def market_name(market: str, language: str) -> str:
    """A market, a country code or a region key, in words."""
    if market in countries():
        return countries()[market].name(language)
    return region_name(market, language)


@cache
def neighbours(code: str) -> tuple[Country, ...]:
    """The other countries of the same region, or all others where it stands alone."""
    own = countries()[code]
    near = tuple(c for c in countries().values() if c.region == own.region and c.code != code)
    return near or tuple(c for c in countries().values() if c.code != code)
