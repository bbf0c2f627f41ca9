"""A small model edition behind the real server, and a real browser in front of it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import machine
from tests.browser.inside import Inside
from tests.needs import needed

ROLES = {"organiser": "Li Wen", "exhibitor": "Elina Korhonen", "buyer": "Sita Gurung"}
LANGUAGES = ("en", "zh-hans", "ar")
WIDTHS = (390, 1280)


@dataclass(frozen=True)
class Fair:
    """The served edition: where it is, and how to run a command on its data."""

    base: str
    environment: dict[str, str]
    inside: Inside

    def address(self, path: str, language: str = "en") -> str:
        return f"{self.base}/{language}/{path}"

    def run(self, *words: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "emporion.cli", *words],
            cwd=machine.ROOT,
            env=self.environment,
            text=True,
            capture_output=True,
            timeout=300,
        )
        assert done.returncode == 0, f"emporion {' '.join(words)}:\n{done.stderr[-2000:]}"

    def python(self, source: str) -> str:
        """Run some lines inside of the product, on this edition's data; return what they say."""
        return self.inside.run(source)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    with needed():
        return machine.chromium()


@pytest.fixture(scope="session")
def fair(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fair]:
    """Build the model edition once, with a draft beside its public release, and serve it."""
    # Whoever works on pages names a folder, and it is built only once.
    kept = os.environ.get("EMPORION_FAIR")
    with served(Path(kept) if kept else tmp_path_factory.mktemp("fair")) as made:
        yield made


@contextmanager
def served(folder: Path) -> Iterator[Fair]:
    """Build the model edition in `folder` unless it is there, and serve it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **{key: value for key, value in os.environ.items() if key != "DATABASE_URL"},
        "EMPORION_DATA_DIR": str(folder / "data"),
        "EMPORION_INSECURE_LOCAL": "1",
        "EMPORION_DEMO_SIGNIN": "1",
        "PYTHONPATH": str(machine.ROOT / "src"),
        "OMP_NUM_THREADS": "1",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    made = Fair(f"http://127.0.0.1:{port}", environment, Inside(environment))
    if (folder / "data" / "emporion.sqlite3").exists():
        made.run("prepare")
    else:
        _build(made)
    # The demonstration's organiser looks after a delegation, too.
    made.python(
        "from emporion.accounts.queries import demonstration_users\n"
        "from emporion.core.tenancy import scope\n"
        "from emporion.edition.domain import officers\n"
        "from emporion.edition.queries import delegations, edition_by_slug\n"
        "edition = edition_by_slug('model')\n"
        "user = next(u for u in demonstration_users() if u.demonstration_role == 'organiser')\n"
        "with scope(expo=edition.expo):\n"
        "    officers.appoint_officer(delegations(edition)[0], user)\n"
    )
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "-m", "emporion.cli", "serve", "--port", str(port), "--workers", "1"],
        cwd=machine.ROOT,
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        _wait(made, server, folder / "log")
        yield made
    finally:
        made.inside.end()
        server.terminate()
        server.wait(20)
        log.close()


def _build(made: Fair) -> None:
    made.run("demo", "--scale", "0.02", "--no-serve", "--schedule-seconds", "3")
    made.run("schedule", "--edition", "model", "--time-limit", "1", "--seed", "2")


def _wait(fair: Fair, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(900):
        if server.poll() is None:
            try:
                urlopen(f"{fair.base}/readyz", timeout=2)
                return
            except (URLError, OSError):
                time.sleep(0.1)
    raise AssertionError(f"the server does not answer:\n{log.read_text()[-2000:]}")


# Of the package and not of the session: while Playwright runs, its event loop does, and Django
# refuses to ask the database beside one.
@pytest.fixture(scope="package")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path)
        yield opened
        opened.close()


@dataclass
class Visitor:
    """Somebody with a browser: opens pages and keeps what the console said."""

    fair: Fair
    page: Page
    language: str
    messages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.messages.append(f"{self.page.url}: {said.text}"))
        self.page.on("pageerror", lambda error: self.messages.append(f"{self.page.url}: {error}"))

    def go(self, path: str) -> int:
        """Open a page of the edition's language; return its status."""
        answer = self.page.goto(self.fair.address(path, self.language))
        assert answer is not None
        return answer.status

    def press(self, selector: str) -> None:
        """Press the first thing that fits, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(
            self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )


Visit = Callable[..., Visitor]


@pytest.fixture(scope="package")
def _states(fair: Fair, browser: Browser) -> dict[str, Any]:
    """Sign in once a role; the cookies are used again."""
    states: dict[str, Any] = {}
    for role, name in ROLES.items():
        context = browser.new_context()
        page = context.new_page()
        page.goto(fair.address("signin/"))
        with page.expect_navigation():
            page.get_by_role("button", name=re.compile(name)).click()
        states[role] = context.storage_state()
        context.close()
    return states


@pytest.fixture
def visit(fair: Fair, browser: Browser, _states: dict[str, Any]) -> Iterator[Visit]:
    """A function that opens a browser window: role "" is a visitor. No console message may be."""
    opened: list[tuple[BrowserContext, Visitor]] = []

    def start(role: str = "", language: str = "en", width: int = 1280, **options: Any) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 800},
            storage_state=_states.get(role),
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(10_000)
        visitor = Visitor(fair, context.new_page(), language)
        opened.append((context, visitor))
        return visitor

    yield start
    said = [message for _, visitor in opened for message in visitor.messages]
    for context, _ in opened:
        context.close()
    assert said == []
