"""Lists that are sent, and many participants at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from ninja import Schema
from pydantic import Field, StringConstraints

from emporion.api.interfaces.schedule import JobShape
from emporion.api.interfaces.shapes.market import Market, Spoken
from emporion.api.interfaces.shapes.wire import PLAIN, Code, Language, PublicId, Sent

MOST_ROWS = 20_000


LINE = r"^[^\x00-\x1f\x7f]*$"
Line = Annotated[str, StringConstraints(max_length=200, pattern=LINE)]
LongLine = Annotated[str, StringConstraints(max_length=400, pattern=LINE)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern="^[A-Za-z0-9_.-]+$")]
Names: TypeAlias = dict[Spoken, Line]
Abouts: TypeAlias = dict[Spoken, Annotated[str, StringConstraints(max_length=3000, pattern=PLAIN)]]
Limit = Annotated[int, Field(ge=1, le=500)]


class RowSent(Sent):
    """One participant, as a list would hold it. What is left out of every row stays as it is."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\s;|]+$")] = (
        Field(description="Of the source: the same id means the same participant.")
    )
    name: Names = Field(min_length=1)
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] | None = None
    city: Annotated[str, StringConstraints(max_length=120, pattern=LINE)] | None = None
    website: Annotated[str, StringConstraints(max_length=300, pattern=LINE)] | None = None
    size: Literal["micro", "small", "medium", "large"] | None = None
    pavilion: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9]{1,4}$")] | None = None
    stand: LongLine | None = None
    about: Abouts | None = None
    offers: list[Code] | None = Field(None, max_length=30)
    needs: list[Code] | None = Field(None, max_length=30)
    markets: list[Market] | None = Field(None, max_length=40)
    languages: list[Language] | None = Field(None, max_length=20)
    max_meetings: Limit | None = None
    max_meetings_per_day: Limit | None = None
    contact: Line | None = None
    job_title: Line | None = None
    email: Annotated[str, StringConstraints(max_length=254, pattern=LINE)] | None = None
    phone: Annotated[str, StringConstraints(max_length=20, pattern=LINE)] | None = None
    contact_language: Language | None = None
    is_made_up: bool | None = None


class BulkSent(Sent):
    """Many participants in one call."""

    subject: Literal["exhibitors", "buyers"]
    source: Word = Field(description="Where they come from; ids are unique within it.")
    rows: list[RowSent] = Field(min_length=1, max_length=MOST_ROWS)


class ListSent(Sent):
    """What a list that is sent holds."""

    subject: Literal["exhibitors", "buyers", "requests"]
    source: Word | None = None
    encoding: Annotated[str, StringConstraints(pattern="^[a-z0-9_-]{0,20}$")] = ""


Cell = Annotated[str, StringConstraints(max_length=400, pattern=PLAIN)]
FieldName = Annotated[str, StringConstraints(max_length=40, pattern="^[a-z_]+(:[a-z-]+)?$")]
PairKey = Annotated[str, StringConstraints(max_length=200, pattern=PLAIN)]


class CorrectSent(Sent):
    """How a list is read; what is left out stays as it is. It is looked at again then."""

    columns: dict[FieldName, Cell] | None = Field(
        None, max_length=100, description="{field: heading} of all columns that are taken."
    )
    words: dict[FieldName, dict[Cell, Cell]] | None = Field(
        None, max_length=20, description="{field: {the list's own word: code}}; empty takes away."
    )
    decisions: dict[PairKey, Literal["merge", "apart"]] | None = Field(
        None, max_length=1000, description="{key of two that may be doubles: what they are}."
    )


class TakeSent(Sent):
    """How a list is taken in."""

    leave_out_bad_rows: bool = False


class ListShape(Schema):
    """A list that was sent; what the last look found."""

    id: PublicId
    subject: str
    source: str
    file_name: str
    rows: int | None = Field(description="null until it was looked at.")
    failed: int
    missing: list[str] = Field(description="Fields that are needed and have no column.")
    counts: dict[str, int] = Field(description="new, changed, unchanged, vanished.")
    wrong: list[dict[str, Any]] = Field(description="The first rows that fail, with why.")
    header: list[str]
    columns: dict[str, str] = Field(description="{field: heading}.")
    words: dict[str, Any] = Field(description="The list's own words that are not known, by field.")
    doubles: list[dict[str, Any]] = Field(description="Pairs that may be one, with their key.")
    batch: str = Field(description="The import that it became, or empty.")
    job: JobShape | None


def list_shape(draft: Any, job: dict[str, Any] | None) -> dict[str, Any]:
    """Return a list as it goes over the wire."""
    found = draft.report
    return {
        "id": draft.public_id,
        "subject": draft.subject,
        "source": draft.source,
        "file_name": draft.file_name,
        "rows": found.get("rows"),
        "failed": found.get("failed", 0),
        "missing": found.get("missing", []),
        "counts": found.get("counts", {}),
        "wrong": found.get("wrong", []),
        "header": found.get("header", []),
        "columns": draft.columns,
        "words": found.get("words", {}),
        "doubles": found.get("doubles", []),
        "batch": draft.batch,
        "job": job,
    }
