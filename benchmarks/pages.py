"""How long the server works on a page, with one reader and with eight.

    ./run bench pages                          the data of EMPORION_DATA_DIR or DATABASE_URL
    ./run bench pages --build 1                a model edition of its own, on SQLite
    ./run bench pages --build 2 --postgresql   twice the size, on a PostgreSQL cluster of its own

Starts the product's own server and asks it for the pages of the three roles: 10 rounds of 200
requests after a warm-up, by one client and by eight. The figure is the server's own time
(Server-Timing), so neither the network nor this program is in it, but waiting for a core is.
Prints JSON lines ``{"case", "value", "unit", "bar"}`` with "cold", "p50" and "n" beside a p95.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

BAR_MS = 150
ROUNDS, REQUESTS = 10, 200
CLIENTS = (1, 8)
# Latin words and parts of words, two characters of Chinese, Arabic with and without its article,
# a code's name, a misspelling, and nothing (all there is).
WORDS = (
    "sauna",
    "soft",
    "人工智能",
    "桑拿",
    "الذكاء",
    "سياحة",
    "digital logistics",
    "plattform",
    "",
)
# What those who take part keep of themselves.
TAKING_PART = (
    ("first minute", "start/?text=AI+systems+and+VR"),
    ("profile", "profile/"),
    ("new need", "profile/needs/add/"),
    ("about me", "profile/about/"),
    ("hours", "profile/hours/"),
    ("notices", "notices/"),
    ("personal link", "my-link/"),
    ("standing rule", "requests/rule/"),
)


@dataclass(frozen=True)
class Page:
    """A page: what it is called in the figures, where it is, and whose session it needs."""

    name: str
    path: str
    cookie: str = ""


@dataclass(frozen=True)
class Reading:
    """One answer, in milliseconds: the server's own time, and ours with queue and network."""

    name: str
    server: float
    waited: float


def show(case: str, value: object, unit: str, bar: object = None, **more: object) -> None:
    """Print one line of figures."""
    print(
        json.dumps({"case": case, "value": value, "unit": unit, "bar": bar, **more},
                   ensure_ascii=False),
        flush=True,
    )  # fmt: skip


def session_of(user: Any) -> str:
    """Make a session of `user` and return its cookie."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def pages(slug: str) -> list[Page]:
    """Return the pages of an edition as its three roles read them."""
    from emporion.accounts.queries import demonstration_users
    from emporion.core.tenancy import scope
    from emporion.edition.models import Officer, Participation
    from emporion.edition.queries import edition_by_slug, every_edition
    from emporion.meetings.models import Meeting, Release

    edition = edition_by_slug(slug) if slug else next(iter(every_edition()), None)
    if edition is None:
        sys.exit("There is no edition to read. Build one: ./run demo --no-serve, or --build 0.02")
    at = f"/{edition.slug}"
    cookies: dict[str, str] = {}
    for user in demonstration_users():
        cookies.setdefault(user.demonstration_role, session_of(user))
    found: list[Page] = []
    with scope(expo=edition.expo):
        hosts = Participation.objects.filter(edition=edition, role="exhibitor").order_by("pk")
        shown = list(hosts.values_list("public_id", flat=True))[:: max(1, len(hosts) // 20)][:20]
        release = Release.objects.filter(edition=edition).order_by("-number").first()
        sizes = {
            "participations": Participation.objects.filter(edition=edition).count(),
            "meetings": Meeting.objects.filter(release=release).count() if release else 0,
        }
    show("size", sizes, "rows", edition=edition.slug)
    for language in ("en", "zh-hans", "ar"):
        found.append(Page("front", f"/{language}{at}/"))
    for word in WORDS:
        found.append(Page("search", f"/en{at}/search/?q={quote(word)}"))
    found += [Page("exhibitor", f"/en{at}/exhibitors/{one}/") for one in shown]
    found.append(Page("two people", f"/zh-hans{at}/two-people/"))
    for role in ("exhibitor", "buyer"):
        if cookie := cookies.get(role):
            for language in ("en", "ar"):
                found.append(Page(f"who to meet, {role}", f"/{language}{at}/who-to-meet/", cookie))
                found.append(Page(f"my day, {role}", f"/{language}{at}/day/", cookie))
            found.append(Page(f"requests, {role}", f"/en{at}/requests/", cookie))
            found.append(Page(f"day in print, {role}", f"/en{at}/day/print/", cookie))
            found += [
                Page(f"{name}, {role}", f"/en{at}/{path}", cookie) for name, path in TAKING_PART
            ]
            found += [
                Page("exhibitor, signed in", f"/en{at}/exhibitors/{one}/", cookie)
                for one in shown[:3]
            ]
    with scope(expo=edition.expo):
        officer = Officer.objects.filter(delegation__edition=edition, user__is_active=True).first()
    if officer is not None:
        found.append(Page("delegation", f"/en{at}/delegation/", session_of(officer.user)))
    if (cookie := cookies.get("organiser")) and release:
        one = f"/en{at}/organise/releases/{release.number}"
        found += [
            Page("releases", f"/en{at}/organise/releases/", cookie),
            Page("release", f"{one}/", cookie),
            Page("refusals of a release", f"{one}/refusals/", cookie),
            Page("walking minutes", f"/en{at}/organise/walking/", cookie),
        ]
        if release.number > 1:
            found.append(Page("changes of a release", f"{one}/changes/", cookie))
    return found


def appoint() -> None:
    """Let the organiser of the edition that was built look after its largest delegation."""
    from django.db.models import Count

    from emporion.accounts.queries import demonstration_users
    from emporion.core.tenancy import scope
    from emporion.edition.domain.officers import appoint_officer
    from emporion.edition.models import Delegation
    from emporion.edition.queries import every_edition

    user = next(one for one in demonstration_users() if one.demonstration_role == "organiser")
    with scope(expo=every_edition()[0].expo):
        largest = Delegation.objects.annotate(n=Count("participations")).order_by("-n", "pk")[0]
        appoint_officer(largest, user)


class Reader:
    """One client with a connection that stays open."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def read(self, page: Page) -> Reading:
        """Read a page; return how long the server worked on it, and how long we waited."""
        started = time.perf_counter()
        headers = {"Cookie": page.cookie, "Accept-Encoding": "gzip"}
        self.connection.request("GET", page.path, headers=headers)
        answer = self.connection.getresponse()
        answer.read()
        waited = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            raise SystemExit(f"{page.path} answered {answer.status} {answer.reason}")
        match = re.search(r"app;dur=([0-9.]+)", answer.headers["Server-Timing"])
        assert match is not None
        return Reading(page.name, float(match.group(1)), waited)


def measure(port: int, every: list[Page], clients: int, cold: dict[str, float]) -> bool:
    """Run all rounds with so many clients, print the figures, and say whether the bar is met."""
    chance = random.Random(clients)
    rounds: list[list[Reading]] = []

    def work(part: list[Page]) -> list[Reading]:
        reader = Reader(port)
        return [reader.read(page) for page in part]

    with ThreadPoolExecutor(clients) as pool:
        started = time.perf_counter()
        for _ in range(ROUNDS):
            order = (every * (REQUESTS // len(every) + 1))[:REQUESTS]
            chance.shuffle(order)
            parts = pool.map(work, [order[n::clients] for n in range(clients)])
            rounds.append([reading for part in parts for reading in part])
        spent = time.perf_counter() - started
    by_name: dict[str, list[Reading]] = defaultdict(list)
    for reading in (reading for one in rounds for reading in one):
        by_name[reading.name].append(reading)
    title = f"{clients} client{'s' if clients > 1 else ''}"
    good = True
    for name, readings in [*sorted(by_name.items()), ("all pages", list(chain(*rounds)))]:
        times = [reading.server for reading in readings]
        good = good and p95(times) <= BAR_MS
        show(f"{name}, {title}", round(p95(times), 1), "ms p95", BAR_MS,
             p50=round(statistics.median(times), 1),
             cold=round(cold.get(name, max(cold.values())), 1),
             waited_p95=round(p95([reading.waited for reading in readings]), 1),
             n=len(times))  # fmt: skip
    worst = max(p95([reading.server for reading in one]) for one in rounds)
    show(f"answers, {title}", round(ROUNDS * REQUESTS / spent, 1), "a second")
    show(f"worst round, {title}", round(worst, 1), "ms p95", BAR_MS)
    return good


def p95(values: list[float]) -> float:
    """Return the 95th percentile: the smallest value that 95 of 100 do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def start_server(port: int, workers: int | None, stack: ExitStack) -> None:
    """Start the product's server and wait until it answers; it ends with `stack`."""
    command = [sys.executable, "-m", "emporion.cli", "serve", "--port", str(port)]
    if workers:
        command += ["--workers", str(workers)]
    server = subprocess.Popen(command, env={**os.environ, "EMPORION_LOG_LEVEL": "WARNING"})
    stack.callback(server.wait)
    stack.callback(server.terminate)
    for _ in range(1200):
        try:
            probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            probe.request("GET", "/healthz")
            if probe.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        if server.poll() is not None:
            raise SystemExit(f"The server ended with status {server.returncode}.")
    raise SystemExit("The server did not answer within 120 s.")


def build(scale: float, postgresql: bool, stack: ExitStack) -> None:
    """Build a model edition in a place of its own and let the environment name it."""
    from tests import machine

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="emporion-bench-")))
    os.environ["EMPORION_DATA_DIR"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    if postgresql:
        os.environ["DATABASE_URL"] = stack.enter_context(machine.cluster(durable=True))
        with psycopg.connect(
            host=address_folder(os.environ["DATABASE_URL"]), user="postgres", dbname="postgres",
            autocommit=True,
        ) as connection:  # fmt: skip
            connection.execute("CREATE DATABASE emporion")
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "emporion.cli", "demo", "--no-serve", "--scale", str(scale)],
        check=True, stdout=sys.stderr,
    )  # fmt: skip
    show("building", round(time.monotonic() - started, 1), "s", scale=scale)


def address_folder(url: str) -> str:
    """Return the socket's folder of a DATABASE_URL of `machine.cluster`."""
    from urllib.parse import unquote, urlsplit

    return unquote(urlsplit(url).netloc.rsplit("@", 1)[1])


def options_of(name: str) -> argparse.ArgumentParser:
    """Return what a benchmark takes that serves an edition, for its own words to be added."""
    parser = argparse.ArgumentParser(prog=f"./run bench {name}")
    parser.add_argument("--edition", default="", help="its slug; else the newest")
    parser.add_argument("--build", type=float, metavar="SCALE", help="build a model edition first")
    parser.add_argument("--postgresql", action="store_true", help="with --build: on PostgreSQL")
    return parser


def served(
    options: argparse.Namespace, workers: int | None, stack: ExitStack
) -> tuple[list[Page], int]:
    """Serve an edition, built first where the options say so; return its pages and the port.

    The server ends with `stack`.
    """
    if options.postgresql and options.build is None:
        sys.exit("--postgresql needs --build; else DATABASE_URL says where the data is")
    os.environ.setdefault("EMPORION_INSECURE_LOCAL", "1")
    # The readers are roles of the demonstration.
    os.environ["EMPORION_DEMO_SIGNIN"] = "1"
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    if options.build is not None:
        build(options.build, options.postgresql, stack)
    else:
        subprocess.run([sys.executable, "-m", "emporion.cli", "prepare"], check=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "emporion.project.settings"
    import django

    django.setup()
    from django.db import connection

    show("database", connection.vendor, "", load=round(os.getloadavg()[0], 2))
    if options.build is not None:
        appoint()
    every = pages(options.edition)
    connection.close()
    port = free_port()
    start_server(port, workers, stack)
    return every, port


def main() -> int:
    """Measure; the exit status says whether every page meets its bar."""
    parser = options_of("pages")
    parser.add_argument("--workers", type=int, help="else as many as the server usually starts")
    options = parser.parse_args()
    with ExitStack() as stack:
        every, port = served(options, options.workers, stack)
        cold: dict[str, float] = defaultdict(float)
        reader = Reader(port)
        for page in every:
            cold[page.name] = max(cold[page.name], reader.read(page).server)
        # Every worker and thread has to have opened its connection and loaded its templates.
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _n: [Reader(port).read(page) for page in every], range(8)))
        good = [measure(port, every, clients, cold) for clients in CLIENTS]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
