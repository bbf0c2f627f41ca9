"""What a made-up participant does, wants and writes: fields, deals, markets, lines, texts."""

from functools import cache

from emporion.demo.generator.countries import Country, countries
from emporion.demo.generator.dice import Dice, Weights
from emporion.demo.generator.records import Interest, Text
from emporion.demo.generator.texts import FULL_LANGUAGES, Slots, about, cut, line
from emporion.demo.generator.word_lists import words
from emporion.registry import taxonomy

WITHOUT_TEXT = 0.16
WITHOUT_CATEGORIES = 0.15
_LONG = {"zh-hans": 90}
_DEALS = {
    "exhibitor": (
        ("distribution", 34), ("market-entry", 14), ("agency", 10), ("joint-development", 10),
        ("licensing", 9), ("sourcing", 8), ("investment", 6), ("contract-manufacturing", 3),
        ("service", 3), ("joint-venture", 2), ("data-sharing", 1), ("franchise", 1),
    ),
    "buyer": (
        ("sourcing", 48), ("distribution", 24), ("agency", 6), ("service", 5),
        ("market-entry", 4), ("contract-manufacturing", 4), ("licensing", 3),
        ("joint-development", 3), ("investment", 2), ("joint-venture", 1), ("data-sharing", 1),
        ("franchise", 1),
    ),
}  # fmt: skip
# What these buyers bring is said in words of its own.
DEALS_WITH_LINES = {"investment", "joint-development", "licensing", "contract-manufacturing"}
_ONLY_IN = {
    "data-sharing": ("data", "ai", "health", "agri", "city", "mobility", "energy"),
    "franchise": ("living", "education", "ecommerce", "content", "health", "mobility"),
}
_SIZES = ("micro", "small", "medium", "large")
_SIZE_WEIGHTS = Weights((24, 36, 27, 13))
# Groups that many others buy from, whatever their own trade.
_UPSTREAM = ("chips", "cloud", "logistics", "marketing", "services", "fintech", "software")


@cache
def _falling(n: int) -> Weights:
    """Weights n, n-1, ..., 1: earlier entries more often."""
    return Weights(range(n, 0, -1))


@cache
def group_weights() -> tuple[tuple[str, ...], Weights]:
    """How much of each taxonomy group the fair shows: what buyers come for follows it."""
    totals = dict.fromkeys(taxonomy.groups(), 20)
    for letter, row in words("pavilions").items():
        if letter == "minutes":
            continue
        groups = row["groups"]
        share = len(groups) * (len(groups) + 1) // 2
        for i, group in enumerate(groups):
            totals[group] += row["exhibitors"] * 10 * (len(groups) - i) // share
    return tuple(totals), Weights(tuple(totals.values()))


def draw_fields(dice: Dice, groups: tuple[str, ...], group: str) -> tuple[str, ...]:
    """One to four leaves, most of them of `group`, some of other `groups`."""
    own = taxonomy.children(group)
    count = (1, 2, 2, 3, 3, 4)[dice.below(6)]
    found = [own[dice.weighted(_falling(len(own)))]]
    while len(found) < count:
        other = group if dice.chance(0.6) else groups[dice.weighted(_falling(len(groups)))]
        code = dice.pick(taxonomy.children(other))
        if code not in found:
            found.append(code)
        elif dice.chance(0.3):
            break
    return tuple(found)


def draw_size(dice: Dice) -> str:
    """micro, small, medium or large."""
    return _SIZES[dice.weighted(_SIZE_WEIGHTS)]


@cache
def _deal_weights(side: str) -> Weights:
    return Weights([weight for _, weight in _DEALS[side]])


def draw_deals(dice: Dice, side: str, group: str) -> tuple[str, ...]:
    """One to three different deal types that make sense in `group`."""
    found: list[str] = []
    for _ in range((1, 1, 2, 2, 3)[dice.below(5)]):
        deal = _DEALS[side][dice.weighted(_deal_weights(side))][0]
        if group not in _ONLY_IN.get(deal, (group,)):
            deal = "distribution"
        if deal not in found:
            found.append(deal)
    return tuple(found)


def draw_markets(dice: Dice, country: Country, side: str) -> tuple[str, ...]:
    """One to four markets: regions and countries, the Chinese one often for foreigners."""
    found: list[str] = []
    if country.code != "CN" and dice.chance(0.6 if side == "exhibitor" else 0.8):
        found.append("CN")
    regions = tuple(words("regions"))
    for _ in range((1, 1, 2, 3)[dice.below(4)]):
        u = dice.unit()
        if u < 0.25:
            market = country.region
        elif u < 0.65:
            market = dice.pick(regions)
        else:
            market = dice.pick(tuple(countries()))
        if market not in found and market != country.code:
            found.append(market)
    return tuple(found) or (country.region,)


def draw_languages(dice: Dice, country: Country) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Spoken languages, and the languages of the participant's texts."""
    spoken = list(country.languages)
    if "en" not in spoken and dice.chance(0.8):
        spoken.append("en")
    if country.code == "CN" and dice.chance(0.25):
        spoken.remove("en")
    if "zh-hans" not in spoken and dice.chance(0.2):
        spoken.append("zh-hans")
    written: list[str] = []
    home = country.languages[0] if country.code != "FI" else "fi"
    if home in {"zh-hans", "ar"}:
        written.append(home)
        if dice.chance(0.5):
            written.append("en")
        if home == "zh-hans" and dice.chance(0.04):
            written.append("ar")
    else:
        written.append("en")
        if home in {"fi", "fr", "es", "ru"} and dice.chance(0.5):
            written.append(home)
        if dice.chance(0.28 if "zh-hans" in spoken else 0.14):
            written.append("zh-hans")
    return tuple(spoken), tuple(written)


def write_about(
    dice: Dice, side: str, written: tuple[str, ...], slots_for: dict[str, Slots]
) -> Text:
    """The texts of a profile as a poor list has them: some missing, half of the long ones cut."""
    if dice.chance(WITHOUT_TEXT):
        return {}
    broken = dice.chance(0.5)
    found: Text = {}
    for language in written:
        text = about(side, slots_for[language])
        if broken and len(text) > _LONG.get(language, 240):
            text = cut(dice, text)
        found[language] = text
    if len(found) > 1 and dice.chance(0.03):
        # Now and then two languages stand in one column.
        joined = " / ".join(found.values())
        found = {written[0]: joined}
    return found


def write_lines(
    kind: str, which: str, written: tuple[str, ...], slots_for: dict[str, Slots], code: str
) -> Text:
    """The text of one offer or need about `code`, in the languages of the texts."""
    found: Text = {}
    for language in written:
        if language not in FULL_LANGUAGES:
            continue
        slots = slots_for[language]
        slots.turn_to(code)
        found[language] = line(kind, which, slots)
    return found


def make_slots(
    dice: Dice,
    written: tuple[str, ...],
    short: Text,
    country: Country,
    city: str,
    fields: tuple[str, ...],
    markets: tuple[str, ...],
    deals: tuple[str, ...],
    size: str,
) -> dict[str, Slots]:
    """Slots for each language of a participant's texts."""
    return {
        language: Slots(dice, language, short, country, city, fields, markets, deals, size)
        for language in written
    }


def exhibitor_needs(
    dice: Dice,
    written: tuple[str, ...],
    slots_for: dict[str, Slots],
    fields: tuple[str, ...],
    markets: tuple[str, ...],
    deals: tuple[str, ...],
    listed: bool,
) -> list[Interest]:
    """One need for each kind of deal; suppliers are looked for upstream of the own trade."""
    found = []
    for deal in deals:
        code = dice.pick(fields)
        if deal in {"sourcing", "service"}:
            code = dice.pick(taxonomy.children(dice.pick(_UPSTREAM)))
        wanted = tuple(dice.sample(markets, dice.between(1, 2)))
        for slots in slots_for.values():
            slots.deals, slots.markets = (deal,), wanted
        text = write_lines("need", "exhibitor", written, slots_for, code)
        found.append(Interest(code if listed else "", text, wanted, deal))
    return found
