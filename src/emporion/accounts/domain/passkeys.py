"""Passkeys: WebAuthn Level 2 by fido2. A device asks its user, so one is both factors in one."""

from __future__ import annotations

from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from emporion.accounts.domain import telling, tries
from emporion.accounts.domain.second_factor import BOTH, refuse_one_factor, settle, unsettle
from emporion.accounts.domain.shared import NotOpen
from emporion.accounts.models import Passkey, User
from emporion.core import journal
from emporion.core.text.clean import clean_text

# Without whom it meant, as in `sign_in`.
log = structlog.get_logger("emporion.sign_in")
MOST = 20
LONGEST = 20_000


class BadPasskey(ValueError):
    """What the browser sent is no answer to what it was asked."""


def begin_adding(request: HttpRequest, user: User) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the browser is asked to make a passkey, and what `add` has to be given back."""
    known = [_data(row) for row in Passkey.objects.filter(user=user)]
    entity = PublicKeyCredentialUserEntity(
        id=user.public_id.encode(),
        name=user.email or user.phone or user.greeted_as,
        display_name=user.greeted_as,
    )
    options, state = _server(request).register_begin(
        entity,
        known,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options.public_key), state


def add(request: HttpRequest, user: User, state: dict[str, Any], answer: Any, name: str) -> Passkey:
    """Keep the passkey that a browser made. Raises BadPasskey, BadText for the name.

    NotOpen for a role of the demonstration, and in a session that may not (`settle`).
    """
    if user.is_demonstration:
        raise NotOpen
    name = clean_text(name, max_length=60) or "Passkey"
    try:
        made = _server(request).register_complete(state, answer)
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:
        raise BadPasskey from error
    data = made.credential_data
    if data is None:
        raise BadPasskey
    identity = websafe_encode(data.credential_id)
    with transaction.atomic(), journal.acting(user.actor):
        settle(request, user)
        taken = Passkey.objects.filter(credential_id=identity).exists()
        if taken or Passkey.objects.filter(user=user).count() >= MOST or len(identity) > 1400:
            raise BadPasskey
        row = Passkey.objects.create(
            user=user,
            credential_id=identity,
            data=websafe_encode(bytes(data)),
            counter=made.counter,
            name=name,
            made_at=timezone.now(),
        )
        telling.record(user, "user.set_factor", ["passkey"])
    request.session[BOTH] = True
    return row


def remove(request: HttpRequest, user: User, public_id: str) -> bool:
    """Forget one passkey of `user`; say whether there was one. Raises NotOpen as `add` does."""
    with transaction.atomic(), journal.acting(user.actor):
        refuse_one_factor(request, user)
        gone, _each = Passkey.objects.filter(user=user, public_id=public_id).delete()
        if gone:
            telling.record(user, "user.remove_factor", ["passkey"])
            unsettle(request, user)
    return bool(gone)


def begin_signing_in(request: HttpRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the browser is asked, the same for all, and what `sign_in` is given back."""
    options, state = _server(request).authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(options.public_key), state


def sign_in(request: HttpRequest, state: dict[str, Any], answer: Any) -> User:
    """Return the user whose passkey answered; what was asked is answered once.

    Raises BadPasskey, whatever is wrong.
    """
    try:
        return _user_of(request, state, answer)
    except BadPasskey:
        log.info("sign_in.refused", way="passkey")
        raise


def _user_of(request: HttpRequest, state: dict[str, Any], answer: Any) -> User:
    try:
        identity = AuthenticationResponse.from_dict(answer)
        wanted = websafe_encode(identity.raw_id)
        counter = identity.response.authenticator_data.counter
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadPasskey from error
    try:
        tries.count({tries.key("passkey", state.get("challenge", "")): 1}, timezone.now())
    except tries.TooManyTries as again:
        raise BadPasskey from again
    with transaction.atomic():
        rows = Passkey.objects.select_for_update(of=("self",)).select_related("user")
        row = rows.filter(credential_id=wanted, user__is_active=True).first()
        if row is None:
            raise BadPasskey
        try:
            _server(request).authenticate_complete(state, [_data(row)], answer)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadPasskey from error
        # One that counts backwards was copied (WebAuthn, 6.1.1); many always say 0.
        if (counter or row.counter) and counter <= row.counter:
            raise BadPasskey
        row.counter, row.used_at = counter, timezone.now()
        row.save(update_fields=["counter", "used_at"])
    return row.user


def _server(request: HttpRequest) -> Fido2Server:
    host, _colon, _port = request.get_host().partition(":")
    origin = f"{request.scheme}://{request.get_host()}"
    party = PublicKeyCredentialRpEntity(id=host, name="Emporion")
    return Fido2Server(party, verify_origin=lambda said: said == origin)


def _data(row: Passkey) -> AttestedCredentialData:
    return AttestedCredentialData(websafe_decode(row.data))
