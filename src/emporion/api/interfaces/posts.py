"""Roles of the staff and officers of delegations: given, offered, taken and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import get_language
from ninja import Router

from emporion.accounts.domain import TooManyTries
from emporion.api.interfaces.gates import GIVES_POSTS, READ, READS_STAFF, TAKES_POSTS
from emporion.api.interfaces.problems import Problem, error
from emporion.api.interfaces.shapes.posts import (
    GivenShape,
    OfficerSent,
    OfficerShape,
    PostShape,
    RoleSent,
    StaffShape,
)
from emporion.api.interfaces.shapes.wire import EditionName, PublicId
from emporion.api.interfaces.writing import keyed, refusing
from emporion.core.text.clean import BadText
from emporion.edition import queries as editions
from emporion.edition.domain import posts
from emporion.edition.queries import Delegation, Edition
from emporion.registry import queries as registered
from emporion.registry.domain import LastOwner

router = Router(tags=["staff"])
HERE = "/editions/{slug:edition}"
MY_POSTS = HERE + "/me/posts"


def _staff(request: Any) -> list[dict[str, Any]]:
    here: Edition = request.edition
    has = [
        {
            "id": row.user.public_id,
            "name": str(row.user),
            "role": row.role,
            "pavilions": row.pavilions,
            "offered_until": None,
        }
        for row in registered.staff_of(here.expo)
    ]
    return has + [
        {
            "id": one.public_id,
            "name": one.name or one.address,
            "role": one.role,
            "pavilions": one.pavilions,
            "offered_until": one.expires_at,
        }
        for one in editions.posts_offered(here.expo, to_officers=False)
    ]


def _officers(request: Any) -> list[dict[str, Any]]:
    here: Edition = request.edition
    act = [
        {
            "id": one.user.public_id,
            "name": str(one.user),
            "delegation": one.delegation.public_id,
            "offered_until": None,
        }
        for one in editions.officers_in(here)
    ]
    return act + [
        {
            "id": one.public_id,
            "name": one.name or one.address,
            "delegation": one.delegation.public_id,
            "offered_until": one.expires_at,
        }
        for one in editions.posts_offered(here.expo, to_officers=True)
        if one.delegation is not None and one.delegation.edition_id == here.pk
    ]


@contextmanager
def naming() -> Iterator[None]:
    """Turn what is wrong with whom somebody names into a problem."""
    try:
        yield
    except TooManyTries as full:
        raise Problem(
            429,
            "You named many in a short time.",
            headers={"Retry-After": str(full.seconds)},
        ) from full
    except ValidationError as wrong:
        said = " ".join(wrong.messages)
        raise Problem(422, said, errors=[error("body", "/address", said)]) from wrong
    except BadText as wrong:
        raise Problem(422, str(wrong), errors=[error("body", "/name", str(wrong))]) from wrong


@router.get(HERE + "/staff", auth=READS_STAFF, response=list[StaffShape], operation_id="list_staff")
def list_staff(request: Any, edition: EditionName) -> Any:
    """Who runs the expo, and to whom a role is offered."""
    return _staff(request)


@keyed(router.post, HERE + "/staff", GIVES_POSTS, GivenShape, "give_role", status=201)
def give_role(request: Any, edition: EditionName, body: RoleSent) -> Any:
    """Give a role; who is not known in the expo is offered it, and takes it first."""
    with naming(), refusing(posts.PostError, LastOwner):
        offer = posts.give_role(
            request.edition,
            request.user,
            body.address,
            body.name,
            body.role,
            body.pavilions,
            language=get_language() or "en",
        )
    return {"offered": offer is not None}


@keyed(
    router.delete,
    HERE + "/staff/{slug:id}",
    GIVES_POSTS,
    list[StaffShape],
    "take_role_back",
    tell=_staff,
)
def take_role_back(request: Any, edition: EditionName, id: PublicId) -> None:
    """Take a role back, or the offer of one."""
    with refusing(LastOwner):
        _gone(
            posts.take_role_back(request.edition, request.user, id)
            or posts.withdraw(request.edition, request.user, id)
        )


@router.get(
    HERE + "/officers", auth=READS_STAFF, response=list[OfficerShape], operation_id="list_officers"
)
def list_officers(request: Any, edition: EditionName) -> Any:
    """Who acts for the delegations of the edition, and to whom that is offered."""
    return _officers(request)


@keyed(router.post, HERE + "/officers", GIVES_POSTS, GivenShape, "name_officer", status=201)
def name_officer(request: Any, edition: EditionName, body: OfficerSent) -> Any:
    """Let somebody act for a delegation; who is not known in the expo is offered it."""
    delegation = _delegation(request.edition, body.delegation)
    with naming():
        offer = posts.name_officer(
            delegation, request.user, body.address, body.name, language=get_language() or "en"
        )
    return {"offered": offer is not None}


@keyed(
    router.delete,
    HERE + "/officers/{slug:id}",
    GIVES_POSTS,
    list[OfficerShape],
    "dismiss_officer",
    tell=_officers,
)
def dismiss_officer(
    request: Any, edition: EditionName, id: PublicId, delegation: PublicId | None = None
) -> None:
    """Let somebody act for a delegation no more, for all of the edition if none is named."""
    here: Edition = request.edition
    found = [
        one.delegation
        for one in editions.officers_in(here)
        if one.user.public_id == id and delegation in (None, one.delegation.public_id)
    ]
    dismissed = [posts.dismiss(one, request.user, id) for one in found]
    _gone(any(dismissed) or posts.withdraw(here, request.user, id))


@router.get(MY_POSTS, auth=READ, response=list[PostShape], operation_id="list_posts")
def list_posts(request: Any, edition: EditionName) -> Any:
    """What is offered to the caller in this expo."""
    return _offered(request)


@keyed(router.post, MY_POSTS + "/{slug:id}/take", TAKES_POSTS, list[PostShape], "take_post")
def take_post(request: Any, edition: EditionName, id: PublicId) -> Any:
    """Take what is offered; the answer is what is offered besides."""
    with refusing(posts.PostError, LastOwner):
        posts.take(request.user, _mine(request, id))
    return _offered(request)


@keyed(router.delete, MY_POSTS + "/{slug:id}", TAKES_POSTS, list[PostShape], "decline_post")
def decline_post(request: Any, edition: EditionName, id: PublicId) -> Any:
    """Do not take it."""
    with refusing(posts.PostError, LastOwner):
        posts.decline(request.user, _mine(request, id))
    return _offered(request)


def _mine(request: Any, public_id: str) -> str:
    """Return the id if it is offered to the caller in this expo."""
    offered = editions.posts_for(request.edition.expo, request.user)
    _gone(public_id in {one.public_id for one in offered})
    return public_id


def _gone(there: bool) -> None:
    if not there:
        raise Http404("There is nothing with this id.")


def _delegation(here: Edition, public_id: str) -> Delegation:
    found = editions.delegation_by_id(here, public_id)
    if found is None:
        raise Http404("There is no delegation with this id.")
    return found


def _offered(request: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": one.public_id,
            "role": one.role or None,
            "delegation": one.delegation.public_id if one.delegation else None,
            "pavilions": one.pavilions,
            "until": one.expires_at,
        }
        for one in editions.posts_for(request.edition.expo, request.user)
    ]
