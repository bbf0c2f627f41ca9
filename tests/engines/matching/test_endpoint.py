"""Embeddings over HTTP, against a real server on this machine that behaves and misbehaves."""

import json
import threading
import traceback
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from emporion.engines.matching import endpoint as endpoint_module
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


def silent(handler, over):
    over.wait(60)


def dripping(handler, over):
    handler.send_response(200)
    handler.end_headers()
    drip(handler, over, b" ")


def dripping_head(handler, over):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    drip(handler, over, b"a")


def drip(handler, over, byte):
    """A byte now and then for a minute, or until it is over."""
    for _ in range(1200):
        if over.wait(0.05):
            return
        try:
            handler.wfile.write(byte)
        except OSError:
            return


@pytest.mark.parametrize("behave", [silent, dripping, dripping_head])
def test_a_server_that_hangs_or_drips_is_left(behave):
    over = threading.Event()
    with server(lambda handler, asked: behave(handler, over)) as (url, _):
        try:
            with pytest.raises(EncodingError, match="did not answer within 0.2 seconds"):
                endpoint(url, seconds=0.2).embed(["a"], "query")
        finally:
            over.set()


def test_a_name_that_is_looked_up_for_ever_is_left(monkeypatch):
    over = threading.Event()

    def looked_up(*args, **more):
        over.wait(60)
        return []

    monkeypatch.setattr("socket.getaddrinfo", looked_up)
    try:
        with pytest.raises(EncodingError, match="example was not found within 0.2 seconds"):
            endpoint("http://embeddings.example/v1", seconds=0.2).embed(["a"], "query")
    finally:
        over.set()


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


ADDRESSES = [
    ("http://user:w0rd@h:x/v1", "the url has no valid port"),
    ("http://user:w0rd@h:70000/v1", "the url has no valid port"),
    ("http://user:w0rd/rest@h/v1", "the url has no valid port"),
    ("https://user:w0rd@[::1/v1", "the url is no http or https address"),
    ("https://user:w0rd@h\u2100/v1", "the url is no http or https address"),
    ("ftp://user:w0rd@h/v1", "the url is no http or https address"),
    ("user:w0rd@h/v1", "the url is no http or https address"),
    ("https://user:w0rd@h/v1?key=w0rd w0rd", "the url holds a character that stands in no address"),
    ("https://user:w0rd@h/v\u0661", "the url holds a character that stands in no address"),
    ("https://user:w0rd@h\0/v1", "h\0 is not known"),
    ("https://w0rd/rest@h/v1", "the server of the url is not known"),
    ("https://user:w0rd@h/v1?key=w0rd", "h is not known"),
]


@pytest.mark.parametrize(("url", "said"), ADDRESSES)
def test_no_error_and_no_name_of_a_model_quotes_the_address(url, said, monkeypatch):
    plain = endpoint_module.socket.getaddrinfo

    def unknown(host, *words, **more):
        if "\0" in host:
            return plain(host, *words, **more)
        raise OSError("not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    made = endpoint(url, key="k3y")
    with pytest.raises(EncodingError) as found:
        made.embed(["a"], "query")
    assert str(found.value).startswith(said)
    seen = "".join(traceback.format_exception(found.value)) + repr(made) + made.model
    assert not [secret for secret in ("w0rd", "k3y") if secret in seen]


def test_key_that_no_header_holds_is_refused_without_being_quoted():
    with server() as (url, seen):
        for key in ("k3y\n", "k3y…", "k3 y"):
            with pytest.raises(EncodingError, match="^the key that goes with the url") as found:
                endpoint(url, key=key).embed(["a"], "query")
            assert "k3" not in "".join(traceback.format_exception(found.value))
    assert seen == []


def echo_line(handler, asked):
    told = f"{handler.requestline} {handler.headers['Authorization']}\r\n\r\n"
    handler.wfile.write(told.encode())


def echo_reason(handler, asked):
    handler.send_response(401, f"{handler.requestline} {handler.headers['Authorization']}")
    handler.end_headers()


@pytest.mark.parametrize(
    ("behave", "said"),
    [(echo_line, "something else than HTTP"), (echo_reason, "answered 401 Unauthorized$")],
)
def test_server_that_answers_what_it_was_sent_is_not_quoted(behave, said):
    # A traceback shows the line of the program, so the values stand elsewhere.
    secrets = ("w0rd", "k3y")
    with server(behave) as (url, _), pytest.raises(EncodingError, match=said) as found:
        endpoint(f"{url}?key={secrets[0]}", key=secrets[1]).embed(["a"], "query")
    seen = "".join(traceback.format_exception(found.value))
    assert not [secret for secret in secrets if secret in seen]
