"""Weixin, DingTalk and Feishu: OAuth 2 in three dialects, and none of them OpenID Connect.

Addresses and fields are those that django-allauth 65 uses for its providers of these names
(MIT; read, not copied). None of the three says that it checked an e-mail address, so they join
accounts by the user's own wish only. Of what they tell, no more is asked for than who it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from emporion.accounts.domain.openid import challenge
from emporion.accounts.domain.outside import WAYS, NotProven, Proof, Trip, ask, word

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json; charset=utf-8"}


class Weixin:
    """WeChat's open platform for websites: the reader scans a code; the id is one for each app."""

    def page(self, told: Mapping[str, str], trip: Trip) -> str:
        """Return the page with the code to scan."""
        asked = {
            "appid": told["id"], "redirect_uri": trip.back, "response_type": "code",
            "scope": "snsapi_login", "state": trip.state,
        }  # fmt: skip
        return f"{told['page']}/connect/qrconnect?{urlencode(asked)}#wechat_redirect"

    def prove(self, told: Mapping[str, str], trip: Trip, answer: Mapping[str, str]) -> Proof:
        """Give the code for a token, which names whose it is; errors come with status 200."""
        form = {
            "appid": told["id"], "secret": told["secret"], "code": answer.get("code", ""),
            "grant_type": "authorization_code",
        }  # fmt: skip
        url = f"{told['url']}/sns/oauth2/access_token"
        return Proof(
            trip.provider, told["id"], word(ask("POST", url, _form(form), _FORM), "openid")
        )


class DingTalk:
    """DingTalk's sign-in for other sites: the code comes back as `authCode`."""

    def page(self, told: Mapping[str, str], trip: Trip) -> str:
        """Return DingTalk's page."""
        asked = {
            "client_id": told["id"], "redirect_uri": trip.back, "response_type": "code",
            "scope": "openid", "state": trip.state, "prompt": "consent",
            "code_challenge": challenge(trip.verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        return f"{told['page']}/oauth2/auth?{urlencode(asked)}"

    def prove(self, told: Mapping[str, str], trip: Trip, answer: Mapping[str, str]) -> Proof:
        """Give the code for a token, and ask with it who it is."""
        asked = {
            "clientId": told["id"], "clientSecret": told["secret"],
            "code": answer.get("authCode") or answer.get("code", ""),
            "grantType": "authorization_code", "code_verifier": trip.verifier,
        }  # fmt: skip
        tokens = ask("POST", f"{told['url']}/v1.0/oauth2/userAccessToken", _json(asked), _JSON)
        head = {"x-acs-dingtalk-access-token": word(tokens, "accessToken")}
        person = ask("GET", f"{told['url']}/v1.0/contact/users/me", headers=head)
        return Proof(trip.provider, told["id"], word(person, "openId"))


class Feishu:
    """Feishu: the app proves itself first; answers say 0 where all is well."""

    def page(self, told: Mapping[str, str], trip: Trip) -> str:
        """Return Feishu's page."""
        asked = {
            "app_id": told["id"], "redirect_uri": trip.back, "response_type": "code",
            "state": trip.state,
        }  # fmt: skip
        return f"{told['page']}/open-apis/authen/v1/index?{urlencode(asked)}"

    def prove(self, told: Mapping[str, str], trip: Trip, answer: Mapping[str, str]) -> Proof:
        """Get a token of the app, with it the reader's, and with that who it is."""
        url = f"{told['url']}/open-apis"
        app = self._ask(
            "POST", f"{url}/auth/v3/app_access_token/internal/",
            _json({"app_id": told["id"], "app_secret": told["secret"]}), _JSON,
        )  # fmt: skip
        asked = {
            "grant_type": "authorization_code", "code": answer.get("code", ""),
            "app_access_token": word(app, "app_access_token"),
        }  # fmt: skip
        tokens = self._ask("POST", f"{url}/authen/v1/access_token", _json(asked), _JSON)
        head = {"Authorization": f"Bearer {word(tokens, 'data', 'access_token')}"}
        person = self._ask("GET", f"{url}/authen/v1/user_info", headers=head)
        return Proof(trip.provider, told["id"], word(person, "data", "open_id"))

    def _ask(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        told = ask(*args, **kwargs)
        if told.get("code") != 0:
            raise NotProven(f"Feishu answers {str(told.get('code'))[:20]}")
        return told


def _form(told: Mapping[str, str]) -> bytes:
    return urlencode(told).encode()


def _json(told: Mapping[str, str]) -> bytes:
    return json.dumps(told).encode()


WAYS |= {"weixin": Weixin(), "dingtalk": DingTalk(), "feishu": Feishu()}
