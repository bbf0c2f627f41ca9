"""Everything a reader sees is translated, whole and with its numbers in place."""

from __future__ import annotations

import pytest

from emporion.project import messages


@pytest.fixture(scope="module")
def template() -> messages.Catalog:
    return messages.extract()


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_message_is_translated(template: messages.Catalog, language: str) -> None:
    assert messages.problems(language, template) == []
