"""Links that strangers give: only public web addresses pass, everything else is refused by name."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from django.utils.translation import gettext as _

LONGEST = 300
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):(?!\d+(?:[/?#]|\Z))")
_LABEL = re.compile(r"(?!-)[^\W_](?:[\w-]{0,61}[^\W_])?\Z")
# Names that mean something inside one network only.
_INTERNAL = frozenset(
    {
        "local",
        "localhost",
        "localdomain",
        "internal",
        "intranet",
        "lan",
        "home",
        "corp",
        "private",
        "arpa",
        "onion",
    }
)


class Link(NamedTuple):
    """An address that may be shown; `assumed` says that it came without https://."""

    url: str
    assumed: bool


class LinkError(ValueError):
    """An address that may not be shown; the text says why."""


def checked_link(text: str) -> Link:
    """Return the address that `text` holds, with scheme and host in small letters.

    Raises LinkError for other schemes than http and https (javascript:, data:, ...), addresses of
    this machine or an internal network in any notation, names with a password, and what is no
    address at all.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise LinkError(_("an address of more than %(limit)d characters") % {"limit": LONGEST})
    if any(c.isspace() or c in '\\<>"`' or not c.isprintable() for c in text):
        raise LinkError(_("no web address"))
    given = _SCHEME.match(text)
    if given and given.group(1).lower() not in ("http", "https"):
        raise LinkError(_("an address of the kind %(kind)s:") % {"kind": given.group(1).lower()})
    scheme = given.group(1).lower() if given else "https"
    rest = text[given.end() :] if given else text
    rest = rest.removeprefix("//")
    host, tail = re.fullmatch(r"([^/?#]*)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    if "@" in host:
        raise LinkError(_("an address with a user name"))
    name, colon, port = host.partition(":")
    if host.startswith("[") or _is_ip(name):
        raise LinkError(_("a number instead of a name"))
    if colon and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise LinkError(_("no web address"))
    labels = name.lower().removesuffix(".").split(".")
    if not all(_LABEL.match(label) for label in labels):
        raise LinkError(_("no web address"))
    if labels[-1] in _INTERNAL or len(labels) < 2:
        raise LinkError(_("an address inside a network"))
    if not any(c.isalpha() for c in labels[-1]) or len(labels[-1]) < 2:
        raise LinkError(_("no web address"))
    return Link(f"{scheme}://{'.'.join(labels)}{colon}{port}{tail}", assumed=given is None)


def _is_ip(name: str) -> bool:
    """Whether a host is a number in any notation that browsers read."""
    try:
        ipaddress.ip_address(name)
        return True
    except ValueError:
        last = name.removesuffix(".").rpartition(".")[2]
        return bool(re.fullmatch(r"\d+|0x[0-9a-f]*", last, re.IGNORECASE))
