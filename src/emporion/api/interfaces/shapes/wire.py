"""What all shapes are made of."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from emporion.api.interfaces.cursors import LONGEST

T = TypeVar("T")
# Neither database nor page takes these signs; the one gate for text refuses them as well.
PLAIN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
ID = r"^[a-z0-9]{1,16}$"
# The edition stands on the request already when the address is read; its name is what was sent.
EditionName = Annotated[
    str,
    BeforeValidator(lambda value: getattr(value, "slug", value)),
    Field(description="An edition's name in addresses.", max_length=50, pattern="^[a-z0-9-]+$"),
]
PublicId = Annotated[str, StringConstraints(pattern=ID)]
Texts = Annotated[dict[str, str], Field(description="A text in languages: {language: text}.")]
Language = Annotated[str, StringConstraints(pattern="^[a-z]{2,3}(-[a-z0-9]{2,8})?$")]
Code = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z0-9_.]*$")]


class Sent(Schema):
    """What programs send: a name that is not known is refused, not passed over."""

    model_config = ConfigDict(extra="forbid")


class Paging(Schema):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=500, description="At most so many rows.")
    cursor: str | None = Field(
        None,
        max_length=LONGEST,
        pattern="^[A-Za-z0-9_=-]+$",
        description="From `next` of the page before.",
    )


class Listing(Schema, Generic[T]):
    """One page of a list; `next` is the address of the page behind it, null for the last."""

    items: list[T]
    next: str | None = None


def listing(rows: list[Any], after: str | None) -> dict[str, Any]:
    """Return one page as it goes over the wire."""
    return {"items": rows, "next": after}
