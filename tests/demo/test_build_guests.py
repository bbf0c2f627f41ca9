"""`emporion demo-buyers`: what it adds, that it does so once, and that it goes on after a kill."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from emporion.core.tenancy import scope
from emporion.demo.domain import guests
from emporion.demo.generator import Shown, make_guests
from emporion.demo.interfaces.commands import demo_buyers
from emporion.edition.models import Delegate, Edition, Need, Participation
from emporion.meetings.models import MeetingRequest, Slot
from emporion.registry.models import Organisation, Person
from tests import factories


def codes() -> tuple[str, str]:
    from emporion.registry import taxonomy

    first = taxonomy.groups()[0]
    return taxonomy.children(first)[0], taxonomy.children(first)[1]


@pytest.fixture
def fair(db: None) -> Edition:
    made = factories.make_edition()
    for number in range(8):
        factories.make_participation(
            made, "exhibitor", name=f"Real firm {number}", offers=[codes()[number % 2]]
        )
    return made


def counts() -> tuple[int, ...]:
    from emporion.core.tenancy import scopes_disabled

    with scopes_disabled():
        return tuple(
            model._base_manager.count()
            for model in (Organisation, Person, Participation, Delegate, Need, MeetingRequest, Slot)
        )


def test_buyers_need_what_is_shown_and_all_is_marked(
    fair: Edition, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo_buyers(["--edition", fair.slug, "--count", "30"]) == 0
    said = capsys.readouterr().out
    assert "30 made-up buyers added" in said
    with scope(expo=fair.expo):
        buyers = list(Participation.objects.filter(edition=fair, role="buyer"))
        assert len(buyers) == 30
        assert {(b.is_made_up, b.source) for b in buyers} == {(True, "model-generator")}
        assert (
            Organisation.objects.filter(
                pk__in=[b.organisation_id for b in buyers], is_made_up=False
            ).count()
            == 0
        )
        assert (
            Person.objects.filter(pk__in=[b.person_id for b in buyers], is_made_up=False).count()
            == 0
        )
        named = set(Need.objects.filter(participation__in=buyers).values_list("code", flat=True))
        assert named - {""} == set(codes())
        # Nothing is said or done in the name of a real exhibitor.
        real = Participation.objects.filter(edition=fair, role="exhibitor")
        assert set(real.values_list("is_made_up", flat=True)) == {False}
        rows = MeetingRequest.objects.filter(edition=fair)
        assert set(rows.values_list("source", "state")) == {("model-generator", "open")}
        assert set(rows.values_list("asker__role", flat=True)) == {"buyer"}
        # Eight slots on each of the two days: the edition had none.
        assert Counter(Slot.objects.filter(edition=fair).values_list("date", flat=True)) == {
            fair.starts: 8,
            fair.ends: 8,
        }


def test_same_seed_again_adds_nothing_and_more_adds_the_rest(
    fair: Edition, capsys: pytest.CaptureFixture[str]
) -> None:
    demo_buyers(["--edition", fair.slug, "--count", "20"])
    before = counts()
    capsys.readouterr()
    assert demo_buyers(["--edition", fair.slug, "--count", "20"]) == 0
    assert "are in" in capsys.readouterr().out
    assert counts() == before
    assert demo_buyers(["--edition", fair.slug, "--count", "25"]) == 0
    assert "5 made-up buyers added" in capsys.readouterr().out
    assert demo_buyers(["--edition", fair.slug, "--count", "20", "--seed", "5"]) == 0
    with scope(expo=fair.expo):
        assert Participation.objects.filter(edition=fair, role="buyer").count() == 45


@pytest.mark.parametrize("at", ["add_people", "enrol", "take_requests"])
def test_stopped_run_is_completed_by_the_next(
    fair: Edition, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.make_edition()
    for number in range(8):
        factories.make_participation(
            other, "exhibitor", name=f"Real firm {number}", offers=[codes()[number % 2]]
        )
    demo_buyers(["--edition", other.slug, "--count", "12"])
    whole = counts()

    def stops(*words: Any, **more: Any) -> Any:
        raise KeyboardInterrupt

    home = {"add_people": guests.people, "enrol": guests.enrolment, "take_requests": guests.intake}
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(home[at], at, stops)
        demo_buyers(["--edition", fair.slug, "--count", "12"])
    assert demo_buyers(["--edition", fair.slug, "--count", "12"]) == 0
    with scope(expo=fair.expo):
        assert Participation.objects.filter(edition=fair, role="buyer").count() == 12
        rows = MeetingRequest.objects.filter(edition=fair)
        assert rows.values("asker").distinct().count() == 12
    made = [after - before for after, before in zip(counts(), whole, strict=True)]
    # The same as the other edition got: its eight exhibitors were counted before.
    assert made[0] == Organisation._base_manager.filter(expo=fair.expo).count() - 8
    assert made[1] == 12


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--edition", "nowhere", "--count", "5"], 1, "There is no edition 'nowhere'"),
        (["--edition", "nowhere", "--count", "0"], 2, "expected 1 to"),
        (["--edition", "nowhere", "--count", "5", "--seed", "-1"], 2, "expected 0 or more"),
    ],
)
def test_wrong_words_are_refused(
    db: None, words: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo_buyers(words) == status
    assert said in capsys.readouterr().err


def test_edition_without_exhibitors_is_refused(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = factories.make_edition()
    before = counts()
    assert demo_buyers(["--edition", empty.slug, "--count", "5"]) == 1
    assert "has no exhibitors yet" in capsys.readouterr().err
    assert counts() == before


def test_guests_of_a_larger_count_begin_with_the_same() -> None:
    shown = [Shown((code,), ("east-asia",), "US", (), ("en",)) for code in codes()] * 20
    few, many = (make_guests(shown, count, 3, [8, 8, 8]) for count in (40, 700))
    assert many.buyers[:40] == few.buyers
    size = len(few.pairs)
    assert np.array_equal(many.pairs[:size], few.pairs)
    assert np.array_equal(many.weight[:size], few.weight)
    assert len(np.unique(many.pairs, axis=0)) == len(many.pairs)
    assert 11 < len(many.pairs) / 700 < 13
    assert (many.weight.min() >= 1, many.weight.max() <= 1000) == (True, True)


def test_guests_of_a_fair_without_categories_and_of_one_day() -> None:
    found = make_guests([Shown((), (), "XX", (), ())] * 3, 15, 1, [2])
    assert {buyer.days for buyer in found.buyers} == {(0,)}
    assert {slot for b in found.buyers for span in b.blocked for slot in span} <= {0, 1}
    # At most half of the stands.
    assert Counter(found.pairs[:, 0].tolist()) == dict.fromkeys(range(15), 1)
