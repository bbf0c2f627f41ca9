"""An encoder behind HTTP: any server that speaks the OpenAI embeddings API.

The address is a setting of who runs the site, yet it is treated as hostile: only http and https,
no redirects, the name is resolved once and the very address that was checked is connected to,
addresses inside of the own network are refused unless they are allowed by name, an answer has a
limit of time and size, and its shape is checked.  The address may hold a password, and a stranger
may answer with what it was sent: no error quotes either, as errors are shown to people and kept.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urlsplit

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.encoding import checked
from emporion.engines.matching.market import EncodingError

Floats = npt.NDArray[np.float32]
CHUNK = 65_536
# A float takes up to some 25 characters of JSON; twice that is no honest answer.
BYTES_PER_NUMBER = 50
# What may stand in the path of an address, and in a header.
PLAIN = re.compile("[\x21-\x7e]*")


@dataclass(frozen=True)
class Endpoint:
    """An embeddings server at `url` (.../v1/embeddings) with a model of `dimension` numbers.

    `seconds` is the limit of one request, from name to last byte.  `private` allows an address in
    the own network, for a server beside this one.  `prefixes` are put before needs and offers for
    models that ask for it (e5: "query: " and "passage: ").  `setting` is what errors call `url`.
    """

    url: str = field(repr=False)
    name: str
    dimension: int
    key: str = field(default="", repr=False)
    seconds: float = 30.0
    private: bool = False
    prefixes: tuple[str, str] = ("", "")
    setting: str = "the url"

    @property
    def model(self) -> str:
        """The name of the model and its server, and a digest of all that changes its vectors.

        It stands in policies and exports: the address may hold a password, and is long.
        """
        told = "\0".join((self.name, self.url, str(self.dimension), *self.prefixes))
        digest = hashlib.sha256(told.encode()).hexdigest()[:12]
        return f"{self.name[:40]}@{(self._host() or 'no host')[:40]}#{self.dimension}/{digest}"

    def embed(self, texts: Sequence[str], role: str) -> Floats:
        """Return unit rows. Raises EncodingError for whatever goes wrong, naming the server."""
        prefix = self.prefixes[0 if role == "query" else 1]
        asked = {"model": self.name, "input": [prefix + text for text in texts]}
        answer = self._post(json.dumps(asked).encode(), len(texts))
        try:
            data = json.loads(answer)["data"]
            rows = sorted(
                ((int(row["index"]), row["embedding"]) for row in data), key=lambda r: r[0]
            )
            if [at for at, _ in rows] != list(range(len(texts))):
                raise EncodingError(
                    f"{self._server()} answered {len(rows)} vectors for {len(texts)} texts"
                )
            found = np.asarray([row for _, row in rows], dtype=np.float32)
        except (ValueError, ArithmeticError, KeyError, TypeError, RecursionError):
            raise EncodingError(
                f"{self._server()} answered something else than embeddings; the address must be"
                " that of an OpenAI-compatible embeddings API (.../v1/embeddings)"
            ) from None
        return checked(found, len(texts), self)

    def _host(self) -> str:
        """Return the name of the server as policies may say it; "" where there is none to be said.

        A password with a / in it that is not written as %2F ends the host before its time: what
        stands there then is part of the password, or a name.
        """
        parts = self._split()
        if parts is None or "@" in parts.path + parts.query + parts.fragment:
            return ""
        return parts.hostname or ""

    def _server(self) -> str:
        return self._host() or f"the server of {self.setting}"

    def _split(self) -> SplitResult | None:
        try:
            return urlsplit(self.url)
        except ValueError:
            return None

    def _parts(self) -> tuple[SplitResult, str, int]:
        """Return the address, its host and its port. Raises EncodingError."""
        parts = self._split()
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise EncodingError(f"{self.setting} is no http or https address")
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise EncodingError(f"{self.setting} has no valid port") from None
        if not PLAIN.fullmatch(parts.path + parts.query):
            raise EncodingError(
                f"{self.setting} holds a character that stands in no address; write it as %.."
            )
        if not PLAIN.fullmatch(self.key):
            raise EncodingError(
                f"the key that goes with {self.setting} holds a character that stands in no header"
            )
        return parts, parts.hostname, port

    def _post(self, body: bytes, count: int) -> bytes:
        until = time.monotonic() + self.seconds
        parts, host, port = self._parts()
        address = self._address(host, port, until)
        left = max(until - time.monotonic(), 0.001)
        connection = _Pinned(parts.scheme == "https", host, port, address, left)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        most = 10_000 + count * self.dimension * BYTES_PER_NUMBER
        # A time for each read is no time for the whole: one byte a moment, in the head of an answer
        # or before, would go on for ever.
        clock = threading.Timer(left, connection.end)
        clock.daemon = True
        clock.start()
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            if response.status != 200:
                raise EncodingError(f"{self._server()} answered {_status(response.status)}")
            answer = bytearray()
            while part := response.read1(CHUNK):
                answer += part
                if len(answer) > most:
                    raise EncodingError(f"{self._server()} answered more than {most} bytes")
            if time.monotonic() >= until:
                raise TimeoutError
            return bytes(answer)
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, TimeoutError) or time.monotonic() >= until:
                raise EncodingError(
                    f"{self._server()} did not answer within {self.seconds:g} seconds"
                ) from None
            if not isinstance(error, OSError):
                raise EncodingError(f"{self._server()} answered something else than HTTP") from None
            raise EncodingError(f"{self._server()} cannot be reached: {error}") from None
        finally:
            clock.cancel()
            connection.close()

    def _address(self, host: str, port: int, until: float) -> str:
        try:
            found = _looked_up(host, port, until - time.monotonic())
        except TimeoutError:
            raise EncodingError(
                f"{self._server()} was not found within {self.seconds:g} seconds"
            ) from None
        except (OSError, ValueError):
            raise EncodingError(f"{self._server()} is not known") from None
        addresses = [str(entry[4][0]) for entry in found]
        for address in addresses:
            if not self.private and not ipaddress.ip_address(address.partition("%")[0]).is_global:
                told = f" {address}," if self._host() else ""
                raise EncodingError(
                    f"{self._server()} is{told} inside of the own network; allow it explicitly if"
                    " the server is meant to be there"
                )
        return addresses[0]


def _status(number: int) -> str:
    """Return a status with the words of the standard, whatever the server says beside it."""
    known = {status.value: status.phrase for status in HTTPStatus}
    return f"{number} {known.get(number, '')}".rstrip()


def _looked_up(host: str, port: int, seconds: float) -> list[Any]:
    """Return what `socket.getaddrinfo` finds, or raise TimeoutError: it has no limit of its own."""
    found: Future[list[Any]] = Future()

    def look() -> None:
        try:
            found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except BaseException as error:
            found.set_exception(error)

    threading.Thread(target=look, daemon=True).start()
    return found.result(seconds)


class _Pinned(http.client.HTTPConnection):
    """Connects to one checked address, whatever the name resolves to by now."""

    def __init__(self, secure: bool, host: str, port: int, address: str, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._secure, self._pinned = secure, address
        self._plain: socket.socket | None = None

    def end(self) -> None:
        """Let whoever waits for the other side wait no longer; another thread may call it."""
        if self._plain is not None:
            with suppress(OSError):
                self._plain.shutdown(socket.SHUT_RDWR)

    def connect(self) -> None:
        self.sock = self._plain = socket.create_connection((self._pinned, self.port), self.timeout)
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
