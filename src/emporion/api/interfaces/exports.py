"""Everything given out: each subject as a whole list, in three forms."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import Http404
from django.http.response import HttpResponseBase
from ninja import Query, Router, Schema
from pydantic import Field

from emporion.api.interfaces.gates import ROLE_FORBIDS, STAFF_READS
from emporion.api.interfaces.noting import counting
from emporion.api.interfaces.problems import Problem, error, problem_response
from emporion.api.interfaces.shapes.wire import EditionName
from emporion.core.tabular.answering import TYPES, answer
from emporion.core.tabular.report import TableError
from emporion.core.tabular.subjects import Asked, Subject
from emporion.edition.domain.lists.rows import note_of
from emporion.edition.gates import knows_requests
from emporion.edition.queries import Edition
from emporion.meetings.queries import releases
from emporion.portal.queries.subjects import OF_PEOPLE, SUBJECTS
from emporion.registry import domain as registry
from emporion.registry.domain import roles

router = Router(tags=["lists"])
HERE = "/editions/{slug:edition}/export"
SubjectName = Annotated[
    str,
    Field(
        pattern=f"^({'|'.join(SUBJECTS)})$",
        description="Of those that the list of exports names.",
        json_schema_extra={"enum": list(SUBJECTS)},
    ),
]


class HowWritten(Schema):
    """How a list is written, and of which schedule."""

    format: Literal["csv", "xlsx", "jsonl"] = "csv"
    release: int | None = Field(
        None,
        ge=1,
        le=2**31 - 1,
        description="The number of a schedule, for what is of one; without it the published one.",
    )


class ExportShape(Schema):
    """A list that the caller may take out."""

    subject: str
    columns: list[str]
    of_release: bool = Field(description="Of one schedule, which `release` names.")


@router.get(HERE, auth=STAFF_READS, response=list[ExportShape], operation_id="list_exports")
def list_exports(request: Any, edition: EditionName) -> Any:
    """The lists that the caller's role may take out, each with its columns."""
    return [
        {"subject": one.name, "columns": list(one.header), "of_release": one.of_release}
        for one in SUBJECTS.values()
        if roles.may(str(request.staff_role), one.act)
    ]


@router.get(
    HERE + "/{subject}",
    auth=STAFF_READS,
    operation_id="export",
    openapi_extra={
        "responses": {
            200: {
                "description": "The list as a file, whole.",
                "content": {name: {"schema": {"type": "string"}} for name in TYPES.values()},
            },
            409: problem_response("No schedule is published, or no workbook holds the list."),
        }
    },
)
def export(
    request: Any, edition: EditionName, subject: SubjectName, how: Query[HowWritten]
) -> HttpResponseBase:
    """Everything of one kind as CSV, XLSX or JSON lines: whole, or an error.

    Who asks and meets whom is told to those who work with requests; contact data to those who may
    look it up. Each list that leaves is written down, and one of these is counted.
    """
    here: Edition = request.edition
    request.unkept = True
    wanted = SUBJECTS[subject]
    if not roles.may(str(request.staff_role), wanted.act):
        raise Problem(403, str(ROLE_FORBIDS))
    _known(here, wanted, how.release)
    with counting(registry.LISTS_WITHIN, "Too many lists were taken out."):
        registry.note_list_out(
            here.expo,
            request.user.actor,
            here.public_id,
            subject,
            of_people=wanted.act in OF_PEOPLE,
        )
    asked = Asked(here, how.release, knows_requests(request))
    note = note_of(here)
    try:
        return answer(
            request,
            wanted.header,
            wanted.rows(asked),
            kind=how.format,
            name=subject,
            place=here.slug,
            notes=[note] if note else [],
        )
    except TableError as wrong:
        raise Problem(409, str(wrong), mend="Ask for csv or jsonl.") from wrong


def _known(here: Edition, wanted: Subject, number: int | None) -> None:
    """Raise a problem where a schedule is named that is not there, or that the list has none of."""
    if number is not None and not wanted.of_release:
        raise Problem(
            422,
            "This list is of no schedule.",
            errors=[error("query", "/release", "This list is of no schedule.", "Leave it out.")],
        )
    if number is not None and releases.release(here, number) is None:
        raise Http404("There is no release of this number.")
    if number is None and wanted.of_release and here.published_release is None:
        raise Problem(409, "No schedule is published yet; name one by its number in release.")
