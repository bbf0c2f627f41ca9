"""No secret and nothing that tells of a person reaches the log."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
import structlog
from django.db import IntegrityError, transaction
from django.test import Client

from emporion.accounts.models import User
from emporion.core.scrubbing import HIDDEN, Scrubber, known_secrets
from tests.logged import logged

SECRET = "s3cret-of-the-session-key-0123456789"
scrub = Scrubber([SECRET, "short"])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"signed with {SECRET}.", f"signed with {HIDDEN}."),
        ("a short word", "a short word"),
        ("Authorization: Bearer abc.def", f"Authorization: {HIDDEN}"),
        ('{"password": "hunter22", "n": 1}', f'{{"password": "{HIDDEN}", "n": 1}}'),
        ("Cookie: sessionid=abc123", f"Cookie: {HIDDEN}"),
        ("postgres://emporion:pa55@db/x", f"postgres://emporion:{HIDDEN}@db/x"),
        ("aino.virtanen+fair@example.fi wrote", f"{HIDDEN} wrote"),
        ("call +358 40 123 4567 now", f"call {HIDDEN} now"),
        ("call 13800138000 now", f"call {HIDDEN} now"),
        (
            "DETAIL:  Key (name)=(Aino Virtanen) already exists.",
            f"DETAIL:  Key (name)=({HIDDEN}) already exists.",
        ),
        ("Failing row contains (1, Aino, null).", f"Failing row contains ({HIDDEN})."),
        ("GET /en/signin/link/ab2.Xy_z-9/ 200", f"GET /en/signin/link/{HIDDEN}/ 200"),
        ("t=aB3dE6gH9jK2mN5pQ8sT1vW4xY7z", f"t={HIDDEN}"),
    ],
)
def test_secrets_and_people_are_hidden(text: str, left: str) -> None:
    assert scrub(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-29T10:41:50.023062Z [info] request id=k3m9qzvw2t path=/en/model/exhibitors/ ms=12.3",
        "digest=b443b2def69b0a0c38cc080d385a4af9f3fed9a46577a9977d280c12eb34e063 number=1",
        "/en/global-digital-trade-expo-2023/exhibitor/k3m9qzvw2t/",
        "SELECT id FROM core_jobrecord WHERE id = 1700000000000",
    ],
)
def test_what_a_log_is_for_stays(text: str) -> None:
    assert scrub(text) == text


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    """What the product's own logging writes, as on a server."""
    settings.SECRET_KEY = SECRET
    monkeypatch.setenv("EMPORION_SMS_TOKEN", "planted-sms-token")
    with logged(monkeypatch) as out:
        yield out


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("EMPORION_EMBEDDINGS_URL", True),
        ("EMPORION_EMBEDDINGS_KEY", True),
        ("DATABASE_URL", True),
        ("EMPORION_EMBEDDINGS_MODEL", False),
    ],
)
def test_settings_that_hold_a_secret_are_known(
    monkeypatch: pytest.MonkeyPatch, name: str, is_secret: bool
) -> None:
    monkeypatch.setenv(name, "planted-by-this-test")
    assert ("planted-by-this-test" in known_secrets()) == is_secret


PLANTED = (
    SECRET, "planted-sms-token", "hunter22hunter", "planted-session-cookie", "aino@example.org",
    "Aino Virtanen", "+358401234567", "planted-api-token",
)  # fmt: skip


@pytest.mark.django_db
def test_planted_secrets_are_in_no_line_of_the_log(written: Any, client: Client) -> None:
    assert "planted-sms-token" in known_secrets()
    client.cookies["sessionid"] = "planted-session-cookie"
    client.post(
        "/en/signin/", {"identifier": "aino@example.org", "password": "hunter22hunter"},
        headers={"Authorization": "Bearer planted-api-token"},
    )  # fmt: skip
    client.get("/en/nowhere/?q=Aino+Virtanen&phone=%2B358401234567")
    # A traceback shows the line of the program, so the values stand elsewhere.
    person = dict(zip(("email", "name"), PLANTED[4:6], strict=True))
    User.objects.create(**person)
    try:
        with transaction.atomic():
            User.objects.create(**person)
    except IntegrityError:
        logging.getLogger("django.request").exception("twice")
    try:
        raise ValueError(" ".join((PLANTED[0], PLANTED[1], PLANTED[4], PLANTED[6])))
    except ValueError:
        structlog.get_logger("emporion").exception("failed", token=PLANTED[7])
    said = written.getvalue()
    assert [word for word in PLANTED if word in said] == []
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["event"] for line in lines if line["event"] in {"twice", "failed"}] == [
        "twice", "failed",
    ]  # fmt: skip
    requests = [line for line in lines if line["event"] == "request"]
    assert [sorted(line) for line in requests] == [
        ["event", "level", "method", "ms", "path", "request_id", "status", "timestamp"]
    ] * 2
