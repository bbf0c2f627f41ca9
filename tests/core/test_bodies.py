"""What is sent: received by few threads at once, before anything is held, and refused unread."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from emporion.api.interfaces import lists
from emporion.core import places
from emporion.core.bodies import FORM, BodiesMiddleware
from emporion.core.turns import TurnsMiddleware
from emporion.edition.domain import drafts
from tests import served

FILES = "multipart/form-data; boundary=X"
SIGN_IN = "/en/signin/"


class Untouched(BytesIO):
    """A body that must not be read."""

    def read(self, size: int | None = -1) -> bytes:
        raise AssertionError("This body was read.")


def sent(client: Client, path: str, **told: Any) -> Any:
    """Send a body that must not be read."""
    return client.generic("POST", path, **{"wsgi.input": Untouched(), **told})


@pytest.mark.parametrize("path", [SIGN_IN, "/en/nothing/", "/carriers/sms/"])
@pytest.mark.parametrize("kind", [FILES, "application/octet-stream", ""])
def test_body_above_the_limit_is_refused_unread(client: Client, path: str, kind: str) -> None:
    """Without the database: nobody asks who sends it."""
    most = settings.MOST_BODY_BYTES
    answer = sent(client, path, CONTENT_LENGTH=str(most + 1), CONTENT_TYPE=kind)
    assert answer.status_code == 413
    assert "That is too much at once" in answer.content.decode()


def test_program_is_told_of_a_body_above_the_limit_in_its_own_form(client: Client) -> None:
    most = settings.MOST_BODY_BYTES
    answer = sent(client, "/api/v1/editions", CONTENT_LENGTH=str(most + 1), CONTENT_TYPE=FILES)
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


def test_form_without_files_is_no_longer_than_what_memory_keeps(client: Client) -> None:
    length = str(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    assert sent(client, SIGN_IN, CONTENT_LENGTH=length, CONTENT_TYPE=FORM).status_code == 413


@pytest.mark.parametrize(
    "told",
    [
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"SERVER_PROTOCOL": "HTTP/2", "CONTENT_TYPE": FILES},
    ],
)
def test_form_of_unknown_length_is_refused_unread(client: Client, told: dict[str, str]) -> None:
    answer = sent(client, SIGN_IN, **{"CONTENT_LENGTH": "", **told})
    assert answer.status_code == 411
    assert "The form came without its length" in answer.content.decode()


def test_limit_holds_all_that_may_be_sent() -> None:
    """The longest list of a program as it is, and the longest file of a page with its form."""
    room = 1 << 20
    assert settings.MOST_BODY_BYTES >= max(lists.MAX_BYTES, drafts.MAX_BYTES) + room


class Slow(BytesIO):
    """A form that comes when it is let."""

    def __init__(self) -> None:
        super().__init__(b"word=slow")
        self.arriving, self.let = Event(), Event()

    def read(self, size: int | None = -1) -> bytes:
        self.arriving.set()
        assert self.let.wait(10)
        return super().read(size)


def posted(body: BytesIO) -> HttpRequest:
    told: dict[str, Any] = {"wsgi.input": body, "CONTENT_LENGTH": "9", "CONTENT_TYPE": FORM}
    return RequestFactory().generic("POST", "/", **told)


def test_form_has_arrived_before_its_turn_comes() -> None:
    line = TurnsMiddleware(lambda request: HttpResponse(request.POST["word"]))
    ask = BodiesMiddleware(line)
    slow = Slow()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, posted(slow))
        assert slow.arriving.wait(10)
        assert line.turns.acquire(0)  # The slow sender holds none.
        line.turns.release()
        slow.let.set()
        assert answer.result().content == b"slow"


def test_slow_senders_leave_places_for_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    held = places.Places(places.PLACES, 0.2)
    few = places.Places(places.SENDERS, 0.2)
    monkeypatch.setattr("emporion.core.bodies.places", held)
    monkeypatch.setattr("emporion.core.bodies.senders", few)
    ask = BodiesMiddleware(lambda request: HttpResponse(request.POST["word"]))
    forms = [Slow() for _ in range(places.SENDERS)]
    with ThreadPoolExecutor(len(forms)) as pool, ExitStack() as pages:
        answers = [pool.submit(ask, posted(form)) for form in forms]
        assert all(form.arriving.wait(10) for form in forms)
        with pytest.raises(places.Full):
            ask(posted(Slow()))
        for _ in range(places.PLACES - places.SENDERS):
            pages.enter_context(held.taken())
        for form in forms:
            form.let.set()
        assert [answer.result().content for answer in answers] == [b"slow"] * len(forms)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The port of one process of a server; its database knows only what `/readyz` asks for."""
    with closing(sqlite3.connect(tmp_path / "emporion.sqlite3")) as made:
        made.execute("CREATE TABLE django_migrations (id INTEGER)")
        made.commit()
    with served.serving(tmp_path, EMPORION_KEPT_PAGES_SECONDS="0") as number:
        yield number


def test_half_sent_forms_from_one_place_keep_no_page_from_anybody(port: int) -> None:
    half = (
        f"POST {SIGN_IN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\n"
        "Content-Length: 1000\r\n\r\nidentifier=a"
    )
    with ExitStack() as open_:
        for _ in range(places.THREADS - 1):
            sender = open_.enter_context(socket.create_connection(("127.0.0.1", port)))
            sender.sendall(half.encode())
        for _ in range(3):
            asked = [served.status_of(port, path) for path in (SIGN_IN, "/healthz", "/readyz")]
            assert asked == [200, 200, 200]


@pytest.mark.parametrize("kind", [FORM, FILES, "application/json"])
def test_body_that_was_cut_on_its_way_is_refused_and_not_worked_at(kind: str) -> None:
    whole = {
        FORM: b"message=Please+bring+the+samples&hosts=on",
        FILES: b'--X\r\nContent-Disposition: form-data; name="message"\r\n\r\nPlease bring\r\n--X--\r\n',
        "application/json": b'{"message": "Please bring"}',
    }[kind]
    reached: list[Any] = []

    def view(request: HttpRequest) -> HttpResponse:
        reached.append(request.POST.get("message") or request.body)
        return HttpResponse()

    def post(came: int) -> int:
        request = RequestFactory().generic(
            "POST", SIGN_IN, content_type=kind, CONTENT_LENGTH=str(len(whole)),
            **{"wsgi.input": BytesIO(whole[:came])},
        )  # fmt: skip
        return BodiesMiddleware(view)(request).status_code

    assert post(len(whole)) == 200
    for came in range(1, len(whole), 5):
        with pytest.raises(BadRequest):
            post(came)
    assert len(reached) == 1


def test_form_that_was_cut_gets_a_page_that_says_so(client: Client, db: None) -> None:
    answer = client.generic(
        "POST", SIGN_IN, content_type=FORM, CONTENT_LENGTH="1000",
        **{"wsgi.input": BytesIO(b"identifier=aino")},
    )  # fmt: skip
    assert answer.status_code == 400
