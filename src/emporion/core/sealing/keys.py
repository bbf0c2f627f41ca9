"""The key that signs checkpoints (Ed25519), and the public ones that are believed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FILE = "journal-key"


@dataclass(frozen=True)
class SigningKey:
    """The key of this installation: it signs, and has a name that checkpoints carry."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    def sign(self, text: str) -> str:
        """Return the signature of `text` in hex."""
        return self.private.sign(text.encode()).hex()


def current() -> SigningKey:
    """Return the key that signs now."""
    key = _private()
    return SigningKey(name_of(_raw(key.public_key())), key)


def public_key() -> str:
    """Return the public key of this installation as base64: to be kept elsewhere."""
    return base64.b64encode(_raw(_private().public_key())).decode()


def believed(more: list[str] | None = None) -> dict[str, bytes]:
    """Return {name: public key} of whose signatures count.

    Those in `more` if any are given, and only those: whoever kept them elsewhere need not believe
    this machine. Else this installation's own and those of EMPORION_JOURNAL_KEYS, its former ones.
    """
    texts = more or [public_key(), *settings.JOURNAL_KEYS]
    raws = [_decoded(text, "a public key of the journal") for text in texts]
    return {name_of(raw): raw for raw in raws}


def is_signed(text: str, signature: str, public: bytes) -> bool:
    """Whether `signature` (hex) is that of `text` by `public`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def name_of(public: bytes) -> str:
    """Return the short name of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def _private() -> Ed25519PrivateKey:
    text = settings.JOURNAL_KEY or _kept(settings.DATA_DIR / FILE)
    return Ed25519PrivateKey.from_private_bytes(_decoded(text, "EMPORION_JOURNAL_KEY"))


def _kept(path: Path) -> str:
    """Return the key in the data folder, made the first time somebody asks."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        mine = path.with_name(f".{FILE}-{secrets.token_hex(4)}")
        with open(os.open(mine, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)).decode())
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole and never over another: of two who make one, one key remains.
        with suppress(FileExistsError):
            os.link(mine, path)
        mine.unlink()
    return path.read_text().strip()


def _raw(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _decoded(text: str, what: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != 32:
        raise ImproperlyConfigured(f"{what} is 32 bytes in base64 (44 characters).")
    return raw
