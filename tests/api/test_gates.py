"""Nobody calls what no gate lets them, and every refusal says what, where and how to mend it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from emporion.accounts.domain import tokens
from emporion.accounts.models import AccessToken
from emporion.accounts.rules import CALLS_A_MINUTE, SCOPES
from emporion.api.interfaces.urls import api
from tests import factories
from tests.api.conftest import Program
from tests.api.test_schema import CALLERS
from tests.house.rights import calls, programs, world
from tests.house.rights.changes import undone

PARTS = {"type", "title", "status", "detail", "mend", "errors"}


def operations() -> list[tuple[str, str, dict]]:
    return [
        (method.upper(), path, told)
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, told in methods.items()
    ]


def is_problem(answer, status: int) -> bool:
    told = answer.json()
    return (
        answer.status_code == told["status"] == status
        and answer["Content-Type"] == "application/problem+json"
        and set(told) == PARTS
        and bool(told["detail"] and told["mend"])
    )


def address(edition, path: str) -> str:
    known = {"edition": edition.slug, "number": "1", "side": "needs", "subject": "buyers",
             "letter": "A"}  # fmt: skip
    return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], "abc"), path)


def test_every_operation_has_a_gate_and_refuses_without_a_token(edition) -> None:
    for method, path, told in operations():
        assert [*told["security"][0]] == ["Token"], path
        nobody = Program("").call(method, address(edition, path), {})
        assert is_problem(nobody, 401), (method, path, nobody.content)
        assert nobody["WWW-Authenticate"].startswith("Bearer")


def test_every_operation_refuses_a_token_without_its_scope(edition, program) -> None:
    organiser = factories.make_organiser(edition)
    others = {scope: program(organiser, edition, set(SCOPES) - {scope}) for scope in SCOPES}
    for method, path, told in operations():
        (scope,) = told["security"][0]["Token"]
        refused = others[scope].call(method, address(edition, path), {})
        assert is_problem(refused, 403), (method, path, refused.content)
        assert scope in refused.json()["detail"]


def test_token_never_does_more_than_its_user(edition, program) -> None:
    stranger = program(factories.make_organiser(factories.make_edition()), edition)
    member = factories.make_user()
    factories.make_participation(edition, "buyer", user=member)
    taking_part = program(member, edition)
    for method, path, told in operations():
        if told["x-who"] == "anybody" or "{edition}" not in path:
            continue
        assert is_problem(stranger.call(method, address(edition, path), {}), 403), (method, path)
        if told["x-who"] == "organiser":
            refused = taking_part.call(method, address(edition, path), {})
            assert is_problem(refused, 403), (method, path)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/", 404),
        ("GET", "/api/v2/editions", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/editions/no-such-edition", 404),
        ("POST", "/api/v1/editions", 405),
        ("DELETE", "/api/v1/editions", 405),
    ],
)
def test_what_is_not_there_is_a_problem(db, program, method: str, path: str, status: int) -> None:
    refused = program(factories.make_user()).call(method, path, {} if method == "POST" else None)
    assert is_problem(refused, status)
    assert ("Allow" in refused) == (status == 405)


def test_what_does_not_fit_is_named_by_pointer(edition, program) -> None:
    reader = program(factories.make_user(), edition)
    refused = reader.get("exhibitors?limit=0")
    assert is_problem(refused, 422)
    (error,) = refused.json()["errors"]
    assert (error["in"], error["pointer"], error["mend"]) == ("query", "/limit", "Allowed: ge 1.")


def test_unknown_parameter_is_named_with_those_that_there_are(edition, program) -> None:
    reader = program(factories.make_user(), edition)
    refused = reader.get("exhibitors?contry=FI&limit=1")
    assert is_problem(refused, 422)
    (error,) = refused.json()["errors"]
    assert (error["in"], error["pointer"], error["mend"]) == (
        "query", "/contry", "There are: country, cursor, expand, limit, pavilion.",
    )  # fmt: skip
    assert is_problem(reader.get("pavilions?x=1"), 422)
    assert is_problem(Program("", edition.slug).get("exhibitors?contry=FI"), 401)


def test_every_operation_refuses_an_unknown_parameter(db, monkeypatch) -> None:
    """With an address and a body that are right, so that nothing else is refused."""
    monkeypatch.setattr(tokens, "CALLS_A_MINUTE", 10**9)
    fairs = world.make()
    readers = programs.readers(fairs)
    things = programs.things_of(fairs, "own")
    client = Client()
    for one in calls.operations():
        usual = "buyer" if one.who == "participant" or "/me/" in one.path else "owner"
        headers = readers[CALLERS.get(one.name, usual)]
        for part in one.bodies():
            body, kind = one.content(part, things)
            with undone() as written:
                if one.is_matched:
                    read = client.get(one.of_version(things), headers=headers)
                    headers = {**headers, "If-Match": read.headers.get("ETag", "")}
                written.clear()
                refused = client.generic(
                    one.method, f"{one.address(things)}?no_such=1", body, content_type=kind,
                    headers=headers,
                )  # fmt: skip
            assert is_problem(refused, 422), (one.name, refused.content)
            assert refused.json()["errors"][0]["pointer"] == "/no_such", one.name
            assert written == [], one.name


def test_a_session_lets_no_program_in(edition, signed_in) -> None:
    browser = signed_in(factories.make_organiser(edition))
    assert browser.get(f"/api/v1/editions/{edition.slug}").status_code == 401


@pytest.mark.parametrize("why", ["ended", "expired", "closed", "foreign"])
def test_token_that_is_good_no_more_is_401(edition, program, why: str) -> None:
    user = factories.make_user()
    reader = program(user, edition)
    assert reader.get("exhibitors").status_code == 200
    if why == "ended":
        AccessToken.objects.update(revoked_at=timezone.now())
    elif why == "expired":
        AccessToken.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    elif why == "closed":
        user.is_active = False
        user.save()
    else:
        reader.headers["Authorization"] = "Bearer emp_" + "x" * 43
    assert is_problem(reader.get("exhibitors"), 401)


def test_calls_above_the_limit_are_429_with_a_time_to_wait(edition, program) -> None:
    reader = program(factories.make_user(), edition)
    reader.get("exhibitors")
    from emporion.accounts.domain import tokens

    (known,) = tokens.meter.counts.values()
    known.told = CALLS_A_MINUTE
    refused = reader.get("exhibitors")
    assert is_problem(refused, 429)
    assert 1 <= int(refused["Retry-After"]) <= 60


def test_meter_tells_other_processes_what_it_counted(edition, program) -> None:
    from emporion.accounts.domain import tokens

    program(factories.make_user(), edition)
    token = AccessToken.objects.get()
    here, there = tokens.Meter(), tokens.Meter()
    for _ in range(1 + 2 * tokens.TOGETHER):
        here.count(token)
    left = there.count(token)
    assert left == CALLS_A_MINUTE - 2 - 2 * tokens.TOGETHER
    token.refresh_from_db()
    assert token.last_used_at is not None


def test_officer_calls_for_a_member_that_the_header_names(edition, program) -> None:
    from emporion.edition.models import Delegation, Officer
    from emporion.registry.models import Body

    body = Body.objects.create(expo=edition.expo, kind="association", name={"en": "Guild"})
    delegation = Delegation.objects.create(edition=edition, body=body)
    member = factories.make_participation(edition, "buyer", delegation=delegation)
    other = factories.make_participation(edition, "buyer")
    officer = factories.make_user()
    Officer.objects.create(delegation=delegation, user=officer, appointed_at=timezone.now())
    caller = program(officer, edition)
    assert caller.get("me").status_code == 403
    found = caller.get("me", Emporion_Acting_For=member.public_id)
    assert found.json()["id"] == member.public_id
    assert is_problem(caller.get("me", Emporion_Acting_For=other.public_id), 403)


def test_what_tells_of_people_is_kept_by_no_cache(edition, program) -> None:
    owner = program(factories.make_organiser(edition), edition)
    member = factories.make_user()
    buyer = factories.make_participation(edition, "buyer", user=member)
    seller = factories.make_participation(edition, "exhibitor")
    request = factories.make_request(buyer, seller)
    mine = program(member, edition)
    for caller, where in (
        (owner, "participations?expand=people"), (owner, f"participations/{buyer.public_id}"),
        (owner, "requests"), (owner, f"requests/{request.public_id}"), (owner, "meetings"),
        (owner, "erasures"), (owner, "staff"), (owner, "export/buyers"),
        (mine, "me/uses"), (mine, "me/messages"), (mine, "me/erasure"), (mine, "me/link"),
    ):  # fmt: skip
        answer = caller.get(where)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store"), where
    found = owner.post("people/find", {"words": "nobody"})
    assert (found.status_code, found["Cache-Control"]) == (200, "private, no-store")
    # What all may read is asked about again, and told only when it changed.
    public = mine.get("exhibitors")
    assert (public["Cache-Control"], "ETag" in public) == ("private, no-cache", True)
