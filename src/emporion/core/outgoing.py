"""The one way out: HTTP requests to addresses that strangers may have given.

Treated as hostile (OWASP, "Server-Side Request Forgery Prevention"): only https (http for hosts of
the own network that a setting names, with a port or without), no user in the address, the name is
resolved once and the very address that was checked is connected to, every address of this machine,
of private networks and of their disguises in IPv6 is refused, no redirect is followed, and all of
it, from asking for the name to the last byte, has one limit of time, and an answer one of size.
Certificates are checked.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from emporion.core.alarms import Alarm

SECONDS = 10.0
MOST_BYTES = 65_536
LONGEST = 2000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(ValueError):
    """An address that is never asked; the text says why."""


class Unreachable(OSError):
    """No answer came, or not one that could be read; later there may be one."""


@dataclass(frozen=True)
class Answer:
    """What came back: headers by their names in small letters, a body of limited size."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether it was taken: 200 to 299."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Target:
    """An address that was looked at: where to connect, and what to say there."""

    secure: bool
    host: str
    port: int
    path: str
    address: str


def look_at(url: str, *, seconds: float = SECONDS) -> Target:
    """Return where `url` leads. Raises Refused, and Unreachable for a name that nobody knows, or
    of which nothing is heard within `seconds`."""
    if len(url) > LONGEST or not url.isascii() or any(c.isspace() or c in "\\<>" for c in url):
        raise Refused("it is no web address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("it is no web address") from None
    host = (parts.hostname or "").rstrip(".")
    secure = parts.scheme == "https"
    port = port or (443 if secure else 80)
    private = _is_named(host, port)
    if parts.scheme not in (("https", "http") if private else ("https",)) or not host:
        raise Refused("only https addresses are asked")
    if parts.username is not None or parts.password is not None:
        raise Refused("it holds a user or a password")
    if not (private or _may_be_asked(host)):
        raise Refused(f"{host} is none of the hosts that a setting allows")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, port, path, _resolved(host, port, private, seconds))


def _is_named(host: str, port: int) -> bool:
    """Whether the setting names a host of the own network, with this port or without any."""
    written = f"[{host}]" if ":" in host else host
    names = (host, written, f"{written}:{port}")
    return any(name in settings.OUTGOING_PRIVATE for name in names)


def _may_be_asked(host: str) -> bool:
    """Whether the setting names a host, or one above it as `.example.org`; it is all without one.

    In whatever case a name is written, it is the same name.
    """
    only = [name.lower() for name in settings.OUTGOING_ONLY]
    above = [name for name in only if name.startswith(".")]
    return not only or host.lower() in only or host.lower().endswith(tuple(above))


def request(
    method: str,
    url: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    seconds: float = SECONDS,
) -> Answer:
    """Ask `url` and return the answer, also one that is a redirect or an error.

    Raises Refused and Unreachable; both texts name no more than the host.
    """
    begun = time.monotonic()
    target = look_at(url, seconds=seconds)
    # One limit from the name to the last byte: a server may else drip for hours.
    with Alarm(max(0.001, begun + seconds - time.monotonic())) as alarm:
        connection = _Pinned(target, alarm)
        try:
            connection.request(method, target.path, body, dict(headers or {}))
            response = connection.getresponse()
            answer = response.read(MOST_BYTES + 1)
        except (OSError, http.client.HTTPException) as error:
            if alarm.rang or isinstance(error, TimeoutError):
                raise _too_long(target.host, seconds) from None
            raise Unreachable(f"{target.host}: {type(error).__name__}") from None
        finally:
            connection.close()
    if len(answer) > MOST_BYTES:
        raise Unreachable(f"{target.host}: more than {MOST_BYTES} bytes")
    if alarm.rang:
        raise _too_long(target.host, seconds)
    kept = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, answer, kept)


def is_public(address: Address) -> bool:
    """Whether an address is one of the open network, also behind the disguises of IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        # Addresses of a site are given out no more, and are still used inside of networks.
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _too_long(host: str, seconds: float) -> Unreachable:
    return Unreachable(f"{host}: longer than {seconds:g} seconds")


def addresses_of(host: str, port: int, seconds: float) -> list[str]:
    """Return the addresses of a name, in the order of the system, within `seconds`.

    Raises Unreachable. Nothing is checked: for names that a setting says.
    """
    answers: list[list[Any]] = []

    def ask() -> None:
        try:
            answers.append(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError):
            answers.append([])

    # The system's resolver takes no limit: whoever waits for it does.
    asking = threading.Thread(target=ask, name="resolving", daemon=True)
    asking.start()
    asking.join(seconds)
    if not answers:
        raise _too_long(host, seconds)
    found = answers[0]
    if not found:
        raise Unreachable(f"{host} is not known")
    return [str(entry[4][0]) for entry in found]


def _resolved(host: str, port: int, private: bool, seconds: float) -> str:
    addresses = addresses_of(host, port, seconds)
    for address in addresses:
        if not private and not is_public(ipaddress.ip_address(address.partition("%")[0])):
            raise Refused(f"{host} is inside of a network")
    return addresses[0]


class _Pinned(http.client.HTTPConnection):
    """Connects to the one address that was checked, whatever the name resolves to by now."""

    def __init__(self, target: Target, alarm: Alarm) -> None:
        super().__init__(target.host, target.port, timeout=alarm.left)
        self._target = target
        self._alarm = alarm

    def connect(self) -> None:
        self.sock = socket.create_connection((self._target.address, self.port), self.timeout)
        self._alarm.hold(self.sock)
        if self._target.secure:
            self.sock = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self._target.host
            )
