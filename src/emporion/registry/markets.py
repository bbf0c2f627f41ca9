"""Markets as people name them: a country, or one of a few larger regions.

The member lists are broad on purpose: who says "East Asia" should not miss a country of it. They
follow common usage in trade and are no statement about any territory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emporion.registry.countries import country_name


@dataclass(frozen=True)
class Region:
    """A market larger than a country: its name in each language, and the countries in it."""

    names: dict[str, str]
    members: tuple[str, ...]


def _region(en: str, zh: str, ar: str, members: str) -> Region:
    return Region({"en": en, "zh-hans": zh, "ar": ar}, tuple(members.split()))


REGIONS = {
    "east-asia": _region("East Asia", "东亚", "شرق آسيا", "CN HK JP KP KR MN MO TW"),
    "south-asia": _region("South Asia", "南亚", "جنوب آسيا", "AF BD BT IN LK MV NP PK"),
    "southeast-asia": _region(
        "South-East Asia", "东南亚", "جنوب شرق آسيا", "BN ID KH LA MM MY PH SG TH TL VN"
    ),
    "central-asia": _region("Central Asia", "中亚", "آسيا الوسطى", "KG KZ TJ TM UZ"),
    "middle-east": _region(
        "the Middle East and North Africa",
        "中东和北非",
        "الشرق الأوسط وشمال أفريقيا",
        "AE BH DZ EG IL IQ IR JO KW LB LY MA OM PS QA SA SY TN TR YE",
    ),
    "africa": _region(
        "Africa",
        "非洲",
        "أفريقيا",
        "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML "
        "MR MU MW MZ NA NE NG RW SC SD SL SN SO SS ST SZ TD TG TN TZ UG ZA ZM ZW",
    ),
    "europe": _region(
        "Europe",
        "欧洲",
        "أوروبا",
        "AD AL AT BA BE BG BY CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MD ME "
        "MK MT NL NO PL PT RO RS RU SE SI SK SM UA XK",
    ),
    "nordic": _region("the Nordic countries", "北欧", "بلدان الشمال", "DK FI IS NO SE"),
    "americas": _region(
        "the Americas",
        "美洲",
        "الأمريكتين",
        "AG AR BB BO BR BS BZ CA CL CO CR CU DM DO EC GD GT GY HN HT JM KN LC MX NI PA PE PY SR SV "
        "TT US UY VC VE",
    ),
    "oceania": _region(
        "Oceania", "大洋洲", "أوقيانوسيا", "AU FJ FM KI MH NR NZ PG PW SB TO TV VU WS"
    ),
}


def market_name(market: str, language: str) -> str:
    """Return a market in words; an unknown one stays as it is."""
    region = REGIONS.get(market)
    if region is not None:
        return region.names.get(language, region.names["en"])
    return country_name(market, language) or market


def countries_of(markets: Iterable[str]) -> list[str]:
    """Return the countries that the markets hold, each once, in order."""
    found: dict[str, None] = {}
    for market in markets:
        region = REGIONS.get(market)
        found.update(dict.fromkeys(region.members if region else (market,)))
    return list(found)
