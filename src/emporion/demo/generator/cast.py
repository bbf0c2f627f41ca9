"""Profiles written by hand (`words/cast*.toml`): there at every scale, first in the lists."""

from typing import Any

from emporion.demo.generator.countries import countries
from emporion.demo.generator.names import phone_number, slug
from emporion.demo.generator.records import Buyer, Exhibitor, Interest, Organisation, Person, Text
from emporion.demo.generator.word_lists import words

FINNISH_EXHIBITOR = "aava"
NEPALESE_BUYER = "sita-gurung"
# Phone numbers of people by hand start here, beyond those of generated people.
_FIRST_NUMBER = 9_000_000


def exhibitor_keys() -> list[str]:
    """Keys of the exhibitors by hand, in the order of their indexes."""
    return [row["key"] for row in words("cast")["exhibitors"]]


def buyer_keys() -> list[str]:
    """Keys of the buyers by hand, in the order of their indexes."""
    return [row["key"] for row in words("cast-buyers")["buyers"]]


def wanted_exhibitors(buyer_key: str) -> list[int]:
    """Indexes of the exhibitors by hand whom a buyer by hand asks to meet."""
    row = words("cast-buyers")["buyers"][buyer_keys().index(buyer_key)]
    keys = exhibitor_keys()
    return [keys.index(key) for key in row["meets"]]


def _interests(rows: list[dict[str, Any]]) -> list[Interest]:
    return [
        Interest(
            row["code"],
            {k: v for k, v in row.items() if k not in {"code", "deal", "markets"}},
            tuple(row.get("markets", ())),
            row.get("deal", ""),
        )
        for row in rows
    ]


def _person(
    row: dict[str, Any], country: str, external_id: str, number: int, domain: str
) -> Person:
    latin = row.get("latin", row["name"])
    return Person(
        external_id,
        row["name"],
        latin,
        row["lang"],
        {"en": row["title"]},
        f"{slug(latin).replace('-', '.')}@{domain}.example",
        phone_number(countries()[country], number),
    )


def cast_exhibitors() -> list[Exhibitor]:
    """The exhibitors by hand; `main` points to their delegation's stand."""
    keys = exhibitor_keys()
    found = []
    for i, row in enumerate(words("cast")["exhibitors"]):
        domain = slug(row["short"])
        names: Text = row["names"]
        main = row.get("main")
        found.append(
            Exhibitor(
                organisation=Organisation(
                    f"E-{i:04d}",
                    names,
                    row["country"],
                    row["city"],
                    row["size"],
                    f"https://www.{domain}.example",
                ),
                role="co_exhibitor" if main else "exhibitor",
                pavilion=row["stand"][0],
                stand=row["stand"],
                about=dict(row["about"]),
                languages=tuple(row["languages"]),
                markets=tuple(row["markets"]),
                offers=_interests(row["offers"]),
                needs=_interests(row["needs"]),
                people=[
                    _person(p, row["country"], f"E-{i:04d}-{k}", _FIRST_NUMBER + 10 * i + k, domain)
                    for k, p in enumerate(row["people"])
                ],
                tables=row["tables"],
                max_meetings=row["tables"] * 24,
                max_meetings_per_day=8 * row["tables"],
                fields=tuple(row["fields"]),
                main=keys.index(main) if main else None,
                delegation=row.get("delegation"),
                is_by_hand=True,
            )
        )
    return found


def cast_buyers() -> tuple[list[Organisation], list[Buyer]]:
    """The buyers by hand with their companies."""
    organisations: list[Organisation] = []
    found: list[Buyer] = []
    for i, row in enumerate(words("cast-buyers")["buyers"]):
        firm: Text = row["firm"]
        domain = slug(firm.get("en", "")) or row["key"]
        organisations.append(
            Organisation(f"O-{i:05d}", firm, row["country"], row["city"], row["size"], "")
        )
        found.append(
            Buyer(
                external_id=f"B-{i:05d}",
                person=_person(row, row["country"], f"B-{i:05d}", _FIRST_NUMBER + 5000 + i, domain),
                organisation=i,
                country=row["country"],
                about=dict(row["about"]),
                languages=tuple(row["languages"]),
                markets=tuple(row["markets"]),
                needs=_interests(row["needs"]),
                offers=_interests(row["offers"]),
                days=tuple(row["days"]),
                max_meetings=row["max-meetings"],
                max_meetings_per_day=8,
                fields=tuple(row["fields"]),
                deal_types=tuple(row["deals"]),
                is_by_hand=True,
            )
        )
    return organisations, found
