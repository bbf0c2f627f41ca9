"""Fields of a form, their errors and the search field: {% load forms %}."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput

register = template.Library()
PARTS = "design/parts/"


@register.inclusion_tag(PARTS + "field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """Label, error, hint and control of one field of a Django form."""
    return {
        "field": bound,
        "choice": isinstance(bound.field.widget, CheckboxInput),
        "group": bound.use_fieldset,
    }


@register.inclusion_tag(PARTS + "fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """All fields of a form in order, the hidden ones too."""
    return {"form": form}


@register.inclusion_tag(PARTS + "form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """A summary of links to what needs mending; nothing while the form is right."""
    wrong = [bound for bound in form if bound.errors] if form.errors else []
    everywhere = form.non_field_errors() if form.errors else []
    return {"wrong": wrong, "everywhere": everywhere, "count": len(wrong) + len(everywhere)}


@register.inclusion_tag(PARTS + "search_field.html")
def search_field(
    name: str = "q", value: str = "", label: str = "", placeholder: str = "", size: str = ""
) -> dict[str, Any]:
    """The search field with its button; `size` is empty or "panel"."""
    return {
        "name": name, "value": value, "label": label, "placeholder": placeholder, "size": size,
    }  # fmt: skip
