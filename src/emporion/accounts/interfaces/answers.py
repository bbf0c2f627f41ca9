"""What a page answers to whoever tries too often."""

from __future__ import annotations

from typing import TypeVar

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from emporion.accounts.domain import TooManyTries

F = TypeVar("F", bound=Form)


def say_full(form: F, full: TooManyTries) -> F:
    """Put into the form how long to wait."""
    form.add_error(None, words(full))
    return form


def words(full: TooManyTries) -> str:
    """Say how long to wait."""
    minutes = -(-full.seconds // 60)
    said = ngettext(
        "Too many tries. Wait %(minutes)s minute and try again.",
        "Too many tries. Wait %(minutes)s minutes and try again.",
        minutes,
    )
    return said % {"minutes": minutes}


def full_page(request: HttpRequest, full: TooManyTries, to: str) -> HttpResponse:
    """Return a page that says how long to wait, where there is no form to say it in."""
    context = {"said": words(full), "next": to}
    return refused(render(request, "accounts/full.html", context, status=429), full)


def refused(response: HttpResponse, full: TooManyTries) -> HttpResponse:
    """Return `response` with the seconds to wait in its head."""
    response["Retry-After"] = str(full.seconds)
    return response
