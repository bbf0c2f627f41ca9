"""A list for somebody who just said what they need: ranked at once, until the next run."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from emporion.core import journal
from emporion.edition import queries as editions
from emporion.edition.queries import Participation
from emporion.engines import matching
from emporion.matchmaking import queries
from emporion.matchmaking.domain import vectors
from emporion.matchmaking.domain.frozen import settled
from emporion.matchmaking.domain.market import read_market
from emporion.matchmaking.domain.runs import stored
from emporion.matchmaking.models import FirstList
from emporion.registry import taxonomy

# Ranked are so many at most, those who fit the most codes first: it must be there at once.
CANDIDATES = 150


def make_first_list(
    participation: Participation,
    *,
    by_meaning: bool = False,
    and_then: Callable[[], None] | None = None,
) -> int:
    """Rank those who fit what `participation` needs or offers, keep it, return how many.

    The engine sees one against at most `CANDIDATES`, by the rules and with the prices of the last
    run (before the first one: by judgement, and no place is shared out). The list is shown until
    the next run is. Reads before it writes: the lock lasts one row. Without anybody who fits, and
    for who turned suggestions off, there is no list.

    A page does not wait for an encoder: texts are compared by their words, and a job that reads
    them makes the list again, `by_meaning`. `and_then` is called in the transaction that keeps it.
    Raises EncodingError where an encoder fails.
    """
    entries, policy = _ranked(participation, by_meaning)
    if not by_meaning:
        vectors.ask_to_read(participation.edition, participation)
    with transaction.atomic():
        if and_then is not None:
            and_then()
        if not entries:
            FirstList.objects.filter(participation=participation).delete()
            return 0
        FirstList.objects.update_or_create(
            participation=participation,
            defaults={"entries": entries, "policy": policy, "made_at": timezone.now()},
        )
        journal.record(
            "match.first_list", "participation", participation.public_id, fields=["entries"]
        )
    return len(entries)


def _ranked(participation: Participation, by_meaning: bool) -> tuple[list[dict[str, object]], str]:
    edition = participation.edition
    needs, offers, _ = editions.profile(participation)
    wanted = _near(offers if participation.hosts else needs)
    if not wanted:
        return [], ""
    others = editions.interested(edition, wanted, hosts=not participation.hosts, limit=CANDIDATES)
    read = read_market(edition, [participation.pk, *others])
    market = read.market
    if not market.exhibitors or not market.buyers:
        return [], ""
    found = matching.match(
        market,
        readers=vectors.readers() if by_meaning else (),
        store=vectors.DatabaseStore(edition),
        settled=settled(queries.current_run(edition), read.keys),
    )
    lists = dict(found.exhibitors if participation.hosts else found.buyers)
    ranked = lists.get(participation.public_id, [])
    return stored(ranked, read.keys, of_buyers=not participation.hosts), f"{found.policy} one"


def _near(codes: list[str]) -> list[str]:
    """Return codes with those that mean nearly the same: a group's own, and a code's group."""
    known = set(taxonomy.codes())
    found: dict[str, None] = {}
    for code in codes:
        found[code] = None
        if code in known:
            found.update(dict.fromkeys((*taxonomy.ancestors(code), *taxonomy.children(code))))
    return list(found)
