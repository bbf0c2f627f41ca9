"""Everything a reader sees is translated, whole and with its numbers in place."""

from __future__ import annotations

import gettext
import re

import pytest

from emporion.project import messages


@pytest.fixture(scope="module")
def template() -> messages.Catalog:
    return messages.extract()


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_message_is_translated(template: messages.Catalog, language: str) -> None:
    assert messages.problems(language, template) == []


@pytest.mark.parametrize(
    ("number", "form"),
    [
        (0, 0),
        (1, 1),
        (2, 2),
        (3, 3),
        (10, 3),
        (11, 4),
        (26, 4),
        (99, 4),
        (100, 5),
        (102, 5),
        (103, 3),
    ],
)
def test_arabic_words_take_the_form_of_their_number(number: int, form: int) -> None:
    """The forms of CLDR in its order: zero, one, two, few, many, other. Babel's rule is another."""
    kept = (messages.LOCALE / "ar" / "LC_MESSAGES" / "django.po").read_text()
    rule = re.search(r"plural=(\(.+\));", kept.partition("\n\n")[0])
    assert rule is not None
    assert gettext.c2py(rule[1])(number) == form
