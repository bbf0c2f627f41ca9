"""Calls of WeChat's server in its safe mode: signed over what is encrypted, and read.

Only this mode is taken: the signature of the plain one does not cover the body. AES-256-CBC with
the key's first 16 bytes as IV, PKCS#7 to 32 bytes, and inside 16 random bytes, a length of four
bytes, the XML, and the app's id (WeChat, "Message encryption and decryption").
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

# No XML parser reads what strangers send: fields are flat, and looked for one by one.
_FIELD = re.compile(r"<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</\1>", re.DOTALL)
_BLOCK = 32


class NotWeChat(ValueError):
    """The call is not WeChat's, or not for this account."""


def signature(*parts: str) -> str:
    """Return WeChat's signature over words, in any order."""
    # SHA-1 is what the protocol has; what it signs is short-lived and keyed by a secret word.
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def is_signed(given: str, *parts: str) -> bool:
    """Whether `given` is the signature over `parts`."""
    return hmac.compare_digest(given.encode(), signature(*parts).encode())


def fields(xml: str) -> dict[str, str]:
    """Return the flat fields of a message."""
    return {name: cdata or plain for name, cdata, plain in _FIELD.findall(xml)}


def read(body: str, given: str, token: str, key: str, app: str, times: tuple[str, str]) -> str:
    """Return the XML inside of a call. `times` are its timestamp and nonce. Raises NotWeChat."""
    sealed = fields(re.sub(r"</?xml>", "", body)).get("Encrypt", "")
    if not sealed or not is_signed(given, token, *times, sealed):
        raise NotWeChat
    raw = base64.b64decode(f"{key}=")
    try:
        data = base64.b64decode(sealed, validate=True)
        opener = Cipher(algorithms.AES(raw), modes.CBC(raw[:16])).decryptor()
        plain = opener.update(data) + opener.finalize()
        plain = plain[: -plain[-1]] if 1 <= plain[-1] <= _BLOCK else plain
        (length,) = struct.unpack(">I", plain[16:20])
        xml, whose = plain[20 : 20 + length], plain[20 + length :]
    except (binascii.Error, ValueError, IndexError, struct.error):
        raise NotWeChat from None
    if whose.decode("utf-8", "replace") != app:
        raise NotWeChat
    return xml.decode("utf-8", "replace")


def seal(xml: str, key: str, app: str, random: bytes) -> str:
    """Return the encrypted form of a message, as WeChat makes it; 16 `random` bytes."""
    raw = base64.b64decode(f"{key}=")
    text = xml.encode()
    plain = random + struct.pack(">I", len(text)) + text + app.encode()
    pad = _BLOCK - len(plain) % _BLOCK
    sealer = Cipher(algorithms.AES(raw), modes.CBC(raw[:16])).encryptor()
    return base64.b64encode(sealer.update(plain + bytes([pad]) * pad) + sealer.finalize()).decode()
