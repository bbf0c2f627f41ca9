"""What is kept of codes on paper: salted, slow to guess, and of no use without the server's key."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from django.test import Client
from django.utils.crypto import salted_hmac

from emporion.accounts import domain
from emporion.accounts.domain import second_factor
from emporion.accounts.models import RecoveryCode, User
from tests.accounts.test_second_factor import HERE, WORDS, set_up, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def aino() -> User:
    return domain.create_user(email="aino@example.org", name="Aino", password=WORDS)


def kept() -> list[str]:
    return list(RecoveryCode.objects.order_by("pk").values_list("digest", flat=True))


def test_code_is_kept_by_a_slow_hash_with_a_salt_of_its_set(
    client: Client, aino: User, settings: Any
) -> None:
    from emporion.project import settings as real

    assert real.PAPER_CODE_ROUNDS >= 600_000
    settings.PAPER_CODE_ROUNDS = 1000
    sign_in(client)
    _secret, paper = set_up(client)
    salts = {one.partition("$")[0] for one in kept()}
    (salt,) = salts
    code = paper[0].replace("-", "")
    told = f"{aino.public_id}:{code}"
    keyed = salted_hmac("emporion.recovery", told, algorithm="sha256").digest()
    hashed = hashlib.pbkdf2_hmac("sha256", keyed, salt.encode(), 1000)
    assert kept()[0] == f"{salt}${base64.b64encode(hashed).decode().rstrip('=')}"
    assert (len(salt), len(set(kept())), max(map(len, kept()))) == (16, 10, 60)
    client.post("/en/account/recovery/")
    assert {one.partition("$")[0] for one in kept()}.isdisjoint(salts)


def test_code_that_is_typed_is_hashed_once(
    client: Client, aino: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    _secret, paper = set_up(client)
    hashed: list[str] = []
    slow = second_factor._paper

    def count(user: User, code: str, salt: str) -> str:
        hashed.append(code)
        return slow(user, code, salt)

    monkeypatch.setattr(second_factor, "_paper", count)
    assert second_factor.try_second(aino, paper[3], HERE)
    assert not second_factor.try_second(aino, paper[3], HERE)
    assert not second_factor.try_second(aino, "aaaa-bbbb-cccc", HERE)
    assert len(hashed) == 3


def test_database_alone_gives_no_codes_on_paper(client: Client, aino: User, settings: Any) -> None:
    sign_in(client)
    _secret, paper = set_up(client)
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    assert not second_factor.try_second(aino, paper[0], HERE)
    settings.SECRET_KEY = before
    assert second_factor.try_second(aino, paper[0], HERE)


def test_code_that_was_printed_before_codes_were_salted_opens_once(aino: User) -> None:
    told = f"{aino.public_id}:abcdefghjkmn"
    digest = salted_hmac("emporion.recovery", told, algorithm="sha256").hexdigest()
    RecoveryCode.objects.create(user=aino, digest=digest)
    opened = [second_factor.try_second(aino, "abcd-efgh-jkmn", HERE) for _ in range(2)]
    assert opened == [True, False]
