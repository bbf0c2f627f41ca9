"""Requests that leave: only to the open network, never longer or larger than is good."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from emporion.core import outgoing

INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1",
    "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_address_inside_of_a_network_is_not_public(address: str) -> None:
    assert outgoing.is_public(ipaddress.ip_address(address)) is False


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_address_of_the_open_network_is_public(address: str) -> None:
    assert outgoing.is_public(ipaddress.ip_address(address)) is True


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.org/", "only https"),
        ("ftp://example.org/", "only https"),
        ("https:///nowhere", "only https"),
        ("https://user:word@example.org/", "a user or a password"),
        ("https://127.0.0.1/", "inside of a network"),
        ("https://2130706433/", "inside of a network"),
        ("https://0x7f.1/", "inside of a network"),
        ("https://[::1]/", "inside of a network"),
        ("https://[::ffff:169.254.169.254]/latest", "inside of a network"),
        ("https://localhost./", "inside of a network"),
        ("https://example.org:99999/", "no web address"),
        ("https://exa mple.org/", "no web address"),
        ("https://例え.jp/", "no web address"),
        ("https://example.org/" + "a" * 2000, "no web address"),
    ],
)
def test_address_that_is_never_asked(url: str, why: str) -> None:
    with pytest.raises(outgoing.Refused) as refused:
        outgoing.look_at(url)
    assert why in str(refused.value)


# What the server was asked: (path, body).
SEEN: list[tuple[str, bytes]] = []


class Server(BaseHTTPRequestHandler):
    """Answers by what its path says."""

    def do_POST(self) -> None:
        SEEN.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        if self.path == "/large":
            self.wfile.write(b"x" * (outgoing.MOST_BYTES + 1))
        elif self.path == "/drip":
            try:
                for _ in range(400):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.05)
                SEEN.append((self.path, b"read to its end"))
            except OSError:
                pass
        else:
            self.wfile.write(b"taken")

    def log_message(self, *words: Any) -> None:
        pass


@pytest.fixture
def server(settings: Any) -> Iterator[tuple[str, list[Any]]]:
    """A server on this machine that the setting allows: its address, and what it was asked."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as made:
        SEEN.clear()
        threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
        settings.OUTGOING_PRIVATE = ["127.0.0.1"]
        yield f"http://127.0.0.1:{made.server_port}", SEEN
        made.shutdown()


def test_host_that_a_setting_names_is_asked(server: tuple[str, list[Any]]) -> None:
    url, seen = server
    answer = outgoing.request("POST", f"{url}/a?b=c", b"hello")
    assert (answer.status, answer.body, answer.is_good) == (200, b"taken", True)
    assert seen == [("/a?b=c", b"hello")]


def test_redirect_is_an_answer_and_is_not_followed(server: tuple[str, list[Any]]) -> None:
    url, seen = server
    answer = outgoing.request("POST", f"{url}/moved", b"")
    assert (answer.status, answer.is_good, len(seen)) == (302, False, 1)


@pytest.mark.parametrize(("path", "why"), [("large", "bytes"), ("drip", "seconds")])
def test_answer_that_is_too_large_or_too_slow_is_cut(
    server: tuple[str, list[Any]], path: str, why: str
) -> None:
    with pytest.raises(outgoing.Unreachable) as cut:
        outgoing.request("POST", f"{server[0]}/{path}", b"", seconds=0.4)
    assert why in str(cut.value)
    assert server[1] == [(f"/{path}", b"")]


def test_name_and_handshake_that_never_come_end_at_the_limit(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTGOING_PRIVATE = ["127.0.0.1"]
    over, waited_for = threading.Event(), list[str]()

    def drip(listening: socket.socket) -> None:
        # A record of TLS whose bytes come one by one: each ends the wait for the next.
        with contextlib.suppress(OSError), listening.accept()[0] as raw:
            for byte in b"\x16\x03\x03\x40\x00" + bytes(400):
                raw.sendall(bytes([byte]))
                if over.wait(0.05):
                    return
            waited_for.append("handshake")

    def resolve(*words: Any, **more: Any) -> list[Any]:
        if not over.wait(20):
            waited_for.append("name")
        return []

    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=drip, args=(listening,))
        serving.start()
        with pytest.raises(outgoing.Unreachable) as cut:
            outgoing.request("GET", f"https://127.0.0.1:{listening.getsockname()[1]}/", seconds=0.4)
        assert ("longer than 0.4 seconds" in str(cut.value), waited_for) == (True, [])
        over.set()
        serving.join(5)

    over.clear()
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(outgoing.Unreachable) as cut:
        outgoing.request("GET", "https://slow.example.org/", seconds=0.4)
    assert ("longer than 0.4 seconds" in str(cut.value), waited_for) == (True, [])
    over.set()


def test_every_phase_shares_one_limit(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was spent on the name is not there for the connection."""
    left: list[float] = []

    def resolve(*words: Any, **more: Any) -> Any:
        time.sleep(0.3)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]

    def connect(address: Any, timeout: float) -> Any:
        left.append(timeout)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(outgoing.Unreachable):
        outgoing.request("GET", "https://slow.example.org/", seconds=30.0)
    assert 0 < left[0] <= 29.7


@pytest.mark.parametrize(
    ("named", "port", "allowed"),
    [
        ("127.0.0.1", 8025, True),
        ("127.0.0.1:8025", 8025, True),
        ("127.0.0.1:8025", 5432, False),
        ("127.0.0.1:80", None, True),
        ("[::1]:8025", 8025, False),
    ],
)
def test_host_of_the_own_network_is_named_with_or_without_its_port(
    settings: Any, named: str, port: int | None, allowed: bool
) -> None:
    settings.OUTGOING_PRIVATE = [named]
    url = f"http://127.0.0.1{f':{port}' if port else ''}/"
    if allowed:
        assert outgoing.look_at(url).port == (port or 80)
    else:
        with pytest.raises(outgoing.Refused):
            outgoing.look_at(url)


def test_host_of_the_newer_protocol_is_named_with_its_port(settings: Any) -> None:
    settings.OUTGOING_PRIVATE = ["[::1]:8025"]
    assert outgoing.look_at("http://[::1]:8025/").address == "::1"
    with pytest.raises(outgoing.Refused):
        outgoing.look_at("http://[::1]:8026/")


def test_name_that_changes_its_address_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def resolve(host: str, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]

    connected: list[Any] = []

    def connect(address: Any, *rest: Any) -> Any:
        connected.append(address)
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(outgoing.Unreachable):
        outgoing.request("POST", "https://rebinding.example.org/", b"")
    assert (asked, connected) == (["rebinding.example.org"], [("93.184.216.34", 443)])


def test_one_address_inside_among_several_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolve(host: str, *rest: Any, **more: Any) -> Any:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("93.184.216.34", 443)), (*kind, ("10.0.0.1", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(outgoing.Refused):
        outgoing.look_at("https://mixed.example.org/")


def test_name_that_nobody_knows_may_be_known_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*words: Any, **more: Any) -> Any:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(outgoing.Unreachable):
        outgoing.look_at("https://gone.example.org/")


def test_certificate_that_nobody_vouches_for_is_not_trusted(settings: Any, tmp_path: Any) -> None:
    """A server with a certificate of its own making is not told a byte."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
    pem = tmp_path / "own.pem"
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    pem.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(encoding))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    heard: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        with contextlib.suppress(OSError), listening.accept()[0] as raw:
            heard.append(context.wrap_socket(raw, server_side=True).recv(1))

    settings.OUTGOING_PRIVATE = ["localhost"]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        served = threading.Thread(target=serve, args=(listening,))
        served.start()
        with pytest.raises(outgoing.Unreachable) as refused:
            outgoing.request("GET", f"https://localhost:{listening.getsockname()[1]}/")
        served.join(5)
    assert ("SSLCertVerificationError" in str(refused.value), heard) == (True, [])


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("hooks.example.com", True), ("HOOKS.example.com", True), ("a.b.example.org", True),
        ("example.org", False), ("badexample.org", False), ("hooks.example.com.evil.example", False),
        ("example.net", False), ("localhost", True),
    ],
)  # fmt: skip
def test_only_hosts_of_the_list_are_asked_where_there_is_one(
    settings: Any, monkeypatch: pytest.MonkeyPatch, host: str, asked: bool
) -> None:
    monkeypatch.setattr(outgoing, "addresses_of", lambda *_told: ["93.184.216.34"])
    settings.OUTGOING_PRIVATE = ["localhost"]
    assert outgoing.look_at(f"https://{host}/").address == "93.184.216.34"
    settings.OUTGOING_ONLY = ["hooks.EXAMPLE.com", ".example.org"]
    try:
        outgoing.look_at(f"https://{host}/")
    except outgoing.Refused as refused:
        assert "none of the hosts that a setting allows" in str(refused)
        assert not asked
    else:
        assert asked
