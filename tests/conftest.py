"""What every test may ask for. Things of a fair are made by the functions of `factories`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from tests import factories, machine
from tests.needs import needed

# The same examples on every run and every machine; how long one takes says nothing here.
settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("suite")

T = TypeVar("T")
BY_FOLDER = {"browser": "browser", "faults": "slow"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the folder they lie in."""
    for item in items:
        folder = Path(item.path).relative_to(machine.ROOT / "tests").parts[0]
        if folder in BY_FOLDER:
            item.add_marker(BY_FOLDER[folder])


def _needed(find: Callable[[], T]) -> T:
    """What the machine has."""
    with needed():
        return find()


@pytest.fixture
def shared() -> Path:
    """The folder of public data."""
    return _needed(machine.shared_data)


@pytest.fixture
def chromium() -> str:
    """The path of a Chromium."""
    return _needed(machine.chromium)


@pytest.fixture
def paper_fonts() -> None:
    """Fonts for paper in three scripts."""
    _needed(machine.paper_fonts)


@pytest.fixture
def universal_encoder() -> None:
    """The encoder of the extra `[models]`, with its weights."""
    _needed(machine.universal_encoder)


@pytest.fixture
def clock_early_in_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock back to where a code of an app begins to count, at most half a minute.

    Whoever types the code of the step before, so that the present one is left for a second
    sign-in, would be too late should the step end between the two.
    """
    import time

    told = time.time
    back = told() % 30
    monkeypatch.setattr(time, "time", lambda: told() - back)


@pytest.fixture(autouse=True)
def _every_test_begins_in_english() -> None:
    """A page leaves its language active in the thread, and the next test would read it there."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def _tables_are_emptied_quickly() -> Iterator[None]:
    """After tests that commit; see `tests.emptying`."""
    from django.test import TransactionTestCase

    from tests.emptying import after_a_test

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", after_a_test)
        yield


@pytest.fixture(autouse=True, scope="session")
def _pages_open_their_own_scope() -> Iterator[None]:
    """Requests of a test client run outside the test's scope, as they do on a server."""
    from django.test import Client
    from django_scopes.state import state

    inside = Client.request

    def outside(self: Any, **request: Any) -> Any:
        token = state.set(None)
        try:
            return inside(self, **request)
        finally:
            state.reset(token)

    Client.request = outside  # type: ignore[method-assign]
    yield
    Client.request = inside  # type: ignore[method-assign]


@pytest.fixture
def edition(db: None) -> Iterator[Any]:
    """An edition; the test runs inside the scope of its expo."""
    from emporion.core.tenancy import scope

    made = factories.make_edition()
    with scope(expo=made.expo):
        yield made


@pytest.fixture
def signed_in(db: None) -> Callable[[Any], Any]:
    """A function that gives a client in which `user` is signed in."""
    from django.test import Client

    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def fresh(signed_in: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function that gives a client in which `user` has just signed in, as by the page."""
    import time

    def sign_in(user: Any) -> Any:
        client = signed_in(user)
        session = client.session
        session["proved"] = int(time.time())
        session.save()
        return client

    return sign_in
