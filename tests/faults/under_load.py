"""An installation with readers, workers and another system that listens, to be shot at."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests import machine
from tests.faults.commands import House, kill
from tests.faults.watching import rows
from tests.messaging import fakes

CSRF = "0123456789abcdefghijklmnopqrstuv"


@dataclass(frozen=True)
class Fair(House):
    """A house whose workers know the work of `tests.faults.effects`."""

    def environment(self) -> dict[str, str]:
        """Return what a command is started with."""
        more = {
            "PYTHONPATH": f"{machine.ROOT / 'src'}{os.pathsep}{machine.ROOT}",
            "DJANGO_SETTINGS_MODULE": "emporion.project.settings",
            "EMPORION_OUTGOING_PRIVATE": "127.0.0.1",
            "EMPORION_LOG_LEVEL": "ERROR",
        }
        return {**super().environment(), **more}

    def fill(self, url: str, marks: int, ends: int = 1) -> dict[str, Any]:
        """Make the tables and the fair; return what the askers need.

        `url` is told of everything; with several `ends`, as many addresses below it.
        """
        status, said = self.run("django", "migrate", "--verbosity", "0")
        assert status == 0, said
        self.warm_up()
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.small_fair", url, str(marks), str(ends)],
            env=self.environment(), cwd=machine.ROOT, text=True, capture_output=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def warm_up(self) -> None:
        """Compile what a worker compiles at its very first start: a minute, and no fault."""
        status, said = self.run("worker", "--batch")
        assert status == 0, said


@dataclass
class Target:
    """A process that is killed and begun again."""

    house: House
    words: list[str]
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin it; what it says is thrown away, so that a full pipe stops nothing."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "emporion.cli", *self.words],
            env=self.house.environment(), cwd=machine.ROOT, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def shoot(self) -> None:
        """Kill it with all that belongs to it, and begin it again."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Kill it."""
        if self.process is not None:
            kill(self.process)


@dataclass
class Load:
    """Askers who press a button, again until it is acknowledged; and what the listener heard."""

    port: int
    fair: dict[str, Any]
    acknowledged: set[tuple[int, str]] = field(default_factory=set)
    refused: list[int] = field(default_factory=list)
    slowest: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        """Let everybody ask, each one host after the other."""
        self._threads = [
            threading.Thread(target=self._ask_all, args=(n,), daemon=True)
            for n in range(len(self.fair["askers"]))
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Let nobody ask any more."""
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def lost(self, stored: set[tuple[int, str, str]]) -> set[tuple[int, str]]:
        """Return which (asker, host) were acknowledged and do not stand in what is `stored`.

        Askers were made one after the other, so the order of their keys names them; each of them
        has something stored.
        """
        keys = sorted({asker for asker, _, _ in stored})
        assert len(keys) == len(self.fair["askers"])
        return self.acknowledged - {(keys.index(asker), host) for asker, host, _ in stored}

    def _ask_all(self, number: int) -> None:
        for host in self.fair["hosts"]:
            while not self._over.is_set():
                if self.ask(number, host):
                    self.acknowledged.add((number, host))
                    break
                time.sleep(0.1)
            # Some twenty a second from all of them.
            if self._over.wait(0.15):
                return

    def ask(self, number: int, host: str) -> bool:
        """Press the button once; whether it was acknowledged."""
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        cookie = f"sessionid={self.fair['askers'][number]}; csrftoken={CSRF}"
        try:
            connection.request(
                "POST", f"/en/{self.fair['slug']}/ask/{host}/", b"",
                {"Cookie": cookie, "X-CSRFToken": CSRF, "Content-Type": "application/x-www-form-urlencoded"},
            )  # fmt: skip
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
            self.slowest = max(self.slowest, time.monotonic() - begun)
        if answer.status == 302 and "signin" not in (answer.getheader("Location") or ""):
            return True
        self.refused.append(answer.status)
        return False


def requests(fair: House) -> list[tuple[int, str, str]]:
    """Return (asker's key, host's public id, request's public id) of all that is stored."""
    return rows(
        fair,
        "SELECT r.asker_id, p.public_id, r.public_id FROM meetings_meetingrequest r "
        "JOIN edition_participation p ON p.id = r.counterpart_id",
    )


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def status_of(port: int, path: str) -> int:
    """Return the status of a page, 0 where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def wait_until(reached: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait until something is so; return the seconds it took."""
    begun = time.monotonic()
    while not reached():
        assert time.monotonic() - begun < seconds, f"{what}: not within {seconds:g} s"
        time.sleep(0.2)
    return time.monotonic() - begun


def heard(listener: fakes.Web) -> dict[str, set[str]]:
    """Return {request: ids of the messages about it} of what a listener was told."""
    found: dict[str, set[str]] = defaultdict(set)
    for asked in list(listener.asked):
        if asked.json["type"] == "request.asked":
            found[asked.json["data"]["request"]].add(asked.headers["webhook-id"])
    return found


@contextmanager
def running(house: House, *words: list[str]) -> Iterator[list[Target]]:
    """Start processes and end them."""
    targets = [Target(house, each) for each in words]
    try:
        for target in targets:
            target.start()
        yield targets
    finally:
        for target in targets:
            target.stop()
