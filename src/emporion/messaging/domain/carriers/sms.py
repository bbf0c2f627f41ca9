"""Short messages by the gateway of a provider, over HTTP: a small JSON that most can be taught."""

from __future__ import annotations

from typing import Any

from emporion.messaging.domain.carriers.envelope import (
    Carrier,
    CarrierDown,
    Envelope,
    Rejected,
    phone_of,
    post_json,
)

# Four parts of 67 characters: more is split by few networks.
LONGEST = 268
REFUSED = frozenset({400, 404, 410, 422})


class Sms(Carrier):
    """Posts `{"id", "from", "to", "text"}` with a bearer token; `id` is the same each time."""

    name = "sms"

    def is_set_up(self) -> bool:
        return bool(self.settings.get("url"))

    def address(self, person: Any) -> str:
        return phone_of(person)

    def send(self, envelope: Envelope) -> str:
        text = envelope.text
        if envelope.link:
            text = f"{text[: max(0, LONGEST - len(envelope.link) - 1)]} {envelope.link}"
        body = {
            "id": envelope.key,
            "from": self.settings.get("sender", ""),
            "to": envelope.to,
            "text": text,
        }
        headers = {"Idempotency-Key": envelope.key}
        if token := self.settings.get("token"):
            headers["Authorization"] = f"Bearer {token}"
        status, said = post_json(self.settings["url"], body, headers)
        if status in REFUSED:
            raise Rejected(f"the gateway answered {status}")
        if not 200 <= status < 300:
            raise CarrierDown(f"the gateway answered {status}")
        return str(said.get("id", ""))[:200]
