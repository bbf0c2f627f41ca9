"""One page at a time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock, Thread
from time import sleep

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from emporion.core import turns, workers
from emporion.core.turns import TURNS, UNEVEN, Line, TurnsMiddleware


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
    assert ask.turns.free == TURNS


def test_turn_is_given_back_when_a_page_fails() -> None:
    def page(_request: HttpRequest) -> HttpResponse:
        raise ValueError("this page is broken")

    ask = TurnsMiddleware(page)
    for _ in range(TURNS + 1):
        try:
            ask(HttpRequest())
        except ValueError:
            pass
    assert ask.turns.free == TURNS


def test_page_that_waits_for_another_system_gives_its_turn_to_others() -> None:
    seen: list[int] = []

    def page(request: HttpRequest) -> HttpResponse:
        seen.append(ask.turns.free)
        with turns.aside(request):
            seen.append(ask.turns.free)
        seen.append(ask.turns.free)
        return HttpResponse("read")

    ask = TurnsMiddleware(page)
    ask(HttpRequest())
    assert (seen, ask.turns.free) == ([TURNS - 1, TURNS, TURNS - 1], TURNS)


def test_turns_are_given_in_the_order_of_asking() -> None:
    line = Line(1)
    served: list[int] = []
    assert line.acquire(0)

    def ask(number: int) -> None:
        assert line.acquire(10)
        served.append(number)
        line.release()

    threads = [Thread(target=ask, args=[number]) for number in range(5)]
    for number, thread in enumerate(threads, 1):
        thread.start()
        while len(line._waiting) < number:
            sleep(0.001)
    line.release()
    for thread in threads:
        thread.join(10)
    assert (served, line.free) == ([0, 1, 2, 3, 4], 1)


def test_whoever_comes_as_a_turn_ends_stands_behind_those_who_wait() -> None:
    line = Line(1)
    assert line.acquire(0)
    came = Event()
    first = Thread(target=lambda: line.acquire(10) and came.set())
    first.start()
    while not line._waiting:
        sleep(0.001)
    line.release()
    # The one who waited may not have woken yet; the turn is theirs all the same.
    assert not line.acquire(0)
    first.join(10)
    assert came.is_set()
    line.release()
    assert line.free == 1


def test_turn_that_is_given_up_is_not_lost() -> None:
    line = Line(1)
    assert line.acquire(0)
    assert not line.acquire(0.01)
    line.release()
    assert (line.free, list(line._waiting)) == (1, [])


@pytest.fixture
def two_workers(tmp_path, monkeypatch) -> TurnsMiddleware:
    """The first of two workers; what the second has to do is written by the test."""
    file = tmp_path / "workers"
    workers.make_file(file, 2)
    monkeypatch.setenv(workers.FILE, str(file))
    return TurnsMiddleware(lambda _request: HttpResponse("read"))


def closes(ask: TurnsMiddleware, *, here: int, elsewhere: int, protocol: str = "HTTP/1.1") -> bool:
    """Whether an answer closes its connection; `here` counts the page that is answered."""
    assert ask.place is not None
    ask.place._pages[1] = elsewhere
    ask.pages = here - 1
    request = RequestFactory().get("/", SERVER_PROTOCOL=protocol)
    return ask(request).headers.get("Connection") == "close"


@pytest.mark.parametrize(
    ("here", "elsewhere", "closed"),
    [(1, 0, False), (UNEVEN, 0, True), (UNEVEN, 1, False), (UNEVEN + 1, 1, True),
     (9, workers.NOBODY, False)],
)  # fmt: skip
def test_connection_is_closed_where_another_worker_has_much_less_to_do(
    two_workers, here, elsewhere, closed
) -> None:
    assert closes(two_workers, here=here, elsewhere=elsewhere) == closed


@pytest.mark.parametrize("protocol", ["HTTP/1.0", "HTTP/2"])
def test_connection_of_another_protocol_is_never_closed(two_workers, protocol) -> None:
    assert not closes(two_workers, here=9, elsewhere=0, protocol=protocol)


def test_worker_tells_how_many_pages_it_has(two_workers) -> None:
    assert two_workers.place is not None
    told: list[int] = []
    two_workers.get_response = lambda _request: (
        told.append(two_workers.place._pages[0]) or HttpResponse("read")
    )
    two_workers(RequestFactory().get("/"))
    assert (told, two_workers.place._pages[0]) == ([1], 0)
