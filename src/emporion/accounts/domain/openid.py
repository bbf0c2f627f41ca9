"""OpenID Connect Core 1.0: the code flow with discovery, PKCE, a nonce and a checked ID token."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from threading import Lock
from typing import Any
from urllib.parse import quote_plus, urlencode

import jwt
from django.utils.crypto import constant_time_compare

from emporion.accounts.domain.outside import WAYS, NotProven, Proof, Trip, ask, word

# No secret of ours signs, and "none" does not either.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
LEEWAY = 60
# Seconds that what a server says of itself is believed; a key that is missing is asked for at
# once, but not more often than this.
KEPT, AT_MOST_EVERY = 600, 30

_known: dict[str, tuple[float, dict[str, Any]]] = {}
_lock = Lock()


class OpenId:
    """One server of OpenID Connect: whatever it says in its discovery document."""

    def page(self, told: Mapping[str, str], trip: Trip) -> str:
        """Return the server's page with all that it gives back."""
        asked = {
            "response_type": "code",
            "client_id": told["id"],
            "redirect_uri": trip.back,
            "scope": "openid email",
            "state": trip.state,
            "nonce": trip.nonce,
            "code_challenge": challenge(trip.verifier),
            "code_challenge_method": "S256",
        }
        page = word(_discovered(told["issuer"]), "authorization_endpoint")
        return f"{page}{'&' if '?' in page else '?'}{urlencode(asked)}"

    def prove(self, told: Mapping[str, str], trip: Trip, answer: Mapping[str, str]) -> Proof:
        """Give the code for an ID token and check it (OpenID Connect Core, 3.1.3.7)."""
        server = _discovered(told["issuer"])
        # RFC 9207: another server's answer is not taken for this one's.
        required = server.get("authorization_response_iss_parameter_supported") is True
        said = answer.get("iss", "" if required else told["issuer"])
        if said != told["issuer"]:
            raise NotProven("another server's answer")
        tokens = self._tokens(told, trip, server, answer.get("code", ""))
        claims = _checked(word(tokens, "id_token"), told, trip, server)
        email = self._email(claims, server, tokens)
        return Proof(trip.provider, told["issuer"], word(claims, "sub"), email)

    def _tokens(
        self, told: Mapping[str, str], trip: Trip, server: dict[str, Any], code: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": trip.back,
            "code_verifier": trip.verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        known = server.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in known:
            pair = f"{quote_plus(told['id'])}:{quote_plus(told['secret'])}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": told["id"], "client_secret": told["secret"]}
        return ask("POST", word(server, "token_endpoint"), urlencode(form).encode(), headers)

    def _email(self, claims: dict[str, Any], server: dict[str, Any], tokens: dict[str, Any]) -> str:
        """Return the address if the server says that it is its user's, else ""."""
        if "email" not in claims and server.get("userinfo_endpoint"):
            bearer = {"Authorization": f"Bearer {word(tokens, 'access_token')}"}
            more = ask("GET", word(server, "userinfo_endpoint"), headers=bearer)
            # Core, 5.3.2: what is told of somebody else is not taken.
            if more.get("sub") != claims["sub"]:
                raise NotProven("the server tells of somebody else")
            claims = more
        # Some servers write the claim as text.
        if claims.get("email_verified") not in (True, "true"):
            return ""
        email = claims.get("email")
        return email if isinstance(email, str) and len(email) <= 254 else ""


def challenge(verifier: str) -> str:
    """Return what proves later that `verifier` was known (RFC 7636, S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _discovered(issuer: str) -> dict[str, Any]:
    server = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration", KEPT)
    # Discovery 1.0, 4.3: it must be exactly the one that was asked.
    if server.get("issuer") != issuer:
        raise NotProven("the discovery document is another server's")
    return server


def _fetched(url: str, age: float) -> dict[str, Any]:
    """Return the document at `url`, asked for anew when older than `age` seconds."""
    with _lock:
        at, found = _known.get(url, (0.0, {}))
    if time.time() - at < age:
        return found
    found = ask("GET", url)
    with _lock:
        _known[url] = (time.time(), found)
    return found


def _key(url: str, token: str) -> jwt.PyJWK:
    kid = jwt.get_unverified_header(token).get("kid")
    for age in (KEPT, AT_MOST_EVERY):
        keys = [
            one
            for one in jwt.PyJWKSet.from_dict(_fetched(url, age)).keys
            if one.public_key_use in (None, "sig")
        ]
        # Without a name there must be no choice.
        fits = [one for one in keys if one.key_id == kid] if kid else keys
        if len(fits) == 1:
            return fits[0]
    raise NotProven("the token is signed by a key that nobody knows")


def _checked(
    token: str, told: Mapping[str, str], trip: Trip, server: dict[str, Any]
) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(word(server, "jwks_uri"), token),
            algorithms=ALGORITHMS,
            audience=told["id"],
            issuer=told["issuer"],
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        raise NotProven(f"an ID token that does not hold: {type(error).__name__}") from None
    party = claims.get("azp", told["id"])
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if party != told["id"] or (several and "azp" not in claims):
        raise NotProven("the ID token was made for another program")
    if not constant_time_compare(str(claims.get("nonce", "")), trip.nonce):
        raise NotProven("the ID token was made for another sign-in")
    return claims


WAYS["openid"] = OpenId()
