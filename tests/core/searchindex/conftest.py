"""The index alone: no capability lends it words."""

import pytest

from emporion.core.searchindex import synonyms


@pytest.fixture(autouse=True)
def no_providers(monkeypatch):
    monkeypatch.setattr(synonyms, "_PROVIDERS", [])
