"""Codes of an authenticator app: RFC 6238 over RFC 4226, SHA-1, six digits, half a minute."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote

STEP, DIGITS = 30, 6
# A code of the step before or after is taken as well: clocks differ, and people type.
DRIFT = 1


def new_secret() -> str:
    """Return a secret of 160 bits, as apps take it: 32 letters of base 32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """Return the code of a step (seconds since 1970 divided by 30)."""
    mac = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, typed: str, now: float, after: int = 0) -> int | None:
    """Return the step whose code was typed, None for a wrong one or one of step `after` or before.

    All candidates are compared, each in constant time.
    """
    here = int(now) // STEP
    found = None
    for step in range(max(0, here - DRIFT), here + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), typed.encode()) and step > after:
            found = step
    return found


def address_of(secret: str, account: str, issuer: str = "Emporion") -> str:
    """Return what an app reads from the square code."""
    label = quote(f"{issuer}:{account}"[:80])
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}"
