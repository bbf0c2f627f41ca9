"""Made-up names of people and companies, in their own script with a Latin form."""

import unicodedata
from dataclasses import dataclass

from emporion.demo.generator.countries import Country
from emporion.demo.generator.dice import Dice
from emporion.demo.generator.records import Person, Text
from emporion.demo.generator.word_lists import words


def slug(text: str) -> str:
    """ASCII letters and digits joined by hyphens, for addresses; "" when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())


def _split(entry: str) -> tuple[str, str]:
    native, _, latin = entry.partition("|")
    return native, latin or native


def person_name(dice: Dice, culture: str) -> tuple[str, str]:
    """A name in its own script and in Latin letters (the same twice where that is its script)."""
    table = words("people-scripts").get(culture) or words("people-latin")[culture]
    family, family_latin = _split(dice.pick(table["family"]))
    given, given_latin = _split(dice.pick(table["given"]))
    if table.get("joined") and not table.get("single") and dice.chance(0.8):
        second, second_latin = _split(dice.pick(table["given"]))
        given, given_latin = given + second, given_latin + second_latin
    given_latin = given_latin[0].upper() + given_latin[1:]
    if table.get("joined"):
        return family + given, f"{family_latin} {given_latin}"
    if table.get("order") == "family-first":
        return f"{family} {given}", f"{family_latin} {given_latin}"
    return f"{given} {family}", f"{given_latin} {family_latin}"


def phone_number(country: Country, number: int) -> str:
    """A number that cannot exist: no national number begins with 000."""
    return f"+{country.dial}000{number:07d}"


def person(
    dice: Dice, country: Country, external_id: str, number: int, side: str, domain: str
) -> Person:
    """A made-up person; `number` keeps phone numbers apart, `side` chooses the job titles."""
    name, latin = person_name(dice, country.culture)
    titles = words("firms")["titles"]
    k = dice.below(len(titles[side]))
    title: Text = {"en": titles[side][k]}
    if country.culture in {"chinese", "cantonese"}:
        title["zh-hans"] = titles[f"{side}-zh"][k]
    mail: str | None = f"{slug(latin).replace('-', '.')}.{number}@{domain}.example"
    phone: str | None = phone_number(country, number)
    u = dice.unit()
    if u < (0.36 if country.code == "CN" else 0.12):
        mail = None  # reached by phone alone
    elif u > 0.8:
        phone = None
    return Person(external_id, name, latin, country.languages[0], title, mail, phone)


@dataclass(slots=True)
class Firm:
    """A company name: as listed, as used inside a text, as part of an address."""

    names: Text
    short: Text
    slug: str


def _chinese_firm(
    dice: Dice, country: Country, city: str, side: str, trade: dict[str, str]
) -> Firm:
    table = words("firms")["chinese"]
    first, first_latin = _split(dice.pick(table["first"]))
    second, second_latin = _split(dice.pick(table["second"]))
    stem, latin = first + second, (first_latin + second_latin).capitalize()
    city_zh = table["cities"][city]
    brand = f"{stem}{trade['zh']}"
    english = f"{latin} {trade['en']}"
    u = dice.unit()
    full = f"{city_zh}{brand}{dice.pick(table['endings'])}" if u < 0.7 else brand
    if u > 0.9:
        full = f"{brand}（{city_zh}）{dice.pick(table['endings'])}"
    names: Text = {"zh-hans": full}
    v = dice.unit()
    if v < 0.4:
        names["en"] = f"{city} {english} Co., Ltd."
    elif v < 0.65:
        names["en"] = english
    elif v < 0.82:
        names["en"] = f"{english} ({city}) Co., Ltd"
    if country.code in {"HK", "MO"}:
        names["en"] = f"{english} ({city}) Limited"
    return Firm(names, {"en": latin, "zh-hans": stem + trade["zh"][:2]}, slug(latin))


def _stem(dice: Dice, country: Country) -> tuple[str, str]:
    table = words("firms")
    flavour = table["flavours"].get(country.culture)
    if flavour and dice.chance(0.75):
        return _split(dice.pick(table["local"][flavour]))
    if dice.chance(0.5):
        stem = dice.pick(table["latin"]["roots"]) + dice.pick(table["latin"]["tails"])
    else:
        stem = f"{dice.pick(table['latin']['first'])} {dice.pick(table['latin']['second'])}"
    return stem, stem


def _other_firm(dice: Dice, country: Country, city: str, side: str, trade: dict[str, str]) -> Firm:
    native, latin = _stem(dice, country)
    middle = f" {city}" if dice.chance(0.2) else ""
    form = dice.pick(country.forms)
    full = f"{latin}{middle} {trade['en']}"
    full = f"PT {full}" if form == "PT" else f"{full} {form}"
    names: Text = {"en": full}
    short: Text = {"en": latin}
    if country.languages[0] == "ar":
        names["ar"] = f"شركة {native} {trade['ar']}"
        short["ar"] = f"شركة {native}"
    elif native != latin and dice.chance(0.3):
        # Real lists mix scripts within one name.
        names["en"] = f"{native} {full}"
    return Firm(names, short, slug(latin))


def firm(dice: Dice, country: Country, city: str, side: str, group: str, used: set[str]) -> Firm:
    """A company name that is not in `used`, and is then added to it.

    `side` is "exhibitor" (the name tells the trade of `group`) or "buyer".
    """
    lists = words("firms")["buyers"]
    trades = {**words("trade-1"), **words("trade-2")}[group]
    for _ in range(200):
        if side == "buyer" and dice.chance(0.8):
            trade = {
                "en": dice.pick(lists["en"]),
                "zh": dice.pick(lists["zh"]),
                "ar": dice.pick(lists["ar"]),
            }
        else:
            trade = {
                "en": dice.pick(trades["firm-en"]),
                "zh": dice.pick(trades["firm-zh"]),
                "ar": trades["firm-ar"],
            }
        make = _chinese_firm if city in words("firms")["chinese"]["cities"] else _other_firm
        made = make(dice, country, city, side, trade)
        keys = set(made.names.values())
        if not keys & used:
            used |= keys
            return made
    raise RuntimeError(f"no unused company name for {country.code}: add stems to firms.toml")


def respelled(dice: Dice, names: Text, city: str) -> Text:
    """The same company as another list would spell it: a likely double."""
    spelled: Text = {}
    english = names.get("en", "")
    if english:
        for form in (" Co., Ltd.", " Co., Ltd", " Limited", " Oy", " GmbH", " Ltd", " LLC"):
            english = english.removesuffix(form)
        english = english.removeprefix(f"{city} ").replace(f" ({city})", "")
        spelled["en"] = dice.pick(
            [english.upper(), f"{english} Group", english.replace(" ", ""), f"{english} - {city}"]
        )
    chinese = names.get("zh-hans", "")
    if chinese and (not english or dice.chance(0.5)):
        for ending in words("firms")["chinese"]["endings"]:
            chinese = chinese.removesuffix(ending)
        spelled["zh-hans"] = f"{chinese}（展商）" if chinese == names["zh-hans"] else chinese
    if "ar" in names and not spelled.get("zh-hans"):
        spelled["ar"] = names["ar"].removeprefix("شركة ")
    return spelled
