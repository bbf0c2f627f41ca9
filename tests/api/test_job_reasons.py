"""Why a schedule could not be made, as the open interface tells it to each role."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.test_desk_reads import of_role
from tests.meetings.test_impossible import CASES, HEAD, HEADS, every_case, failed

pytestmark = pytest.mark.django_db
HIDDEN = f"{HEAD} Which, is told to those who may know who meets whom."


@every_case
@pytest.mark.parametrize(
    ("role", "knows"), [("programme_editor", True), ("reviewer", True), ("analyst", False)]
)
def test_contradiction_names_pairs_to_those_who_may_know_them(
    edition: Any, program: Any, name: str, role: str, knows: bool
) -> None:
    CASES[name][0](edition)
    job = failed(edition)
    staff = of_role(edition, program, role)
    reason = f"{HEAD} {CASES[name][1]}" if knows else HIDDEN
    assert staff.get(f"jobs/{job.public_id}").json()["reason"] == reason
    assert [one["reason"] for one in staff.get("jobs").json()["items"]] == [reason]
    (run,) = staff.get("runs").json()["items"]
    assert run["job"]["reason"] == reason
    assert staff.get(f"runs/{run['id']}").json()["job"]["reason"] == reason


@pytest.mark.parametrize("language", HEADS)
def test_contradiction_is_told_in_the_language_that_is_asked_for(
    edition: Any, program: Any, language: str
) -> None:
    CASES["veto"][0](edition)
    job = failed(edition)
    staff = of_role(edition, program, "owner")
    reason = staff.get(f"jobs/{job.public_id}", Accept_Language=language).json()["reason"]
    assert reason.startswith(HEADS[language])
    assert ("喜马" if language == "zh-hans" else "Himal") in reason
