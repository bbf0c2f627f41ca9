"""Lists that somebody sent through a page and looks at before they are taken in."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.core import jobs, journal
from emporion.core.models import ImportBatch
from emporion.core.tabular.encoding import decode
from emporion.edition.models import Edition, ListDraft, ListFile

# What a page takes; the command takes more.
MAX_BYTES = 20 << 20
KEPT = dt.timedelta(days=14)
TEXT_ENDINGS = (".csv", ".tsv", ".txt")
ENDINGS = (*TEXT_ENDINGS, ".xlsx", ".xlsm", ".xls")
LOOK, TAKE, UNDO = "list.look", "list.take", "import.undo"
SUBJECTS = ("exhibitors", "buyers", "requests")


class DraftError(ValueError):
    """A list that cannot be kept; the text says what is off and what to do."""


def check_file(file_name: str, size: int) -> None:
    """Raise DraftError for a file that no list can be, by its ending and its size in bytes."""
    ending = PurePath(file_name).suffix.lower()
    if ending not in ENDINGS:
        raise DraftError(
            _(
                "“%(name)s” is of the type %(type)s; CSV (.csv, .tsv, .txt) and workbooks "
                "(.xlsx, .xlsm, .xls) can be read. Save the list as one of these."
            )
            % {"name": file_name, "type": ending or _("none")}
        )
    if size > MAX_BYTES:
        raise DraftError(
            _("“%(name)s” is longer than %(limit)d MB. Split it, or ask for the command.")
            % {"name": file_name, "limit": MAX_BYTES >> 20}
        )


def send_list(
    edition: Edition,
    subject: str,
    source: str,
    file_name: str,
    data: bytes,
    by: str,
    *,
    encoding: str = "",
) -> ListDraft:
    """Keep a list of one of `SUBJECTS` to be looked at; `by` is the actor who sent it.

    `encoding` is how its text was saved, empty where that is to be found out.

    Drafts that nobody touched for `KEPT` go. Raises DraftError for a file that cannot be a list;
    whether it can be read is told when it is looked at.
    """
    if subject not in SUBJECTS:
        raise ValueError(f"{subject!r} is no list: {', '.join(SUBJECTS)}.")
    check_file(file_name, len(data))
    now, packed = timezone.now(), gzip.compress(data, 1, mtime=0)
    with transaction.atomic():
        ListDraft.objects.filter(edition=edition, sent_at__lt=now - KEPT).delete()
        draft = ListDraft.objects.create(
            edition=edition,
            subject=subject,
            source=(source.strip() or subject)[:60],
            file_name=file_name[-255:],
            encoding=encoding,
            digest=hashlib.sha256(data).hexdigest(),
            sent_by=by,
            sent_at=now,
        )
        ListFile.objects.create(draft=draft, content=packed)
        journal.record("list.send", "list", draft.public_id, fields=[subject])
    return draft


def content(draft: ListDraft) -> bytes:
    """Return the bytes of a list as they were sent."""
    return gzip.decompress(bytes(ListFile.objects.get(draft=draft).content))


def set_encoding(draft: ListDraft, encoding: str) -> None:
    """Say how the text of a list was saved; "" has it found out.

    What was found and said of the list read otherwise goes: headings and words are other ones now.
    Raises TableError, and changes nothing, when the file cannot be that.
    """
    decode(content(draft), encoding or None)
    _set(draft, encoding=encoding, columns={}, values={}, decisions={}, report={})


def set_columns(draft: ListDraft, columns: Mapping[str, str]) -> None:
    """Say which heading feeds which field. The decisions about rows stay."""
    _set(draft, columns=dict(columns))


def set_words(draft: ListDraft, words: Mapping[str, Mapping[str, str]]) -> None:
    """Add what the list's own words mean, by field; an empty meaning takes a word away."""

    def added(now: ListDraft) -> dict[str, Any]:
        values = {name: dict(table) for name, table in now.values.items()}
        for name, table in words.items():
            known = values.setdefault(name, {})
            known.update(table)
            values[name] = {word: meaning for word, meaning in known.items() if meaning}
        return {"values": {name: table for name, table in values.items() if table}}

    _change(draft, added)


def set_decisions(draft: ListDraft, decisions: Mapping[str, str]) -> None:
    """Say of pairs that may be doubles whether they are one ("merge") or two ("apart")."""
    _change(draft, lambda now: _with_decisions(now, decisions))


def _with_decisions(now: ListDraft, decisions: Mapping[str, str]) -> dict[str, Any]:
    return {"decisions": {**now.decisions, **decisions}}


def leave_out_bad_rows(draft: ListDraft, wanted: bool) -> None:
    """Say whether rows that fail are left out, instead of nothing being taken in."""
    _set(draft, leaves_out_bad_rows=wanted)


def keep_report(draft: ListDraft, report: Mapping[str, Any]) -> None:
    """Keep what a look at the list found; no change that people would ask about."""
    draft.report = dict(report)
    draft.save(update_fields=["report"])


def mark_taken(draft: ListDraft, batch: str) -> None:
    """Say which import the draft became."""
    _set(draft, batch=batch)


def discard(draft: ListDraft) -> None:
    """Throw a draft away with its file; what was taken in from it stays."""
    with transaction.atomic():
        journal.record("list.discard", "list", draft.public_id)
        draft.delete()


def _set(draft: ListDraft, **values: Any) -> None:
    _change(draft, lambda now: values)


def _change(draft: ListDraft, of: Callable[[ListDraft], dict[str, Any]]) -> None:
    """Set the fields that `of` makes of the draft as it is when nobody else changes it."""
    with transaction.atomic():
        locked = ListDraft.objects.select_for_update().get(pk=draft.pk)
        values = of(locked)
        changed = [name for name, value in values.items() if getattr(locked, name) != value]
        for name in changed:
            setattr(locked, name, values[name])
        if changed:
            locked.save(update_fields=changed)
            journal.record("list.change", "list", draft.public_id, fields=changed)
    for name, value in values.items():
        setattr(draft, name, value)


def start_look(draft: ListDraft, actor: str, *, language: str, doubles: bool) -> jobs.JobRecord:
    """Put a look at a draft into the queue, told of in `language`; return its job.

    With `doubles` likely doubles are looked for, else those of the last look stay.
    """
    return jobs.enqueue(
        LOOK,
        {
            "edition": draft.edition.slug,
            "draft": draft.public_id,
            "language": language,
            "doubles": doubles,
        },
        tenant=draft.edition.expo.public_id,
        owner=actor,
        subject=draft.public_id,
    )


def start_taking(draft: ListDraft, actor: str) -> jobs.JobRecord:
    """Put the taking in of a draft into the queue; return its job.

    Raises DraftError when it is taken in, or on its way.
    """
    with transaction.atomic():
        locked = ListDraft.objects.select_for_update().get(pk=draft.pk)
        edition = locked.edition
        if locked.batch or _is_under_way(edition, TAKE, locked.public_id):
            raise DraftError(_("This list was taken in already."))
        if _is_under_way(edition, LOOK, locked.public_id):
            raise DraftError(_("This list is being looked at. Wait until that is done."))
        job = jobs.enqueue(
            TAKE,
            {"edition": edition.slug, "draft": locked.public_id},
            tenant=edition.expo.public_id,
            owner=actor,
            subject=locked.public_id,
        )
        journal.record("list.take", "list", locked.public_id)
    return job


def start_undo(
    edition: Edition, batch: ImportBatch, actor: str, *, with_requests: bool
) -> jobs.JobRecord:
    """Put the undoing of an import into the queue; return its job.

    Raises DraftError when it is not taken in, or its undoing is on its way.
    """
    with transaction.atomic():
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        under_way = _is_under_way(edition, UNDO, locked.public_id)
        if locked.state != ImportBatch.State.DONE or under_way:
            raise DraftError(_("This import is undone, or on its way."))
        job = jobs.enqueue(
            UNDO,
            {
                "edition": edition.slug,
                "batch": locked.public_id,
                "with_requests": with_requests,
            },
            tenant=edition.expo.public_id,
            owner=actor,
            subject=locked.public_id,
        )
        journal.record("import.start_undo", "import", locked.public_id)
    return job


def _is_under_way(edition: Edition, kind: str, subject: str) -> bool:
    jobs.reclaim()
    return any(job.is_live for job in jobs.latest(edition.expo.public_id, kind, subject))
