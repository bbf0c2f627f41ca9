"""Pages of errors: what happened, whether anything was changed, two ways on."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_organiser, make_participation, make_user
from tests.portal.fairs import address, list_exhibitor, page, user_of

LANGUAGES = ["en", "zh-hans", "ar"]


def problem(response: Any) -> tuple[str, list[str]]:
    """Return the sentence and the ways on."""
    box = page(response).select_one("main .problem")
    return box.select("p")[1].get_text(strip=True), [a["href"] for a in box.select("a")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_that_is_not_there_offers_the_front_and_the_search(
    client: Client, edition: Any, language: str
) -> None:
    response = client.get(f"/{language}/{edition.slug}/exhibitors/nobody/")
    assert response.status_code == 404
    front = f"/{language}/{edition.slug}/"
    assert problem(response)[1] == [front, front + "search/"]


def test_page_that_is_not_there_says_what_is_missing(client: Client, edition: Any) -> None:
    said = problem(client.get(address("portal:exhibitor", edition, "nobody")))[0]
    assert said == "There is no exhibitor with this address. Nothing was changed."


@pytest.mark.usefixtures("db")
def test_address_that_nobody_made_says_that_it_may_be_mistyped(client: Client) -> None:
    said, ways = problem(client.get("/en/a/b/c/d/"))
    assert said == "The address may be old or mistyped. Nothing was changed."
    assert ways == ["/", "/en/signin/?next=/en/a/b/c/d/"]


def test_address_that_nobody_made_below_an_edition_keeps_its_shell(
    signed_in: Any, edition: Any
) -> None:
    buyer = signed_in(user_of(make_participation(edition, "buyer", user=make_user())))
    response = buyer.get(f"/ar/{edition.slug}/nothing/here/")
    assert response.status_code == 404
    shown = page(response)
    assert shown.select(f"header a[href='/ar/{edition.slug}/day/']") != []
    front = f"/ar/{edition.slug}/"
    assert problem(response)[1] == [front, front + "search/"]


@pytest.mark.usefixtures("db")
def test_edition_that_is_not_there_is_named_as_text(client: Client) -> None:
    assert problem(client.get("/zh-hans/nowhere/"))[0].count("nowhere") == 1


def test_page_of_another_role_says_whose_it_is(signed_in: Any, edition: Any) -> None:
    buyer = signed_in(user_of(make_participation(edition, "buyer", user=make_user())))
    response = buyer.get(address("portal:setup", edition))
    assert response.status_code == 403
    said, ways = problem(response)
    assert said == "This page belongs to the organiser of this expo. Nothing was changed."
    assert ways == [address("portal:front", edition), address("portal:search", edition)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_form_that_is_opened_without_being_sent_has_a_page(
    signed_in: Any, edition: Any, language: str
) -> None:
    organiser = signed_in(make_organiser(edition))
    response = organiser.get(f"/{language}/{edition.slug}/organise/releases/1/publish/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    front = f"/{language}/{edition.slug}/"
    assert problem(response)[1] == [front, front + "search/"]


def test_other_ways_of_asking_keep_their_empty_answer(client: Client) -> None:
    response = client.put("/en/signin/")
    assert (response.status_code, response.content) == (405, b"")


@pytest.mark.parametrize("told", ["field", "referrer"])
def test_button_pressed_after_the_session_ended_leads_back_to_its_page(
    client: Client, edition: Any, told: str
) -> None:
    host = list_exhibitor(edition, "Aava")
    stood = address("portal:search", edition) + "?q=aava"
    ask = address("meetings:ask", edition, host.public_id)
    if told == "field":
        response = client.post(ask, {"next": stood}, follow=True)
    else:
        response = client.post(ask, headers={"referer": f"http://testserver{stood}"}, follow=True)
    assert page(response).select_one("input[name=next]")["value"] == stood
    told_once = page(response).select("main .problem")
    assert [one.get_text(strip=True) for one in told_once] == [
        "You were signed out, and nothing was sent. Sign in and press once more."
    ]


@pytest.mark.parametrize("strange", ["https://elsewhere.example/x", "//elsewhere.example", ""])
def test_nobody_is_led_to_another_site_after_signing_in_again(
    client: Client, edition: Any, strange: str
) -> None:
    host = list_exhibitor(edition, "Aava")
    ask = address("meetings:ask", edition, host.public_id)
    response = client.post(ask, {"next": strange}, headers={"referer": strange})
    assert response["Location"] == "/en/signin/?next=%2F"


TOO_MANY_FIELDS = {f"field{n}": "" for n in range(3000)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("&".join(f"{name}=" for name in TOO_MANY_FIELDS), "application/x-www-form-urlencoded"),
        ("no parts", "multipart/form-data; boundary="),
    ],
    ids=["too many fields", "no boundary"],
)
def test_form_that_is_refused_unread_has_a_guarded_page_in_the_reader_s_language(data, kind):
    refused = Client().post("/ar/signin/", data, content_type=kind)
    assert refused.status_code == 400
    assert page(refused).html["lang"] == "ar"
    assert "default-src" in refused["Content-Security-Policy"]
    assert refused["X-Frame-Options"] == "DENY"
