"""The import pages: send a list, look at it, take it in, take it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from emporion.core import jobs
from emporion.core.tabular.reading import read_table
from emporion.core.tabular.report import TableError
from emporion.edition import queries as editions
from emporion.edition.domain import batches, drafts
from emporion.edition.domain.lists.columns import known_headings
from emporion.edition.gates import staff_may
from emporion.edition.queries import Edition
from emporion.portal.interfaces.desk import at_work, looking, taking
from emporion.portal.interfaces.desk.examining import APART, MERGE
from emporion.portal.interfaces.desk.import_forms import (
    ColumnsForm,
    EncodingForm,
    SendForm,
    WordsForm,
    decisions,
)
from emporion.portal.interfaces.desk.words import BATCH_STATES, COUNTS, FIELDS, SUBJECTS
from emporion.registry import taxonomy
from emporion.registry.countries import country_codes, country_name
from emporion.registry.domain import roles

A_PAGE = 25
REFUSALS = (TableError, drafts.DraftError, taking.Refused)


@staff_may(roles.IMPORT, reading=True)
def imports(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Send a list; below, what is looked at and what was taken in."""
    form = SendForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        draft = _send(request, edition, form)
        if draft is not None:
            return redirect("portal:list", edition=edition.slug, public_id=draft.public_id)
    pages = Paginator(batches.batches(edition), A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    newest = jobs.latest(edition.expo.public_id, drafts.LOOK, limit=A_PAGE)
    looked_at = {job.subject for job in newest if job.is_live}
    context = {
        "form": form,
        "drafts": [
            {
                "draft": draft,
                "subject": SUBJECTS[draft.subject],
                "looking": draft.public_id in looked_at,
                **_readiness(draft),
            }
            for draft in editions.list_drafts(edition)
        ],
        "rows": [batch_row(batch) for batch in page],
        "page": page.number,
        "pages": pages.num_pages,
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/imports.html", context)


def _send(request: HttpRequest, edition: Edition, form: SendForm) -> Any:
    """Keep the file and look at it, or let the worker look at a long one.

    A short file that cannot be read is told of at once and not kept.
    """
    told, sent = form.cleaned_data, form.cleaned_data["file"]
    data, table = sent.read(), None
    if len(data) <= looking.SHORT_BYTES:
        try:
            table = read_table(
                data,
                name=sent.name,
                known=known_headings(told["subject"]),
                encoding=told["encoding"] or None,
            )
        except TableError as error:
            form.add_error("file", str(error))
            return None
        if not table.rows:
            form.add_error("file", _("The list has headings and no row. Add at least one row."))
            return None
    actor = request.user.actor  # type: ignore[union-attr]
    draft = drafts.send_list(
        edition,
        told["subject"],
        told["source"],
        sent.name,
        data,
        actor,
        encoding=told["encoding"],
    )
    if table is None:
        drafts.start_look(draft, actor, language=get_language() or "en", doubles=True)
    else:
        looking.guess_columns(draft, table)
        looking.begin(edition, draft, actor, len(table.rows), doubles=True)
    return draft


@staff_may(roles.IMPORT, reading=True)
def one_list(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Look at a list that was sent: columns, what is wrong, doubles, and what would happen."""
    draft = editions.list_draft(edition, public_id)
    if draft is None:
        raise Http404(_("There is no list with this address."))
    if draft.batch:
        return redirect("portal:batch", edition=edition.slug, public_id=draft.batch)
    job = at_work.last_job(edition, at_work.OF_LISTS, public_id)
    if job is not None and job.is_live:
        return at_work.page(request, edition, draft.file_name, job, public_id)
    found = draft.report
    if not found:
        return _unread(request, edition, draft, job)
    actor = request.user.actor  # type: ignore[union-attr]
    columns_form = ColumnsForm(draft.subject, found["header"], draft.columns)
    words_form = WordsForm(found["words"])
    refusal = ""
    failure = job.line if job is not None and job.state == "stopped" else ""
    if request.method == "POST":
        act = request.POST.get("act", "")
        try:
            if act == "columns":
                columns_form = ColumnsForm(
                    draft.subject, found["header"], draft.columns, request.POST
                )
                if columns_form.is_valid():
                    drafts.set_columns(draft, columns_form.columns())
                    looking.begin(edition, draft, actor, found["rows"], doubles=True)
                    return _again(request, edition, draft, _("Columns kept."))
            elif act == "words":
                words_form = WordsForm(found["words"], request.POST)
                if words_form.is_valid():
                    drafts.set_words(draft, words_form.words())
                    looking.begin(edition, draft, actor, found["rows"], doubles=False)
                    return _again(request, edition, draft, _("Words kept."))
            elif act == "doubles":
                drafts.set_decisions(draft, decisions(request.POST, found["doubles"]))
                looking.begin(edition, draft, actor, found["rows"], doubles=False)
                return _again(request, edition, draft, _("Kept what you said of the doubles."))
            elif act == "encoding":
                return _read_as(request, edition, draft, found["rows"])
            elif act == "bad":
                drafts.leave_out_bad_rows(draft, request.POST.get("leave_out") == "1")
                return redirect("portal:list", edition=edition.slug, public_id=public_id)
            elif act == "discard":
                drafts.discard(draft)
                messages.success(request, _("Thrown away; nothing was taken in."))
                return redirect("portal:imports", edition=edition.slug)
            elif act == "take":
                taking.check_ready(draft)
                drafts.start_taking(draft, actor)
                return redirect("portal:list", edition=edition.slug, public_id=public_id)
        except REFUSALS as error:
            refusal = str(error)
    context = {
        "draft": draft,
        "subject": SUBJECTS[draft.subject],
        "report": found,
        "encoding_form": _encoding_form(draft),
        "columns_form": columns_form,
        "columns": _columns(columns_form, found),
        "words_form": words_form,
        "words": [
            {"bound": words_form[key], "field": FIELDS[name], "word": word, "count": count}
            for key, name, word, count in words_form.rows
        ],
        "doubles": [
            {**pair, "said": draft.decisions.get(pair["key"], APART)} for pair in found["doubles"]
        ],
        "merge": MERGE,
        "apart": APART,
        "counts": counts_of(found["counts"]),
        "missing": [FIELDS[name] for name in found["missing"]],
        "refusal": refusal or failure,
        **_readiness(draft),
        **_choices(found["words"]),
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/list.html", context, status=409 if refusal else 200)


def _unread(request: HttpRequest, edition: Edition, draft: Any, job: Any) -> HttpResponse:
    """A list that could not be looked at: why, reading it otherwise, and throwing it away."""
    why = job.line if job is not None else ""
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act == "discard":
        drafts.discard(draft)
        return redirect("portal:imports", edition=edition.slug)
    if act == "encoding":
        try:
            return _read_as(request, edition, draft, looking.SHORT_ROWS + 1)
        except REFUSALS as error:
            why = str(error)
    context = {
        "draft": draft,
        "subject": SUBJECTS[draft.subject],
        "why": why,
        "encoding_form": _encoding_form(draft),
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/unread.html", context, status=409)


def _read_as(request: HttpRequest, edition: Edition, draft: Any, rows: int) -> HttpResponse:
    """Look at a list of about `rows` rows again, read in the encoding that was chosen."""
    form = EncodingForm(request.POST)
    if not form.is_valid():
        raise drafts.DraftError(_("Choose an encoding from the list."))
    actor = request.user.actor  # type: ignore[union-attr]
    try:
        with transaction.atomic():
            drafts.set_encoding(draft, form.cleaned_data["encoding"])
            looking.begin(edition, draft, actor, rows, doubles=True)
    except TableError:
        draft.refresh_from_db()
        raise
    return _again(request, edition, draft, _("The list was read again."))


def _encoding_form(draft: Any) -> EncodingForm | None:
    """The choice of an encoding; a workbook says its own."""
    if draft.file_name.lower().endswith(drafts.TEXT_ENDINGS):
        return EncodingForm(initial={"encoding": draft.encoding})
    return None


def _again(request: HttpRequest, edition: Edition, draft: Any, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("portal:list", edition=edition.slug, public_id=draft.public_id)


def _readiness(draft: Any) -> dict[str, Any]:
    """Whether the list can be taken in as it is, and how many rows would be."""
    found = draft.report
    failed = found.get("failed", 0)
    takes = sum(found.get("counts", {}).get(name, 0) for name in ("new", "changed"))
    return {
        "failed": failed,
        "takes": takes,
        "ready": bool(found)
        and not found.get("missing")
        and (not failed or draft.leaves_out_bad_rows),
    }


def _columns(form: ColumnsForm, found: dict[str, Any]) -> list[dict[str, Any]]:
    """Each column with its heading, a few of its cells, and its field."""
    rows = []
    for place, heading in enumerate(found["header"]):
        cells = dict.fromkeys(cells[place] for _line, cells in found["first"] if cells[place])
        rows.append(
            {
                "heading": heading,
                "examples": list(cells)[:3],
                "bound": form[f"column-{place}"],
            }
        )
    return rows


def counts_of(counts: dict[str, int]) -> list[tuple[Any, int]]:
    return [(COUNTS[name], count) for name, count in counts.items() if name in COUNTS]


def _choices(words: dict[str, Any]) -> dict[str, Any]:
    """Names to choose from where words are unknown, in the reader's language."""
    language = get_language() or "en"
    chosen: dict[str, Any] = {}
    if "country" in words:
        chosen["countries"] = sorted(country_name(code, language) for code in country_codes())
    if set(words) - {"country"}:
        chosen["categories"] = [(code, taxonomy.label(code, language)) for code in taxonomy.codes()]
    return chosen


def batch_row(batch: Any) -> dict[str, Any]:
    return {
        "batch": batch,
        "subject": SUBJECTS.get(batch.subject, batch.subject),
        "mark": BATCH_STATES[batch.state],
        "counts": counts_of(batch.counts),
    }
