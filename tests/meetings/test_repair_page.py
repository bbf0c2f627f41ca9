"""The page of a repair: telling what has happened, taking it back, and beginning a repair."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from emporion.core.tenancy import scope
from emporion.engines.scheduling.repairing import REASONS
from emporion.meetings.domain import incidents as domain
from emporion.meetings.domain import runs
from emporion.meetings.domain.repairing import PINNED
from emporion.meetings.models import ChangeReason, Incident, MeetingRequest, ScheduleRun
from emporion.meetings.queries.words import change_word
from emporion.registry.domain import make_organiser
from tests import factories

pytestmark = pytest.mark.django_db
NOTED = "Noted. Every repair and every draft counts on it from now on."


@pytest.fixture
def organiser(edition: Any, signed_in: Any) -> Client:
    client: Client = signed_in(factories.make_organiser(edition))
    return client


@pytest.fixture
def fair(edition: Any) -> dict[str, Any]:
    """Two days of four meeting times, two pavilions, and three who are called nearly the same."""
    slots = factories.make_slots(edition)
    halls = factories.make_pavilions(edition, "AF")
    return {
        "slots": slots,
        "aava": factories.make_participation(
            edition, name="Aava Robotics", pavilion=halls["F"], stand="214"
        ),
        "aavala": factories.make_participation(edition, "buyer", "Aavala", country="FI"),
        "himal": factories.make_participation(edition, "buyer", "Himal", external_id="4711"),
    }


def address(edition: Any, rest: str = "") -> str:
    return f"/en/{edition.slug}/organise/desk/repair/{rest}"


def tell(client: Client, edition: Any, **given: str) -> Any:
    form = {"act": "tell", "kind": "absent", "first": "1", "until": "4", **given}
    return client.post(address(edition), form, follow=True)


def announce(edition: Any, fair: dict[str, Any]) -> Any:
    request = factories.make_request(fair["himal"], fair["aava"], "accepted")
    return factories.make_release(
        edition, [(request, fair["slots"][1])], state="published", published_at=timezone.now()
    )


def soup(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def wrong(answer: Any) -> list[str]:
    """What the page says needs mending, without the names of the fields."""
    return [line.get_text().partition(": ")[2] or line.get_text()
            for line in soup(answer).select(".form-errors li")]  # fmt: skip


def span(one: Incident) -> tuple[str, int, int]:
    return one.kind, one.first.number, one.last.number


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"who": "Himal"}, ("absent", 1, 4)),
        ({"who": "4711", "first": "3", "until": "8"}, ("absent", 3, 8)),
        # They are there again from the second time on: away in the first alone.
        ({"kind": "late", "who": "Himal", "until": "2"}, ("late", 1, 1)),
        ({"kind": "no_show", "who": "Himal", "first": "2"}, ("no_show", 2, 2)),
    ],
)
def test_what_is_told_of_somebody_is_noted_and_listed(edition, organiser, fair, given, expected):
    answer = tell(organiser, edition, **given)
    assert answer.redirect_chain == [(address(edition), 302)]
    one = Incident.objects.get()
    assert (span(one), one.participation) == (expected, fair["himal"])
    page = soup(answer)
    assert [item.select_one("bdi").get_text() for item in page.select(".desk-pins li")] == ["Himal"]
    assert NOTED in page.get_text()


def test_closed_pavilion_is_told_by_its_letter(edition, organiser, fair):
    shown = soup(organiser.get(f"{address(edition)}?kind=closed"))
    assert [f["name"] for f in shown.select(".repair-tell [name]:not([type=hidden])")] == [
        "letter", "first", "until", "act",
    ]  # fmt: skip
    answer = tell(organiser, edition, kind="closed", letter="F")
    one = Incident.objects.get()
    assert (span(one), one.letter, one.participation) == (("closed", 1, 4), "F", None)
    assert "Pavilion F" in soup(answer).select_one(".desk-pins li").get_text()


def test_one_of_several_of_a_name_is_chosen_and_nothing_noted_before(edition, organiser, fair):
    answer = tell(organiser, edition, who="aav", first="2")
    assert (answer.status_code, Incident.objects.count()) == (422, 0)
    assert wrong(answer) == ["Several are called like this: choose one."]
    page = soup(answer)
    named = {c["value"]: c.find_parent("label").get_text(" ", strip=True)
             for c in page.select("input[name=one]")}  # fmt: skip
    assert named == {
        fair["aava"].public_id: "Aava Robotics F 214",
        fair["aavala"].public_id: "Aavala Finland",
    }
    # What was typed and chosen is still there.
    assert page.select_one("input[name=who]")["value"] == "aav"
    assert page.select_one("select[name=first] option[selected]")["value"] == "2"
    tell(organiser, edition, who="aav", one=fair["aavala"].public_id)
    assert Incident.objects.get().participation == fair["aavala"]


def test_two_of_one_name_and_country_are_told_apart_by_their_numbers(edition, organiser, fair):
    same = [
        factories.make_participation(edition, "buyer", "Himal", country="NP", external_id=number)
        for number in ("17", "")
    ]
    page = soup(tell(organiser, edition, who="himal"))
    assert [c.find_parent("label").get_text(" ", strip=True) for c in page.select("input[name=one]")] == [
        "Himal", "Himal Nepal 17", f"Himal Nepal {same[1].public_id}",
    ]  # fmt: skip


def test_choice_for_a_name_that_was_changed_since_counts_for_nobody(edition, organiser, fair):
    answer = tell(organiser, edition, who="aav", one=fair["himal"].public_id)
    assert (answer.status_code, Incident.objects.count()) == (422, 0)
    tell(organiser, edition, who="Himal", one=fair["aava"].public_id)
    assert Incident.objects.get().participation == fair["himal"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"who": ""}, "Say who it is."),
        ({"who": "Nobody"}, "Nobody with meetings is called so."),
        ({"who": "Seller"}, "More than 8 are called so. Write more of the name."),
        ({"who": "Himal", "first": "4", "until": "1"}, "The last time lies before the first."),
        ({"who": "Himal", "first": "99"}, "Select a valid choice."),
        ({"who": "Himal", "first": "1' OR"}, "Select a valid choice."),
        ({"who": "Himal", "until": ""}, "This field is required."),
        ({"kind": "late", "who": "Himal", "first": "3", "until": "3"}, "They are there before"),
        ({"kind": "closed", "letter": "Q"}, "Select a valid choice."),
        ({"kind": "closed", "letter": "A"}, "Nobody has a place in a pavilion"),
    ],
)
def test_wrong_input_keeps_what_was_typed_and_says_how_to_mend_it(
    edition, organiser, fair, given, said
):
    for number in range(9):
        factories.make_participation(edition, name=f"Seller {number}")
    answer = tell(organiser, edition, **given)
    assert (answer.status_code, Incident.objects.count()) == (422, 0)
    found = wrong(answer)
    assert [said in line for line in found] == [True]
    page = soup(answer)
    assert (
        page.select_one(".pick[aria-current]")["href"]
        == f"?kind={given.get('kind', 'absent')}#tell"
    )
    if "who" in given:
        assert page.select_one("input[name=who]").get("value", "") == given["who"]


def test_the_same_told_twice_is_said_to_stand_already(edition, organiser, fair):
    tell(organiser, edition, who="Himal")
    answer = tell(organiser, edition, who="Himal")
    assert (answer.status_code, Incident.objects.count()) == (422, 1)
    assert wrong(answer) == ["This was told already, and counts until it is taken back."]


def test_what_is_taken_back_is_no_longer_listed(edition, organiser, fair):
    tell(organiser, edition, who="Himal")
    one = Incident.objects.get()
    way = address(edition, f"{one.public_id}/take-back/")
    assert organiser.get(way).status_code == 405
    answer = organiser.post(way, follow=True)
    one.refresh_from_db()
    assert one.taken_back_at is not None
    page = soup(answer)
    assert (len(page.select(".desk-pins li")), "Taken back." in page.get_text()) == (0, True)
    assert organiser.post(way).status_code == 404


def test_empty_page_says_what_to_do(edition, organiser):
    page = soup(organiser.get(address(edition)))
    assert [t.get_text() for t in page.select(".nothing-title")] == ["No slots yet"]
    assert page.select("main form") == []
    factories.make_slots(edition)
    page = soup(organiser.get(address(edition)))
    assert [t.get_text() for t in page.select(".nothing-title")] == [
        "Nothing told", "No schedule is public",
    ]  # fmt: skip


def test_repair_is_offered_once_something_is_told_of_a_public_schedule(edition, organiser, fair):
    announce(edition, fair)
    ready = "button[name=act][value=draft]"
    page = soup(organiser.get(address(edition)))
    assert page.select(ready) == []
    assert "Say first what has happened" in page.get_text()
    answer = tell(organiser, edition, who="Himal")
    assert len(soup(answer).select(ready)) == 1


@pytest.mark.parametrize(("act", "trial"), [("draft", False), ("trial", True)])
def test_repair_begins_with_what_the_form_says(edition, organiser, fair, act, trial):
    announce(edition, fair)
    tell(organiser, edition, who="Himal")
    answer = organiser.post(
        address(edition), {"act": act, "as_of": "s02", "notice": "2", "moves": "0"}
    )
    assert answer["Location"] == f"/en/{edition.slug}/organise/desk/"
    run = ScheduleRun.objects.get()
    told = [run.options[name] for name in ("repair", "as_of", "notice", "moves")]
    assert run.options["seconds"] == 4
    assert (told, run.is_trial) == ([True, "s02", 2, 0], trial)


@pytest.mark.parametrize("given", [{}, {"walking": "on"}])
def test_repair_gives_the_minutes_to_walk_as_the_form_says(edition, organiser, fair, given):
    announce(edition, fair)
    page = soup(tell(organiser, edition, who="Himal"))
    assert page.select_one("input[name=walking]").has_attr("checked")
    organiser.post(
        address(edition), {"act": "draft", "as_of": "none", "notice": "1", "moves": "1", **given}
    )
    assert ScheduleRun.objects.get().options["walking"] is bool(given)


@pytest.mark.parametrize(
    "given", [{"notice": "-1"}, {"notice": ""}, {"moves": "x"}, {"as_of": "s99"}, {"as_of": "7"}]
)
def test_numbers_that_cannot_be_are_named_and_no_repair_begins(edition, organiser, fair, given):
    announce(edition, fair)
    tell(organiser, edition, who="Himal")
    answer = organiser.post(
        address(edition), {"act": "draft", "as_of": "none", "notice": "1", "moves": "1", **given}
    )
    assert (answer.status_code, ScheduleRun.objects.count()) == (422, 0)
    assert len(wrong(answer)) == 1
    name, typed = next(iter(given.items()))
    if name != "as_of":
        assert soup(answer).select_one(f"input[name={name}]").get("value", "") == typed


def test_repair_that_cannot_be_says_why(edition, organiser, fair):
    form = {"act": "draft", "as_of": "none", "notice": "1", "moves": "1"}
    without_release = organiser.post(address(edition), form)
    announce(edition, fair)
    without_incident = organiser.post(address(edition), form)
    for answer in (without_release, without_incident):
        assert (answer.status_code, len(wrong(answer))) == (422, 1)
    assert ScheduleRun.objects.count() == 0


@pytest.mark.parametrize(
    ("clock", "begun", "first", "until"),
    [
        # Local times of the fair; meetings are at 9:00, 9:40, 10:20 and 11:00 for half an hour.
        ("2023-11-23 08:00", "none", "1", "4"),
        ("2023-11-23 09:50", "s02", "2", "4"),
        ("2023-11-23 10:15", "s02", "3", "4"),
        ("2023-11-23 20:00", "s04", "5", "8"),
        ("2023-11-25 09:00", "s08", "8", "8"),
    ],
)
def test_times_are_filled_in_by_the_clock_of_the_fair(
    edition, organiser, fair, monkeypatch, clock, begun, first, until
):
    announce(edition, fair)
    tell(organiser, edition, who="Himal")
    now = dt.datetime.fromisoformat(clock).replace(tzinfo=edition.tz)
    monkeypatch.setattr("emporion.meetings.interfaces.repair.timezone.now", lambda: now)
    page = soup(organiser.get(address(edition)))
    chosen = {
        name: (page.select_one(f"select[name={name}] option[selected]") or {"value": ""})["value"]
        for name in ("as_of", "first", "until")
    }
    assert chosen == {"as_of": begun, "first": first, "until": until}


@pytest.mark.parametrize(
    ("role", "reads", "tells"),
    [
        ("owner", True, True),
        ("programme_editor", True, True),
        ("reviewer", True, False),
        ("gate_chief", True, False),
        ("analyst", True, False),
        ("support", True, False),
        ("pavilion_manager", False, False),
    ],
)
def test_who_may_not_work_on_schedules_reads_and_tells_nothing(
    edition, signed_in, fair, role, reads, tells
):
    announce(edition, fair)
    one = domain.tell(
        edition, "absent", participation=fair["himal"], first=fair["slots"][0],
        last=fair["slots"][1], actor="user:x",
    )  # fmt: skip
    user = factories.make_user()
    make_organiser(edition.expo, user, role)
    client = signed_in(user)
    answer = client.get(address(edition))
    assert answer.status_code == (200 if reads else 403)
    if reads:
        page = soup(answer)
        assert page.select_one(".desk-pins li bdi").get_text() == "Himal"
        assert bool(page.select("main form")) == tells
    told = tell(client, edition, who="4711").status_code
    assert (told, Incident.objects.count()) == ((200, 2) if tells else (403, 1))
    back = client.post(address(edition, f"{one.public_id}/take-back/")).status_code
    assert back == (302 if tells else 403)


def test_strangers_and_organisers_of_another_fair_get_nowhere(edition, signed_in, fair):
    one = domain.tell(
        edition, "absent", participation=fair["himal"], first=fair["slots"][0],
        last=fair["slots"][1], actor="user:x",
    )  # fmt: skip
    other = factories.make_edition()
    elsewhere = signed_in(factories.make_organiser(other))
    back = f"{one.public_id}/take-back/"
    for client, status in ((Client(), 302), (elsewhere, 403)):
        assert client.get(address(edition)).status_code == status
        assert client.post(address(edition), {"act": "tell"}).status_code == status
        assert client.post(address(edition, back)).status_code == status
    # Of one's own fair nothing of another is found.
    with scope(expo=other.expo):
        factories.make_slots(other)
    assert elsewhere.post(address(other, back)).status_code == 404
    stranger = elsewhere.post(
        address(other),
        {
            "act": "tell",
            "kind": "absent",
            "who": fair["himal"].public_id,
            "first": "1",
            "until": "1",
        },
    )
    assert stranger.status_code == 422
    assert list(Incident.objects.values_list("pk", "taken_back_at")) == [(one.pk, None)]


def test_page_asks_the_database_as_often_for_much_as_for_little(edition, organiser, fair):
    announce(edition, fair)
    counts = []
    for number in range(3):
        who = [fair["himal"], fair["aava"], fair["aavala"]][number]
        domain.tell(
            edition, "absent", participation=who, first=fair["slots"][0],
            last=fair["slots"][7], actor="user:x",
        )  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            assert organiser.get(address(edition)).status_code == 200
        counts.append(len(captured))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 10


def test_page_speaks_the_languages_of_the_fair(edition, organiser, fair):
    announce(edition, fair)
    tell(organiser, edition, who="Aava Robotics")
    for language in ("zh-hans", "ar"):
        answer = organiser.get(address(edition).replace("/en/", f"/{language}/"))
        text = soup(answer).select_one("main").get_text()
        assert ("What has happened" in text, "Repair" in text, "Aava Robotics" in text) == (
            False,
            False,
            True,
        )


def test_run_of_a_repair_is_no_other_run(edition, organiser, fair):
    announce(edition, fair)
    tell(organiser, edition, who="Himal")
    runs.start_run(
        edition,
        runs.Options(seconds=1, repair=True, as_of="s02"),
        "user:x",
        trial=True,
    )
    desk = soup(organiser.get(f"/en/{edition.slug}/organise/desk/"))
    assert "Run 1: a repair, what if" in desk.get_text()


REPAIR = {
    "lost": 4.25, "regained": 3.5, "moved": 1, "new": 0, "cancelled": 0, "reasons": {"later": 1},
    "release": 1, "as_of": "s02", "notice": 1, "moves": 1,
}  # fmt: skip


def test_desk_says_of_what_a_run_is_a_repair_and_what_it_regains(edition, organiser, fair):
    announce(edition, fair)
    for number, figures in enumerate(
        ({"repair": REPAIR}, {"repair": {**REPAIR, "as_of": "", "lost": 1234.5}}, {}), 1
    ):
        ScheduleRun.objects.create(
            edition=edition, number=number, state="computed", is_trial=True, figures=figures,
            options=dataclasses.asdict(runs.Options(repair="repair" in figures)),
            started_at=timezone.now(), computed_at=timezone.now(),
        )  # fmt: skip
    page = soup(organiser.get(f"/en/{edition.slug}/organise/desk/"))
    said = {
        row.th.get_text(): row.select("td")[0].get_text(" ", strip=True)
        for row in page.select("#runs ~ table tbody tr, section[aria-labelledby=runs] tbody tr")
    }
    assert [said[f"Run {n}"] for n in (1, 2, 3)] == [
        "repair of release 1 as of Thu 23 Nov, 09:40 lost 4.2 points, regained 3.5 what if",
        "repair of release 1 before the fair lost 1,234 points, regained 3.5 what if",
        "0 s, seed 1 what if",
    ]


def test_desk_says_how_much_a_draft_counts_on(edition, organiser, fair):
    at = f"/en/{edition.slug}/organise/desk/"
    assert "counted on" not in organiser.get(at).content.decode()
    tell(organiser, edition, who="Himal")
    assert "1 thing that has happened is counted on." in organiser.get(at).content.decode()


def test_release_says_that_it_is_a_repair_and_why_each_meeting_is_another(edition, organiser, fair):
    first = announce(edition, fair)
    request = MeetingRequest.objects.get()
    later = factories.make_release(
        edition, [(request, fair["slots"][5])], figures={"repair": REPAIR}
    )
    ChangeReason.objects.create(release=later, request=request, reason="later")
    at = f"/en/{edition.slug}/organise/releases/{later.number}/"
    text = " ".join(soup(organiser.get(at)).get_text(" ", strip=True).split())
    assert (
        f"A repair of release {first.number} as of Thu 23 Nov, 09:40. "
        "What has happened took 4.2 points; 3.5 are regained. At most 1 meeting of one guest moves."
    ) in text
    why = "held at another time instead"
    for page in (soup(organiser.get(at)), soup(organiser.get(f"{at}changes/"))):
        rows = page.select("table.table-things tbody tr")
        assert [row.select("td")[-1].get_text(strip=True) for row in rows] == [why]
    # Said once in the list, and once beside the bar of this reason.
    assert text.count(why) == 2


@pytest.mark.parametrize("reason", [*REASONS, PINNED])
def test_every_reason_of_a_repair_is_said_in_words(reason):
    for language in ("en", "zh-hans", "ar"):
        with translation.override(language):
            said = change_word(reason)
        assert (said != reason, "_" in said) == (True, False)
