"""Webhooks: signed as Standard Webhooks says, in order, tried again with one id, logged, replayed."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from emporion.cli import main
from emporion.core import outbox
from emporion.core.models import JournalEntry, OutboxRow
from emporion.core.outbox import handing
from emporion.messaging import queries
from emporion.messaging.domain import webhooks
from emporion.messaging.models import Delivery, Endpoint
from tests import factories
from tests.messaging import fakes

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(edition: Any, system: fakes.Web) -> Endpoint:
    return webhooks.register(edition.expo, f"{system.url}/hook")


def emit(edition: Any, event: str = "request.asked", **data: Any) -> None:
    with transaction.atomic():
        webhooks.emit(edition.expo, event, lambda: data)


def test_signature_is_the_one_of_the_specification() -> None:
    """Known answer: the example of standardwebhooks' reference libraries."""
    made = webhooks.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_event_is_told_signed_and_logged(
    edition: Any, endpoint: Endpoint, system: fakes.Web
) -> None:
    emit(edition, request="r1")
    outbox.drain()
    (asked,) = system.asked
    key, at = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
    secret = base64.b64decode(endpoint.secret.removeprefix("whsec_"))
    signed = hmac.new(secret, f"{key}.{at}.".encode() + asked.body, hashlib.sha256).digest()
    assert asked.headers["webhook-signature"] == "v1," + base64.b64encode(signed).decode()
    assert (asked.path, asked.json["type"], asked.json["data"]) == (
        "/hook", "request.asked", {"request": "r1"},
    )  # fmt: skip
    assert list(Delivery.objects.values_list("key", "event", "attempt", "status")) == [
        (key, "request.asked", 1, 200)
    ]


def test_failure_is_tried_again_with_the_same_id_before_the_next_event(
    edition: Any, endpoint: Endpoint, system: fakes.Web
) -> None:
    answers = iter([500, 302, 200, 200])
    system.answer = lambda asked: (next(answers), {})
    emit(edition, n=1)
    emit(edition, n=2)
    outbox.drain()
    assert [asked.json["data"]["n"] for asked in system.asked] == [1, 1, 1, 2]
    assert len({asked.headers["webhook-id"] for asked in system.asked}) == 2
    log = Delivery.objects.order_by("pk").values_list("attempt", "status")
    assert list(log) == [(1, 500), (2, 302), (3, 200), (1, 200)]


def test_endpoint_that_is_gone_is_switched_off(
    edition: Any, endpoint: Endpoint, system: fakes.Web
) -> None:
    system.answer = lambda asked: (410, {})
    emit(edition)
    outbox.drain()
    endpoint.refresh_from_db()
    assert (endpoint.is_active, OutboxRow.objects.get().state) == (False, "dead")
    assert queries.switched_off_since(edition.expo) == (1, endpoint.failing_since)
    emit(edition)
    assert OutboxRow.objects.count() == 1


@pytest.mark.parametrize(("days", "goes_on"), [(2, True), (4, False)])
def test_endpoint_that_takes_nothing_for_days_is_switched_off_when_an_event_is_given_up(
    edition: Any, endpoint: Endpoint, system: fakes.Web, days: int, goes_on: bool
) -> None:
    system.answer = lambda asked: (500, {})
    emit(edition)
    for _ in handing.PAUSES:
        assert outbox.deliver_next()
    begun = timezone.now() - dt.timedelta(days=days)
    Endpoint.objects.update(failing_since=begun)
    # As long as an event is tried, the endpoint is as well.
    endpoint.refresh_from_db()
    assert endpoint.is_active
    assert outbox.deliver_next()
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.failing_since) == (goes_on, begun)
    assert queries.switched_off_since(edition.expo) == ((0, None) if goes_on else (1, begun))
    entries = JournalEntry.objects.filter(action="webhook.change")
    assert [entry.actor for entry in entries] == ([] if goes_on else ["system"])
    webhooks.set_active(endpoint, False)
    webhooks.set_active(endpoint, True)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.failing_since) == (True, None)


def test_endpoint_that_takes_one_is_hoped_for_anew_and_a_paused_one_is_not_told_of(
    edition: Any, endpoint: Endpoint, system: fakes.Web
) -> None:
    answers = iter([500, 200, 500])
    system.answer = lambda asked: (next(answers), {})
    emit(edition)
    since: list[bool] = []
    for _ in range(2):
        outbox.deliver_next()
        endpoint.refresh_from_db()
        since.append(endpoint.failing_since is not None)
    assert since == [True, False]
    emit(edition)
    outbox.deliver_next()
    webhooks.set_active(endpoint, False)
    assert queries.switched_off_since(edition.expo) == (0, None)


def test_endpoint_hears_only_of_its_events_and_its_expo(edition: Any, system: fakes.Web) -> None:
    other = factories.make_edition()
    webhooks.register(edition.expo, f"{system.url}/some", ["release.published"])
    emit(edition)
    emit(other, "release.published")
    emit(edition, "release.published")
    outbox.drain()
    assert [asked.path for asked in system.asked] == ["/some"]


def test_replay_tells_again_with_the_same_id(
    edition: Any, endpoint: Endpoint, system: fakes.Web, capsys: pytest.CaptureFixture[str]
) -> None:
    emit(edition)
    outbox.drain()
    key = OutboxRow.objects.get().key
    assert main(["outbox", "--replay", key]) == 0
    outbox.drain()
    assert [asked.headers["webhook-id"] for asked in system.asked] == [key, key]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.org/hook", "only https"),
        ("https://169.254.169.254/latest/", "inside of a network"),
        ("https://user@example.org/", "a user or a password"),
    ],
)
def test_address_inside_of_a_network_is_no_endpoint(edition: Any, url: str, why: str) -> None:
    with pytest.raises(webhooks.EndpointError) as refused:
        webhooks.register(edition.expo, url)
    assert why in str(refused.value)
    assert Endpoint.objects.count() == 0


def test_unknown_event_is_refused(edition: Any, system: fakes.Web) -> None:
    with pytest.raises(webhooks.EndpointError):
        webhooks.register(edition.expo, system.url, ["everything"])


def test_command_registers_lists_switches_and_removes(
    edition: Any, system: fakes.Web, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> str:
        assert main(["webhook", "--expo", edition.expo.slug, *words]) == 0
        return capsys.readouterr().out

    public_id, told = run("--add", f"{system.url}/hook").splitlines()
    secret = Endpoint.objects.get().secret
    assert told == f"Its secret, shown once: {secret}"
    assert run("--list").split() == [public_id, "on", f"{system.url}/hook", "all"]
    emit(edition)
    outbox.drain()
    assert run("--log", public_id).split()[2:] == [
        "request.asked", OutboxRow.objects.get().key, "1", "200",
    ]  # fmt: skip
    run("--off", public_id)
    assert run("--list").split()[1] == "off"
    run("--remove", public_id)
    assert list(JournalEntry.objects.order_by("pk").values_list("action", "actor")) == [
        ("webhook.register", "command:webhook"),
        ("webhook.change", "command:webhook"),
        ("webhook.remove", "command:webhook"),
    ]
    assert secret not in str(list(JournalEntry.objects.values()))
