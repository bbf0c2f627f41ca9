"""Texts read for their meaning: which encoders, what is kept, and reading in the background.

Encoding is slow beside all else, so no page waits for it: what somebody writes is read by a job,
once, and kept by content.  A run compares by meaning where (nearly) all texts have been read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from emporion.core import jobs
from emporion.edition.queries import Edition, Participation
from emporion.engines import matching
from emporion.engines.matching.encoding import (
    BATCH,
    PASSAGE,
    QUERY,
    Encoder,
    Floats,
    as_read,
    embedded,
    row_of,
    unread,
)
from emporion.matchmaking.models import TextVector

READ = "match.read"
# A run reads so many texts itself (some seconds); more are left to the job, and the run goes by
# words until it has been done.
READ_BY_A_RUN = 500
# Keys a database is asked for at once; rows a transaction writes.
ASKED = 400


class DatabaseStore:
    """Keeps vectors in the database; equal texts of all editions of an expo share them."""

    def __init__(self, edition: Edition) -> None:
        self._expo = edition.expo_id
        self._found: dict[bytes, Floats] = {}

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Floats]:
        """Return those that are kept; one that this store has found is not asked for again."""
        found = self._found
        unknown = [key for key in keys if key not in found]
        for at in range(0, len(unknown), ASKED):
            part = [key.hex() for key in unknown[at : at + ASKED]]
            rows = TextVector.objects.filter(key__in=part).values_list("key", "value")
            found.update((bytes.fromhex(key), row_of(value)) for key, value in rows)
        return {key: found[key] for key in keys if key in found}

    def put(self, vectors: Mapping[bytes, Floats], model: str) -> None:
        """Keep these, which `model` made; what is there already stays.

        One that this store has found and that is made anew all the same was damaged: it goes.
        """
        damaged = [key.hex() for key in vectors if self._found.pop(key, None) is not None]
        if damaged:
            TextVector.objects.filter(key__in=damaged).delete()
        TextVector.objects.bulk_create(
            [
                TextVector(
                    expo_id=self._expo,
                    key=key.hex(),
                    model=model,
                    value=row.astype("<f4").tobytes(),
                )
                for key, row in vectors.items()
            ],
            ignore_conflicts=True,
        )


def readers() -> tuple[Encoder, ...]:
    """Return the encoders that the settings name, without their weights.

    Raises EncodingError where one is not installed or the endpoint is not described.
    """
    found: list[Encoder] = []
    for name in settings.TEXT_READERS:
        if name == "auto":
            found += matching.encoders.usual_encoders()
        elif name == "endpoint":
            given: dict[str, Any] = settings.EMBEDDINGS
            if not (given["url"] and given["name"] and given["dimension"] > 0):
                raise matching.EncodingError(
                    "an endpoint needs EMPORION_EMBEDDINGS_URL, _MODEL and _DIMENSION"
                )
            found.append(matching.endpoint.Endpoint(**given, setting="EMPORION_EMBEDDINGS_URL"))
        elif name != "none":
            found.append(matching.encoders.encoder(name))
    return tuple(found)


def are_read() -> bool:
    """Whether texts are read at all; without loading anything."""
    names = [name for name in settings.TEXT_READERS if name != "none"]
    if names == ["auto"]:
        return bool(matching.encoders.installed(matching.encoders.UNIVERSAL))
    return bool(names)


def ready(
    store: DatabaseStore, market: matching.Market, most: int = READ_BY_A_RUN
) -> tuple[Encoder, ...]:
    """Return the readers that a run of `market` compares by: those with at most `most` unread."""
    return tuple(
        reader
        for reader in readers()
        if sum(map(len, _left(store, market, reader).values())) <= most
    )


def ready_now(store: DatabaseStore, market: matching.Market) -> tuple[Encoder, ...]:
    """Return the readers that have read all of `market`: a page reads nothing.

    None of them where one cannot be had: a page answers by words, as a run did before.
    """
    try:
        return ready(store, market, 0)
    except matching.EncodingError:
        return ()


def read(
    edition: Edition,
    market: matching.Market,
    names: Sequence[str] = (),
    on_progress: Callable[[int, int], bool] | None = None,
) -> int:
    """Read what nobody has read of a market's texts, keep it, and return how many that were.

    So too of the `names` of categories, which texts are compared with where some are proposed.
    `on_progress` is told (done, of how many) and stops the reading by False: what was read is kept.
    """
    tell = on_progress or (lambda done, total: True)
    done = 0
    left = []
    store = DatabaseStore(edition)
    for reader in readers():
        by_role = _left(store, market, reader)
        named = unread(reader, names, PASSAGE, store)
        by_role[PASSAGE] = list(dict.fromkeys((*by_role[PASSAGE], *named)))
        left.append((reader, by_role))
    total = sum(len(texts) for _, by_role in left for texts in by_role.values())
    for reader, by_role in left:
        for role, texts in by_role.items():
            # Like with like: a batch of texts of about one length is read fastest.
            texts.sort(key=lambda text: (len(text), text))
            for at in range(0, len(texts), BATCH):
                if not tell(done, total):
                    return done
                part = texts[at : at + BATCH]
                embedded(reader, part, role, store)
                done += len(part)
    tell(done, total)
    return done


def are_kept(store: DatabaseStore, names: Sequence[str]) -> bool:
    """Whether all readers have read these names of categories."""
    return not any(unread(reader, names, PASSAGE, store) for reader in readers())


def kept(
    store: DatabaseStore, by: Sequence[Encoder], people: Sequence[Mapping[str, str]], role: str
) -> list[dict[str, str]]:
    """Return the texts of `people` that all of `by` have read: comparing these makes no vector."""
    every = [text for one in people for text in one.values()]
    left = {text for reader in by for text in unread(reader, every, role, store)}
    return [
        {language: text for language, text in one.items() if as_read(text) not in left}
        for one in people
    ]


def _left(store: DatabaseStore, market: matching.Market, reader: Encoder) -> dict[str, list[str]]:
    return {
        role: unread(reader, [text for one in people for text in one.texts.values()], role, store)
        for role, people in ((QUERY, market.buyers), (PASSAGE, market.exhibitors))
    }


def ask_to_read(edition: Edition) -> bool:
    """Put the reading of an edition's new texts into the queue; False where nothing reads them."""
    if not are_read():
        return False
    _ask(edition, "")
    return True


def ask_for_list(participation: Participation) -> None:
    """Put into the queue that new texts are read and the list of `participation` is made anew."""
    _ask(participation.edition, participation.public_id)


@transaction.atomic
def _ask(edition: Edition, who: str) -> None:
    # One job that waits does for all who ask for the same.
    waiting = jobs.latest(edition.expo.public_id, READ, f"{edition.slug}/{who}")
    if not any(job.state == jobs.JobRecord.State.WAITING for job in waiting):
        jobs.enqueue(
            READ,
            {"edition": edition.slug, "participation": who},
            tenant=edition.expo.public_id,
            owner="system",
            subject=f"{edition.slug}/{who}",
        )
