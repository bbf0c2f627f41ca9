"""Opens the tenant's scope for every page under an edition.

A page that has `edition` in its address gets the Edition itself, runs inside the scope of its
expo, and finds on the request:

    request.edition         the Edition
    request.participation   the participation that the signed-in user acts for, or None
    request.is_organiser    whether the signed-in user runs this expo

It stands last in MIDDLEWARE: it calls the page itself, after every other check.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from emporion.core import journal
from emporion.core.tenancy import scope
from emporion.edition import queries

View = Callable[..., HttpResponse]


class EditionMiddleware:
    """See the module's text."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        slug = kwargs.get("edition")
        if slug is None:
            return None
        edition = queries.edition_by_slug(slug)
        if edition is None:
            raise Http404(f"There is no edition {slug!r}.")
        actor = request.user.actor if request.user.is_authenticated else "visitor"
        with (
            scope(expo=edition.expo),
            journal.acting(actor, tenant=edition.expo.public_id),
        ):
            request.edition = edition  # type: ignore[attr-defined]
            request.participation = SimpleLazyObject(  # type: ignore[attr-defined]
                lambda: queries.participation_of(edition, request.user)
            )
            request.is_organiser = SimpleLazyObject(  # type: ignore[attr-defined]
                lambda: queries.is_organiser(edition, request.user)
            )
            try:
                return view(request, *args, **{**kwargs, "edition": edition})
            except (Http404, PermissionDenied, SuspiciousOperation):
                # The page that says so is rendered after the scope has closed: ask while it is
                # open who reads it.
                bool(request.participation)  # type: ignore[attr-defined]
                bool(request.is_organiser)  # type: ignore[attr-defined]
                raise
