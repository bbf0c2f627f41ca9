"""How catalogues are made: extraction from Python, templates and scripts; what stays, what goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from emporion.project import messages


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name, text in {
        "pages.py": 'print(_("From Python"), ngettext("%(n)s row", "%(n)s rows", n))\n',
        "templates/a/page.html": (
            "{% load i18n %}\n  <p>{% translate 'From a template' %}</p>\n<i>"
            "{% blocktranslate count n=rows trimmed %}\n   {{ n }} place\n {% plural %}\n"
            "   {{ n }} places\n{% endblocktranslate %}</i>"
            "{% translate 'May' context 'month' %} it's {% field _('In an argument') %}"
        ),
        "static/emporion/a.js": "const a = `${gettext('From a script')}`;\n",
        "static/other/b.js": "gettext('Not ours');\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_extract_finds_every_marked_string(sources: Path) -> None:
    found = {(m.id, m.context) for m in messages.extract(sources) if m.id}
    assert found == {
        ("From Python", None),
        (("%(n)s row", "%(n)s rows"), None),
        ("From a template", None),
        (("%(n)s place", "%(n)s places"), None),
        ("May", "month"),
        ("In an argument", None),
        ("From a script", None),
    }


def test_one_singular_with_two_plurals_is_refused(sources: Path) -> None:
    (sources / "more.py").write_text(
        'ngettext("%(n)s row", "All %(n)s rows", n)\nngettext("a", "b", n)\nngettext("a", "b", n)\n'
    )
    with pytest.raises(ValueError, match="“%\\(n\\)s row” has two plurals"):
        messages.extract(sources)
    (sources / "more.py").write_text('npgettext("link", "%(n)s row", "All %(n)s rows", n)\n')
    assert len([m for m in messages.extract(sources) if m.id]) == 8


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    return tmp_path / "ar" / "LC_MESSAGES" / "django.po"


def catalogue(*ids: str | tuple[str, str]) -> Catalog:
    made = Catalog(charset="utf-8")
    for name in ids:
        made.add(name, None, [("a.py", 1)])
    return made


def test_update_keeps_what_is_translated_and_guesses_nothing(kept: Path) -> None:
    messages.update("ar", catalogue("Open", "Gone"))
    text = kept.read_text("utf-8").replace(
        'msgid "Open"\nmsgstr ""', 'msgid "Open"\nmsgstr "مفتوح"'
    )
    kept.write_text(text, "utf-8")
    messages.update("ar", catalogue("Open", "Opened", ("%(n)s row", "%(n)s rows")))
    after = messages.read("ar")
    assert {str(m.id): m.string for m in after if m.id} == {
        "Open": "مفتوح",
        "Opened": "",
        "('%(n)s row', '%(n)s rows')": ("",) * 6,
    }
    before = kept.read_bytes()
    messages.update("ar", catalogue(("%(n)s row", "%(n)s rows"), "Opened", "Open"))
    assert kept.read_bytes() == before


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('msgid "A %(n)s"\nmsgstr "ب %(n)s"', ""),
        ('msgid "A %(n)s"\nmsgstr ""', "untranslated"),
        ('#, fuzzy\nmsgid "A %(n)s"\nmsgstr "ب %(n)s"', "fuzzy"),
        ('#, python-format\nmsgid "A %(n)s"\nmsgstr "ب %(m)s"', "placeholder"),
        ('msgid "B"\nmsgstr "ب"', "not in the catalogue"),
    ],
)
def test_problems_of_one_message(kept: Path, entry: str, problem: str) -> None:
    messages.update("ar", catalogue())
    kept.write_text(kept.read_text("utf-8") + entry + "\n", "utf-8")
    found = messages.problems("ar", catalogue("A %(n)s"))
    assert len(found) == (1 if problem else 0)
    assert all(problem in line for line in found)


def test_problem_of_an_empty_plural_form(kept: Path) -> None:
    messages.update("ar", catalogue(("%(n)s row", "%(n)s rows")))
    filled = kept.read_text("utf-8")
    for n in range(5):
        filled = filled.replace(f'msgstr[{n}] ""', f'msgstr[{n}] "صف %(n)s"')
    kept.write_text(filled, "utf-8")
    found = messages.problems("ar", catalogue(("%(n)s row", "%(n)s rows")))
    assert [line.rsplit(": ", 1)[1] for line in found] == ["a plural form is empty"]


def test_compile_is_done_once(kept: Path) -> None:
    messages.update("ar", catalogue("Open"))
    assert (messages.compile_catalogues(), messages.compile_catalogues()) == (1, 0)
