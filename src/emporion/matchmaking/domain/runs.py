"""A match run: everybody's ranked list computed anew, written in chunks, shown by one flip."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from emporion.core import bulk, jobs, journal
from emporion.edition.queries import Edition
from emporion.engines import matching
from emporion.matchmaking.domain import vectors
from emporion.matchmaking.domain.coverage import Coverage, below_floor
from emporion.matchmaking.domain.market import category_names, hosts_of, read_market
from emporion.matchmaking.domain.scorecard import scorecard
from emporion.matchmaking.domain.storing import written
from emporion.matchmaking.domain.told import teachers
from emporion.matchmaking.models import MatchRun, RankedList

# How places are shared out: by prices, or by the equilibrium.
RULES = ("priced", "tu")
# Rows a transaction; a list is some 3 kB of JSON.
LISTS = 500
# A command on another machine cannot be asked; after so long it is taken for dead.
ELSEWHERE = dt.timedelta(hours=1)


class MatchError(ValueError):
    """A run that cannot be; the text says why and what to do."""


class Busy(MatchError):
    """Another run of the edition is being written."""


def run_match(
    edition: Edition,
    *,
    seed: int = 0,
    equality: float = 0.0,
    rule: str | None = None,
    explore: bool = True,
    on_progress: Callable[[str], None] | None = None,
) -> MatchRun:
    """Compute and store the ranked lists of an edition, show them, and return the run.

    `equality` goes from 0, most matches, to 1, most equal exposure for each meeting wanted; `rule`
    is how places are shared out (None: as serves the equality best), see
    `engines.matching.clearing`.  With
    `explore` one place in ten of lists is drawn among near-equals, by the seed.
    `computed_at` is the moment before the market was read: a list that was made alone by what
    somebody said later, even while this run computes, is shown instead of its own.
    A killed run leaves rows in state `writing` that nobody is shown; the next run removes them.
    Raises MatchError when one side of the market is empty, a profile cannot be read, the equality
    is out of range, there is no such rule, or another run is being written.
    """
    if not 0 <= equality <= 1:
        raise MatchError(f"The equality goes from 0 to 1, not {equality}.")
    if rule is not None and rule not in RULES:
        raise MatchError(f"A rule is {' or '.join(RULES)}, not {rule}.")
    tell = on_progress or (lambda step: None)
    remove_unfinished(edition)
    with bulk.uncollected():
        return _run(edition, seed, equality, rule, explore, tell)


def _run(
    edition: Edition,
    seed: int,
    equality: float,
    rule: str | None,
    explore: bool,
    tell: Callable[[str], None],
) -> MatchRun:
    tell("reading")
    read_at = timezone.now()
    read = read_market(edition)
    market, keys = read.market, read.keys
    if not market.exhibitors or not market.buyers:
        side = "exhibitors" if not market.exhibitors else "buyers"
        raise MatchError(f"The edition {edition.slug} has no {side} yet: take them in first.")
    try:
        store = vectors.DatabaseStore(edition)
        readers = vectors.ready(store, market)
        found = matching.match(
            market,
            seed=seed,
            equality=equality,
            rule=rule,
            readers=readers,
            store=store,
            ends=True,
            explore=explore,
            progress=tell,
        )
    except matching.MarketError as error:
        raise MatchError(f"The profiles cannot be matched: {error}") from error
    except matching.EncodingError as error:
        raise MatchError(f"The texts cannot be read: {error}") from error
    if not readers or not vectors.are_kept(store, category_names()):
        vectors.ask_to_read(edition)
    tell("writing")
    run = _start(edition, seed, found, read_at)
    digest, counted, people = hashlib.sha256(), Coverage(), matching.people_of(found)

    def rows() -> Iterator[tuple[Any, ...]]:
        for lists, of_buyers in ((found.buyers, True), (found.exhibitors, False)):
            for owner, ids, entries in written(lists, keys, of_buyers=of_buyers):
                shown = [keys[each] for each in ids]
                counted.add(keys[owner], shown, of_guest=of_buyers)
                digest.update(f"{owner} {' '.join(ids)}\n".encode())
                one = people[owner]
                yield run.pk, keys[owner], entries, one.price, one.level, one.of_p, one.of_q

    names = ("run", "participation", "entries", "price", "level", "of_p", "of_q")
    for part in bulk.made_ahead(rows(), LISTS):
        bulk.load_rows(RankedList, names, part)
    figures = {
        **_plain(asdict(found.figures)),
        "models": list(found.models),
        "floor": found.floor,
        "by_answers": teachers(read.told, hosts_of(market.exhibitors, market.buyers, keys)),
        "seconds": round(found.seconds, 2),
        "exhibitors": len(market.exhibitors),
        "buyers": len(market.buyers),
        **counted.figures(),
        **below_floor(found.short, found.fewest_missing, keys),
        **_plain(scorecard(edition, read, found)),
    }
    return _show(edition, run, digest.hexdigest(), figures)


def remove_unfinished(edition: Edition) -> int:
    """Remove what a killed run left behind; return how many runs.

    Raises Busy when one is still written, or was begun by a command on another machine less than
    an hour ago.
    """
    left = list(MatchRun.objects.filter(edition=edition, state=MatchRun.State.WRITING))
    for run in left:
        alive = jobs.is_writing(run.process)
        if alive or (alive is None and timezone.now() - run.computed_at < ELSEWHERE):
            raise Busy(
                f"Another matching of {edition.slug} is running since "
                f"{run.computed_at:%Y-%m-%d %H:%M} UTC. Wait until it has ended."
            )
    for run in left:
        _remove(run)
    return len(left)


def _start(edition: Edition, seed: int, found: matching.Matching, read_at: dt.datetime) -> MatchRun:
    with transaction.atomic():
        Edition.objects.select_for_update().get(pk=edition.pk)
        highest = MatchRun.objects.filter(edition=edition).aggregate(n=Max("number"))["n"] or 0
        return MatchRun.objects.create(
            edition=edition,
            number=highest + 1,
            policy=found.policy,
            rules=[matching.settled.as_plain(lesson.rule) for lesson in found.lessons],
            seed=seed,
            process=jobs.this_writer(),
            computed_at=read_at,
        )


def _show(edition: Edition, run: MatchRun, digest: str, figures: dict[str, Any]) -> MatchRun:
    """Flip: the run becomes current, the one before earlier, the ones before that go."""
    with transaction.atomic():
        Edition.objects.select_for_update().get(pk=edition.pk)
        MatchRun.objects.filter(edition=edition, state=MatchRun.State.CURRENT).update(
            state=MatchRun.State.EARLIER
        )
        run.state, run.digest, run.figures = MatchRun.State.CURRENT, digest, figures
        run.save(update_fields=["state", "digest", "figures"])
        journal.record(
            "match.run",
            "match_run",
            run.public_id,
            fields=["state", "digest"],
            tenant=edition.expo.public_id,
        )
        jobs.done_with({"run": run.number})
    earlier = MatchRun.objects.filter(edition=edition, state=MatchRun.State.EARLIER)
    for old in earlier.order_by("-number")[1:]:
        _remove(old)
    return run


def _remove(run: MatchRun) -> None:
    """Remove a run's lists in small transactions, then the run."""
    while True:
        part = list(RankedList.objects.filter(run=run).values_list("pk", flat=True)[:LISTS])
        if not part:
            break
        RankedList.objects.filter(pk__in=part).delete()
    run.delete()


def _plain(figures: dict[str, Any]) -> dict[str, Any]:
    """Return figures as JSON takes them: numpy's numbers become Python's."""
    read: dict[str, Any] = json.loads(json.dumps(figures, default=float))
    return read
