"""Template messages by the WhatsApp Cloud API: what a business begins needs an approved template.

The template has a body of two variables: the text and the link. The API has no idempotency of its
own: after an answer that was lost, a message may come twice.
"""

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

LANGUAGES = {"en": "en", "zh-hans": "zh_CN", "ar": "ar"}
# Not on WhatsApp, not reachable, number not allowed, recipient is the sender.
UNKNOWN = frozenset({131026, 131030, 131021, 131009})


class WhatsApp(Carrier):
    """Posts to `/{phone number id}/messages` with a bearer token."""

    name = "whatsapp"

    def is_set_up(self) -> bool:
        return all(self.settings.get(name) for name in ("phone_id", "token", "template"))

    def address(self, person: Any) -> str:
        return phone_of(person)

    def send(self, envelope: Envelope) -> str:
        # A variable holds no line break.
        words = [" ".join(envelope.text.split()), envelope.link or "-"]
        body = {
            "messaging_product": "whatsapp",
            "to": envelope.to.lstrip("+"),
            "type": "template",
            "biz_opaque_callback_data": envelope.key,
            "template": {
                "name": self.settings["template"],
                "language": {"code": LANGUAGES.get(envelope.language, "en")},
                "components": [
                    {
                        "type": "body",
                        "parameters": [{"type": "text", "text": word} for word in words],
                    }
                ],
            },
        }
        status, said = post_json(
            f"{self.settings['url']}/{self.settings['phone_id']}/messages",
            body,
            {"Authorization": f"Bearer {self.settings['token']}"},
        )
        error = said.get("error")
        code = error.get("code") if isinstance(error, dict) else None
        if code in UNKNOWN:
            raise Rejected(f"WhatsApp answered {code}")
        messages = said.get("messages")
        if not 200 <= status < 300 or not isinstance(messages, list) or not messages:
            raise CarrierDown(f"WhatsApp answered {status}, {code}")
        return str(messages[0].get("id", ""))[:200]
