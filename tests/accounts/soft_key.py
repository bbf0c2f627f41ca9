"""A passkey in software: answers as a device would (WebAuthn Level 2, ES256, no attestation)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG


class SoftKey:
    """One key; `flags`, `origin` and `counter` can be set to what an attacker would send."""

    def __init__(self, host: str = "testserver", origin: str = "http://testserver") -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.identity = hashlib.sha256(str(id(self)).encode()).digest()
        self.host, self.origin, self.counter = host, origin, 0
        self.flags = FLAG.UP | FLAG.UV

    def made(self, asked: dict[str, Any]) -> str:
        """Answer a request to make a key."""
        public = ES256.from_cryptography_key(self.private.public_key())
        data = AttestedCredentialData.create(b"\0" * 16, self.identity, public)
        client = self._client("webauthn.create", asked)
        authenticator = AuthenticatorData.create(
            self._party(), self.flags | FLAG.AT, self.counter, bytes(data)
        )
        attestation = AttestationObject.create("none", authenticator, {})
        return self._told(clientDataJSON=client, attestationObject=attestation)

    def answer(self, asked: dict[str, Any]) -> str:
        """Answer a request to sign in."""
        self.counter += 1
        client = self._client("webauthn.get", asked)
        authenticator = AuthenticatorData.create(self._party(), self.flags, self.counter)
        signature = self.private.sign(bytes(authenticator) + client.hash, ec.ECDSA(hashes.SHA256()))
        return self._told(
            clientDataJSON=client, authenticatorData=authenticator, signature=signature
        )

    def _party(self) -> bytes:
        return hashlib.sha256(self.host.encode()).digest()

    def _client(self, kind: str, asked: dict[str, Any]) -> CollectedClientData:
        return CollectedClientData.create(kind, asked["challenge"], self.origin)

    def _told(self, **response: bytes) -> str:
        return json.dumps(
            {
                "id": websafe_encode(self.identity),
                "rawId": websafe_encode(self.identity),
                "type": "public-key",
                "response": {key: websafe_encode(value) for key, value in response.items()},
                "clientExtensionResults": {},
            }
        )
