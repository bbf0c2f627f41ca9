"""From words in any language to codes for confirmation; a list at once from what was said."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from emporion.core.models import JournalEntry
from emporion.edition.domain import profile
from emporion.edition.domain.enrolment import Interest
from emporion.matchmaking import queries
from emporion.matchmaking.domain import first_list
from emporion.matchmaking.domain.first_list import make_first_list, make_whole_list
from emporion.matchmaking.domain.reading import proposed_codes
from emporion.matchmaking.domain.runs import run_match
from emporion.matchmaking.models import FirstList, MatchRun, RankedList, Wish
from tests.factories import make_edition, make_participation


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("We look for AI systems, software and VR products", ["vr", "ai", "software"]),
        ("我们需要跨境电商平台和冷链物流", ["ecommerce.crossborder", "ecommerce.platforms",
                                    "logistics.cold"]),
        ("نبحث عن برامج الذكاء الاصطناعي والتجارة الإلكترونية", ["ecommerce", "ai"]),
        ("artificial inteligence", ["ai"]),
        ("", []),
        ("  \n", []),
        ("?!… 123", []),
        ("x" * 5000, []),
        ("<script>alert(1)</script>", []),
    ],
)  # fmt: skip
def test_words_are_read_in_all_three_languages(edition, text, codes):
    found = proposed_codes(edition, text)
    assert sorted(found[: len(codes)]) == sorted(codes)
    if not codes:
        assert found == []


def test_another_language_is_read_by_the_offers_that_use_it(edition):
    host = make_participation(edition)
    profile.add_interests(
        host, "offers", [Interest("health.sleep", {"fi": "unta parantavat vuodelaitteet"})]
    )
    # Another expo's words are nobody's business.
    other = make_participation(make_edition())
    profile.add_interests(other, "offers", [Interest("vr", {"fi": "vuodelaitteet"})])
    assert proposed_codes(edition, "vuodelaitteet") == ["health.sleep"]


def test_first_list_ranks_those_who_fit_and_nobody_else(edition):
    near = make_participation(edition, offers=["vr"])
    best = make_participation(edition, offers=["vr", "ai.vision"])
    make_participation(edition, offers=["logistics.cold"])
    make_participation(edition, "buyer", needs=["vr"], offers=["vr"])
    make_participation(make_edition(edition.expo), offers=["vr"])
    vetoed = make_participation(edition, offers=["vr", "ai.vision"])
    me = make_participation(edition, "buyer", needs=["vr", "ai.vision"])
    Wish.objects.create(participation=vetoed, counterpart=me, kind="veto", made_at=timezone.now())
    assert make_first_list(me) == 2
    shown = queries.suggestions(me)
    assert [row.participation.pk for row in shown] == [best.pk, near.pk]
    assert all(0 < row.p <= 1 and 0 < row.q <= 1 for row in shown)
    assert [entry.object_ids for entry in JournalEntry.objects.filter(
        action="match.first_list")] == [[me.public_id]]  # fmt: skip


def test_first_list_of_a_host_holds_guests(edition):
    guest = make_participation(edition, "buyer", needs=["vr"])
    make_participation(edition, offers=["vr"])
    host = make_participation(edition, offers=["vr"])
    assert make_first_list(host) == 1
    assert queries.listed(host) == [guest.pk]


def test_the_later_of_run_and_first_list_is_shown(edition):
    host, other = (make_participation(edition, offers=["vr"]) for _ in range(2))
    me = make_participation(edition, "buyer", needs=["vr"])
    run = MatchRun.objects.create(
        edition=edition, number=1, state="current", policy="x",
        computed_at=timezone.now() - dt.timedelta(hours=1),
    )  # fmt: skip
    entry = {"id": other.pk, "score": 1, "p": 0.5, "q": 0.5, "reasons": [], "propensity": 1.0}
    RankedList.objects.create(run=run, participation=me, entries=[entry])
    assert queries.listed(me) == [other.pk]
    make_first_list(me)
    assert sorted(queries.listed(me)) == sorted([host.pk, other.pk])
    assert queries.first_list_at(me, queries.current_run(edition)) is not None
    run.computed_at = timezone.now() + dt.timedelta(seconds=1)
    run.save()
    assert queries.listed(me) == [other.pk]
    assert queries.first_list_at(me, queries.current_run(edition)) is None


@pytest.mark.parametrize("make", [make_first_list, make_whole_list])
@pytest.mark.parametrize("step", ["equilibrium", "writing"])
def test_a_list_made_while_a_run_computes_is_shown_after_it_where_the_run_knew_less(
    edition, make, step
):
    hosts = {code: make_participation(edition, offers=[code]) for code in ("ai", "logistics")}
    me = make_participation(edition, "buyer", needs=["ai"])

    def change(now):
        if now == step:
            me.needs.all().delete()
            profile.add_interests(me, "needs", [Interest("logistics")])
            make(me)

    run = run_match(edition, explore=False, on_progress=change)
    best, *_ = queries.suggestions(me)
    assert (best.participation.pk, best.origin.run) == (hosts["logistics"].pk, 0)
    # The next run knows as much.
    run = run_match(edition, explore=False)
    assert queries.suggestions(me)[0].origin.run == run.number
    assert queries.first_list_at(me, run) is None


def test_a_list_whose_market_was_read_before_that_of_a_run_gives_way_to_it(edition, monkeypatch):
    make_participation(edition, offers=["ai"])
    me = make_participation(edition, "buyer", needs=["ai"])
    ranked = first_list.matching.rank_one

    def slowly(*given, **named):
        found = ranked(*given, **named)
        run_match(edition)
        return found

    monkeypatch.setattr(first_list.matching, "rank_one", slowly)
    make_whole_list(me)
    assert FirstList.objects.count() == 1
    assert queries.first_list_at(me, queries.current_run(edition)) is None


def test_without_anything_said_there_is_no_first_list(edition):
    make_participation(edition, offers=["vr"])
    me = make_participation(edition, "buyer", needs=["vr"])
    make_first_list(me)
    me.needs.all().delete()
    assert make_first_list(me) == 0
    assert FirstList.objects.count() == 0


def test_labels_are_found_in_traditional_characters_as_well(edition):
    found = proposed_codes(edition, "我們需要跨境電子商務與雲計算")
    assert found == proposed_codes(edition, "我们需要跨境电子商务与云计算")
    assert found != []
