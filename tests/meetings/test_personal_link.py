"""The personal link: reads and answers without signing in, and opens nothing else."""

from __future__ import annotations

import datetime as dt
import logging
from urllib.parse import quote

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from emporion.core.models import JournalEntry
from emporion.meetings.domain import links
from emporion.meetings.models import MeetingRequest, PersonalLink
from tests.factories import (
    make_edition,
    make_participation,
    make_release,
    make_request,
    make_slots,
    make_user,
)
from tests.portal.fairs import address, page, statements, user_of

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def host(edition):
    return make_participation(edition, user=make_user())


@pytest.fixture
def link(host):
    return links.make_link(host, host.delegates.get().person)


@pytest.fixture
def key(link):
    return links.key_of(link)


@pytest.fixture
def asked(edition, host):
    return make_request(make_participation(edition, "buyer", EVIL), host, message=EVIL)


def state():
    return MeetingRequest.objects.get().state


def test_opens_agenda_and_what_waits_without_signing_in(edition, host, key, asked):
    held = make_request(make_participation(edition, "buyer", "Himal"), host, "accepted")
    foreign = make_request(make_participation(edition, "buyer"), make_participation(edition))
    make_release(edition, [(held, make_slots(edition)[0])], state="published")
    shown = Client().get(address("meetings:personal", edition), {"key": key})
    assert shown.status_code == 200
    text = shown.content.decode()
    assert "Himal" in text
    assert "<script>alert" not in text
    assert foreign.public_id not in text
    assert [shown[name] for name in ("X-Robots-Tag", "Referrer-Policy")] == [
        "noindex, nofollow", "strict-origin"]  # fmt: skip
    assert "no-store" in shown["Cache-Control"]
    said = [meta["content"] for meta in page(shown).select("meta[name=robots]")]
    assert set(", ".join(said).split(", ")) == {"noindex", "nofollow"}


def test_opening_changes_nothing_and_one_button_answers(edition, link, key, asked):
    client = Client(enforce_csrf_checks=True)
    where = address("meetings:personal_answer", edition, asked.public_id)
    for act in ("accept", "decline"):
        shown = client.get(where, {"key": key, "act": act})
        assert len(page(shown).select("main form button")) == 1
    assert state() == "open"
    assert JournalEntry.objects.filter(object_kind="request").count() == 0
    assert client.post(where, {"key": key, "act": "accept"}).status_code == 403
    form = page(client.get(where, {"key": key, "act": "accept"})).select_one("main form")
    data = {field["name"]: field["value"] for field in form.select("input")}
    done = client.post(where, data, follow=True)
    assert state() == "accepted"
    assert done.redirect_chain[0][0].startswith(address("meetings:personal", edition))
    entry = JournalEntry.objects.get(action="request.accept")
    assert (entry.actor, entry.on_behalf) == (
        f"link:{link.public_id}", f"person:{link.person.public_id}")  # fmt: skip


def test_declining_keeps_the_reason(edition, key, asked):
    where = address("meetings:personal_answer", edition, asked.public_id)
    Client().post(where, {"key": key, "act": "decline", "reason": "no_time"})
    assert MeetingRequest.objects.get().decline_reason == "no_time"


def test_answering_twice_says_so_and_changes_nothing(edition, key, asked):
    where = address("meetings:personal_answer", edition, asked.public_id)
    Client().post(where, {"key": key, "act": "accept"})
    again = Client().post(where, {"key": key, "act": "decline"})
    assert (again.status_code, state()) == (409, "accepted")
    assert "answered already" in again.content.decode()
    opened = Client().get(where, {"key": key, "act": "decline"})
    assert "answered already" in opened.content.decode()
    assert page(opened).select("main form") == []


def test_an_unknown_reason_is_refused(edition, key, asked):
    where = address("meetings:personal_answer", edition, asked.public_id)
    wrong = Client().post(where, {"key": key, "act": "decline", "reason": EVIL})
    assert (wrong.status_code, state()) == (409, "open")
    assert "<script>" not in wrong.content.decode()


def test_requests_of_others_are_not_found(edition, key):
    foreign = make_request(make_participation(edition, "buyer"), make_participation(edition))
    where = address("meetings:personal_answer", edition, foreign.public_id)
    for method in ("get", "post"):
        assert getattr(Client(), method)(where, {"key": key}).status_code == 404
    assert state() == "open"


def forged(link, key):
    yield ""
    yield "x"
    yield link.public_id
    yield key[:-1] + ("A" if key[-1] != "A" else "B")
    yield signing.Signer(salt="another").sign(link.public_id)
    yield signing.Signer(salt=links.SALT).sign("nobody")
    yield key + "\x00"
    yield "x" * 5000


def test_a_forged_link_gets_a_clear_page_and_no_data(edition, host, link, key, asked):
    where = address("meetings:personal", edition)
    answer = address("meetings:personal_answer", edition, asked.public_id)
    for wrong in forged(link, key):
        for done in (Client().get(where, {"key": wrong}), Client().post(answer, {"key": wrong})):
            assert done.status_code == 404
            assert "This link opens nothing" in done.content.decode()
            assert done["X-Robots-Tag"] == "noindex, nofollow"
    elsewhere = make_edition(edition.expo)
    assert Client().get(address("meetings:personal", elsewhere), {"key": key}).status_code == 404
    assert state() == "open"


@pytest.mark.parametrize("how", ["expired", "revoked", "renewed", "dismissed", "closed"])
def test_a_link_that_has_ended_says_so(edition, host, link, key, asked, how):
    if how == "expired":
        PersonalLink.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    elif how == "revoked":
        assert links.revoke_link(host, link.person)
    elif how == "renewed":
        links.make_link(host, link.person)
    elif how == "closed":
        user = user_of(host)
        user.is_active = False
        user.save()
        with pytest.raises(links.LinkError):
            links.make_link(host, link.person)
    else:
        host.delegates.all().delete()
    where = address("meetings:personal_answer", edition, asked.public_id)
    for done in (
        Client().get(address("meetings:personal", edition), {"key": key}),
        Client().post(where, {"key": key, "act": "accept"}),
    ):
        assert done.status_code == 410
        assert "This link has ended" in done.content.decode()
    assert state() == "open"


@pytest.mark.parametrize("act", [None, "", "withdraw", "Accept"])
def test_answering_takes_one_of_the_two_words(edition, key, asked, act):
    where = address("meetings:personal_answer", edition, asked.public_id)
    given = {"key": key} if act is None else {"key": key, "act": act}
    done = Client().post(where, given)
    assert (done.status_code, state()) == (400, "open")
    assert "nothing was changed" in done.content.decode()


def test_who_never_signs_in_has_a_link(edition):
    alone = make_participation(edition)
    made = links.make_link(alone, alone.delegates.get().person)
    assert links.open_link(edition, links.key_of(made)) == made


def test_the_key_is_never_logged(edition, key, asked, caplog):
    with caplog.at_level(logging.DEBUG):
        for method in ("get", "post"):
            for wanted in (key, key[:-1]):
                where = address("meetings:personal_answer", edition, asked.public_id)
                getattr(Client(), method)(where, {"key": wanted, "act": "accept"})
    # Django hangs the request itself on its records; no formatter of ours writes it.
    said = "\n".join(
        f"{record.getMessage()} { {k: v for k, v in vars(record).items() if k != 'request'} }"
        for record in caplog.records
    )
    signature = key.partition(":")[2]
    assert asked.public_id in said
    assert signature[:-1] not in said


def test_it_lasts_two_weeks_longer_than_the_fair(edition, host, link):
    assert link.expires_at > timezone.now() + dt.timedelta(days=13)
    late = make_edition(edition.expo, starts=dt.date(2099, 1, 1), ends=dt.date(2099, 1, 2))
    other = make_participation(late)
    made = links.make_link(other, other.delegates.get().person)
    assert made.expires_at.astimezone(late.tz).date() == dt.date(2099, 1, 16)


def test_only_for_those_who_act(edition, host):
    stranger = make_participation(edition).delegates.get().person
    with pytest.raises(links.LinkError):
        links.make_link(host, stranger)


def test_page_makes_shows_and_stops_it(edition, host, signed_in):
    where = address("meetings:link", edition)
    assert Client().get(where).status_code == 302
    assert signed_in(make_user()).get(where).status_code == 403
    client = signed_in(user_of(host))
    assert PersonalLink.objects.count() == 0
    assert page(client.get(where)).select("#address") == []
    for name in ("make_link", "revoke_link"):
        assert client.get(address(f"meetings:{name}", edition)).status_code == 405
    client.post(address("meetings:make_link", edition))
    shown = page(client.get(where)).select_one("#address")["value"]
    assert Client().get(shown.replace("http://testserver", "")).status_code == 200
    client.post(address("meetings:revoke_link", edition))
    assert Client().get(shown.replace("http://testserver", "")).status_code == 410


def test_number_of_statements_is_fixed(edition, host, signed_in):
    client, where = signed_in(user_of(host)), address("meetings:link", edition)
    without = statements(client, where)
    client.post(address("meetings:make_link", edition))
    for _ in range(3):
        other = make_participation(edition)
        links.make_link(other, other.delegates.get().person)
    assert (without, statements(client, where)) == (7, 7)


def day_of_the_sheet(edition, client, date="2023-11-24"):
    """What the code on the sheet of a day opens."""
    return client.get(address("meetings:day", edition), {"date": date})


def test_the_code_of_the_sheet_opens_the_day_where_the_link_was_opened(edition, key):
    phone = Client()
    phone.get(address("meetings:personal", edition), {"key": key})
    kept = phone.cookies[f"link_{edition.slug}"]
    assert (kept["httponly"], kept["samesite"]) == (True, "Lax")
    opened = day_of_the_sheet(edition, phone)
    where, _, rest = opened["Location"].partition("?")
    assert (where, rest.partition("#")[2]) == (
        address("meetings:personal", edition), "day-2023-11-24")  # fmt: skip
    assert phone.get(opened["Location"]).status_code == 200


def test_the_code_of_the_sheet_opens_nothing_on_another_phone_and_says_how(edition, key):
    closed = day_of_the_sheet(edition, Client())
    assert (closed.status_code, key in closed.content.decode()) == (200, False)
    shown = page(closed)
    signin = shown.select_one("main a.button-main")["href"]
    assert signin.endswith("/signin/?next=" + quote(closed.wsgi_request.get_full_path()))
    assert "Open the link from your message" in shown.select_one("main").get_text()
    plain = Client().get(address("meetings:day", edition))
    assert "/signin/" in plain["Location"]


def test_whoever_signs_in_leaves_no_link_behind(edition, link, key, signed_in):
    phone = Client()
    phone.get(address("meetings:personal", edition), {"key": key})
    phone.force_login(make_user())
    phone.get(address("portal:front", edition))
    assert phone.cookies[f"link_{edition.slug}"].value == ""
    owner = signed_in(user_of(link.participation))
    opened = owner.get(address("meetings:personal", edition), {"key": key})
    assert (opened.status_code, f"link_{edition.slug}" in owner.cookies) == (200, False)
    assert page(opened).select("form[action$='/personal/forget/']") == []


def test_days_of_the_link_are_printed_and_go_into_a_calendar(edition, host, key):
    held = make_request(make_participation(edition, "buyer", "Himal"), host, "accepted")
    make_release(edition, [(held, make_slots(edition)[0])], state="published")
    phone = Client()
    shown = page(phone.get(address("meetings:personal", edition), {"key": key}))
    ways = [a["href"] for a in shown.select("main .buttons a")]
    paper, _pdf, calendar = ways
    assert page(phone.get(paper)).select_one(".sheet-name").get_text() == "Himal"
    assert "SUMMARY:Himal" in phone.get(calendar).content.decode()
    for way in ways:
        assert phone.get(way[:-1] + ("_" if way[-1] != "_" else "-")).status_code == 404
    links_in = page(phone.get(address("portal:front", edition))).select("header nav a")
    assert address("meetings:day", edition) in [a["href"] for a in links_in]


def test_a_phone_forgets_the_link_when_asked_and_when_it_has_ended(edition, link, key):
    phone = Client()
    shown = phone.get(address("meetings:personal", edition), {"key": key})
    form = page(shown).select_one("form[action$='/personal/forget/']")
    data = {field["name"]: field.get("value", "") for field in form.select("input")}
    done = phone.post(form["action"], data, follow=True)
    assert "has forgotten the link" in done.content.decode()
    assert page(done).select("form[action$='/personal/forget/']") == []
    assert day_of_the_sheet(edition, phone).status_code == 200
    phone.get(address("meetings:personal", edition), {"key": key})
    links.revoke_link(link.participation, link.person)
    assert "has ended" in day_of_the_sheet(edition, phone).content.decode()
    assert phone.cookies[f"link_{edition.slug}"].value == ""


def test_a_remembered_link_opens_no_other_edition(edition, key):
    phone = Client()
    phone.get(address("meetings:personal", edition), {"key": key})
    elsewhere = make_edition(edition.expo)
    phone.cookies[f"link_{elsewhere.slug}"] = key
    assert day_of_the_sheet(elsewhere, phone).status_code == 200
