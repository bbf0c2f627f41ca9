"""Small rules about who is who; no Django."""

from __future__ import annotations

import ipaddress
import re

from emporion.core.text.addresses import as_email


def as_phone(text: str) -> str | None:
    """Return a phone number as it is stored (+ and digits), or None if `text` is none."""
    plain = re.sub(r"[\s().\-/]", "", text)
    plain = "+" + plain[2:] if plain.startswith("00") else plain
    return plain if re.fullmatch(r"\+[0-9]{6,15}", plain) else None


def as_identifier(text: str) -> str:
    """Return the one form of what somebody typed to say who they are: two spellings, one count."""
    return as_phone(text) or as_email(text) or text.strip()


_WITH_PORT = re.compile(r"\[([^\[\]]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")


def as_source(address: str) -> str:
    """Return what tries from an address are counted by: of IPv6 the network of 64 bits.

    Every household and every rented server has so many addresses of IPv6; an address of IPv4 that
    is written as one of IPv6 is the one of IPv4; a port that a proxy tells is cut. What is no
    address stays as it is.
    """
    plain = _WITH_PORT.fullmatch(address.strip())
    try:
        found = ipaddress.ip_address(plain.group(1) or plain.group(2) if plain else address.strip())
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network(((int(found) >> 64) << 64, 64)))


def as_site(source: str) -> str:
    """Return the network of 48 bits that a source (`as_source`) lies in, "" for one of IPv4.

    A site is given so much: 65,536 networks that each count as a place.
    """
    try:
        return str(ipaddress.IPv6Network(source).supernet(new_prefix=48)) if "/" in source else ""
    except ValueError:
        return ""


# What a token may do, from least to most. A token never does more than its user may.
SCOPES = ("read", "write", "organise.read", "organise.write", "organise.staff")
FIRST_LETTERS = "emp_"
# Calls of one token in a minute.
CALLS_A_MINUTE = 600
LONGEST_DAYS = 366


# What browsers call themselves, the first that fits: many name others as well.
_BROWSERS = (
    ("MicroMessenger", "WeChat"), ("DingTalk", "DingTalk"), ("Lark", "Feishu"), ("Edg", "Edge"),
    ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("OpenHarmony", "HarmonyOS"), ("HarmonyOS", "HarmonyOS"), ("Android", "Android"),
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_name(user_agent: str) -> str:
    """Return what a person would call a device, such as "Chrome, Android"; "" for none we know."""
    found = (
        next((name for mark, name in known if mark in user_agent), "")
        for known in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(name for name in found if name)
