"""What of an edition belongs to a person, and what the register cannot erase by itself.

A participation of a firm is the firm's; one of a person without a firm is `alone`, and theirs.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from emporion.core import journal
from emporion.core.events import on
from emporion.core.privacy import Owner, digits_of, names, spellings
from emporion.core.searchindex.index import forget_words, terms_of
from emporion.edition.domain import finding
from emporion.edition.models import (
    ListDraft,
    ListFile,
    Offer,
    Officer,
    Participation,
    PostOffer,
    TeamInvite,
)
from emporion.edition.queries import search_scope
from emporion.registry.domain.events import account_closing, person_erased, person_traced

# How lists that people send are saved.
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030", "big5", "cp1252", "cp1256", "cp1251")


@on(person_traced)
def trace(person: Any, owner: Owner) -> None:
    """Add the participations of a person on their own, and what those are called."""
    found = Participation._base_manager.filter(person=person, organisation=None)
    rows = list(found.values_list("pk", "public_id", "display_name"))
    owner.own("alone", [pk for pk, _, _ in rows])
    owner.objects |= {("participation", public_id) for _, public_id, _ in rows}
    for _, _, name in rows:
        owner.name(*finding.as_texts(name).values())


@on(account_closing)
def weigh(person: Any, needs: list[str]) -> None:
    """Whoever acts for a delegation of another expo, or is asked into a team there, signs in on."""
    officers = Officer._base_manager.filter(user=person.user_id)
    if officers.exclude(delegation__edition__expo=person.expo_id).exists():
        needs.append("officer")
    invites = TeamInvite._base_manager.filter(user=person.user_id)
    if invites.exclude(participation__edition__expo=person.expo_id).exists():
        needs.append("team")
    offers = PostOffer._base_manager.filter(user=person.user_id)
    if offers.exclude(expo=person.expo_id).exists():
        needs.append("post")


@on(person_erased)
def erase(person: Any, owner: Owner) -> None:
    """Forget the person in search and in lists that are looked at; a public id takes the name."""
    alone = Participation._base_manager.filter(pk__in=owner.keys.get("alone", ()))
    for participation in alone.select_related("edition"):
        _forget(participation)
        texts = {"en": participation.public_id}
        Participation._base_manager.filter(pk=participation.pk).update(display_name=texts)
    _discard_drafts(person.expo, owner.words)


def _forget(participation: Participation) -> None:
    offers = Offer._base_manager.filter(participation=participation).count()
    scope, own = search_scope(participation.edition), participation.public_id
    words = terms_of(scope, "exhibitor", [own]) | terms_of(scope, "organisation", [own])
    words |= terms_of(scope, "offer", [f"{own}.{n}" for n in range(offers)])
    finding.forget(participation.edition, {own: offers})
    forget_words(scope, words)


def _discard_drafts(expo: Any, words: Iterable[str]) -> None:
    """Throw away the lists that name the person: what is taken in later must not bring them back.

    Reads all lists that somebody sent in the last days; there are few.
    """
    wanted = [word for word in words if word]
    drafts = ListDraft._base_manager.filter(edition__expo=expo)
    gone: dict[str, list[int]] = defaultdict(list)
    for draft in drafts.iterator(20) if wanted else ():
        said = [draft.file_name, draft.columns, draft.values, *draft.decisions, draft.report]
        if names(said, wanted) or _file_names(draft, wanted):
            gone[draft.public_id].append(draft.pk)
    for public_id, keys in gone.items():
        journal.record("list.discard", "list", public_id)
        ListDraft._base_manager.filter(pk__in=keys).delete()


def _file_names(draft: ListDraft, words: Iterable[str]) -> bool:
    kept = ListFile._base_manager.filter(draft=draft).first()
    if kept is None:
        return False
    needles = [re.compile(needle, re.IGNORECASE) for word in words for needle in _needles(word)]
    parts = _parts(gzip.decompress(bytes(kept.content)))
    return any(needle.search(part) for part in parts for needle in needles)


def _needles(word: str) -> Iterator[bytes]:
    """Yield what finds a word in the bytes of a file, in whatever encoding and usual spelling."""
    digits = digits_of(word)
    for encoding in _ENCODINGS:
        if digits:
            apart = b"|".join(re.escape(one.encode(encoding)) for one in " ().-/")
            yield (b"(?:%s){0,3}" % apart).join(re.escape(one.encode(encoding)) for one in digits)
            continue
        for one in spellings(word):
            raw = one.encode(encoding, "ignore")
            if raw.decode(encoding, "ignore") == one:
                # Letters around a Latin word make it another one: Li is not in Lisbon.
                around = rb"(?<![A-Za-z])%s(?![A-Za-z])" if one.isascii() else b"%s"
                yield around % re.escape(raw)


def _parts(data: bytes) -> Iterator[bytes]:
    """Yield what a file holds: a workbook is an archive of texts."""
    if not data.startswith(b"PK"):
        yield data
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            for name in book.namelist():
                yield book.read(name)
    except (zipfile.BadZipFile, OSError):
        yield data
