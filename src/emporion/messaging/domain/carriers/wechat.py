"""Template messages of a WeChat service account, to those whose OpenID we were given.

`client_msg_id` keeps WeChat from bringing one twice. The fields of the template are named by a
setting: title first, text second.
"""

from __future__ import annotations

import hashlib
import threading
import time
from typing import Any

from emporion.messaging.domain.carriers.envelope import (
    Carrier,
    CarrierDown,
    Envelope,
    Rejected,
    post_json,
)
from emporion.messaging.models import Address

# Who never followed the account, or left it; an OpenID that is none.
UNKNOWN = frozenset({40003, 43004, 43101})
STALE = frozenset({40001, 40014, 42001})
# WeChat cuts a field after so many characters.
FIELD = 20
_tokens: dict[str, tuple[str, float]] = {}
_lock = threading.Lock()
# So long may an id be; a key cut off would be that of another message.
LONGEST_ID = 32


def _id_of(key: str) -> str:
    return key if len(key) <= LONGEST_ID else hashlib.sha256(key.encode()).hexdigest()[:LONGEST_ID]


class WeChat(Carrier):
    """Asks for an access token and keeps it until shortly before its end."""

    name = "wechat"

    def is_set_up(self) -> bool:
        return all(self.settings.get(name) for name in ("app", "secret", "template"))

    def address(self, person: Any) -> str:
        found = Address.objects.filter(person=person, carrier=self.name)
        return found.values_list("value", flat=True).first() or ""

    def send(self, envelope: Envelope) -> str:
        fields = self.settings["fields"]
        texts = (envelope.subject, envelope.text)
        body = {
            "touser": envelope.to,
            "template_id": self.settings["template"],
            "url": envelope.link,
            "client_msg_id": _id_of(envelope.key),
            "data": {
                field: {"value": text[:FIELD]} for field, text in zip(fields, texts, strict=False)
            },
        }
        base = self.settings["url"]
        status, said = post_json(
            f"{base}/cgi-bin/message/template/send?access_token={self._token()}", body
        )
        code = said.get("errcode", -1)
        if code in STALE:
            _tokens.clear()
        if code in UNKNOWN:
            raise Rejected(f"WeChat answered {code}")
        if status != 200 or code != 0:
            raise CarrierDown(f"WeChat answered {status}, {code}")
        return str(said.get("msgid", ""))[:200]

    def _token(self) -> str:
        with _lock:
            token, until = _tokens.get(self.settings["app"], ("", 0.0))
            if token and time.monotonic() < until:
                return token
            _status, said = post_json(
                f"{self.settings['url']}/cgi-bin/stable_token",
                {
                    "grant_type": "client_credential",
                    "appid": self.settings["app"],
                    "secret": self.settings["secret"],
                },
            )
            token = str(said.get("access_token", ""))
            if not token:
                raise CarrierDown(f"WeChat gave no token: {said.get('errcode')}")
            until = time.monotonic() + float(said.get("expires_in", 7200)) - 300
            _tokens[self.settings["app"]] = token, until
            return token
