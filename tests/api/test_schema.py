"""Every operation keeps to the schema, whatever it is sent: schemathesis' cases and checks.

A few cases an operation run with every suite; `./run conformance api` tries many more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from emporion.accounts.domain import tokens
from emporion.accounts.rules import SCOPES
from emporion.api.interfaces.urls import api
from emporion.project.wsgi import application
from tests import factories

EXAMPLES = int(os.environ.get("EMPORION_API_EXAMPLES", "2"))
# What the fair itself refuses (a code that is none, a cursor of another list) fits the schema.
NOT_OURS = {"positive_data_acceptance"}
load_all_checks()
LEFT_OUT = CHECKS.get_by_names(sorted(NOT_OURS))
schema = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))
schema.app = application
OPERATIONS = {op.definition.raw["operationId"]: op for op in
              (found.ok() for found in schema.get_all_operations())}  # fmt: skip


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A server drops connections between requests; here all stand in the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def caller(edition, monkeypatch) -> dict[str, str]:
    """The headers of somebody who organises, takes part, and has a request and a meeting."""
    monkeypatch.setattr(tokens, "CALLS_A_MINUTE", 10**9)
    edition.slug = "fair"
    edition.save()
    user = factories.make_organiser(edition)
    slots = factories.make_slots(edition)
    me = factories.make_participation(edition, "buyer", user=user, needs=["health.sleep"])
    other = factories.make_participation(edition, "exhibitor", offers=["health.sleep"])
    request = factories.make_request(other, me, public_id="asked")
    factories.make_release(edition, [(request, slots[0])], state="published")
    _token, secret = tokens.make_token(user, "trying", SCOPES, 30)
    # What is compressed the checks do not read.
    return {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_keeps_to_the_schema(caller, name: str) -> None:
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        keeps_to_the_schema(caller, OPERATIONS[name], mode)


def keeps_to_the_schema(caller: dict[str, str], operation: Any, mode: Any) -> None:
    """Send what fits the schema, or what does not, and look at every answer."""
    from django_scopes.state import state

    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        derandomize=True,
        database=None,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def tried(case: Any) -> None:
        if mode == GenerationMode.POSITIVE and "edition" in case.path_parameters:
            case.path_parameters["edition"] = "fair"
            case.headers.pop("Emporion-Acting-For", None)
        token = state.set(None)
        try:
            answer = case.call(headers=caller)
            case.validate_response(answer, excluded_checks=LEFT_OUT, headers=caller)
        finally:
            state.reset(token)

    tried()
