"""Who may read the figures, and that they are those of all processes."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from emporion.core import condition, metrics
from emporion.core.metrics import Requests
from emporion.core.models import OutboxRow


def figures(client: Client, **more: Any) -> dict[str, float]:
    """Read /metrics by the rules of its format."""
    answer = client.get("/metrics", **more)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


@pytest.mark.django_db
def test_figures_tell_of_requests_and_of_the_place(client: Client) -> None:
    before = figures(client)
    client.get("/healthz")
    client.get("/en/nowhere-at-all/")
    after = figures(client)
    name = 'emporion_request_seconds_count{status="%s"}'
    # The first reading is counted by the second.
    assert after[name % "2xx"] - before[name % "2xx"] == 2
    assert after[name % "4xx"] - before[name % "4xx"] == 1
    for kind in metrics.KINDS:
        counts = [after[f'emporion_request_seconds_bucket{{status="{kind}",le="{limit}"}}']
                  for limit in (*metrics.BUCKETS, "+Inf")]  # fmt: skip
        assert counts == sorted(counts)
        assert counts[-1] == after[name % kind]
    assert (after["emporion_database_up"], after['emporion_jobs{state="waiting"}']) == (1, 0)


@pytest.mark.django_db
def test_figures_tell_of_the_outbox(client: Client) -> None:
    made = timezone.now() - dt.timedelta(minutes=2)
    for key, kind, state in (("a", "message", "waiting"), ("b", "message", "dead"),
                             ("c", "webhook", "sending"), ("d", "webhook", "done")):  # fmt: skip
        OutboxRow.objects.create(
            key=key, kind=kind, lane=key, state=state, made_at=made, next_at=made
        )
    told = {name: n for name, n in figures(client).items() if name.startswith("emporion_outbox")}
    waits = told.pop("emporion_outbox_waits_seconds")
    told.pop("emporion_outbox_seen_seconds", None)
    assert 119 < waits < 180
    assert told == {
        'emporion_outbox{kind="message",state="waiting"}': 1,
        'emporion_outbox{kind="webhook",state="waiting"}': 1,
        'emporion_outbox{kind="message",state="dead"}': 1,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "behind", "more", "status"),
    [
        ("", False, {}, 200),
        ("", False, {"REMOTE_ADDR": "::1"}, 200),
        ("", False, {"REMOTE_ADDR": "10.0.0.7"}, 403),
        ("", False, {"REMOTE_ADDR": ""}, 403),
        ("", False, {"HTTP_X_FORWARDED_FOR": "10.0.0.7"}, 403),
        ("", False, {"HTTP_VIA": "1.1 proxy"}, 403),
        ("", True, {}, 403),
        ("t0ken-of-prometheus", True, {}, 403),
        ("t0ken-of-prometheus", False, {"HTTP_AUTHORIZATION": "Bearer other"}, 403),
        ("t0ken-of-prometheus", False, {"HTTP_AUTHORIZATION": "Bearer t0ken-of-prometheus"}, 200),
        ("t0ken-of-prometheus", True, {"HTTP_AUTHORIZATION": "Bearer t0ken-of-prometheus",
                                       "REMOTE_ADDR": "10.0.0.7"}, 200),
    ],
)  # fmt: skip
def test_figures_are_for_the_token_or_this_machine_only(
    client: Client, settings: Any, token: str, behind: bool, more: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN, settings.BEHIND_PROXY = token, behind
    assert client.get("/metrics", **more).status_code == status


def test_figures_are_answered_when_the_database_is_gone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def gone(found: Any) -> None:
        raise OperationalError("password of user secret is wrong")

    monkeypatch.setattr(condition, "_of_database", gone)
    found = figures(client)
    assert (found["emporion_database_up"], "emporion_journal_seals" in found) == (0, False)


def test_counts_of_all_processes_are_summed_and_outlive_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(metrics.FOLDER, str(tmp_path))
    code = (
        "import django; django.setup()\nfrom emporion.core.metrics import Requests\n"
        "r = Requests()\nfor n in range(50): r.observe(200, 0.02)"
    )
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code], check=True)
    mine = Requests()
    threads = [
        threading.Thread(target=lambda: [mine.observe(503, 99.0) for _ in range(500)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = dict(
        line.rsplit(" ", 1) for line in metrics._of_requests(mine.every()) if line[0] != "#"
    )
    name = "emporion_request_seconds"
    assert lines[f'{name}_bucket{{status="2xx",le="0.01"}}'] == "0"
    assert lines[f'{name}_bucket{{status="2xx",le="0.025"}}'] == "100"
    assert lines[f'{name}_count{{status="2xx"}}'] == "100"
    assert lines[f'{name}_sum{{status="2xx"}}'] == "2.000000"
    assert lines[f'{name}_bucket{{status="5xx",le="10.0"}}'] == "0"
    assert lines[f'{name}_count{{status="5xx"}}'] == "2000"
