"""What tests of accounts stand on."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def codes_of_an_app_do_not_age(request: pytest.FixtureRequest) -> None:
    """Let those who set up an app type the code of the step before: `set_up` does."""
    if "set_up" in vars(request.module):
        request.getfixturevalue("clock_early_in_a_step")
