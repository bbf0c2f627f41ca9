"""What a page answers to whoever tries too often."""

from __future__ import annotations

from typing import TypeVar

from django.forms import Form
from django.http import HttpResponse
from django.utils.translation import ngettext

from emporion.accounts.domain import TooManyTries

F = TypeVar("F", bound=Form)


def say_full(form: F, full: TooManyTries) -> F:
    """Put into the form how long to wait."""
    minutes = -(-full.seconds // 60)
    said = ngettext(
        "Too many tries. Wait %(minutes)s minute and try again.",
        "Too many tries. Wait %(minutes)s minutes and try again.",
        minutes,
    )
    form.add_error(None, said % {"minutes": minutes})
    return form


def refused(response: HttpResponse, full: TooManyTries) -> HttpResponse:
    """Return `response` with the seconds to wait in its head."""
    response["Retry-After"] = str(full.seconds)
    return response
