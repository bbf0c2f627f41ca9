"""A page for anybody, kept for some seconds."""

from collections.abc import Iterator
from itertools import count

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from emporion.core import kept_pages
from emporion.core.kept_pages import KeptPagesMiddleware, for_visitors

SECONDS = 30


@pytest.fixture(autouse=True)
def _kept(settings) -> None:
    settings.KEPT_PAGES_SECONDS = SECONDS


@pytest.fixture
def clock(monkeypatch) -> Iterator[list[float]]:
    """The time, to be set by the test."""
    now = [1000.0]
    monkeypatch.setattr(kept_pages.time, "monotonic", lambda: now[0])
    yield now


def numbered() -> KeptPagesMiddleware:
    """Pages for anybody, each with the number of times that one was made."""
    made = count(1)
    return KeptPagesMiddleware(lambda _request: for_visitors(HttpResponse(f"page {next(made)}")))


def read(ask: KeptPagesMiddleware, path: str = "/en/fair/", **meta: str) -> bytes:
    cookies = meta.pop("cookies", "")
    return ask(RequestFactory().get(path, HTTP_COOKIE=cookies, **meta)).content


def test_second_visitor_reads_what_was_made_for_the_first(clock) -> None:
    ask = numbered()
    assert [read(ask), read(ask)] == [b"page 1", b"page 1"]


def test_page_is_made_anew_when_its_seconds_are_over(clock) -> None:
    ask = numbered()
    read(ask)
    clock[0] += SECONDS - 1
    answer = ask(RequestFactory().get("/en/fair/"))
    assert (answer.content, answer["Age"]) == (b"page 1", str(SECONDS - 1))
    clock[0] += 1
    assert read(ask) == b"page 2"


def test_nothing_is_kept_where_the_operator_wants_none(settings) -> None:
    settings.KEPT_PAGES_SECONDS = 0
    ask = numbered()
    assert [read(ask), read(ask)] == [b"page 1", b"page 2"]


@pytest.mark.parametrize(
    "personal", [{"cookies": "sessionid=abc"}, {"cookies": "messages=abc"},
                 {"HTTP_AUTHORIZATION": "Bearer abc"}],
)  # fmt: skip
def test_page_of_somebody_known_is_neither_kept_nor_taken_from_what_is_kept(personal) -> None:
    ask = numbered()
    assert [read(ask, **personal), read(ask), read(ask, **personal)] == [
        b"page 1",
        b"page 2",
        b"page 3",
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/ar/fair/"},
        {"path": "/en/fair/?q=silk"},
        {"cookies": "theme=dark"},
        {"cookies": "digits=latin"},
        {"HTTP_HOST": "other.example"},
        {"HTTP_ACCEPT_ENCODING": "gzip"},
        {"HTTP_HX_REQUEST": "true"},
        {"wsgi.url_scheme": "https"},
    ],
    ids=str,
)
def test_visitor_who_asks_for_something_else_gets_something_else(other) -> None:
    ask = numbered()
    assert [read(ask), read(ask, **other), read(ask), read(ask, **other)] == [
        b"page 1",
        b"page 2",
        b"page 1",
        b"page 2",
    ]


def test_cookie_that_says_nothing_to_our_pages_makes_none_of_its_own() -> None:
    ask = numbered()
    cookies = ("", "csrftoken=a", "csrftoken=b", "visits=77", "theme=" + "x" * 30,
               "theme=" + "x" * 40)  # fmt: skip
    assert [read(ask, cookies=one) for one in cookies] == [b"page 1"] * 4 + [b"page 2"] * 2


def with_cookie(_request: HttpRequest) -> HttpResponse:
    page = for_visitors(HttpResponse("mine"))
    page.set_cookie("theme", "dark")
    return page


def stream(_request: HttpRequest) -> HttpResponse:
    page = StreamingHttpResponse([b"mine"])
    page.for_visitors = True
    return page


@pytest.mark.parametrize(
    "page",
    [
        lambda _r: HttpResponse("mine"),
        lambda _r: for_visitors(HttpResponse("none", status=404)),
        lambda _r: for_visitors(HttpResponse('<input name="csrfmiddlewaretoken" value="x">')),
        with_cookie,
        stream,
    ],
    ids=["not marked", "not found", "guarded form", "sets a cookie", "stream"],
)
def test_answer_for_one_reader_is_not_kept(page) -> None:
    ask = KeptPagesMiddleware(page)
    ask(RequestFactory().get("/en/fair/"))
    assert (dict(ask.pages), ask.bytes) == ({}, 0)


def test_form_that_is_sent_is_never_answered_from_what_is_kept() -> None:
    ask = numbered()
    read(ask)
    assert ask(RequestFactory().post("/en/fair/")).content == b"page 2"


def test_page_that_nobody_is_given_any_more_is_let_go(clock) -> None:
    ask = numbered()
    for number in range(5):
        read(ask, f"/en/fair/{number}/")
    clock[0] += SECONDS
    read(ask, "/en/fair/now/")
    assert [key[2] for key in ask.pages] == ["/en/fair/now/"]
    assert ask.bytes == sum(kept_pages.size(*one) for one in ask.pages.items())


def test_page_that_nobody_read_for_longest_goes_first_when_there_is_no_room(monkeypatch) -> None:
    ask = numbered()
    read(ask, "/a/")
    monkeypatch.setattr(kept_pages, "MOST_BYTES", 2 * ask.bytes)
    read(ask, "/b/")
    read(ask, "/a/")
    read(ask, "/c/")
    assert [key[2] for key in ask.pages] == ["/a/", "/c/"]
    assert ask.bytes == kept_pages.MOST_BYTES
    assert read(ask, "/b/") == b"page 4"


def test_page_made_again_counts_its_bytes_once(clock) -> None:
    ask = numbered()
    read(ask)
    once = ask.bytes
    clock[0] += SECONDS
    read(ask)
    assert ask.bytes == once


def test_what_a_page_is_found_by_counts_as_memory_too() -> None:
    ask = numbered()
    read(ask, "/en/fair/?q=" + "x" * 5000)
    assert ask.bytes > 5000


def test_header_set_further_out_does_not_stick_to_what_is_kept() -> None:
    ask = numbered()
    first = ask(RequestFactory().get("/en/fair/"))
    first["X-Request-Id"] = "one"
    second = ask(RequestFactory().get("/en/fair/"))
    assert "X-Request-Id" not in second
    second["X-Request-Id"] = "two"
    assert "X-Request-Id" not in ask(RequestFactory().get("/en/fair/"))
