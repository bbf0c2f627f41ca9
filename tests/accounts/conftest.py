"""What tests of accounts stand on."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def codes_of_an_app_do_not_age(clock_early_in_a_step: None) -> None:
    """Let all tests here type the code of the step before: `set_up` does."""
