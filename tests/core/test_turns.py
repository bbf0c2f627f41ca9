"""One page at a time."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier, Event, Lock

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from emporion.core import turns
from emporion.core.turns import TURNS, TurnsMiddleware


def test_no_more_pages_than_turns_are_computed_at_once() -> None:
    at_once: list[int] = []
    now = 0
    lock = Lock()

    def page(_request: HttpRequest) -> HttpResponse:
        nonlocal now
        with lock:
            now += 1
            at_once.append(now)
        Event().wait(0.005)
        with lock:
            now -= 1
        return HttpResponse("read")

    ask = TurnsMiddleware(page)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: ask(HttpRequest()).content, range(24)))
    assert answers == [b"read"] * 24
    assert max(at_once) == TURNS


def test_page_whose_turn_does_not_come_goes_ahead(monkeypatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    everybody = Barrier(TURNS + 1, timeout=10)

    def page(_request: HttpRequest) -> HttpResponse:
        everybody.wait()  # Passes only when one more page than there are turns is computed.
        return HttpResponse("read")

    ask = TurnsMiddleware(page)
    with ThreadPoolExecutor(TURNS + 1) as pool:
        answers = list(pool.map(lambda _n: ask(HttpRequest()).content, range(TURNS + 1)))
    assert answers == [b"read"] * (TURNS + 1)
    assert ask.turns._value == TURNS


def test_turn_is_given_back_when_a_page_fails() -> None:
    def page(_request: HttpRequest) -> HttpResponse:
        raise ValueError("this page is broken")

    ask = TurnsMiddleware(page)
    for _ in range(TURNS + 1):
        try:
            ask(HttpRequest())
        except ValueError:
            pass
    assert ask.turns._value == TURNS


def test_probes_need_no_turn(monkeypatch) -> None:
    ask = TurnsMiddleware(lambda _request: HttpResponse("alive"))
    for _ in range(TURNS):
        ask.turns.acquire()
    asked = HttpRequest()
    asked.path = "/healthz"
    monkeypatch.setattr(ask.turns, "acquire", pytest.fail)
    assert ask(asked).content == b"alive"


def test_form_has_arrived_before_its_turn_comes() -> None:
    ask = TurnsMiddleware(lambda request: HttpResponse(request.POST["word"]))
    arriving, read = Event(), Event()

    class Slow(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            arriving.set()
            assert read.wait(10)
            return super().read(size)

    def send() -> bytes:
        return ask(posted(Slow(b"word=slow"))).content

    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(send)
        assert arriving.wait(10)
        assert ask.turns.acquire(blocking=False)  # The slow sender holds none.
        ask.turns.release()
        read.set()
        assert sent.result() == b"slow"


def posted(body: BytesIO) -> HttpRequest:
    kind = "application/x-www-form-urlencoded"
    extra = {"wsgi.input": body, "CONTENT_LENGTH": "9", "CONTENT_TYPE": kind}
    return RequestFactory().generic("POST", "/", **extra)
