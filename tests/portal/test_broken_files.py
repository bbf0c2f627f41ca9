"""Whatever is given out as a file is an error when it breaks off, and never a shorter file."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from emporion.accounts.domain.tokens import make_token
from emporion.accounts.rules import SCOPES
from emporion.core import privacy
from emporion.core.tabular import subjects
from emporion.core.tabular.answering import TYPES
from emporion.portal.interfaces import sitemap
from emporion.portal.interfaces.desk import participants
from emporion.portal.queries.subjects import SUBJECTS
from tests import factories
from tests.logged import logged
from tests.portal.fairs import address

PLANTED = "aino@example.org"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the product's own logging writes, as on a server."""
    with logged(monkeypatch) as out:
        yield out


def breaking(plain: Any) -> Any:
    """Return what yields one of the rows and then loses the database, which names an address."""

    def rows(*args: Any, **named: Any) -> Iterator[Any]:
        yield from list(plain(*args, **named))[:1]
        raise OperationalError(f"the server closed the connection: Key (email)=({PLANTED})")

    return rows


def reader(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    session = client.session
    session["proved"] = int(time.time())
    session.save()
    return client


def program(user: Any) -> dict[str, Any]:
    _token, secret = make_token(user, "test", SCOPES, 30)
    return {"headers": {"Authorization": f"Bearer {secret}"}}


def is_refused(answer: Any, log: io.StringIO) -> None:
    """The answer is an error and no file, and the log says so, without the address."""
    assert (answer.status_code, answer.streaming) == (503, False)
    assert "Content-Disposition" not in answer
    assert PLANTED not in answer.content.decode()
    assert PLANTED not in log.getvalue()
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["status"] for line in lines if line["event"] == "request"] == [503]


@pytest.fixture
def fair(edition: Any) -> Any:
    """Two requests, and slots."""
    factories.make_slots(edition)
    for _ in range(2):
        buyer = factories.make_participation(edition, "buyer")
        factories.make_request(buyer, factories.make_participation(edition))
    return edition


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("by", ["page", "program"])
def test_list_that_breaks_off_is_an_error_and_no_file(
    fair: Any, log: io.StringIO, monkeypatch: pytest.MonkeyPatch, by: str, kind: str
) -> None:
    lists: Any = SUBJECTS
    broken = replace(lists["requests"], rows=breaking(lists["requests"].rows))
    monkeypatch.setitem(lists, "requests", broken)
    user = factories.make_organiser(fair)
    if by == "page":
        where = f"{address('portal:export', fair, 'requests')}?format={kind}"
        is_refused(reader(user).get(where), log)
    else:
        where = f"/api/v1/editions/{fair.slug}/export/requests?format={kind}"
        is_refused(Client(raise_request_exception=False).get(where, **program(user)), log)


def test_query_of_a_list_that_breaks_off_is_an_error(
    fair: Any, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subjects, "stored", breaking(subjects.stored))
    client = reader(factories.make_organiser(fair))
    is_refused(client.get(address("portal:export", fair, "slots")), log)


def test_choice_of_participants_that_breaks_off_is_an_error(
    fair: Any, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(participants, "_file_rows", breaking(participants._file_rows))
    client = reader(factories.make_organiser(fair))
    is_refused(client.get(address("portal:participants", fair) + "?format=csv"), log)


@pytest.mark.parametrize("by", ["page", "program", "account"])
def test_own_data_that_breaks_off_is_an_error(
    fair: Any, log: io.StringIO, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    user = factories.make_user()
    factories.make_participation(fair, "buyer", user=user)
    monkeypatch.setattr(privacy, "given", breaking(privacy.given))
    if by == "page":
        answer = reader(user).post(f"/en/{fair.slug}/your-data/file/")
    elif by == "account":
        answer = reader(user).post("/en/account/data/", {"act": "file"})
    else:
        where = f"/api/v1/editions/{fair.slug}/me/data"
        answer = Client(raise_request_exception=False).post(
            where, {}, content_type="application/json", **program(user)
        )
    is_refused(answer, log)


def test_sitemap_that_breaks_off_is_an_error(
    fair: Any, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "alternates", breaking(sitemap.alternates))
    is_refused(Client(raise_request_exception=False).get(f"/sitemap-{fair.slug}-0.xml"), log)
