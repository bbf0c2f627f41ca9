"""The journal: every command writes one row, in its own transaction.

The row names the action, the actor, on whose behalf, the objects and the changed fields. Personal
values are not in it: it holds only a salted commitment to them, sha256(salt + canonical text), and
the values lie in a side table that can be erased while the row stays valid. Bulk commands write
one row per 1,000 objects.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from emporion.core.models import JournalEntry, JournalValue

BULK = 1000
# Nouns of what people do quietly for themselves (`keep_quiet`).
_quiet: set[str] = set()


@dataclass(frozen=True)
class Acting:
    """Who acts, for which tenant, and on whose behalf; all as public ids."""

    actor: str = "system"
    tenant: str = ""
    on_behalf: str = ""


_acting: ContextVar[Acting] = ContextVar("acting", default=Acting())  # noqa: B039 (frozen)


@contextmanager
def acting(actor: str, *, tenant: str = "", on_behalf: str = "") -> Iterator[None]:
    """Everything recorded inside is put down to `actor` ("user:ab12…", "command:import")."""
    token = _acting.set(Acting(actor, tenant, on_behalf))
    try:
        yield
    finally:
        _acting.reset(token)


def actor() -> str:
    """Return who acts now, as `acting` said."""
    return _acting.get().actor


def keep_quiet(*nouns: str) -> None:
    """Say that deeds with these nouns are told to nobody but whose they are: no staff reads them.

    The first object of such an entry is the one whose deed it is.
    """
    _quiet.update(nouns)


def quiet() -> tuple[str, ...]:
    """Return the nouns of deeds that are told to nobody but whose they are, in order."""
    return tuple(sorted(_quiet))


def canonical(values: Any) -> str:
    """Return the one text form that is committed to: sorted keys, no spaces, real characters."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def commitment(salt: str, text: str) -> str:
    """Return the commitment to `text`: it tells nothing of it, and fits no other text."""
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def record(
    action: str,
    kind: str,
    ids: str | Sequence[str],
    *,
    fields: Sequence[str] = (),
    values: Mapping[str, Any] | None = None,
    tenant: str | None = None,
) -> None:
    """Write what was done, in the transaction that does it.

    `action` is "noun.verb" ("request.answer"), `kind` the noun of the objects, `ids` their public
    ids, `fields` the names of what changed, `values` the new values if they should be kept (they
    go to the erasable side table). Raises RuntimeError outside a transaction: a row about a change
    that is then rolled back would be a lie.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{action} must be recorded inside the transaction that does it.")
    who = _acting.get()
    every = [ids] if isinstance(ids, str) else list(ids)
    for start in range(0, len(every), BULK):
        part = every[start : start + BULK]
        salt, text = "", ""
        if values is not None:
            salt, text = secrets.token_hex(16), canonical(values)
        entry = JournalEntry.objects.create(
            at=timezone.now(),
            tenant=who.tenant if tenant is None else tenant,
            action=action,
            actor=who.actor,
            on_behalf=who.on_behalf,
            object_kind=kind,
            object_ids=part,
            object_count=len(part),
            object_id=part[0][:40] if len(part) == 1 else "",
            fields=list(fields),
            commitment=commitment(salt, text) if text else "",
        )
        if text:
            JournalValue.objects.create(entry=entry, salt=salt, text=text)


def erase_values(kind: str, object_id: str) -> int:
    """Erase what the journal remembers of one object's values; return how many rows went.

    The entries and their commitments stay, so the journal stays whole.
    """
    with transaction.atomic():
        wanted = JournalEntry.objects.filter(object_kind=kind, value__isnull=False)
        entries = [e.pk for e in wanted.only("pk", "object_ids") if object_id in e.object_ids]
        erased, _ = JournalValue.objects.filter(entry_id__in=entries).delete()
        record("journal.erase", kind, object_id, fields=["values"])
    return erased
