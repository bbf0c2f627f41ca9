"""Who to meet: for those who take part, in the order of the list, twelve at a time."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from emporion.matchmaking.domain.first_list import make_whole_list
from emporion.matchmaking.models import Wish
from tests.factories import (
    make_organiser,
    make_participation,
    make_release,
    make_request,
    make_slots,
    make_user,
)
from tests.portal.fairs import address, page, rank, statements, user_of


@pytest.fixture
def where(edition: Any) -> str:
    return address("portal:who", edition)


@pytest.fixture
def buyer(edition: Any) -> Any:
    return make_participation(edition, "buyer", user=make_user())


def names(response: Any) -> list[str]:
    return [bdi.get_text() for bdi in page(response).select(".who-row .row-name bdi")]


def test_only_for_those_who_take_part(edition, where, buyer, signed_in):
    assert Client().get(where)["Location"] == f"/en/signin/?next={where}"
    assert signed_in(make_user()).get(where).status_code == 403
    assert signed_in(make_organiser(edition)).get(where).status_code == 403
    foreign = make_participation(make_participation(edition).edition, "buyer", user=make_user())
    assert signed_in(user_of(foreign)).get(where).status_code == 200
    assert signed_in(user_of(buyer)).get(where).status_code == 200


def test_without_a_run_the_page_says_what_will_be_here(where, buyer, signed_in):
    assert "No suggestions yet" in signed_in(user_of(buyer)).get(where).content.decode()


@pytest.mark.parametrize(
    ("show", "rows", "more"),
    [
        ("", 12, "?show=24"),
        ("24", 24, "?show=36"),
        ("60", 30, None),
        ("0", 12, "?show=24"),
        ("x", 12, "?show=24"),
        ("-5", 12, "?show=24"),
        ("9999", 12, "?show=24"),
        ("٣", 12, "?show=24"),
    ],
)
def test_twelve_rows_and_more_on_request(edition, where, buyer, signed_in, show, rows, more):
    rank(edition, buyer, [make_participation(edition, name=f"N{n:02}") for n in range(30)])
    found = signed_in(user_of(buyer)).get(where, {"show": show} if show else {})
    assert names(found) == [f"N{n:02}" for n in range(rows)]
    link = page(found).find("a", href=lambda href: href and href.startswith("?show="))
    assert (link["href"] if link else None) == more


@pytest.mark.parametrize(("on_list", "more"), [(13, None), (14, "?show=24")])
def test_who_keeps_quiet_leaves_no_gap_and_hides_nobody_behind(
    edition, where, buyer, signed_in, on_list, more
):
    hosts = [make_participation(edition, name=f"N{n:02}") for n in range(on_list)]
    rank(edition, buyer, hosts)
    Wish.objects.create(
        participation=hosts[2], counterpart=buyer, kind="veto", made_at=timezone.now()
    )
    found = signed_in(user_of(buyer)).get(where)
    assert names(found) == [f"N{n:02}" for n in range(13) if n != 2]
    link = page(found).find("a", href=lambda href: href and href.startswith("?show="))
    assert (link["href"] if link else None) == more


@pytest.mark.parametrize(
    ("guests", "hosts", "said"),
    [
        (True, True, "The chances are estimates, set right by the answers given so far."),
        (False, True, "How much they want you is an estimate, set right by the answers"),
        (True, False, "How much you want them is an estimate, set right by the answers"),
        (False, False, "The chances are estimates from profiles, not yet checked"),
    ],
)
def test_chances_are_called_checked_for_the_side_whose_answers_they_were_compared_with(
    edition, where, buyer, signed_in, guests, hosts, said
):
    run = rank(edition, buyer, [make_participation(edition)]).run
    run.figures["calibration"] = [
        {"error_after": 0.03 if checked else None} for checked in (guests, hosts)
    ]
    run.save()
    shown = page(signed_in(user_of(buyer)).get(where)).select_one("[aria-labelledby=how]")
    assert said in shown.get_text()


def test_a_list_made_alone_is_from_the_profile_whoever_changed_it(edition, where, buyer, signed_in):
    # As after a list that the organiser took in, or when suggestions are turned on.
    make_participation(edition, offers=["ai"])
    buyer.needs.create(code="ai")
    make_whole_list(buyer)
    shown = page(signed_in(user_of(buyer)).get(where)).select_one("[aria-labelledby=how]")
    told = " ".join(shown.get_text().split())
    assert "Made for you alone on" in told
    assert ", from your profile as it was then; the next run" in told


def test_a_row_shows_both_sides_the_reasons_and_the_state(edition, where, buyer, signed_in):
    asked, free = make_participation(edition), make_participation(edition)
    make_request(buyer, asked, "declined")
    rank(
        edition,
        buyer,
        [asked, free],
        [{"code": "language", "detail": {"languages": ["en", "zh-hans"]}}],
    )
    rows = page(signed_in(user_of(buyer)).get(where)).select(".who-row")
    assert [row.select_one(".who-rank").get_text() for row in rows] == ["1", "2"]
    assert rows[0].select_one("a.who-ask").get_text() == "Declined"
    assert rows[1].select_one("form.who-ask")["action"] == address(
        "meetings:ask", edition, free.public_id
    )
    assert rows[0].select_one(".chip-both").get_text(" ", strip=True) == "Both English, Chinese"
    assert rows[0].select_one(".fit-both").get_text(strip=True).startswith("40")


def test_a_veto_folds_the_row_with_reasons_and_undo(edition, where, buyer, signed_in):
    other, kept = make_participation(edition), make_participation(edition)
    rank(edition, buyer, [other, kept])
    Wish.objects.create(participation=buyer, counterpart=other, kind="veto", made_at=timezone.now())
    found = page(signed_in(user_of(buyer)).get(where))
    assert len(found.select(".who-row")) == 1
    folded = found.select_one(".who-off")
    assert [b["value"] for b in folded.select("button")] == [
        "wrong_product",
        "too_large",
        "known",
        "other",
        "undo",
    ]


def test_meetings_set_are_counted(edition, where, buyer, signed_in):
    host = make_participation(edition)
    make_release(
        edition,
        [(make_request(buyer, host, "accepted"), make_slots(edition)[0])],
        state="published",
    )
    buyer.max_meetings = 12
    buyer.save()
    rank(edition, buyer, [host, make_participation(edition)])
    figure = page(signed_in(user_of(buyer)).get(where)).select_one(".figure")
    assert figure.get_text(" ", strip=True).startswith("1 of 12 meetings set for you")


def test_exhibitors_get_buyers_without_a_page_of_their_own(edition, where, signed_in):
    host = make_participation(edition, user=make_user())
    rank(edition, host, [make_participation(edition, "buyer", name="<i>Guest</i>")])
    found = signed_in(user_of(host)).get(where)
    assert names(found) == ["<i>Guest</i>"]
    assert page(found).select(".who-row .row-name a") == []
    assert "1 suggestion out of 1 buyers" in page(found).get_text()


def test_statements_do_not_grow_with_rows(edition, where, buyer, signed_in):
    others: list[Any] = []
    client = signed_in(user_of(buyer))
    counts = []
    for more in (3, 27):
        for _ in range(more):
            others.append(make_participation(edition))
            make_request(buyer, others[-1])
        rank(edition, buyer, others)
        counts.append(statements(client, where + "?show=60"))
    assert counts[0] == counts[1] <= 20


@pytest.mark.parametrize("mine", [True, False])
@pytest.mark.parametrize(
    ("state", "is_mandatory", "left"),
    [("accepted", False, 1), ("open", True, 1), ("open", False, 2), ("declined", True, 2)],
)
def test_who_will_meet_is_no_suggestion_before_the_next_run(
    edition, where, buyer, signed_in, mine, state, is_mandatory, left
):
    hosts = [make_participation(edition, "exhibitor") for _ in range(2)]
    rank(edition, buyer, hosts)
    pair = (buyer, hosts[0]) if mine else (hosts[0], buyer)
    make_request(*pair, state=state, is_mandatory=is_mandatory)
    shown = signed_in(user_of(buyer)).get(where)
    assert len(names(shown)) == left
    wanted = hosts[-left:]
    assert [row["suggestion"].participation for row in shown.context["rows"]] == wanted
