"""Pages of people about their suggestions: what is known, why somebody is missed, proposals."""

from __future__ import annotations

import pytest
from django.test import Client

from emporion.edition.models import Need, Participation
from emporion.engines.matching import comparing
from emporion.matchmaking import queries
from emporion.matchmaking.domain import wishes
from emporion.matchmaking.domain.runs import run_match
from emporion.matchmaking.models import FirstList, SuggestionsOff
from emporion.portal.interfaces import absent
from tests.factories import make_organiser, make_participation, make_request, make_user
from tests.portal.fairs import address, list_exhibitor, page, user_of

PAGES = [("portal:known", ()), ("portal:why", ()), ("portal:proposed", ("needs",))]


@pytest.fixture
def buyer(edition):
    return make_participation(edition, "buyer", needs=["ai"], user=make_user())


@pytest.fixture
def client(buyer, signed_in):
    return signed_in(user_of(buyer))


@pytest.mark.parametrize(("name", "words"), PAGES)
def test_pages_are_for_those_who_take_part_and_speak_three_languages(
    edition, signed_in, client, name, words
):
    where = address(name, edition, *words)
    assert Client().get(where).status_code == 302
    assert signed_in(make_user()).get(where).status_code == 403
    for language in ("en", "zh-hans", "ar"):
        assert client.get(where.replace("/en/", f"/{language}/")).status_code == 200


def test_suggestions_are_turned_off_and_on_by_a_button(edition, buyer, client):
    list_exhibitor(edition, "Lingjing", offers=["ai"])
    run_match(edition)
    assert "Lingjing" in client.get(address("portal:who", edition)).content.decode()
    client.post(address("portal:suggestions", edition), {"turn": "off"})
    assert SuggestionsOff.objects.get().participation == buyer
    shown = client.get(address("portal:who", edition)).content.decode()
    assert "Suggestions are off" in shown
    assert "Lingjing" not in shown
    client.post(address("portal:suggestions", edition), {"turn": "on"})
    assert "Lingjing" in client.get(address("portal:who", edition)).content.decode()


def test_suggestions_turned_on_again_bring_the_list_of_the_run_back(edition, buyer, client):
    list_exhibitor(edition, "Lingjing", offers=["ai"])
    list_exhibitor(edition, "Sampo", offers=["logistics"])
    run_match(edition)
    before = queries.listed(buyer)
    assert len(before) == 2
    client.post(address("portal:suggestions", edition), {"turn": "off"})
    client.post(address("portal:suggestions", edition), {"turn": "on"})
    assert queries.listed(buyer) == before
    assert FirstList.objects.count() == 0


def test_who_was_off_during_the_run_gets_a_first_list_when_turning_on(edition, buyer, client):
    host = list_exhibitor(edition, "Lingjing", offers=["ai"])
    make_participation(edition, "buyer", needs=["ai"])
    client.post(address("portal:suggestions", edition), {"turn": "off"})
    run_match(edition)
    client.post(address("portal:suggestions", edition), {"turn": "on"})
    assert queries.listed(buyer) == [host.pk]
    assert FirstList.objects.get().participation == buyer


@pytest.mark.parametrize("form", [{}, {"turn": ""}, {"turn": "sideways"}])
def test_a_form_that_says_neither_off_nor_on_changes_nothing(edition, buyer, client, form):
    list_exhibitor(edition, "Lingjing", offers=["ai"])
    client.post(address("portal:suggestions", edition), {"turn": "off"})
    answer = client.post(address("portal:suggestions", edition), form)
    assert answer["Location"] == address("portal:known", edition)
    assert SuggestionsOff.objects.get().participation == buyer
    assert FirstList.objects.count() == 0


def test_known_shows_the_size_of_the_firm_and_says_what_else_counts(edition, buyer, client):
    buyer.organisation.size = "small"
    buyer.organisation.save()
    shown = page(client.get(address("portal:known", edition)))
    facts = {
        row.dt.text: row.dd.text for row in shown.select("[aria-labelledby=said] .facts > div")
    }
    assert facts["Size of the firm"] == "small firm"
    for words in ("how often others ask you", "how full your calendar is", "by lot"):
        assert words in shown.select_one(".lead").text


def test_known_names_the_markets_of_needs_and_says_when_they_are_not_the_profiles(
    edition, buyer, client
):
    said = "Markets that you named at a need or an offer count for it"
    where = address("portal:known", edition)
    buyer.markets = ["FI"]
    buyer.save()
    assert said not in client.get(where).content.decode()
    buyer.needs.all().delete()
    buyer.needs.create(code="ai", markets=["BR"])
    shown = page(client.get(where)).select_one("[aria-labelledby=said]").text
    assert said in shown
    assert "Brazil" in shown
    assert "Finland" not in shown


def test_hidden_are_named_with_undo(edition, buyer, client):
    host = list_exhibitor(edition, "Lingjing", offers=["ai"])
    wishes.wish(buyer, host, "veto")
    shown = page(client.get(address("portal:known", edition)))
    hidden = shown.select_one("section[aria-labelledby=hidden]")
    assert "Lingjing" in hidden.text
    answer = client.post(
        hidden.form["action"], {"kind": "undo", "next": address("portal:known", edition)}
    )
    assert answer["Location"] == address("portal:known", edition)
    assert "Lingjing" not in client.get(answer["Location"]).content.decode()


def test_why_finds_an_exhibitor_by_name_and_answers(edition, buyer, client):
    host = list_exhibitor(edition, "Lingjing", offers=["ai"])
    run_match(edition)
    where = address("portal:why", edition)
    shown = page(client.get(where, {"q": "lingjing"}))
    link = shown.select_one(f'a[href="?who={host.public_id}"]')
    answer = client.get(where + link["href"]).content.decode()
    assert "They are number 1 on your list." in answer
    wishes.wish(buyer, host, "veto")
    assert "You took them off your list." in client.get(where + link["href"]).content.decode()


def test_why_says_that_an_address_is_nobodys_and_that_more_have_the_name(edition, client):
    for number in range(absent.FOUND + 1):
        list_exhibitor(edition, f"Harbour {number}", offers=["ai"])
    where = address("portal:why", edition)
    unknown = "Nobody of this address can be asked about here"
    assert unknown in client.get(where, {"who": "nobody"}).content.decode()
    assert unknown not in client.get(where).content.decode()
    shown = page(client.get(where, {"q": "harbour"}))
    assert len(shown.select(".profile-way")) == absent.FOUND
    assert "The first 8 are shown" in shown.text


def test_numbers_on_the_list_have_no_gap_where_somebody_keeps_quiet(edition, buyer, client):
    hosts = [list_exhibitor(edition, f"Harbour {n}", offers=["ai"]) for n in range(3)]
    run_match(edition)
    order = queries.listed(buyer)
    first, last = (next(host for host in hosts if host.pk == key) for key in (order[0], order[2]))
    wishes.wish(first, buyer, "veto")
    assert [row.rank for row in queries.suggestions(buyer)] == [1, 2]
    answer = client.get(address("portal:why", edition), {"who": last.public_id})
    assert "They are number 2 on your list." in answer.content.decode()


def test_with_suggestions_off_a_page_says_nothing_of_the_fit(edition, buyer, client):
    host = list_exhibitor(edition, "Lingjing", offers=["ai"])
    run_match(edition)
    where = address("portal:exhibitor", edition, host.public_id)
    assert page(client.get(where)).select_one(".exhibitor-fit")
    client.post(address("portal:suggestions", edition), {"turn": "off"})
    assert not page(client.get(where)).select_one(".exhibitor-fit")
    assert queries.fit(host, buyer) is None


def test_what_people_do_quietly_is_no_news_on_the_overview(edition, buyer, client, signed_in):
    host = list_exhibitor(edition, "Lingjing", offers=["ai"])
    client.post(address("portal:suggestions", edition), {"turn": "off"})
    wishes.wish(buyer, host, "veto")
    shown = signed_in(make_organiser(edition)).get(address("portal:overview", edition))
    told = page(shown).text
    assert "Suggestions were turned off" not in told
    assert "A counterpart was marked as not wanted" not in told


@pytest.mark.parametrize("code", ["fits_less", "crowded", "next_run"])
def test_why_names_what_is_lacking_only_where_they_rank_behind_by_fit(
    edition, buyer, client, monkeypatch, code
):
    host = list_exhibitor(edition, "Lingjing", offers=["ai"])
    detail = {"you": 0.5, "they": 0.5, "you_last": 0.4, "they_last": 0.4, "last": host.pk}
    found = queries.Absence(code, {**detail, "lacks": ["your_needs"], "above": 1})
    monkeypatch.setattr(absent, "why_absent", lambda me, other: found)
    shown = page(client.get(address("portal:why", edition), {"who": host.public_id}))
    assert len(shown.select(".fit")) == 2
    told = "What you need is further from what they offer." in shown.text
    assert told == (code == "fits_less")


@pytest.mark.parametrize("counted", [None, [1000, 15234]])
def test_why_says_that_words_were_counted_among_a_part(
    edition, buyer, client, monkeypatch, counted
):
    host = list_exhibitor(edition, "Lingjing", offers=["ai"])
    detail = {"you": 0.5, "they": 0.5, "you_last": 0.4, "they_last": 0.4, "last": host.pk}
    if counted:
        detail["counted"] = counted
    found = queries.Absence("beside", {**detail, "lacks": []})
    monkeypatch.setattr(absent, "why_absent", lambda me, other: found)
    shown = page(client.get(address("portal:why", edition), {"who": host.public_id})).text
    assert ("counted here among 1,000 of 15,234 profiles" in shown) == bool(counted)


def test_why_does_not_say_that_somebody_came_later_who_was_off(edition, buyer, client, monkeypatch):
    host = list_exhibitor(edition, "Lingjing", offers=["ai"])
    found = queries.Absence("not_in_run", {"run": 7})
    monkeypatch.setattr(absent, "why_absent", lambda me, other: found)
    shown = client.get(address("portal:why", edition), {"who": host.public_id}).content.decode()
    assert "They were not part of run 7. The next run looks at them." in shown


def test_a_host_cannot_ask_who_visits_the_fair(edition, signed_in, buyer):
    host = make_participation(edition, "exhibitor", offers=["ai"], user=make_user())
    where = address("portal:why", edition)
    client = signed_in(user_of(host))
    assert "section-title" not in client.get(where, {"who": buyer.public_id}).content.decode()
    found = client.get(where, {"q": str(buyer.display_name)}).content.decode()
    assert "Nobody of this name can be asked about here." in found


def test_proposals_count_only_when_confirmed(edition, buyer, client):
    buyer.needs.create(text={"en": "VR glasses"})
    where = address("portal:proposed", edition, "needs")
    shown = page(client.get(where))
    boxes = shown.select("input[name=code]")
    assert "vr" in [box["value"] for box in boxes]
    assert [box for box in boxes if box.has_attr("checked")] == []
    client.post(where, {"code": ["vr", "no-such-code"]})
    assert Need.objects.filter(participation=buyer, code="vr").count() == 1
    assert Need.objects.filter(participation=buyer, code="no-such-code").count() == 0


def test_numbers_on_the_list_have_no_gap_where_somebody_will_be_met(edition, buyer, client):
    for number in range(3):
        list_exhibitor(edition, f"Harbour {number}", offers=["ai"])
    run_match(edition)
    first, second = Participation.objects.in_bulk(queries.listed(buyer)[:2]).values()
    first, second = sorted((first, second), key=lambda one: queries.listed(buyer).index(one.pk))
    make_request(buyer, first, state="accepted")
    answer = client.get(address("portal:why", edition), {"who": second.public_id})
    assert "They are number 1 on your list." in answer.content.decode()


@pytest.mark.parametrize(
    "why",
    ["next_run", "beside", "lot", "few_seen", "fits_less", "crowded", "evenly", "alike"],
)
def test_each_answer_of_a_comparison_has_its_sentence(why):
    assert f"``{why}``" in str(comparing.Comparison.__doc__)
    assert absent._sentence(queries.Absence(why)).endswith(".")
