"""Opens the tenant's scope for every page under an edition.

A page that has `edition` in its address gets the Edition itself, runs inside the scope of its
expo, and finds on the request:

    request.edition         the Edition
    request.participation   the participation that the signed-in user acts for, or None
    request.acting_for      the same, if the user is somebody else: an officer of its delegation,
                            or support that sees what it sees
    request.seeing          the same, if it is support: it only reads, and runs no expo meanwhile
    request.staff_role      the role in which the signed-in user runs this expo, "" without one
    request.is_organiser    whether they have one, and proved the second factor that is asked for
    request.is_officer      whether the signed-in user looks after a delegation; its pages ask for
                            the second factor (`gates.second_factor_first`)

It stands last in MIDDLEWARE: it calls the page itself, after every other check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.defaults import page_not_found

from emporion.accounts.domain import second_factor
from emporion.core import journal
from emporion.core.tenancy import scope
from emporion.edition import queries
from emporion.edition.domain.officers import behalf
from emporion.edition.queries import Edition, Participation, seeing

View = Callable[..., HttpResponse]
# The only form of somebody who sees what another sees.
STOP_SEEING = "portal:stop_seeing"


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
            raise Http404(_("There is no edition %(slug)s.") % {"slug": slug})
        with opened(request, edition):
            try:
                response = _shown(request, view, args, {**kwargs, "edition": edition})
            except (Http404, PermissionDenied, SuspiciousOperation):
                _know_the_reader(request)
                raise
            if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                _know_the_reader(request)
            return response


@contextmanager
def opened(request: HttpRequest, edition: Edition) -> Iterator[None]:
    """Open the scope, the clock and the journal of an edition; put on the request who reads."""
    actor = request.user.actor if request.user.is_authenticated else "visitor"
    with scope(expo=edition.expo):
        seen = seeing.seen_by(request, edition)
        member = seen or _acting_for(request, edition)
    with (
        scope(expo=edition.expo),
        # Moments are told on the clock of the fair, wherever the reader or the server is.
        timezone.override(edition.tz),
        journal.acting(
            actor,
            tenant=edition.expo.public_id,
            on_behalf=behalf(member) if member else "",
        ),
    ):
        request.edition = edition  # type: ignore[attr-defined]
        request.acting_for = member  # type: ignore[attr-defined]
        request.seeing = seen  # type: ignore[attr-defined]
        request.participation = member or SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: queries.participation_of(edition, request.user)
        )
        request.staff_role = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: "" if seen else queries.staff_role(edition, request.user)
        )
        request.is_organiser = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: bool(request.staff_role) and second_factor.is_settled(request)  # type: ignore[attr-defined]
        )
        request.is_officer = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: not seen and bool(queries.delegations_of(edition, request.user))
        )
        yield


def _shown(
    request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpResponse:
    """Call the page; for somebody who sees what another sees, without keeping what it notes."""
    if request.seeing is None:  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        if request.resolver_match and request.resolver_match.view_name == STOP_SEEING:
            return view(request, *args, **kwargs)
        raise PermissionDenied(
            _("You see what somebody else sees, and change nothing. Stop seeing first.")
        )
    with transaction.atomic():
        response = view(request, *args, **kwargs)
        transaction.set_rollback(True)
    response["Cache-Control"] = "no-store, private"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show that there is no page; below an edition with its name and its ways on.

    An address that no page has never reaches `process_view`, so the edition is told from the path.
    """
    parts = request.path.strip("/").split("/")
    known = hasattr(request, "edition") or not hasattr(request, "user") or len(parts) < 3
    try:
        edition = None if known else queries.edition_by_slug(parts[1])
    except DatabaseError:
        edition = None
    if edition is None:
        return page_not_found(request, exception)
    with opened(request, edition):
        return page_not_found(request, exception)


def _know_the_reader(request: HttpRequest) -> None:
    """Ask who reads it while the scope is open: the page of an error is rendered after that."""
    bool(request.participation)  # type: ignore[attr-defined]
    bool(request.is_organiser)  # type: ignore[attr-defined]
    bool(request.is_officer)  # type: ignore[attr-defined]


def _acting_for(request: HttpRequest, edition: Edition) -> Participation | None:
    """Return the member that an officer chose to act for, as long as they are its officer.

    Also the second factor has to be proved, where it is asked for. One query, and none for
    everybody else.
    """
    if not request.user.is_authenticated:
        return None
    if hasattr(request, "acting_choice"):
        # A program has no session and says it with each call.
        chosen = request.acting_choice
    else:
        chosen = request.session.get(queries.ACTING, {}).get(edition.public_id)
    if not chosen or not second_factor.is_settled(request):
        return None
    return queries.member_for(edition, request.user, chosen)
