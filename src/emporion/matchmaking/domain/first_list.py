"""A list for somebody who just said what they need: ranked at once, until the next run.

At once against a few who fit by code; a job, asked for in the transaction that keeps what they
said, then ranks against everybody, by the prices of the last run (frozen duals), and replaces it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from django.db import transaction
from django.utils import timezone

from emporion.core import journal
from emporion.core.events import on
from emporion.edition import queries as editions
from emporion.edition.domain.events import interests_changed
from emporion.edition.queries import Participation
from emporion.engines import matching
from emporion.matchmaking import queries
from emporion.matchmaking.domain import vectors
from emporion.matchmaking.domain.frozen import settled
from emporion.matchmaking.domain.market import read_counterparts, read_market
from emporion.matchmaking.domain.storing import stored
from emporion.matchmaking.models import FirstList
from emporion.registry import taxonomy

# Ranked are so many at most, those who fit the most codes first: it must be there at once.
CANDIDATES = 150


@on(interests_changed)
def ask_for_whole_list(participation: Participation) -> None:
    """In the transaction of the change: a job is to rank anew, unless suggestions are off."""
    if not queries.silent(participation.edition, [participation.pk]):
        vectors.ask_for_list(participation)


def make_first_list(
    participation: Participation, *, and_then: Callable[[], None] | None = None
) -> int:
    """Rank those who fit what `participation` needs or offers, keep it, return how many.

    The engine sees one against at most `CANDIDATES`, by the rules and with the prices of the last
    run (before the first one: by judgement, and no place is shared out), and compares texts by
    their words: a page waits for no more.  A job ranks against everybody and replaces it
    (`make_whole_list`).  The list is shown until the next run is.  Reads before it writes: the lock
    lasts one row, and `made_at` is the moment before it read.  Who fits nobody by a code gets a
    list from the job, who turned suggestions off none.  `and_then` is called in the transaction
    that keeps it.
    """
    read_at = timezone.now()
    ranked, policy, keys = _among_few(participation)
    with transaction.atomic():
        kept = _keep(participation, ranked, policy, keys, read_at, and_then)
        # The job of the change may have kept a better one meanwhile.
        ask_for_whole_list(participation)
    return kept


def make_whole_list(
    participation: Participation,
    *,
    by_words: bool = False,
    and_then: Callable[[], None] | None = None,
) -> int:
    """Rank everybody on the other side for `participation`, keep it, return how many.

    By the rules and prices of the last run, and by meaning where texts have been read, or
    `by_words` alone.  Seconds at a fair of 15,000: for a job.  Raises EncodingError where an
    encoder fails.
    """
    edition = participation.edition
    read_at = timezone.now()
    read = read_counterparts(participation)
    market = read.market
    ranked: list[matching.Entry] = []
    names = {one.id for one in (market.exhibitors if participation.hosts else market.buyers)}
    if participation.public_id in names and market.exhibitors and market.buyers:
        store = vectors.DatabaseStore(edition)
        ranked = matching.rank_one(
            market,
            participation.public_id,
            settled=settled(queries.current_run(edition), read.keys),
            readers=() if by_words else vectors.ready(store, market),
            store=store,
        )
    with transaction.atomic():
        policy = f"{matching.POLICY} frozen"
        return _keep(participation, ranked, policy, read.keys, read_at, and_then)


def _keep(
    participation: Participation,
    ranked: list[matching.Entry],
    policy: str,
    keys: Mapping[str, int],
    read_at: dt.datetime,
    and_then: Callable[[], None] | None,
) -> int:
    if and_then is not None:
        and_then()
    if not ranked:
        FirstList.objects.filter(participation=participation).delete()
        return 0
    entries = stored(ranked, keys, of_buyers=not participation.hosts)
    FirstList.objects.update_or_create(
        participation=participation,
        defaults={"entries": entries, "policy": policy, "made_at": read_at},
    )
    journal.record("match.first_list", "participation", participation.public_id, fields=["entries"])
    return len(entries)


def _among_few(
    participation: Participation,
) -> tuple[list[matching.Entry], str, Mapping[str, int]]:
    edition = participation.edition
    needs, offers, _ = editions.profile(participation)
    wanted = _near(offers if participation.hosts else needs)
    if not wanted:
        return [], "", {}
    others = editions.interested(edition, wanted, hosts=not participation.hosts, limit=CANDIDATES)
    read = read_market(edition, [participation.pk, *others], [participation.pk])
    market = read.market
    if not market.exhibitors or not market.buyers:
        return [], "", {}
    found = matching.match(
        market, readers=(), settled=settled(queries.current_run(edition), read.keys)
    )
    lists = dict(found.exhibitors if participation.hosts else found.buyers)
    return lists.get(participation.public_id, []), f"{found.policy} one", read.keys


def _near(codes: list[str]) -> list[str]:
    """Return codes with those that mean nearly the same: a group's own, and a code's group."""
    known = set(taxonomy.codes())
    found: dict[str, None] = {}
    for code in codes:
        found[code] = None
        if code in known:
            found.update(dict.fromkeys((*taxonomy.ancestors(code), *taxonomy.children(code))))
    return list(found)
