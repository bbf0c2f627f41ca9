"""The exhibitors: those written by hand, the two delegations, the rest, and some doubles."""

from dataclasses import dataclass, field, replace

from emporion.demo.generator import profiles
from emporion.demo.generator.cast import cast_exhibitors
from emporion.demo.generator.countries import Country, countries, draw_country
from emporion.demo.generator.dice import Dice, Weights
from emporion.demo.generator.names import firm, person, respelled
from emporion.demo.generator.records import Exhibitor, Interest, Organisation
from emporion.demo.generator.stands import Stands
from emporion.demo.generator.word_lists import words

FULL_COUNT = 826  # ours; published is "over 800"
FINNISH = 24
SOUTH_AFRICAN = 19
DOUBLES = 0.02
CO_EXHIBITORS = 0.08
_GUESTS = (("FI", "F", 200, FINNISH), ("ZA", "D", 107, SOUTH_AFRICAN))
_TABLES = {"micro": (1, 2), "small": (1, 3), "medium": (2, 4), "large": (3, 6)}


def exhibitor_count(scale: float) -> int:
    """How many exhibitors an edition of this scale has; at least those written by hand."""
    return max(12, round(FULL_COUNT * scale))


@dataclass
class _Hall:
    """What is being built up: the list, names in use, free stands, room left in pavilions."""

    dice: Dice
    used: set[str] = field(default_factory=set)
    stands: dict[str, Stands] = field(default_factory=dict)
    found: list[Exhibitor] = field(default_factory=list)


def make_exhibitors(scale: float, seed: int) -> list[Exhibitor]:
    """All exhibitors of an edition, those written by hand first.

    Stands are unique within a pavilion. `main`, `delegation` and `double_of` are indexes.
    """
    count = exhibitor_count(scale)
    hall = _Hall(Dice(seed, "exhibitors"))
    hall.found = cast_exhibitors()
    for exhibitor in hall.found:
        hall.used |= set(exhibitor.organisation.names.values())
    guests = _guest_numbers(hall.found, scale, count)
    _open_stands(hall, count, guests)
    doubles = round(DOUBLES * count)
    for delegation, numbers in enumerate(guests):
        code, letter, _, _ = _GUESTS[delegation]
        main = next(
            i for i, e in enumerate(hall.found) if e.stand == f"{letter} {_GUESTS[delegation][2]}"
        )
        for number in numbers:
            if len(hall.found) < count - doubles:
                made = _exhibitor(hall, letter, countries()[code], f"{letter} {number}")
                made.role, made.main, made.delegation = "co_exhibitor", main, delegation
                hall.found.append(made)
    letters = _letters_left(hall, count)
    for letter in letters[: len(letters) - doubles]:
        hall.found.append(_exhibitor(hall, letter, None, hall.stands[letter].next()))
    _join_stands(hall, count)
    _add_doubles(hall, letters[len(letters) - doubles :])
    return hall.found


def _guest_numbers(cast: list[Exhibitor], scale: float, count: int) -> list[list[int]]:
    """Stand numbers for the firms of the two delegations beyond those written by hand."""
    taken = {e.stand for e in cast}
    found: list[list[int]] = []
    for delegation, (_, letter, first, full) in enumerate(_GUESTS):
        by_hand = sum(1 for e in cast if e.delegation == delegation and e.main is not None)
        wanted = max(0, round(full * scale) - by_hand)
        numbers = (n for n in range(first + 1, 1000) if f"{letter} {n}" not in taken)
        found.append([next(numbers) for _ in range(min(wanted, count // 8))])
    return found


def _open_stands(hall: _Hall, count: int, guests: list[list[int]]) -> None:
    reserved: dict[str, set[int]] = {}
    for exhibitor in hall.found:
        reserved.setdefault(exhibitor.pavilion, set()).add(int(exhibitor.stand[2:]))
    for (_, letter, first, full), numbers in zip(_GUESTS, guests, strict=True):
        last = max([first + full, *numbers])
        reserved.setdefault(letter, set()).update(range(first, last + 1))
    for letter, row in words("pavilions").items():
        if letter != "minutes":
            expected = 2 * count * row["exhibitors"] // FULL_COUNT + 12
            hall.stands[letter] = Stands(
                letter, row["rows-from"], expected, reserved.get(letter, set())
            )


def _letters_left(hall: _Hall, count: int) -> list[str]:
    """Pavilions of the exhibitors still to come, so that the shares of pavilions.toml are met."""
    table = {k: v for k, v in words("pavilions").items() if k != "minutes"}
    placed = dict.fromkeys(table, 0)
    for exhibitor in hall.found:
        placed[exhibitor.pavilion] += 1
    letters: list[str] = []
    while len(letters) + len(hall.found) < count:
        total = len(letters) + len(hall.found) + 1
        # The pavilion that is farthest behind its share comes next.
        letter = max(table, key=lambda k: table[k]["exhibitors"] * total - placed[k] * FULL_COUNT)
        placed[letter] += 1
        letters.append(letter)
    return letters


def _exhibitor(hall: _Hall, letter: str, country: Country | None, stand: str) -> Exhibitor:
    dice = hall.dice
    groups = tuple(words("pavilions")[letter]["groups"])
    group = groups[dice.weighted(Weights(range(len(groups) + 1, 1, -1)))]
    if country is None:
        country = draw_country(dice, "exhibitors")
        if letter == "C" and country.code == "CN" and dice.chance(0.35):
            country = draw_country(dice, "exhibitors")
    fields = profiles.draw_fields(dice, groups, group)
    deals = profiles.draw_deals(dice, "exhibitor", group)
    markets = profiles.draw_markets(dice, country, "exhibitor")
    spoken, written = profiles.draw_languages(dice, country)
    city = dice.pick(country.cities)
    named = firm(dice, country, city, "exhibitor", group, hall.used)
    size = profiles.draw_size(dice)
    slots = profiles.make_slots(
        dice, written, named.short, country, city, fields, markets, deals, size
    )
    listed = not dice.chance(profiles.WITHOUT_CATEGORIES)
    index = len(hall.found)
    about = profiles.write_about(dice, "exhibitor", written, slots)
    offers = [
        Interest(
            code if listed else "", profiles.write_lines("offer", "line", written, slots, code)
        )
        for code in fields
    ]
    needs = profiles.exhibitor_needs(dice, written, slots, fields, markets, deals, listed)
    tables = dice.between(*_TABLES[size])
    return Exhibitor(
        organisation=Organisation(
            f"E-{index:04d}", named.names, country.code, city, size,
            f"https://www.{named.slug or 'stand'}-{index}.example" if dice.chance(0.8) else "",
        ),
        role="exhibitor",
        pavilion=letter,
        stand=stand,
        about=about,
        languages=spoken,
        markets=markets,
        offers=offers,
        needs=needs,
        people=[
            person(dice, country, f"E-{index:04d}-{k}", index * 4 + k, "exhibitor",
                   f"{named.slug or 'stand'}-{index}")
            for k in range(dice.between(1, min(3, tables + 1)))
        ],
        tables=tables,
        max_meetings=min(40 * tables, tables * dice.between(22, 44)),
        max_meetings_per_day=8 * tables,
        fields=fields,
    )  # fmt: skip


def _join_stands(hall: _Hall, count: int) -> None:
    """Make some small firms co-exhibitors of large ones in the same pavilion."""
    dice = hall.dice
    wanted = round(CO_EXHIBITORS * count) - sum(e.role == "co_exhibitor" for e in hall.found)
    mains: dict[str, list[int]] = {}
    small: list[int] = []
    for i, e in enumerate(hall.found):
        if e.is_by_hand or e.main is not None:
            continue
        if e.organisation.size == "large":
            mains.setdefault(e.pavilion, []).append(i)
        elif e.organisation.size in {"micro", "small"}:
            small.append(i)
    for i in dice.sample(small, max(0, wanted)):
        near = mains.get(hall.found[i].pavilion)
        if near:
            hall.found[i].role = "co_exhibitor"
            hall.found[i].main = dice.pick(near)


def _add_doubles(hall: _Hall, letters: list[str]) -> None:
    """The same firm once more, spelled as another list has it, on a stand of its own."""
    dice = hall.dice
    open_to: dict[str, list[int]] = {}
    for i, e in enumerate(hall.found):
        if not e.is_by_hand and e.main is None:
            open_to.setdefault(e.pavilion, []).append(i)
    for letter in letters:
        near = open_to.get(letter) or next(iter(open_to.values()))
        i = near.pop(dice.below(len(near)))
        first = hall.found[i]
        index = len(hall.found)
        names = respelled(dice, first.organisation.names, first.organisation.city)
        about = dict(first.about) if dice.chance(0.5) else {}
        if about and dice.chance(0.5):
            about = {k: v[: len(v) * 2 // 3].rstrip() for k, v in about.items()}
        hall.found.append(
            replace(
                first,
                organisation=replace(
                    first.organisation, external_id=f"E-{index:04d}", names=names, website=""
                ),
                stand=hall.stands[first.pavilion].next(),
                about=about,
                offers=[replace(o, text=dict(o.text)) for o in first.offers[:2]],
                needs=[replace(n, text=dict(n.text)) for n in first.needs],
                people=[
                    replace(p, external_id=f"E-{index:04d}-{k}", phone=None)
                    for k, p in enumerate(first.people[:1])
                ],
                tables=1,
                max_meetings=20,
                max_meetings_per_day=8,
                role="exhibitor",
                main=None,
                double_of=i,
            )
        )
