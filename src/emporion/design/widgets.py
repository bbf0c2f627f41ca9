"""The HTML of choices, written at once.

Django renders each option of a list by two templates. A list of 150 codes and one of 250 countries
took 30 ms so, two thirds of their page. What stands here says the same words, byte for byte
(`tests/design/test_widgets.py` compares), in 2 ms; every other field is rendered by its template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

Widget = Mapping[str, Any]


def select(widget: Widget) -> str:
    """Write a list to choose from, its options in groups or not."""
    lines = [f'<select name="{_text(widget["name"])}"{_attributes(widget)}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            lines.append(f'\n  <optgroup label="{_text(group)}">')
        for option in options:
            lines.append(f'\n  <option value="{_value(option["value"])}"{_attributes(option)}>')
            lines.append(f"{_text(option['label'])}</option>\n")
        if group:
            lines.append("\n  </optgroup>")
    return "".join([*lines, "\n</select>"])


def ticks(widget: Widget) -> str:
    """Write boxes to tick, or dots of which to take one."""
    id_, kind = widget["attrs"].get("id"), widget["attrs"].get("class")
    lines = [
        "<div",
        f' id="{_text(id_)}"' if id_ else "",
        f' class="{_text(kind)}"' if kind else "",
    ]
    lines.append(">")
    for group, options, _index in widget["optgroups"]:
        if group:
            lines.append(f"\n  <div><label>{_text(group)}</label>")
        for option in options:
            lines.append(f"<div>\n    {_tick(option)}</div>")
        if group:
            lines.append("\n  </div>")
    return "".join([*lines, "\n</div>"])


def line(widget: Widget) -> str:
    """Write a field of one line, or one box to tick."""
    return f'<input type="{_text(widget["type"])}" name="{_text(widget["name"])}"' + (
        f"{_given(widget['value'])}{_attributes(widget)}>"
    )


LINES = (
    "input", "text", "number", "email", "url", "password", "hidden", "checkbox", "date", "time",
)  # fmt: skip
WRITERS: dict[str, Callable[[Widget], str]] = {
    "django/forms/widgets/select.html": select,
    "django/forms/widgets/checkbox_select.html": ticks,
    "django/forms/widgets/radio.html": ticks,
    **{f"django/forms/widgets/{kind}.html": line for kind in LINES},
}


class FormRenderer(DjangoTemplates):
    """Django's own renderer, but for the widgets that `WRITERS` writes."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        """Return the HTML of a widget, a field or a form."""
        if write := WRITERS.get(template_name):
            return SafeString(write(context["widget"]))
        return cast("SafeString", super().render(template_name, context, request))


def _tick(option: Widget) -> str:
    box = line(option) + "\n"
    if not option.get("wrap_label"):
        return box + "\n\n"
    id_ = option["attrs"].get("id")
    whose = f' for="{_text(id_)}"' if id_ else ""
    return f"<label{whose}>{box} {_text(option['label'])}</label>\n\n"


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {_text(name)}" if value is True else f' {_text(name)}="{_value(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _given(value: object) -> str:
    return "" if value is None else f' value="{_value(value)}"'


def _value(value: object) -> str:
    """As a template's ``stringformat:'s'``: a number as the program writes it."""
    return conditional_escape(cast("str", value))


def _text(value: object) -> str:
    """As a template's ``{{ value }}``: a number as the reader writes it."""
    return conditional_escape(cast("str", localize(value)))
