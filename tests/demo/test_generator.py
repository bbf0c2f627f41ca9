"""The model edition as data: counts, shares, uniqueness, and the same bytes for the same seed."""

import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from functools import cache

import pytest

from emporion.demo import generator
from emporion.demo.generator import ModelEdition
from emporion.demo.generator.countries import countries
from emporion.registry import taxonomy

SMALL = 0.02
MIDDLE = 0.25


@cache
def edition(scale: float = SMALL, seed: int = generator.SEED) -> ModelEdition:
    return generator.generate(scale, seed)


def share(marks: list[bool]) -> float:
    return sum(marks) / len(marks)


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [s for pair in value.items() for part in pair for s in strings(part)]
    if isinstance(value, list | tuple):
        return [s for part in value for s in strings(part)]
    return []


@pytest.mark.parametrize(
    ("scale", "exhibitors", "buyers"), [(0.001, 12, 20), (SMALL, 17, 300), (MIDDLE, 206, 3750)]
)
def test_counts_follow_scale(scale: float, exhibitors: int, buyers: int) -> None:
    made = edition(scale)
    assert len(made.exhibitors) == exhibitors
    assert len(made.buyers) == buyers
    assert len(made.pavilions) == 7
    assert len(made.slots) == 40
    assert Counter(b.kind == "guest_country" for b in made.bodies) == {True: 2, False: 68}


@pytest.mark.parametrize("scale", [0, -1, 4.1, float("nan")])
def test_generate_refuses_scale_out_of_range(scale: float) -> None:
    with pytest.raises(ValueError, match="expected a number above 0 and at most 4"):
        generator.generate(scale)


def test_same_seed_same_digest_other_seed_another() -> None:
    first = edition()
    again = generator.generate(SMALL)
    requests = generator.make_requests(first, first.seed)
    assert generator.digest(first, requests) == generator.digest(
        again, generator.make_requests(again, again.seed)
    )
    assert generator.digest(first) != generator.digest(edition(SMALL, 1))


def test_digest_is_the_same_in_a_process_with_another_hash_seed() -> None:
    code = (
        "import sys; from emporion.demo import generator as g; e = g.generate(0.02);"
        "print(g.digest(e, g.make_requests(e, e.seed)));"
        "assert 'django' not in sys.modules, 'the generator needs no Django'"
    )
    out = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "4242", "PYTHONPATH": ":".join(p for p in sys.path if p)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    here = edition()
    assert out.stdout.strip() == generator.digest(here, generator.make_requests(here, here.seed))


def test_stands_ids_and_names_are_unique() -> None:
    made = edition(MIDDLE)
    stands = [e.stand for e in made.exhibitors]
    assert len(set(stands)) == len(stands)
    assert [e.stand for e in made.exhibitors if not e.stand.startswith(e.pavilion + " ")] == []
    people = [p for e in made.exhibitors for p in e.people] + [b.person for b in made.buyers]
    organisations = [e.organisation for e in made.exhibitors] + made.organisations
    for ids in (
        [p.external_id for p in people],
        [o.external_id for o in organisations],
        [p.phone for p in people if p.phone],
    ):
        assert len(set(ids)) == len(ids)
    names = [n for o in organisations for n in set(o.names.values())]
    twice = {n for n, times in Counter(names).items() if times > 1}
    doubles = {
        n for e in made.exhibitors if e.double_of is not None for n in e.organisation.names.values()
    }
    exhibitors = {n for e in made.exhibitors for n in e.organisation.names.values()}
    assert (twice & exhibitors) - doubles - {
        n for o in made.organisations for n in o.names.values()
    } == set()


def test_every_person_can_be_reached_and_no_address_is_real() -> None:
    made = edition(MIDDLE)
    people = [p for e in made.exhibitors if e.double_of is None for p in e.people]
    people += [b.person for b in made.buyers]
    assert [p for p in people if not p.email and not p.phone] == []
    assert [p.email for p in people if p.email and not p.email.endswith(".example")] == []
    prefixes = tuple(f"+{c.dial}000" for c in countries().values())
    assert [p.phone for p in people if p.phone and not p.phone.startswith(prefixes)] == []
    chinese = [b.person.email is None for b in made.buyers if b.country == "CN"]
    assert 0.3 < share(chinese) < 0.42


def test_lists_are_as_poor_as_real_ones() -> None:
    made = edition(MIDDLE)
    # Without the ones by hand, which are whole.
    exhibitors = [e for e in made.exhibitors if not e.is_by_hand and e.double_of is None]
    buyers = [b for b in made.buyers if not b.is_by_hand]
    assert 0.13 < share([not b.about for b in buyers]) < 0.19
    assert 0.12 < share([not any(n.code for n in b.needs) for b in buyers]) < 0.18
    assert 0.08 < share([not e.about for e in exhibitors]) < 0.25
    assert 0.08 < share([not any(o.code for o in e.offers) for e in exhibitors]) < 0.23
    assert sum(e.double_of is not None for e in made.exhibitors) == round(0.02 * 206)
    long = [e.about["en"] for e in exhibitors if len(e.about.get("en", "")) > 200]
    assert 0.3 < share([text[-1] not in ".!?" for text in long]) < 0.7


def test_doubles_name_the_same_firm_differently() -> None:
    made = edition(MIDDLE)
    for double in made.exhibitors:
        if double.double_of is not None:
            first = made.exhibitors[double.double_of]
            assert double.organisation.names != first.organisation.names
            assert double.organisation.names != {}
            assert double.organisation.country == first.organisation.country
            assert double.fields == first.fields
            assert double.pavilion == first.pavilion


def test_buyers_come_from_63_countries() -> None:
    assert len(countries()) == 63
    for scale in (SMALL, MIDDLE):
        assert {b.country for b in edition(scale).buyers} == set(countries())


def test_codes_deal_types_and_markets_are_known() -> None:
    made = edition(MIDDLE)
    sides = [*made.exhibitors, *made.buyers]
    interests = [i for p in sides for i in (*p.needs, *p.offers)]
    assert {i.code for i in interests} - {"", *taxonomy.codes()} == set()
    assert {i.deal_type for i in interests} - {"", *taxonomy.deal_types()} == set()
    regions = {c.region for c in countries().values()}
    markets = {m for p in sides for m in p.markets} | {m for i in interests for m in i.markets}
    assert markets - set(countries()) - regions == set()
    # Somebody silent in code and in words would say nothing at all.
    assert [i for i in interests if not i.code and not any(i.text.values())] == []


def test_texts_hold_no_open_slot_or_control_sign() -> None:
    made = edition(MIDDLE)
    for row in (*made.exhibitors, *made.buyers, *made.organisations, *made.bodies):
        for text in strings(asdict(row)):
            assert not any(sign in text for sign in "{}[]|\x00\n\t"), text
            assert text == text.strip(), text
            assert not any(0xD800 <= ord(sign) <= 0xDFFF for sign in text)


def test_near_duplicates_are_few() -> None:
    assert generator.duplicate_share(edition(MIDDLE)).share < 0.02


def test_delegations_stand_together() -> None:
    made = edition(1.0)
    for delegation, code, letter, low, high, firms in (
        (0, "FI", "F", 200, 224, 24), (1, "ZA", "D", 107, 126, 19),
    ):  # fmt: skip
        members = [e for e in made.exhibitors if e.delegation == delegation]
        assert made.bodies[made.delegations[delegation].body].country == code
        assert {e.organisation.country for e in members} == {code}
        assert sum(e.main is not None for e in members) == firms
        assert sorted(e.stand for e in members) == [f"{letter} {n}" for n in range(low, high + 1)]
        others = [e.stand for e in made.exhibitors if e.delegation != delegation]
        assert set(others) & {e.stand for e in members} == set()


def test_full_size_has_the_counts_of_the_fair() -> None:
    made = edition(1.0)
    assert len(made.exhibitors) == 826
    assert len(made.buyers) == 15_000
    letters = Counter(e.pavilion for e in made.exhibitors)
    assert letters == {"A": 164, "B": 96, "C": 142, "D": 118, "E": 92, "F": 108, "G": 106}
    assert 0.07 < share([e.role == "co_exhibitor" for e in made.exhibitors]) < 0.09
    assert {e.tables for e in made.exhibitors} == {1, 2, 3, 4, 5, 6}


def test_co_exhibitors_have_a_main_exhibitor_in_their_pavilion() -> None:
    made = edition(MIDDLE)
    for e in made.exhibitors:
        assert (e.main is not None) == (e.role == "co_exhibitor")
        if e.main is not None:
            main = made.exhibitors[e.main]
            assert (main.pavilion, main.role) == (e.pavilion, "exhibitor")


def test_buyers_can_be_there() -> None:
    for b in edition(MIDDLE).buyers:
        assert b.days == tuple(range(b.days[0], b.days[-1] + 1))
        assert set(b.days) <= set(range(5))
        assert 3 <= b.max_meetings <= 12
        for first, last in b.blocked:
            assert first <= last
            assert first // 8 == last // 8
            assert first // 8 in b.days


@pytest.mark.parametrize("scale", [0.001, SMALL, MIDDLE])
def test_two_people_are_there_at_every_scale(scale: float) -> None:
    made = edition(scale)
    finn = made.exhibitors[made.finnish_exhibitor]
    assert (finn.organisation.names["en"], finn.stand) == ("Aava Well-being Oy", "F 214")
    assert (finn.organisation.country, finn.delegation, finn.pavilion) == ("FI", 0, "F")
    assert "partners to enter the Chinese market" in finn.about["en"]
    sita = made.buyers[made.nepalese_buyer]
    assert (sita.person.name, sita.country) == ("Sita Gurung", "NP")
    assert [n.code for n in sita.needs] == ["ai", "software", "vr"]
    fitting = [
        e for e in made.exhibitors
        if {"ai", "software", "vr"} & {code.partition(".")[0] for code in e.fields}
    ]  # fmt: skip
    assert len(fitting) >= 5
    care = [b for b in made.buyers if b.country == "CN" and any("health" in f for f in b.fields)]
    assert len(care) >= 3


def test_facts_carry_source_and_date() -> None:
    for fact in edition().facts:
        assert fact.url.startswith("http")
        assert fact.source in fact.url
        assert fact.date.year == 2023
        assert set(fact.label) == {"en", "zh-hans", "ar"}
    assert {f.key: f.value for f in edition().facts} == {
        "area": "100,000", "enterprises": "800+", "buyers": "15,000", "bodies": "68",
        "guest-countries": "2", "models": "50", "countries": "63",
    }  # fmt: skip


def test_only_guest_countries_are_real_bodies() -> None:
    for body in edition().bodies:
        assert body.is_made_up == (body.kind != "guest_country")
        if body.is_made_up:
            assert "Model" in body.names["en"]
    names = [body.names["en"] for body in edition().bodies]
    assert len(set(names)) == 70


def test_walking_minutes_make_some_pairs_unreachable_in_a_row() -> None:
    minutes = edition().walking_minutes
    assert (minutes == minutes.T).all()
    assert minutes.diagonal().tolist() == [1] * 7
    assert (minutes.min(), minutes.max()) == (1, 9)
    for via in range(7):
        assert (minutes <= minutes[:, [via]] + minutes[[via], :]).all()
    assert 0 < (minutes > 5).sum() < 36
    assert [p.gate_minutes for p in edition().pavilions] == [2, 4, 5, 6, 8, 7, 9]


def test_slots_are_half_hours_with_five_minutes_between() -> None:
    slots = edition().slots
    starts = [slot.starts.hour * 60 + slot.starts.minute for slot in slots]
    for k, slot in enumerate(slots):
        assert (slot.number, slot.day, slot.minutes) == (k, k // 8, 30)
    gaps = {b - a - 30 for a, b in zip(starts[:8], starts[1:8], strict=False)}
    assert gaps == {5, 105}  # lunch lies between
    assert slots[0].date.isoformat() == "2023-11-23"
    assert slots[-1].date.isoformat() == "2023-11-27"
