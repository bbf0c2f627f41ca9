"""What the usual encoder is given of a text."""

from __future__ import annotations

import pytest

from emporion.engines.matching.encoders import content_of


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("We are looking for robots, for our factory.", "robots factory"),
        ("Wir suchen Roboterarme für unsere Fabrik.", "Roboterarme Fabrik"),
        ("工厂需要机器人。", "工厂需要机器人"),
        ("We need it", "We need it"),
        ("", ""),
    ],
)
def test_content_is_what_function_words_leave(text, content):
    assert content_of(text) == content
