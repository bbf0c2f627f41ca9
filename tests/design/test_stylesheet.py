"""Rules of the visual language that a stylesheet or a template could break unseen."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

import emporion
from emporion.design import stylesheet

SOURCE = Path(emporion.__file__).parent
TEMPLATES = sorted(SOURCE.glob("*/templates/**/*.html"))
MODULES = sorted(SOURCE.glob("*/static/**/*.js"))
HTMX = "django_htmx/htmx-2.min.js"


def _rules(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def _sheets():
    return [pytest.param(path, id=path.name) for path in stylesheet.sources()]


@pytest.mark.parametrize("path", _sheets())
def test_no_stylesheet_names_a_side(path):
    rules = re.sub(r"@media[^{]*{", "{", _rules(path))
    assert re.findall(r"\b(?:left|right)\b", rules) == []
    # Nor what runs along a page that is read from above: blocks and lines turn with the script.
    sides = r"(?<![-\w])(?:(?:margin|padding|border)-(?:top|bottom)[\w-]*|top|bottom)"
    sizes = r"(?<![-\w])(?:min-|max-)?(?:width|height)|(?<![-\w])overflow-[xy]"
    assert re.findall(rf"({sides}|{sizes})\s*:", rules) == []


@pytest.mark.parametrize("path", _sheets())
def test_no_stylesheet_uses_what_the_language_forbids(path):
    rules = _rules(path)
    assert (
        re.findall(r"box-shadow|text-shadow|drop-shadow|gradient|italic|uppercase|@import", rules)
        == []
    )
    assert [r for r in re.findall(r"border-radius:\s*([^;]+);", rules) if r != "2px"] == []
    assert [
        w for w in re.findall(r"font-weight:\s*([^;]+);", rules) if w not in {"400", "600", "700"}
    ] == []


@pytest.mark.parametrize("path", _sheets())
def test_no_stylesheet_is_newer_than_chrome_87_and_safari_14(path):
    rules = _rules(path)
    rules = stylesheet.spelled_out(rules)
    too_new = r":is\(|:where\(|:has\(|@layer|@container|color-mix|oklch|light-dark|aspect-ratio|(?<![\w-])inset:|(?:margin|padding|inset)-(?:inline|block):"
    assert re.findall(too_new, rules) == []
    for block in re.findall(r"{([^{}]*)}", rules):
        # Safari 14.0 knows gaps in grids only.
        if "gap:" in block:
            assert "display: flex" not in block


@pytest.mark.parametrize("path", _sheets())
def test_colours_stand_in_the_table_of_tokens_only(path):
    if path.name in {"tokens.css", "print.css"}:
        return
    # White on signs, and the one ground of a sign without a letter of ours.
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", _rules(path))) <= {"#fff", "#474e55"}


@pytest.mark.parametrize("path", _sheets())
def test_every_custom_property_that_is_used_is_defined(path):
    everything = "".join(_rules(sheet) for sheet in stylesheet.sources())
    defined = set(re.findall(r"(--[\w-]+):", everything))
    assert set(re.findall(r"var\((--[\w-]+)", _rules(path))) - defined == set()


@pytest.mark.parametrize(("short", "long"), [
    ("margin-block: 4px;", "margin-block-start: 4px;margin-block-end: 4px;"),
    ("padding-inline: 0 calc(1px + (2px * 2));", "padding-inline-start: 0;padding-inline-end: calc(1px + (2px * 2));"),
    ("inset-inline: 0 4px;", "inset-inline-start: 0;inset-inline-end: 4px;"),
    ("scroll-padding-block: 80px;", "scroll-padding-block-start: 80px;scroll-padding-block-end: 80px;"),
    ("padding-inline-start: 4px;", "padding-inline-start: 4px;"),
])  # fmt: skip
def test_logical_shorthands_are_spelled_out(short, long):
    assert stylesheet.spelled_out(short) == long


def test_a_shorthand_with_three_values_is_refused():
    with pytest.raises(ValueError, match="one value or two"):
        stylesheet.spelled_out("padding-inline: 1px 2px 3px;")


def test_every_stylesheet_is_in_the_order_exactly_once():
    lying = {path.stem for path in stylesheet.CSS.glob("*.css")}
    assert sorted(stylesheet.ORDER) == sorted(lying)


@pytest.mark.parametrize(
    "path", [pytest.param(p, id=str(p.relative_to(SOURCE))) for p in TEMPLATES]
)
def test_no_template_carries_styles_or_handlers(path):
    text = path.read_text(encoding="utf-8")
    assert (
        re.findall(
            r"\sstyle\s*=|\son\w+\s*=\s*[\"']|<style|hx-on|javascript:|<script(?![^>]*(?:src|application/(?:ld\+)?json))",
            text,
        )
        == []
    )


@pytest.mark.parametrize("path", [pytest.param(p, id=p.name) for p in MODULES])
def test_modules_keep_to_what_the_hashing_of_names_can_read(path):
    text = path.read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("import"):
            assert line.endswith(";")
        if line.lstrip().startswith("//"):
            assert not re.search(r"\bimport\b.*['\"(]", line)
    assert "innerHTML" not in text


def test_the_first_page_weighs_at_most_60_kb_gzipped():
    css = gzip.compress(stylesheet.combined().encode())
    own = [path.read_bytes() for path in MODULES]
    htmx = Path(finders.find(HTMX)).read_bytes()
    weight = len(css) + sum(len(gzip.compress(text)) for text in [*own, htmx])
    assert weight <= 60_000


def test_the_stylesheet_is_found_by_name_and_only_it():
    path = Path(finders.find(stylesheet.SERVED))
    assert path.read_text(encoding="utf-8") == stylesheet.combined()
    assert finders.find("emporion/nothing.css") is None


def test_no_side_is_hidden_in_a_template_class():
    for path in TEMPLATES:
        for classes in re.findall(r'class="([^"]*)"', path.read_text(encoding="utf-8")):
            assert not re.search(r"(?:^|[\s-])(?:left|right)(?:$|[\s-])", classes), path
