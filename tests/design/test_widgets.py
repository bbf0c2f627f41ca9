"""Fields written by `design.widgets` against the same fields rendered by Django's templates."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from emporion.design.widgets import WRITERS, FormRenderer

HOSTILE = "\"><script>alert('1')</script>&amp; عربي 中文"
FLAT = [("", "none"), ("a", "A"), (3, 4000), (HOSTILE, HOSTILE), ("s", mark_safe("<b>bold</b>"))]
GROUPS = [("", "none"), (HOSTILE, [("x", "X"), ("y", gettext_lazy("Save"))]), ("Z", [("z", "Zed")])]
ATTRIBUTES = {"id": "it", "class": "wide", "required": True, "disabled": False, "data-n": 1234}

WIDGETS = {
    "list": forms.Select(choices=FLAT),
    "list in groups": forms.Select(attrs=ATTRIBUTES, choices=GROUPS),
    "several of a list": forms.SelectMultiple(choices=GROUPS),
    "boxes": forms.CheckboxSelectMultiple(choices=FLAT),
    "boxes in groups": forms.CheckboxSelectMultiple(attrs=ATTRIBUTES, choices=GROUPS),
    "dots": forms.RadioSelect(attrs={"id": "dots"}, choices=GROUPS),
    "line": forms.TextInput(attrs=ATTRIBUTES),
    "number": forms.NumberInput(attrs={"min": 0, "step": 0.5}),
    "address": forms.URLInput(),
    "mail": forms.EmailInput(),
    "password": forms.PasswordInput(render_value=True),
    "hidden": forms.HiddenInput(),
    "box": forms.CheckboxInput(attrs=ATTRIBUTES),
}
VALUES = (None, "", "a", 3, "x", HOSTILE, ["x", "z"], True, 1234567)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("widget", WIDGETS.values(), ids=WIDGETS)
def test_field_is_what_the_templates_render(widget: forms.Widget, language: str) -> None:
    ours, theirs = FormRenderer(), DjangoTemplates()
    with translation.override(language):
        for value in VALUES:
            written = widget.render("of", value, {"aria-label": HOSTILE}, ours)
            assert written == widget.render("of", value, {"aria-label": HOSTILE}, theirs)
            assert hasattr(written, "__html__")


@given(
    st.lists(st.tuples(st.text(), st.text()), max_size=4),
    st.dictionaries(st.text(min_size=1), st.text() | st.booleans() | st.integers(), max_size=3),
    st.text(),
)
def test_any_choice_is_what_the_templates_render(choices, attributes, value) -> None:
    for widget in (forms.Select, forms.CheckboxSelectMultiple):
        field = widget(attributes, choices)
        expected = field.render("of", value, None, DjangoTemplates())
        assert field.render("of", value, None, FormRenderer()) == expected


def test_list_of_several_is_written_too() -> None:
    assert {widget.template_name for widget in WIDGETS.values()} <= set(WRITERS)


def test_forms_use_it() -> None:
    assert isinstance(forms.Form().renderer, FormRenderer)
