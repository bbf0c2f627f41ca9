"""Embeddings over HTTP, against a real server on this machine that behaves and misbehaves."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from emporion.engines.matching.encoding import MemoryStore, embedded
from emporion.engines.matching.endpoint import Endpoint
from emporion.engines.matching.market import EncodingError


def vector(text):
    return [float(len(text)), float(text.count("a")), 1.0]


def good(handler, asked):
    data = [{"index": at, "embedding": vector(text)} for at, text in enumerate(asked["input"])]
    # The order of an answer is by index, not by place.
    handler.reply({"object": "list", "data": data[::-1], "model": asked["model"]})


@contextmanager
def server(behave=good):
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append((self.path, dict(self.headers), asked))
            behave(self, asked)

        def reply(self, body, status=200, **headers):
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/v1/embeddings", seen
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def endpoint(url, **more):
    return Endpoint(**{"url": url, "name": "m", "dimension": 3, "private": True, **more})


def test_vectors_come_in_order_as_unit_rows_with_key_and_prefixes():
    with server() as (url, seen):
        found = endpoint(url, key="secret", prefixes=("query: ", "passage: ")).embed(
            ["aa", "b"], "query"
        )
    expected = np.array([vector("query: aa"), vector("query: b")])
    assert np.allclose(found, expected / np.linalg.norm(expected, axis=1, keepdims=True))
    path, headers, asked = seen[0]
    assert path == "/v1/embeddings"
    assert headers["Authorization"] == "Bearer secret"
    assert asked == {"model": "m", "input": ["query: aa", "query: b"]}


def test_equal_texts_are_asked_for_once_and_kept_ones_never():
    store = MemoryStore()
    with server() as (url, seen):
        one = embedded(endpoint(url), ["drone"] * 5000 + ["", "pump"], "passage", store)
        two = embedded(endpoint(url), ["pump", "drone"], "passage", store)
    assert [len(asked["input"]) for _, _, asked in seen] == [2]
    assert one.shape == (5002, 3) and not one[5000].any()
    assert np.array_equal(two[1], one[0])


@pytest.mark.parametrize(
    ("behave", "message"),
    [
        (lambda h, asked: h.reply({"data": [{"index": 0, "embedding": [1.0] * 7}]}), "7"),
        (lambda h, asked: h.reply({"data": []}), "0 vectors for 1 texts"),
        (lambda h, asked: h.reply({"data": [{"index": 0, "embedding": "abc"}]}), "something else"),
        (lambda h, asked: h.reply({"data": [{"index": 0, "embedding": [1, None, 2]}]}), "NaN"),
        (lambda h, asked: h.reply(b'{"data": [{"index": 0, "embedding": [1, NaN, 2]}]}'), "NaN"),
        (lambda h, asked: h.reply(b"<html>"), "something else"),
        (lambda h, asked: h.reply(b'{"data": [{"index": 1e999, "embedding": [1, 2, 3]}]}'), "else"),
        (
            lambda h, asked: h.reply(
                b'{"data": [{"index": 0, "embedding": [1' + b"0" * 400 + b", 2, 3]}]}"
            ),
            "else|NaN",
        ),
        (lambda h, asked: h.reply({"error": "no"}, 401), "answered 401"),
        (lambda h, asked: h.reply(b"", 302, Location="http://127.0.0.1:1/"), "answered 302"),
        (lambda h, asked: h.reply(b" " * 3_000_000), "more than"),
        (lambda h, asked: h.connection.close(), "cannot be reached|did not answer"),
    ],
)
def test_a_wrong_answer_is_refused_with_a_reason(behave, message):
    with server(behave) as (url, _), pytest.raises(EncodingError, match=message):
        endpoint(url, seconds=5).embed(["a"], "query")


def dripping(handler, asked):
    handler.send_response(200)
    handler.end_headers()
    for _ in range(20):
        time.sleep(0.05)
        try:
            handler.wfile.write(b" ")
        except OSError:
            return


def dripping_head(handler, asked):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(60):
        time.sleep(0.05)
        try:
            handler.wfile.write(b"a")
        except OSError:
            return


@pytest.mark.parametrize("behave", [lambda h, asked: time.sleep(0.6), dripping, dripping_head])
def test_a_server_that_hangs_or_drips_is_left(behave):
    with server(behave) as (url, _):
        began = time.monotonic()
        with pytest.raises(EncodingError, match="did not answer within 0.2 seconds"):
            endpoint(url, seconds=0.2).embed(["a"], "query")
        assert time.monotonic() - began < 2


def test_a_name_that_is_looked_up_for_ever_is_left(monkeypatch):
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **more: time.sleep(1.5))
    began = time.monotonic()
    with pytest.raises(EncodingError, match="embeddings.example was not found within 0.2 seconds"):
        endpoint("http://embeddings.example/v1", seconds=0.2).embed(["a"], "query")
    assert time.monotonic() - began < 1.2


def test_model_is_short_holds_no_secret_and_changes_with_all_that_changes_vectors():
    one = {
        "url": "https://user:word@embeddings.example/v1?key=SECRET", "name": "n" * 200,
        "dimension": 65_536, "prefixes": ("Instruct: given a need, find offers\nQuery: ", ""),
    }  # fmt: skip
    model = endpoint(**one).model
    assert model.startswith("n" * 40 + "@embeddings.example#65536/")
    assert not any(secret in model for secret in ("word", "SECRET", "user"))
    assert len(endpoint(**one | {"url": f"https://{'a' * 250}.example/v1"}).model) <= 100
    others = ({"url": "https://embeddings.example/v2"}, {"name": "n"}, {"dimension": 3},
              {"prefixes": ("query: ", "")}, {"prefixes": ("", "query: ")})  # fmt: skip
    assert len({endpoint(**one | other).model for other in others} | {model}) == 6


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/v1/embeddings",
        "http://localhost/v1",
        "http://[::1]/v1",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest",
        "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
    ],
)
def test_the_own_network_is_refused_unless_allowed(url):
    with pytest.raises(EncodingError, match="own network|not known"):
        endpoint(url, private=False).embed(["a"], "query")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/", "", "http://", "http://h:x/"]
)
def test_other_addresses_are_refused(url):
    with pytest.raises(EncodingError, match="no http|no valid port"):
        endpoint(url).embed(["a"], "query")
