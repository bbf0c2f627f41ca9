"""Whether what is set about messages can be meant, before the first message fails by it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from django.conf import settings

from emporion.messaging.domain.carriers import KNOWN
from emporion.messaging.domain.webhooks import PREFIX
from emporion.messaging.rules import hours

# WeChat's key as its console shows it: 32 bytes in base64 without the last sign.
LETTERS_OF_WECHAT = 43


def wrong_settings() -> Iterator[tuple[str, str]]:
    """Yield the name of each setting that cannot be meant, and what it ought to be."""
    said = settings.MESSAGING
    for name in said["order"]:
        if name not in KNOWN:
            yield "EMPORION_CARRIERS", f"{name!r} is none of {', '.join(sorted(KNOWN))}."
    try:
        hours(said["quiet"])
    except ValueError:
        yield "EMPORION_QUIET_HOURS", "It is two times of a day: 21:00-08:00, or empty for none."
    for carrier in ("sms", "mail"):
        secret = said[carrier]["callback"]
        if secret and not _is_base64(secret.removeprefix(PREFIX)):
            yield (
                f"EMPORION_{carrier.upper()}_CALLBACK_SECRET",
                f"It is base64 behind {PREFIX}, as Standard Webhooks has it.",
            )
    key = said["wechat"]["callback_key"]
    if key and (len(key) != LETTERS_OF_WECHAT or not _is_base64(f"{key}=")):
        yield (
            "EMPORION_WECHAT_CALLBACK_KEY",
            f"It is the {LETTERS_OF_WECHAT} letters and digits that the account's console shows.",
        )


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return False
