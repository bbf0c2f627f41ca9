"""Figures for Prometheus: how many requests of which kind, how long, and the state of the place.

A server has several processes, and whoever asks reaches any of them. So each counts in a small file
of its own that the others can read; the server names the folder in EMPORION_METRICS_FOLDER. Those
of processes that ended still count, so that a counter never goes back while the server lives.
"""

from __future__ import annotations

import hmac
import ipaddress
import mmap
import os
import struct
import threading
from bisect import bisect_left
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from emporion.core import condition

FOLDER = "EMPORION_METRICS_FOLDER"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
KINDS = ("1xx", "2xx", "3xx", "4xx", "5xx")
# For each kind: requests in each bucket and above the last, and the sum of their seconds.
_WIDTH = len(BUCKETS) + 2
_SIZE = 8 * _WIDTH * len(KINDS)
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_FORWARDED_PROTO", "HTTP_VIA",
             "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_HOST")  # fmt: skip


class Requests:
    """The requests that this process has answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = 0
        self._held: mmap.mmap | bytearray = bytearray(_SIZE)

    def observe(self, status: int, seconds: float) -> None:
        """Count one request; some microseconds."""
        kind = min(max(status // 100, 1), len(KINDS)) - 1
        place = 8 * (kind * _WIDTH + bisect_left(BUCKETS, seconds))
        total = 8 * (kind * _WIDTH + _WIDTH - 1)
        with self._lock:
            held = self._mine()
            for at, more in ((place, 1.0), (total, seconds)):
                struct.pack_into("<d", held, at, struct.unpack_from("<d", held, at)[0] + more)

    def every(self) -> list[float]:
        """Return the sums over all processes of this server."""
        folder = os.environ.get(FOLDER)
        with self._lock:
            parts = [bytes(self._mine())]
        if folder:
            parts = [path.read_bytes() for path in Path(folder).glob("*.requests")]
        values = [struct.unpack(f"<{_SIZE // 8}d", part) for part in parts if len(part) == _SIZE]
        return [sum(column) for column in zip(*values, strict=True)]

    def _mine(self) -> mmap.mmap | bytearray:
        """Return where this process counts; after a fork that is another place."""
        if self._process != os.getpid():
            self._process = os.getpid()
            self._held = bytearray(_SIZE)
            if folder := os.environ.get(FOLDER):
                path = Path(folder) / f"{self._process}.requests"
                path.write_bytes(bytes(_SIZE))
                with path.open("r+b") as file:
                    self._held = mmap.mmap(file.fileno(), _SIZE)
        return self._held


requests = Requests()


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all figures, or 403 to whoever may not read them."""
    if not _may_read(request):
        return HttpResponse("not for you\n", status=403, content_type="text/plain")
    body = "\n".join([*_of_requests(requests.every()), *_of_place(condition.look())]) + "\n"
    return HttpResponse(body, content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read(request: HttpRequest) -> bool:
    """Whoever has the token; without one, this machine itself and nobody that a proxy sends."""
    if settings.METRICS_TOKEN:
        said = request.headers.get("Authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    if settings.BEHIND_PROXY or any(name in request.META for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _of_requests(values: list[float]) -> list[str]:
    name = "emporion_request_seconds"
    lines = [f"# HELP {name} Time to answer a request.", f"# TYPE {name} histogram"]
    for n, kind in enumerate(KINDS):
        part = values[n * _WIDTH : (n + 1) * _WIDTH]
        count = 0.0
        for limit, more in zip((*BUCKETS, "+Inf"), part, strict=False):
            count += more
            lines.append(f'{name}_bucket{{status="{kind}",le="{limit}"}} {count:g}')
        lines.append(f'{name}_sum{{status="{kind}"}} {part[-1]:.6f}')
        lines.append(f'{name}_count{{status="{kind}"}} {count:g}')
    return lines


def _of_place(state: condition.Condition) -> list[str]:
    lines: list[str] = []

    def gauge(name: str, says: str, *values: tuple[str, float | None]) -> None:
        known = [(label, value) for label, value in values if value is not None]
        if known:
            lines.append(f"# HELP emporion_{name} {says}")
            lines.append(f"# TYPE emporion_{name} gauge")
            lines.extend(f"emporion_{name}{label} {value:.15g}" for label, value in known)

    about = f'{{version="{state.version}",database="{state.database}"}}'
    gauge("info", "What runs here.", (about, 1))
    gauge("database_up", "Whether the database answers.", ("", float(state.answers)))
    gauge(
        "jobs", "Jobs by state; failed ones of the last day.",
        *((f'{{state="{name}"}}', float(number)) for name, number in state.jobs.items()),
    )  # fmt: skip
    gauge("job_waits_seconds", "How long the oldest job that is due waits.", ("", state.waits))
    gauge(
        "outbox", "What waits to leave, and what was given up, by its kind.",
        *((f'{{kind="{kind}",state="{name}"}}', float(number))
          for name, rows in (("waiting", state.outbox_waiting), ("dead", state.outbox_dead))
          for kind, number in rows.items()),
    )  # fmt: skip
    gauge("outbox_waits_seconds", "How long the first row that is due waits.",
          ("", state.outbox_waits))  # fmt: skip
    gauge("outbox_seen_seconds", "Since when nobody was seen handing the outbox over here.",
          ("", state.outbox_age))  # fmt: skip
    gauge("journal_unsealed", "Entries of the journal that are not sealed.", ("", state.unsealed))
    gauge("journal_seals", "Seals of the journal.", ("", state.seals))
    gauge("worker_seen_seconds", "Since when no worker was seen here.", ("", state.worker_age))
    gauge("prompt_seen_seconds", "Since when nobody was seen here who sends codes to sign in.",
          ("", state.prompt_age))  # fmt: skip
    gauge("backup_age_seconds", "Age of the newest backup here.", ("", state.backup_age))
    gauge("disk_free_bytes", "Free in the data folder.", ("", float(state.disk_free)))
    return lines
