"""Mails that come back: what a delivery status notification (RFC 3464) says of one of ours."""

from __future__ import annotations

import hashlib
import re
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

from emporion.messaging.domain.reports import Report

MOST_BYTES = 1024 * 1024
_ID = re.compile(r"<[^<>]+>")


def digest(raw: bytes) -> str:
    """Return what one notification is known by."""
    return hashlib.sha256(raw).hexdigest()


def report_of(raw: bytes) -> Report | None:
    """Return what a notification says of one mail; None for anything else, and for a mere delay.

    The mail is known by the Message-ID that it left with, in the headers that come back with it.
    """
    message = message_from_bytes(raw, policy=policy.default)
    if not isinstance(message, EmailMessage) or message.get_content_type() != "multipart/report":
        return None
    action = status = remote = ""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else ():
                if not isinstance(block, Message):
                    continue
                action = str(block.get("Action", action)).strip().lower()
                status = str(block.get("Status", status)).strip()
        elif kind in ("message/rfc822", "message/rfc822-headers", "text/rfc822-headers"):
            remote = _message_id(part) or remote
    if action != "failed" or not remote:
        return None
    return Report("lost", remote=remote[:200], reason=f"the mail came back ({status[:20]})")


def _message_id(part: EmailMessage) -> str:
    if part.get_content_type() == "message/rfc822":
        return _first_id(part.get_content())
    headers = part.get_payload(decode=True)
    text = headers if isinstance(headers, bytes) else str(part.get_payload()).encode()
    return _first_id(message_from_bytes(text))


def _first_id(headers: Message) -> str:
    """Return the Message-ID as it is written: read by the letter, what holds a colon is cut."""
    for name, written in headers.raw_items():
        if name.lower() == "message-id" and (found := _ID.search("".join(str(written).split()))):
            return found.group()
    return ""
