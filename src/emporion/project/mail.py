"""A mail server as one address: `smtp://user:password@host:587?tls`."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# For a whole message, from the server's name to its last word.
SECONDS = 20


def mail_server(url: str) -> dict[str, Any]:
    """Return what Django's SMTP back end takes, {} for no address.

    `smtp` with `?tls` asks for TLS after the greeting (port 587), `smtps` speaks it from the first
    byte (465), `smtp` alone is plain (25). Raises ImproperlyConfigured, without the password.
    """
    if not url:
        return {}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    asked = set(parse_qs(parts.query, keep_blank_values=True))
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or asked - {"tls"}:
        raise ImproperlyConfigured(
            "EMPORION_MAIL_URL is smtp://user:password@host:587?tls or smtps://user:password@host."
        )
    usual = 465 if parts.scheme == "smtps" else 587 if asked else 25
    return {
        "host": parts.hostname,
        "port": port or usual,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": bool(asked),
        "use_ssl": parts.scheme == "smtps",
        "timeout": SECONDS,
    }
