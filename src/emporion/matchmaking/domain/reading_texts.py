"""Reading an edition's texts in the background, and the list of who wrote something new."""

from __future__ import annotations

from collections.abc import Callable

from emporion.core import jobs
from emporion.edition import queries as editions
from emporion.edition.queries import Edition
from emporion.engines import matching
from emporion.matchmaking.domain import vectors
from emporion.matchmaking.domain.first_list import make_whole_list
from emporion.matchmaking.domain.market import category_names, texts_of


class ReadingError(ValueError):
    """An encoder failed; the text says which and what to do."""


def read_edition(
    edition: Edition, public_id: str = "", on_progress: Callable[[int, int], bool] | None = None
) -> int:
    """Read what is new of an edition's texts; return how many texts that were.

    Beside what people wrote these are the names of categories, once.  Then the list of the
    participation `public_id` is made anew, among everybody.  What was read before an encoder failed
    is kept, and the list is made by words: what somebody changed must not wait for a server.
    Raises ReadingError.
    """
    going = True

    def tell(done: int, total: int) -> bool:
        nonlocal going
        going = on_progress(done, total) if on_progress else True
        return going

    who = editions.participation(edition, public_id) if public_id else None
    try:
        done = vectors.read(edition, texts_of(edition), category_names(), tell)
        if who is not None and going:
            make_whole_list(who, and_then=lambda: jobs.done_with({"read": done}))
    except matching.EncodingError as error:
        if who is not None:
            make_whole_list(who, by_words=True)
        raise ReadingError(f"The texts cannot be read: {error}") from error
    return done
