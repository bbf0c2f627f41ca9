"""The book of security says what is so; what every answer carries keeps others out."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import LocalePrefixPattern

from emporion.core import middleware
from tests.factories import make_user
from tests.machine import ROOT

BOOK = ROOT / "docs/security/asvs.md"
ROW = re.compile(r"\| (V\d+\.\d+\.\d+) \| (test|page|no need|not yet) \| (.+) \|")


def rows() -> list[tuple[str, str, str]]:
    """Return (requirement, answer, where or why) of the table."""
    lines = [line for line in BOOK.read_text("utf-8").splitlines() if line.startswith("| V")]
    found = [ROW.fullmatch(line) for line in lines]
    assert [line for line, match in zip(lines, found, strict=True) if match is None] == []
    return [match.groups() for match in found if match]  # type: ignore[misc]


def missing(cell: str) -> list[str]:
    """Return the tests that a cell names and that are not there."""
    gone = []
    for file, name in re.findall(r"`(tests/[a-z_/]+\.py)::(test_\w+)`", cell):
        path = ROOT / file
        text = path.read_text("utf-8") if path.is_file() else ""
        if not re.search(rf"^(async )?def {name}\(", text, re.MULTILINE):
            gone.append(f"{file}::{name}")
    return gone


def test_every_test_that_the_book_names_is_there() -> None:
    assert [gone for _, _, cell in rows() for gone in missing(cell)] == []


def test_name_of_a_test_that_is_not_there_is_found() -> None:
    cell = "`tests/house/test_security.py::test_nothing`, `tests/house/none.py::test_x`"
    assert missing(cell) == [
        "tests/house/test_security.py::test_nothing",
        "tests/house/none.py::test_x",
    ]


def test_book_answers_each_requirement_once_and_points_where_it_says() -> None:
    found = rows()
    assert (len(found), len({one for one, _, _ in found})) == (253, 253)
    assert [one for one, answer, cell in found if answer == "test" and "`tests/" not in cell] == []
    assert [one for one, answer, cell in found if answer == "page" and "](" not in cell] == []
    assert [one for one, answer, cell in found if answer in ("no need", "not yet")
            and "`tests/" in cell] == []  # fmt: skip


def test_book_counts_its_answers_rightly() -> None:
    count = Counter(answer for _, answer, _ in rows())
    said = re.search(
        r"Today: (\d+) by test, (\d+) by page, (\d+) without need, (\d+) not yet",
        BOOK.read_text("utf-8"),
    )
    assert said is not None
    assert [int(n) for n in said.groups()] == [
        count["test"], count["page"], count["no need"], count["not yet"],
    ]  # fmt: skip


@pytest.mark.django_db
def test_answers_carry_the_headers_of_a_safe_site(edition: Any, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    client = Client()
    for address in (f"/en/{edition.slug}/", "/en/signin/", "/healthz", f"/en/{edition.slug}/no/"):
        answer = client.get(address, secure=True)
        assert answer["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.django_db
def test_cookies_are_for_this_site_alone(settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    user = make_user(email="aino@example.org")
    user.set_password("a long word of mine")
    user.save()
    client = Client()
    asked = client.get("/en/signin/", secure=True)
    let_in = client.post(
        "/en/signin/",
        {"identifier": "aino@example.org", "password": "a long word of mine"},
        secure=True,
    )
    kept, session = asked.cookies["csrftoken"], let_in.cookies["sessionid"]
    assert (kept["secure"], kept["samesite"]) == (True, "Lax")
    assert (session["secure"], session["samesite"], session["httponly"]) == (True, "Lax", True)


def addresses(patterns: list[Any], before: str = "/") -> list[str]:
    """Return an address of every page, with a word or number where it asks for one."""
    found = []
    for one in patterns:
        route = str(one.pattern) if isinstance(one.pattern, LocalePrefixPattern) else one.pattern
        part = re.sub(r"<(int:)?[^>]*>", lambda arg: "1" if arg.group(1) else "x", str(route))
        inner = getattr(one, "url_patterns", None)
        found += addresses(inner, before + part) if inner is not None else [before + part]
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "FOO"])
def test_method_that_nothing_is_called_with_is_refused_everywhere(
    method: str, settings: Any
) -> None:
    every = {*addresses(get_resolver().url_patterns), "/static/design/app.css", "/en/nothing/"}
    assert len(every) > 200
    answers = {path: Client().generic(method, path) for path in sorted(every)}
    took = {path: one.status_code for path, one in answers.items() if one.status_code != 405}
    assert took == {}
    allowed = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    assert {(one["Allow"], one.content) for one in answers.values()} == {(allowed, b"")}


@pytest.mark.django_db
def test_show_page_is_not_there_where_a_fair_is_served(client: Client, settings: Any) -> None:
    pages = ["/en/_parts/", "/en/_parts/sheet"]
    assert [client.get(page).status_code for page in pages] == [200, 200]
    settings.SHOWCASE = False
    assert [client.get(page).status_code for page in pages] == [404, 404]
    assert client.get("/en/_parts/appearance?theme=dark&next=/en/").status_code == 302


@pytest.mark.parametrize(("local", "shown"), [("1", "True"), ("", "False")])
def test_show_page_is_for_a_machine_of_ones_own_only(local: str, shown: str, tmp_path: Any) -> None:
    environment = {
        "PYTHONPATH": str(ROOT / "src"), "EMPORION_DATA_DIR": str(tmp_path),
        "EMPORION_INSECURE_LOCAL": local, "EMPORION_HOSTS": "fair.example",
    }  # fmt: skip
    said = "from emporion.project import settings; print(settings.SHOWCASE)"
    done = subprocess.run(
        [sys.executable, "-c", said], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == shown


@pytest.mark.django_db
def test_reader_is_led_to_https_and_a_program_is_refused(settings: Any, edition: Any) -> None:
    """A program that is led on sends its token in the clear for ever, and nobody notices."""
    settings.SECURE_SSL_REDIRECT = True
    page, call = f"/en/{edition.slug}/", f"/api/v1/editions/{edition.slug}/participations"
    led = Client().get(page)
    assert (led.status_code, led["Location"]) == (301, f"https://testserver{page}")
    for method in ("get", "post"):
        answer = getattr(Client(), method)(call)
        assert (answer.status_code, "Location" in answer) == (403, False)
        assert answer["Content-Type"] == "application/problem+json"
        assert "https" in answer.json()["detail"]
    assert Client().get(call, secure=True).status_code == 401


@pytest.mark.django_db
def test_refused_request_stands_in_the_log_with_who_it_was(
    edition: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr(middleware.log, "info", lambda _event, **told: lines.append(told))
    user, client = make_user(email="aino@example.org"), Client()
    client.force_login(user)
    for address, status in ((f"/en/{edition.slug}/organise/", 403), (f"/en/{edition.slug}/", 200)):
        assert client.get(address).status_code == status
    assert [line.get("by") for line in lines] == [user.actor, None]
    assert "aino" not in str(lines)
