"""The team of a participant: who acts for it, and whom it asks to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router

from emporion.accounts.domain import refuse_shared, user_of_address
from emporion.api.interfaces.gates import ACTS, READ, TAKES_PART, WRITES
from emporion.api.interfaces.posts import naming
from emporion.api.interfaces.shapes.posts import (
    InvitationShape,
    LeadSent,
    MemberSent,
    TeamShape,
)
from emporion.api.interfaces.shapes.wire import EditionName, PublicId
from emporion.api.interfaces.writing import keyed, refusing
from emporion.core.translated import as_dict
from emporion.edition import queries as editions
from emporion.edition.domain import teams
from emporion.edition.gates import acting
from emporion.edition.queries import Participation

router = Router(tags=["taking part"])
HERE = "/editions/{slug:edition}/me"


def _own(request: Any) -> Participation:
    """Return whom the caller acts for themselves: a team is for itself, not for an officer."""
    refuse_shared(request.user)
    me = acting(request)
    if request.acting_for:
        raise PermissionDenied(_("Only those who act for it themselves see and change the team."))
    return me


def _team(request: Any) -> dict[str, Any]:
    me = _own(request)
    members = editions.team_of(me)
    leads = any(one.is_lead and one.person.user_id == request.user.pk for one in members)
    return {
        "members": [
            {
                "id": one.person.public_id,
                "name": one.person.name,
                "leads": one.is_lead,
                "signs_in": one.person.user_id is not None,
            }
            for one in members
        ],
        "asked": [
            {"id": one.public_id, "name": one.name, "until": one.expires_at}
            for one in (editions.invites_of(me) if leads else ())
        ],
    }


@router.get(HERE + "/team", auth=TAKES_PART, response=TeamShape, operation_id="get_team")
def get_team(request: Any, edition: EditionName) -> Any:
    """Who acts for the caller's participant; an officer is not of the team."""
    return _team(request)


@keyed(router.post, HERE + "/team", ACTS, TeamShape, "ask_to_join", status=201, tell=_team)
def ask(request: Any, edition: EditionName, body: MemberSent) -> None:
    """Ask somebody to act for it as well. Nothing is sent: tell them."""
    me = _own(request)
    with naming(), refusing(teams.TeamError):
        user = user_of_address(body.address, body.name, get_language() or "en")
        teams.ask(me, request.user, user, body.name, body.leads)


@keyed(router.patch, HERE + "/team/{slug:id}", ACTS, TeamShape, "change_member", tell=_team)
def change(request: Any, edition: EditionName, id: PublicId, body: LeadSent) -> None:
    """Let one of the team lead it, or no more."""
    me = _own(request)
    _known(me, id)
    with refusing(teams.TeamError):
        teams.let_lead(me, request.user, id, body.leads)


@keyed(router.delete, HERE + "/team/{slug:id}", ACTS, TeamShape, "take_member_off", tell=_team)
def take_off(request: Any, edition: EditionName, id: PublicId) -> None:
    """Take one off the team, leave it oneself, or ask somebody no more."""
    me = _own(request)
    with refusing(teams.TeamError):
        if id in {one.public_id for one in editions.invites_of(me)}:
            teams.withdraw(me, request.user, id)
        else:
            _known(me, id)
            teams.leave(me, request.user, id)


def _invitations(request: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": one.public_id,
            "name": as_dict(one.participation.display_name),
            "until": one.expires_at,
        }
        for one in editions.invites_for(request.edition, request.user)
    ]


@router.get(
    HERE + "/invitations",
    auth=READ,
    response=list[InvitationShape],
    operation_id="list_invitations",
)
def list_invitations(request: Any, edition: EditionName) -> Any:
    """The teams that ask the caller to join."""
    return _invitations(request)


@keyed(
    router.post,
    HERE + "/invitations/{slug:id}/join",
    WRITES,
    list[InvitationShape],
    "join_team",
    tell=_invitations,
)
def join(request: Any, edition: EditionName, id: PublicId) -> None:
    """Act for a participant from now on; the answer is who asks besides."""
    _answer(request, id, teams.join)


@keyed(
    router.delete,
    HERE + "/invitations/{slug:id}",
    WRITES,
    list[InvitationShape],
    "decline_invitation",
    tell=_invitations,
)
def decline(request: Any, edition: EditionName, id: PublicId) -> None:
    """Do not join."""
    _answer(request, id, teams.decline)


def _answer(request: Any, public_id: str, act: Callable[[Any, str], Any]) -> None:
    refuse_shared(request.user)
    asks = editions.invites_for(request.edition, request.user)
    if public_id not in {one.public_id for one in asks}:
        raise Http404("Nobody asks you by this id.")
    with refusing(teams.TeamError):
        act(request.user, public_id)


def _known(me: Participation, public_id: str) -> None:
    if public_id not in {one.person.public_id for one in editions.team_of(me)}:
        raise Http404("Nobody in the team has this id.")
