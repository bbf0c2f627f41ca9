"""What no log may hold is taken out of each line before it is written.

Code is to log public ids only. This is for what others write: a database names the value that was
twice there, a traceback the text that could not be read, a framework the address with its token.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

HIDDEN = "[hidden]"
# Shorter ones would hide parts of ordinary words.
SHORTEST = 8
# Addresses may hold a password.
SECRET_NAME = re.compile(
    r"^(EMPORION_\w*(KEY|TOKEN|SECRET|PASSWORD)\w*|DATABASE_URL|EMPORION_EMBEDDINGS_URL)$"
)
_PATTERNS = [
    # Headers and forms, as tracebacks and clients write them.
    (
        re.compile(
            r"(?i)((?:authorization|cookie|password|passwd|secret|token|sessionid|csrftoken)"
            r"['\"]?\s*[:=]\s*)(['\"]?)(?:Bearer\s+|Basic\s+)?[^\s,;'\"&})\]]+"
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(://[^/\s:@]+:)[^/\s@]+@"), rf"\1{HIDDEN}@"),
    # PostgreSQL tells the row that it refuses.
    (re.compile(r"(Key \([^)]*\)=\().*?(\) (?:already|is not|conflicts))"), rf"\1{HIDDEN}\2"),
    (re.compile(r"(Failing row contains \().*?(\)\.)"), rf"\1{HIDDEN}\2"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), HIDDEN),
    (re.compile(r"\+\d[\d ()-]{6,}\d"), HIDDEN),
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), HIDDEN),
    # A link that signs in.
    (re.compile(r"(/link/)[^/\s\"'?]+"), rf"\1{HIDDEN}"),
    # What is long, mixed and has digits is a token; digests and public ids are not mixed.
    (re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{28,}"), HIDDEN),
]


class Scrubber:
    """Takes secrets and what tells of people out of a text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted({s for s in secrets if len(s) >= SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """Return `text` without secrets, e-mail addresses, phone numbers and tokens."""
        if self._known:
            text = self._known.sub(HIDDEN, text)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text


def known_secrets() -> list[str]:
    """Return the secrets that this process was given: by settings, and by the environment."""
    from django.conf import settings

    found = [value for name, value in os.environ.items() if SECRET_NAME.match(name)]
    found += [settings.SECRET_KEY, settings.JOURNAL_KEY, settings.METRICS_TOKEN]
    found += [str(one.get("PASSWORD") or "") for one in settings.DATABASES.values()]
    return [value for value in found if value]
