"""Enrolling, changing and removing participants, with the search index."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from django.db import IntegrityError

from emporion.core.models import JournalEntry
from emporion.core.searchindex.query import search
from emporion.core.translated import as_dict
from emporion.edition.domain import changing, editions, enrolment, pavilions
from emporion.edition.domain.enrolment import Acts, Enrolled, Interest
from emporion.edition.models import Edition, Fact, Participation, Pavilion
from emporion.edition.queries import search_scope
from emporion.registry import domain as registry
from emporion.registry import queries as registered
from tests import factories


@pytest.fixture
def firms(edition: Any) -> list[int]:
    pavilions.add_pavilions(
        edition,
        [pavilions.NewPavilion("A", {"en": "Main"}), pavilions.NewPavilion("B", {"en": "Other"})],
    )
    return registry.add_organisations(
        edition.expo, [registry.NewOrganisation({"en": f"Firm {n}"}) for n in range(400)]
    )


def hits(edition: Any, query: str, kind: str) -> list[str]:
    found = search(search_scope(edition), query, kinds=[kind], language="en")
    return [hit.object_id for hit in found.hits]


def test_enrol_writes_everything_in_order(edition: Any, firms: list[int]) -> None:
    (person,) = registry.add_people(edition.expo, [registry.NewPerson("Ada")])
    row = Enrolled(
        "exhibitor",
        {"en": "Löyly", "zh-hans": "洛伊利"},
        firms[0],
        country="FI",
        pavilion="B",
        stand="B-12",
        about={"en": "Smoke saunas"},
        markets=["CN"],
        languages=["en"],
        tables=2,
        max_meetings=9,
        offers=[Interest("health", {"en": "A portable sauna"}), Interest("vr")],
        needs=[Interest(text={"en": "Partners"}, markets=["CN"], deal_type="agency")],
        delegates=[Acts(person, True, ["2023-11-23"], [["2023-11-23", "09:00", "10:00"]])],
        public_id="abc234",
    )
    (key,) = enrolment.enrol(edition, [row])
    made = Participation.objects.get(pk=key)
    assert (made.pavilion.letter, made.tables, made.max_meetings) == ("B", 2, 9)
    assert as_dict(made.display_name) == {"en": "Löyly", "zh-hans": "洛伊利"}
    assert [(o.code, as_dict(o.text)) for o in made.offers.order_by("pk")] == [
        ("health", {"en": "A portable sauna"}),
        ("vr", {}),
    ]
    assert made.needs.get().deal_type == "agency"
    assert made.delegates.get().blocked == [["2023-11-23", "09:00", "10:00"]]
    assert hits(edition, "洛伊利", "exhibitor") == ["abc234"]
    assert hits(edition, "芬兰", "exhibitor") == ["abc234"]
    assert hits(edition, "portable", "offer") == ["abc234.0"]
    found = search(search_scope(edition), "sauna", kinds=["exhibitor"])
    assert found.facets["pavilion"] == {"B": 1}
    assert found.facets["group"] == {"health": 1, "vr": 1}


def test_enrol_many_keeps_order_and_short_transactions(edition: Any, firms: list[int]) -> None:
    rows = [
        Enrolled(
            "exhibitor" if n % 2 else "buyer",
            {"en": f"Firm {n}"},
            firms[n],
            offers=[Interest("ai"), Interest("vr")],
        )
        for n in range(400)
    ]
    told: list[int] = []
    keys = enrolment.enrol(edition, rows, on_progress=told.append)
    stored = {pk: str(name) for pk, name in Participation.objects.values_list("pk", "display_name")}
    assert [stored[key] for key in keys] == [f"Firm {n}" for n in range(400)]
    assert told[-1] == 400
    # 200 exhibitors have 600 documents, at most 100 in a transaction.
    assert len(told) >= 6
    assert (
        sum(e.object_count for e in JournalEntry.objects.filter(action="participation.enrol"))
        == 400
    )


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"role": "king"}, "'king' is no role"),
        ({"pavilion": "Z"}, "there is no pavilion 'Z': A, B"),
        ({"organisation_id": None}, "an organisation or a person is needed"),
        ({"tables": 0}, "0 tables"),
    ],
)
def test_enrol_refuses_before_anything_is_written(
    edition: Any, firms: list[int], change: dict[str, Any], what: str
) -> None:
    good = Enrolled("exhibitor", {"en": "Good"}, firms[0])
    with pytest.raises(editions.EditionError, match=rf"Participant 2 \(Bad\): {what}"):
        enrolment.enrol(
            edition, [good, Enrolled("exhibitor", {"en": "Bad"}, firms[1])._replace(**change)]
        )
    assert Participation.objects.count() == 0


def test_enrol_the_same_id_twice_is_refused(edition: Any, firms: list[int]) -> None:
    row = Enrolled("buyer", {"en": "A"}, firms[0], source="list", external_id="1")
    with pytest.raises(IntegrityError):
        enrolment.enrol(edition, [row, row])
    assert Participation.objects.count() == 0


def test_change_participations_reindexes_and_tells_what_was(edition: Any, firms: list[int]) -> None:
    (key,) = enrolment.enrol(
        edition,
        [
            Enrolled(
                "exhibitor",
                {"en": "Old"},
                firms[0],
                pavilion="A",
                public_id="abc234",
                offers=[Interest("ai", {"en": "first"}), Interest("vr", {"en": "second"})],
            )
        ],
    )
    before = changing.change_participations(
        edition,
        {
            key: {
                "display_name": {"en": "Brandnew"},
                "pavilion": "B",
                "country": "CN",
                "offers": [Interest("cloud", {"en": "third"})],
            }
        },
    )
    assert before == {
        "abc234": {
            "display_name": {"en": "Old"},
            "pavilion": "A",
            "country": "",
            "offers": [["ai", {"en": "first"}, [], ""], ["vr", {"en": "second"}, [], ""]],
        }
    }
    assert hits(edition, "brandnew", "exhibitor") == ["abc234"]
    assert hits(edition, "third", "offer") == ["abc234.0"]
    assert hits(edition, "second", "offer") == []
    assert Participation.objects.get().sort_key.startswith("brandnew")


def test_remove_participations_forgets_their_documents(edition: Any, firms: list[int]) -> None:
    keys = enrolment.enrol(
        edition,
        [
            Enrolled("exhibitor", {"en": f"Sauna {n}"}, firms[n], offers=[Interest("ai")])
            for n in range(3)
        ],
    )
    assert changing.remove_participations(edition, keys[:2]) == 2
    assert len(hits(edition, "sauna", "exhibitor")) == 1
    assert len(hits(edition, "", "offer")) == 1
    assert changing.remove_participations(edition, keys[:2]) == 0


def test_buyers_stand_in_no_search(edition: Any, firms: list[int]) -> None:
    enrolment.enrol(edition, [Enrolled("buyer", {"en": "Secret"}, firms[0])])
    assert search(search_scope(edition), "secret").total == 0


def test_create_edition_checks_its_words(db: None) -> None:
    expo = registry.create_expo("expo", "Expo")
    day = dt.date(2026, 1, 6)
    given: dict[str, Any] = {"title": "T", "starts": day, "ends": day}
    made = editions.create_edition(expo, "fair-2026", **given, zone="America/Los_Angeles")
    assert Edition._base_manager.get() == made
    for slug, change, what in (
        ("fair-2026", {}, "There is an edition “fair-2026” already"),
        ("Fair 26", {}, "cannot be the name of an edition"),
        ("x" * 51, {}, "cannot be the name of an edition"),
        ("a", {"ends": day - dt.timedelta(days=1)}, "before it starts"),
        ("a", {"zone": "Mars/Base"}, "no time zone “Mars/Base”"),
        ("a", {"zone": "../etc/passwd"}, "no time zone"),
        ("a", {"phase": "later"}, "'later' is no phase"),
    ):
        with pytest.raises(editions.EditionError, match=what):
            editions.create_edition(expo, slug, **{**given, **change})
    assert Edition._base_manager.count() == 1


def test_set_phase_and_facts(edition: Any) -> None:
    editions.set_phase(edition, "running")
    editions.set_phase(edition, "running")
    edition.refresh_from_db()
    assert edition.phase == "running"
    assert JournalEntry.objects.filter(action="edition.phase").count() == 1
    fact = editions.NewFact("area", "100,000", {"en": "Area"}, "Organiser", dt.date(2023, 11, 27))
    assert editions.set_facts(edition, [fact, fact._replace(key="firms")]) == 2
    assert editions.set_facts(edition, [fact]) == 1
    assert [f.key for f in Fact.objects.all()] == ["area"]
    with pytest.raises(editions.EditionError, match="has no source"):
        editions.set_facts(edition, [fact._replace(source=" ")])
    assert Fact.objects.count() == 1


def test_pavilions_take_a_letter_once_and_stay_while_somebody_stands_in_them(edition: Any) -> None:
    pavilions.add_pavilions(edition, [pavilions.NewPavilion("A", {"en": "Main"})])
    for letter, what in (("A", "a pavilion A already"), ("AB", "is no letter"), ("1", "no letter")):
        with pytest.raises(editions.EditionError, match=what):
            pavilions.add_pavilions(edition, [pavilions.NewPavilion(letter, {})])
    factories.make_participation(edition, pavilion=Pavilion.objects.get())
    assert pavilions.remove_pavilions(edition, ["A", "B"]) == 0
    assert Pavilion.objects.count() == 1


def test_delegations_keep_their_order(edition: Any) -> None:
    bodies = registry.add_bodies(
        edition.expo, [registry.NewBody("association", {"en": name}) for name in ("One", "Two")]
    )
    made = pavilions.add_delegations(edition, [pavilions.NewDelegation(b) for b in bodies])
    assert len(set(made)) == 2
    assert [str(b) for b in registered.bodies(edition.expo)] == ["One", "Two"]


def test_locks_stay_short_on_many_exhibitors(edition: Any, firms: list[int]) -> None:
    """The longest chunk of real texts; 250 ms is the bar, with room for a slow machine."""
    text = {"en": "We make many portable saunas for small hotels all over the world. " * 8}
    rows = [
        Enrolled(
            "exhibitor",
            {"en": f"Firm {n}"},
            firms[n],
            about=text,
            offers=[Interest("ai"), Interest("vr"), Interest("cloud")],
        )
        for n in range(100)
    ]
    longest, last = 0.0, time.process_time()

    def tell(_done: int) -> None:
        nonlocal longest, last
        longest, last = max(longest, time.process_time() - last), time.process_time()

    enrolment.enrol(edition, rows, on_progress=tell)
    assert longest < 0.25
