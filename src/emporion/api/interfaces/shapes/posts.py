"""Who runs an expo, acts for delegations and for participants; and whom they ask to."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from emporion.api.interfaces.shapes.wire import PLAIN, PublicId, Sent, Texts

Name = Annotated[str, StringConstraints(max_length=200, pattern=PLAIN)]
Address = Annotated[
    str,
    StringConstraints(min_length=1, max_length=254, pattern=PLAIN),
    Field(description="An e-mail address, or a number with + and the country's code."),
]
Role = Literal[
    "owner", "reviewer", "pavilion_manager", "programme_editor", "gate_chief", "analyst", "support",
]  # fmt: skip


class StaffShape(Schema):
    """Somebody with a role, or to whom one is offered: then under what the owner wrote."""

    id: str
    name: str
    role: str
    pavilions: list[str]
    offered_until: dt.datetime | None = Field(description="null for whoever has the role.")


class RoleSent(Sent):
    """To whom a role is given."""

    address: Address
    name: Name = ""
    role: Role
    pavilions: list[Annotated[str, StringConstraints(pattern="^[A-Z]{1,2}$")]] = Field(
        [], max_length=100, description="For a pavilion manager."
    )


class OfficerShape(Schema):
    """Somebody who acts for a delegation, or to whom that is offered."""

    id: str
    name: str
    delegation: str
    offered_until: dt.datetime | None


class OfficerSent(Sent):
    """Whom to let act for a delegation."""

    address: Address
    name: Name = ""
    delegation: PublicId


class GivenShape(Schema):
    """Whether it is offered only: who is not known in the expo takes it first."""

    offered: bool


class PostShape(Schema):
    """What is offered to the caller: a role, or to act for a delegation."""

    id: str
    role: str | None
    delegation: str | None
    pavilions: list[str]
    until: dt.datetime


class MemberShape(Schema):
    """One who acts for the caller's participant."""

    id: str
    name: str
    leads: bool
    signs_in: bool


class AskedShape(Schema):
    """One who is asked to."""

    id: str
    name: str
    until: dt.datetime


class TeamShape(Schema):
    """Who acts for the caller's participant; who is asked is told to those who lead."""

    members: list[MemberShape]
    asked: list[AskedShape]


class MemberSent(Sent):
    """Whom to ask."""

    address: Address
    name: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PLAIN)]
    leads: bool = False


class LeadSent(Sent):
    """Whether they lead."""

    leads: bool


class InvitationShape(Schema):
    """A team that asks the caller to join."""

    id: str
    name: Texts
    until: dt.datetime
