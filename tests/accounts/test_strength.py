"""What sign-ins stand on: secrets of chance, long enough, checked as they were typed, and noted."""

from __future__ import annotations

import datetime as dt
import math
import re
import time
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from emporion.accounts import domain
from emporion.accounts.domain import (
    codes,
    joining,
    passkeys,
    second_factor,
    sessions,
    sign_in,
    totp,
)
from emporion.accounts.domain.guessing import GuessingValidator
from emporion.accounts.domain.outside import Proof
from emporion.accounts.models import SignInCode, User

WORDS = "correct horse battery"
SIGN_IN = "/en/signin/"

Line = tuple[str, dict[str, Any]]

pytestmark = pytest.mark.django_db


@pytest.fixture
def aino() -> User:
    return domain.create_user(email="aino@example.org", name="Aino", password=WORDS)


def sign(client: Client, password: str = WORDS) -> int:
    told = {"identifier": "aino@example.org", "password": password}
    return client.post(SIGN_IN, told).status_code


def test_password_is_a_field_that_hides_and_that_programs_fill(aino: User) -> None:
    client = Client()
    sign(client)
    for page in (SIGN_IN + "?again=1", "/en/account/password/"):
        found = BeautifulSoup(client.get(page).content, "html.parser")
        fields = found.select('input[autocomplete$="password"]')
        assert fields and {one["type"] for one in fields} == {"password"}
        # Nothing keeps anybody from pasting one.
        assert not [one for one in fields if one.has_attr("onpaste")]


@pytest.mark.parametrize("wrong", [WORDS.upper(), f" {WORDS}", f"{WORDS} ", WORDS[:-1]])
def test_password_is_compared_as_it_was_typed(aino: User, wrong: str) -> None:
    assert (sign(Client(), wrong), sign(Client())) == (422, 302)


def test_long_password_counts_to_its_last_letter(aino: User) -> None:
    long = "lantern gravel otter seven " * 20
    aino.set_password(long)
    aino.save()
    assert (sign(Client(), long[:-2] + "x "), sign(Client(), long)) == (422, 302)


def test_passwords_are_hashed_slowly_where_the_product_runs() -> None:
    from emporion.project import settings

    assert not hasattr(settings, "PASSWORD_HASHERS")
    from django.conf import global_settings
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    assert global_settings.PASSWORD_HASHERS[0].endswith("PBKDF2PasswordHasher")
    assert PBKDF2PasswordHasher.algorithm == "pbkdf2_sha256"
    assert PBKDF2PasswordHasher.iterations >= 600_000


def test_codes_and_seeds_are_of_chance_and_long_enough(aino: User, rf: Any) -> None:
    assert codes.DIGITS * math.log2(10) > 20
    assert 12 * math.log2(len(second_factor.LETTERS)) > 56
    assert len(totp.new_secret()) * 5 == 160
    for module in (codes, second_factor, totp):
        assert module.secrets.__name__ == "secrets"
    request = rf.post("/")
    request.session = {second_factor.BOTH: True}
    paper = second_factor.new_recovery_codes(request, aino)
    assert len(set(paper) | set(second_factor.new_recovery_codes(request, aino))) == 20


def test_session_has_a_new_key_of_128_bits_each_time(aino: User) -> None:
    keys = set()
    for _ in range(20):
        client = Client()
        sign(client)
        keys.add(client.session.session_key)
    assert len(keys) == 20
    assert all(re.fullmatch("[a-z0-9]{32}", str(key)) for key in keys)
    assert 32 * math.log2(36) > 128


def test_session_that_is_used_ends_a_month_after_the_sign_in(
    aino: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    sign(client)
    now = time.time()
    lives = []
    for day in (1, 10, 20, 29):
        monkeypatch.setattr(sessions.time, "time", lambda day=day: now + day * 86_400)
        client.get("/en/account/")
        lives.append(round(client.session.get_expiry_age() / 86_400))
    assert lives == [14, 14, 10, 1]


def test_forgotten_password_does_not_pass_the_second_factor_by(
    aino: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    sign(client)
    client.get("/en/account/app/")
    secret = client.session["app_secret"]
    client.post("/en/account/app/", {"code": totp.code_at(secret, int(time.time()) // 30)})
    other = Client()
    monkeypatch.setattr(domain, "try_link", lambda _token, _address: aino)
    assert other.post("/en/signin/link/a.b/")["Location"] == "/en/signin/second/"
    assert "_auth_user_id" not in other.session
    assert other.get("/en/account/password/").status_code == 302


def test_one_name_at_two_providers_is_two_accounts(aino: User) -> None:
    joining.join(aino, Proof("openid", "https://one.example", "same"))
    for provider, issuer in (("openid", "https://two.example"), ("weixin", "https://one.example")):
        assert joining.user_of(Proof(provider, issuer, "same")) is None
    assert joining.user_of(Proof("openid", "https://one.example", "same")) == aino


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """The lines of refused sign-ins."""
    lines: list[Line] = []

    class Log:
        def info(self, event: str, **told: Any) -> None:
            lines.append((event, told))

    for module in (sign_in, codes, second_factor, passkeys):
        monkeypatch.setattr(module, "log", Log())
    return lines


def test_refused_sign_in_stands_in_the_log_without_whom_it_meant(
    aino: User, refused: list[Line]
) -> None:
    sign(Client(), "wrong")
    assert refused == [("sign_in.refused", {"way": "password"})]


def test_refused_code_link_or_passkey_stands_in_the_log_as_well(
    aino: User, refused: list[Line]
) -> None:
    row = SignInCode.objects.create(
        kind="mail", made_at=timezone.now(), expires_at=timezone.now() + dt.timedelta(minutes=1)
    )
    # Wrong digits, a link that somebody made up, one of a code that is over, one of a closed account.
    assert domain.try_code(row.public_id, "1", "192.0.2.1") is None
    for token in ("aaaa.bbbb", f"{row.public_id}.x"):
        SignInCode.objects.update(expires_at=timezone.now() - dt.timedelta(minutes=1))
        assert Client().post(f"/en/signin/link/{token}/").status_code == 422
    SignInCode.objects.update(
        user=aino, digest=codes._digest(row, "1"), expires_at=timezone.now() + dt.timedelta(hours=1)
    )
    User.objects.update(is_active=False)
    with pytest.raises(domain.CodeOver):
        domain.try_code(row.public_id, "1", "192.0.2.1")
    assert SignInCode.objects.get().used_at is not None
    Client().post("/en/signin/passkey/", {"answer": "{}"})
    assert refused == [("sign_in.refused", {"way": way}) for way in [*["code"] * 4, "passkey"]]


def test_password_that_was_in_a_leak_is_refused() -> None:
    """The checker carries the most used ones of many leaks; those that are long enough for us."""
    leaked = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= 10]
    assert len(leaked) > 200
    taken = []
    for word in leaked:
        try:
            GuessingValidator().validate(word)
        except ValidationError:
            continue
        taken.append(word)
    assert taken == []
