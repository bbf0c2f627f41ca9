"""The other sides of a sign-in from elsewhere, as servers on this machine over real sockets.

`Server` is an OpenID Connect provider that gives no token without the right secret and verifier.
`chinese` answers with the shapes that Weixin, DingTalk and Feishu document.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

ID, SECRET, ACCESS = "fair app", "word:of two", "access-to-what-is-there"


class Server:
    """An OpenID provider. `claims`, `userinfo`, `discovery` and `head` change what it says."""

    def __init__(self) -> None:
        self.url = ""
        self.keys = {"one": ec.generate_private_key(ec.SECP256R1())}
        self.signs = "one"
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.discovery: dict[str, Any] = {}
        self.given: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.token, self.sent = "", ""

    def let_in(self, page: str, subject: str, **claims: Any) -> dict[str, str]:
        """Do what a reader does on `page`; return the query they come back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        assert (asked["client_id"], asked["code_challenge_method"]) == (ID, "S256")
        code = secrets.token_urlsafe(8)
        self.given[code] = asked
        self.claims = {"sub": subject, **claims}
        return {"code": code, "state": asked["state"]}

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Any:
        """Return (status, JSON)."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/page",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "userinfo_endpoint": f"{self.url}/person",
                **self.discovery,
            }
        if path == "/keys":
            return 200, {"keys": [self._public(name) for name in self.keys]}
        if path == "/person":
            return 200, self.userinfo or {"sub": self.claims["sub"]}
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        asked = self.given.pop(form["code"], None)
        pair = base64.b64encode(b"fair+app:word%3Aof+two").decode()
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proved = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or headers.get("authorization") != f"Basic {pair}"
            or proved != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": ID, "iat": now, "exp": now + 60, "nonce": asked["nonce"],
            **self.claims,
        }  # fmt: skip
        token = self.token or jwt.encode(
            claims, self.keys[self.signs], "ES256", {"kid": self.signs}
        )
        self.sent = token
        return 200, {"access_token": ACCESS, "token_type": "Bearer", "id_token": token}

    def _public(self, name: str) -> dict[str, Any]:
        told = ECAlgorithm.to_jwk(self.keys[name].public_key(), as_dict=True)
        return {**told, "kid": name, "use": "sig"}


class Chinese:
    """The three others. A code is good once; `wrong` makes them answer as to a wrong one."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.wrong = False

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Any:
        """Return (status, JSON)."""
        is_json = headers.get("content-type", "").startswith("application/json")
        form = (
            json.loads(body)
            if is_json and body
            else {name: values[0] for name, values in parse_qs(body.decode()).items()}
        )
        self.asked.append((method, path, headers, form))
        if self.wrong:
            return {
                "/sns/oauth2/access_token": (200, {"errcode": 40029, "errmsg": "invalid code"}),
                "/v1.0/oauth2/userAccessToken": (
                    400,
                    {"requestid": "B1", "code": "invalidParameter.authCode.notFound"},
                ),
            }.get(path, (200, {"code": 10003, "msg": "invalid app_id"}))
        person = {
            "name": "李雷",
            "open_id": "ou_feishu",
            "email": "li@example.org",
            "tenant_key": "t",
        }
        return 200, {
            "/sns/oauth2/access_token": {
                "access_token": "a", "expires_in": 7200, "refresh_token": "r",
                "openid": "o_weixin", "scope": "snsapi_login", "unionid": "u",
            },
            "/v1.0/oauth2/userAccessToken": {
                "accessToken": "a", "refreshToken": "r", "expireIn": 7200, "corpId": "c",
            },
            "/v1.0/contact/users/me": {
                "nick": "李雷", "openId": "d_dingtalk", "unionId": "u", "mobile": "13500000000",
                "email": "li@example.org", "stateCode": "86",
            },
            "/open-apis/auth/v3/app_access_token/internal/": {
                "code": 0, "msg": "ok", "app_access_token": "app", "expire": 7140,
            },
            "/open-apis/authen/v1/access_token": {
                "code": 0, "msg": "success",
                "data": {"access_token": "a", "token_type": "Bearer", **person},
            },
            "/open-apis/authen/v1/user_info": {"code": 0, "msg": "success", "data": person},
        }[path]  # fmt: skip


@contextmanager
def running(fake: Any) -> Iterator[Any]:
    """Serve `fake` on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, said = fake.answer(self.command, self.path, headers, body)
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET

        def log_message(self, *words: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        fake.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        yield fake
        server.shutdown()
