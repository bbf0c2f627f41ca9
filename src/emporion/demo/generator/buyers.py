"""The buyers and their companies, from 63 countries and regions."""

from emporion.demo.generator import profiles
from emporion.demo.generator.cast import cast_buyers
from emporion.demo.generator.countries import Country, countries, draw_country
from emporion.demo.generator.dice import Dice, Weights
from emporion.demo.generator.names import Firm, firm, person
from emporion.demo.generator.records import Body, Buyer, Delegation, Interest, Organisation
from emporion.demo.generator.texts import Slots

FULL_COUNT = 15_000  # published: about 15,000 registered
DAYS = 5
SLOTS_A_DAY = 8
SHARED_COMPANY = 0.2
_IN_DELEGATION = 0.6
_DAY_COUNTS = Weights((34, 30, 18, 9, 9))
_BUSY = 0.2
_BUSY_SESSION = 0.12


def buyer_count(scale: float) -> int:
    """How many buyers an edition of this scale has."""
    return max(20, round(FULL_COUNT * scale))


def make_buyers(
    scale: float, seed: int, bodies: list[Body], delegations: list[Delegation]
) -> tuple[list[Organisation], list[Buyer]]:
    """Companies and buyers, those written by hand first; every country at least once if it can."""
    dice = Dice(seed, "buyers")
    organisations, found = cast_buyers()
    used = {name for o in organisations for name in o.names.values()}
    firms: list[Firm | None] = [None] * len(organisations)
    of_country = {bodies[d.body].country: i for i, d in enumerate(delegations)}
    once = list(countries().values())
    count = buyer_count(scale)
    last: tuple[Country, str] | None = None
    while len(found) < count:
        shared = last is not None and not once and dice.chance(SHARED_COMPANY)
        if shared and last is not None:
            country, group = last
        else:
            use_next = bool(once) and count >= 2 * len(countries())
            country = once.pop() if use_next else draw_country(dice, "buyers")
            if not use_next:
                once = []
            groups, weights = profiles.group_weights()
            group = groups[dice.weighted(weights)]
            organisation, named = make_company(dice, country, group, len(organisations), used)
            organisations.append(organisation)
            firms.append(named)
        last = country, group
        named_now = firms[-1]
        assert named_now is not None
        fields = draw_buyer_fields(dice, group)
        buyer = make_buyer(dice, country, group, fields, organisations[-1], named_now, len(found))
        buyer.organisation = len(organisations) - 1
        if country.code in of_country and dice.chance(_IN_DELEGATION):
            buyer.delegation = of_country[country.code]
        found.append(buyer)
    for buyer in found:
        buyer.blocked = _blocked(dice, buyer)
    return organisations, found


def make_company(
    dice: Dice, country: Country, group: str, index: int, used: set[str]
) -> tuple[Organisation, Firm]:
    """A buyers' company and its name; `used` keeps names apart."""
    city = dice.pick(country.cities)
    named = firm(dice, country, city, "buyer", group, used)
    website = f"https://www.{named.slug or 'house'}-{index}.example" if dice.chance(0.4) else ""
    size = profiles.draw_size(dice)
    return (
        Organisation(f"O-{index:05d}", named.names, country.code, city, size, website),
        named,
    )


def draw_buyer_fields(dice: Dice, group: str) -> tuple[str, ...]:
    """What a buyer of a trade is after: codes of the taxonomy."""
    groups, weights = profiles.group_weights()
    second = groups[dice.weighted(weights)]
    fields = profiles.draw_fields(dice, (group, second), group)
    if dice.chance(0.12):
        fields = (group, *fields[1:])  # some only say the group
    return fields


def make_buyer(
    dice: Dice,
    country: Country,
    group: str,
    fields: tuple[str, ...],
    organisation: Organisation,
    named: Firm,
    index: int,
    days: int = DAYS,
) -> Buyer:
    """One buyer of a company who is after `fields`; `days` is how long the fair lasts."""
    deals = profiles.draw_deals(dice, "buyer", group)
    markets = profiles.draw_markets(dice, country, "buyer")
    spoken, written = profiles.draw_languages(dice, country)
    written = tuple(w for w in written if w != "en" or written[0] == "en" or dice.chance(0.5))
    slots = profiles.make_slots(
        dice,
        written,
        named.short,
        country,
        organisation.city,
        fields,
        markets,
        deals,
        organisation.size,
    )
    listed = not dice.chance(profiles.WITHOUT_CATEGORIES)
    about = profiles.write_about(dice, "buyer", written, slots)
    attended = _days(dice, days)
    domain = f"{named.slug or 'house'}-{organisation.external_id[2:]}"
    return Buyer(
        external_id=f"B-{index:05d}",
        person=person(dice, country, f"B-{index:05d}", 100_000 + index, "buyer", domain),
        organisation=0,
        country=country.code,
        about=about,
        languages=spoken,
        markets=markets,
        needs=_needs(dice, written, slots, fields, deals, markets, listed),
        offers=_offers(dice, written, slots, fields, deals, country, listed),
        days=attended,
        max_meetings=dice.between(3, 12),
        max_meetings_per_day=8 if dice.chance(0.7) else dice.between(4, 7),
        fields=fields,
        deal_types=deals,
    )


def _needs(
    dice: Dice,
    written: tuple[str, ...],
    slots: dict[str, Slots],
    fields: tuple[str, ...],
    deals: tuple[str, ...],
    markets: tuple[str, ...],
    listed: bool,
) -> list[Interest]:
    """One need a field; the text may be missing where the category is given."""
    found = []
    for i, code in enumerate(fields):
        deal = deals[i % len(deals)]
        silent = listed and dice.chance(0.35)
        text = {} if silent else profiles.write_lines("need", "buyer", written, slots, code)
        found.append(Interest(code if listed else "", text, markets, deal))
    return found


def _offers(
    dice: Dice,
    written: tuple[str, ...],
    slots: dict[str, Slots],
    fields: tuple[str, ...],
    deals: tuple[str, ...],
    country: Country,
    listed: bool,
) -> list[Interest]:
    """What a buyer brings: a sales network, a service, an agency, for their own market."""
    found = []
    for deal in deals:
        if deal in {"sourcing", "service"} and dice.chance(0.7):
            continue
        code = dice.pick(fields)
        which = deal if deal in profiles.DEALS_WITH_LINES else "buyer"
        text = profiles.write_lines("offer", which, written, slots, code)
        wide = (country.code, country.region) if dice.chance(0.3) else (country.code,)
        found.append(Interest(code if listed else "", text, wide, deal))
    return found


def _days(dice: Dice, days: int) -> tuple[int, ...]:
    """One to five days in a row."""
    length = min(dice.weighted(_DAY_COUNTS) + 1, days)
    first = dice.below(days - length + 1)
    return tuple(range(first, first + length))


def _blocked(dice: Dice, buyer: Buyer) -> list[tuple[int, int]]:
    """Ranges (first, last) of slots on attended days in which the buyer is not free."""
    half = SLOTS_A_DAY // 2
    busy: list[int] = []
    for day in buyer.days:
        for session in (0, 1):
            start = day * SLOTS_A_DAY + session * half
            if not buyer.is_by_hand and dice.chance(_BUSY_SESSION):
                busy += range(start, start + half)
            else:
                busy += [s for s in range(start, start + half) if dice.chance(_BUSY)]
    ranges: list[tuple[int, int]] = []
    for slot in busy:
        if ranges and ranges[-1][1] == slot - 1 and slot % half:
            ranges[-1] = (ranges[-1][0], slot)
        else:
            ranges.append((slot, slot))
    return ranges
