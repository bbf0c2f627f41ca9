"""Everything that can be taken out of an edition as a list, and why some tables cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from emporion.core import history
from emporion.core.models import JobRecord
from emporion.core.tabular.subjects import Asked, Column, Rows, Subject, stored, subject
from emporion.edition.domain import subjects as edition
from emporion.edition.domain.batches import batches
from emporion.edition.domain.lists.rows import note_of
from emporion.matchmaking.domain import subjects as matchmaking
from emporion.meetings.domain import subjects as meetings
from emporion.messaging.domain import subjects as messaging
from emporion.registry.domain import roles
from emporion.registry.domain import subjects as registry

NOTE = "Note"
_ENTRY = (
    Column("At", "at"),
    Column("Action", "action"),
    Column("Actor", "actor"),
    Column("On behalf of", "on_behalf"),
    Column("Kind", "object_kind"),
    Column("Object ids", "object_ids"),
    Column("Objects", "object_count"),
    Column("Fields", "fields"),
)


def _journal(asked: Asked) -> Rows:
    """Yield the journal; who may not know who asks whom is told of requests without their names."""
    kind, ids = (
        next(place for place, column in enumerate(_ENTRY) if column.path == path)
        for path in ("object_kind", "object_ids")
    )
    found = history.of_staff(asked.edition.expo.public_id)
    for row in stored(found, _ENTRY):
        if row[kind] == "request" and not asked.knows_requests:
            row[ids] = []
        yield row


_GROUND = (
    Subject(
        "journal",
        ("core.JournalEntry",),
        roles.LOOK,
        tuple(column.heading for column in _ENTRY),
        _journal,
        given=tuple(column.path for column in _ENTRY),
    ),
    subject(
        "imports",
        ["core.ImportBatch"],
        roles.IMPORT,
        (
            Column("Id", "public_id"),
            Column("Subject", "subject"),
            Column("Source", "source"),
            Column("File", "file_name"),
            Column("Digest", "file_digest"),
            Column("State", "state"),
            Column("Counts", "counts"),
            Column("Started at", "started_at"),
            Column("Ended at", "ended_at"),
        ),
        lambda asked: batches(asked.edition),
    ),
    subject(
        "jobs",
        ["core.JobRecord"],
        # What came of lists that were sent, and why a list failed, is not for every role.
        roles.SET_UP,
        (
            Column("Id", "public_id"),
            Column("Kind", "kind"),
            Column("Owner", "owner"),
            Column("Subject", "subject"),
            Column("State", "state"),
            Column("Step", "step"),
            Column("Done", "done"),
            Column("Total", "total"),
            Column("Result", "result"),
            Column("Reason", "reason"),
            Column("Attempts", "attempt"),
            Column("Asked at", "asked_at"),
            Column("Started at", "started_at"),
            Column("Ended at", "ended_at"),
        ),
        lambda asked: JobRecord.objects.filter(tenant=asked.edition.expo.public_id),
    ),
)


def _noted(one: Subject) -> Subject:
    """Let each row of a demonstration say that it is one, as each of its pages does."""
    if NOTE in one.header:
        return one

    def rows(asked: Asked) -> Rows:
        note = note_of(asked.edition)
        for row in one.rows(asked):
            yield [*row, note]

    return replace(one, header=(*one.header, NOTE), rows=rows)


SUBJECTS: Mapping[str, Subject] = {
    one.name: _noted(one)
    for one in (
        *edition.SUBJECTS,
        *registry.SUBJECTS,
        *meetings.SUBJECTS,
        *matchmaking.SUBJECTS,
        *messaging.SUBJECTS,
        *_GROUND,
    )
}

# What a role must be allowed to do for what tells how people are reached, or who meets whom: such
# lists are counted. All of them can be taken out once an hour.
OF_PEOPLE = frozenset({roles.CONTACTS, roles.REQUESTS})

_QUIET = "only the side itself sees it; nobody at the desk does"
_OWN = "only the person or user it belongs to sees it; they take it along in their own data"
_OPENS = "it opens something, or its digest does"
_ENGINE = "files of the engine; `emporion schedule-export` writes them"
_DERIVED = "computed from rows that are given out, and computed again"
# Tables whose rows are in no list, and why.
LEFT_OUT: Mapping[str, str] = {
    "registry.Expo": "the tenant itself: its name stands in the rows of `edition`",
    "registry.Consent": _OWN,
    "edition.TeamInvite": "only the team that asks sees whom it asks",
    "edition.ListFile": "the bytes of a list as it was sent; whoever sent it has them",
    "edition.SavedView": "a choice of filters that one user keeps for a page",
    "meetings.ReleaseInstance": _ENGINE,
    "meetings.ScheduleRunContent": _ENGINE,
    "meetings.StandingRule": _QUIET,
    "meetings.RuleAnswer": _QUIET,
    "meetings.MeetingRating": _QUIET,
    "meetings.PersonalLink": _OPENS,
    "meetings.CalendarAddress": _OPENS,
    "meetings.NoticesRead": _OWN,
    "meetings.DayTold": "by which schedule each knows the day; `messages` says what was sent",
    "matchmaking.RankedList": _QUIET,
    "matchmaking.FirstList": _QUIET,
    "matchmaking.Showing": _QUIET,
    "matchmaking.SuggestionsOff": _QUIET,
    "matchmaking.Wish": _QUIET,
    "matchmaking.TextVector": _DERIVED,
    "messaging.Address": "where a carrier reaches a person is on no page",
    "messaging.Choice": _OWN,
    "messaging.LinkCode": _OPENS,
    "messaging.Heard": "calls of carriers that were taken, of no expo",
    "core.JournalValue": "values behind the journal's commitments; no page shows them",
    "core.ImportChange": "what undoing an import needs: rows as they were before it",
    "core.Progress": "how far work is while it runs; `jobs` says how it ended",
    "sealing.JournalSeal": "the chain over the whole journal; `emporion journal verify` reads it",
    "searchindex.SearchScope": _DERIVED,
    "searchindex.SearchDocument": _DERIVED,
    "searchindex.SearchTerm": _DERIVED,
    "searchindex.SearchVocabulary": _DERIVED,
    "api.IdempotencyKey": "answers that programs had, a day long; each is in its own list",
}

_SORTS = "computed from the name, for the order of lists"
_IN_HAND = "which process has it in hand, and until when"
_LOOKED_AT = "what a page says and asks of a list until it is taken in"
_TURN = "in which order, and beside what, it is handed over"
# Columns of the tables above that stand in no list, and why. None is of whose edition or expo a
# row is, which is the same in all of them.
COLUMNS_LEFT_OUT: Mapping[str, str] = {
    "edition.Participation.sort_key": _SORTS,
    "edition.PostOffer.user": "the account that takes it, of which the desk is told when it has",
    "edition.ListDraft.encoding": _LOOKED_AT,
    "edition.ListDraft.columns": _LOOKED_AT,
    "edition.ListDraft.values": _LOOKED_AT,
    "edition.ListDraft.decisions": _LOOKED_AT,
    "edition.ListDraft.leaves_out_bad_rows": _LOOKED_AT,
    "edition.ListDraft.report": _LOOKED_AT,
    "registry.Organisation.sort_key": _SORTS,
    "registry.Person.sort_key": _SORTS,
    "meetings.MeetingRequest.low": "asker and counterpart in one order, so that a pair asks once",
    "meetings.MeetingRequest.high": "asker and counterpart in one order, so that a pair asks once",
    "meetings.Release.certificate": _ENGINE,
    "matchmaking.MatchRun.rules": "how lists made before the next run are put in order",
    "matchmaking.MatchRun.process": _IN_HAND,
    "messaging.Receipt.key": "its key in the outbox, which keeps it for a while only",
    "messaging.Receipt.remote": "how the carrier names it, to ask them what came of it",
    "messaging.Endpoint.secret": _OPENS,
    "core.OutboxRow.lane": _TURN,
    "core.OutboxRow.merge": _TURN,
    "core.OutboxRow.is_behind": _TURN,
    "core.OutboxRow.next_at": _TURN,
    "core.OutboxRow.payload": "the words of a message or the body of a call; no list has them",
    "core.OutboxRow.state": "the same in each row of the list: given up",
    "core.OutboxRow.process": _IN_HAND,
    "core.OutboxRow.lease": _IN_HAND,
    "core.OutboxRow.lease_until": _IN_HAND,
    "core.JournalEntry.object_id": "the only one of `Object ids` where it is one, for an index",
    "core.JournalEntry.commitment": "what `emporion journal verify` reads of the values",
    "core.ImportBatch.place": "the edition, which is the same in each row of the list",
    "core.ImportBatch.process": _IN_HAND,
    "core.JobRecord.arguments": "what the worker is told: keys of rows",
    "core.JobRecord.said": "what it says while it runs; `Result` is what came out",
    "core.JobRecord.cause": "the kind of the error, for the log; `Reason` tells it in words",
    "core.JobRecord.process": _IN_HAND,
    "core.JobRecord.lease": _IN_HAND,
    "core.JobRecord.lease_until": _IN_HAND,
    "core.JobRecord.next_at": _IN_HAND,
    "core.JobRecord.begun_at": _IN_HAND,
    "core.JobRecord.seen_at": _IN_HAND,
    "core.JobRecord.stop_asked_at": _IN_HAND,
}
