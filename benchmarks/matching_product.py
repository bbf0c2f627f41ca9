"""A run as the product makes it: from an edition in a database to both sides' stored lists."""

from __future__ import annotations

import os
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.matching_lines import peak_mb, show


class Scattered:
    """Stands in for an encoder whose vectors are cached: as many numbers, at random."""

    model, dimension = "scattered", 512

    def embed(self, texts: Sequence[str], role: str) -> np.ndarray:
        """Return rows float32[n, 512] that depend on each text alone."""
        seeds = (zlib.crc32(text.encode()) for text in texts)
        rows = [np.random.default_rng(seed).normal(size=self.dimension) for seed in seeds]
        return np.asarray(rows, dtype=np.float32).reshape(len(texts), self.dimension)


@contextmanager
def database() -> Iterator[None]:
    """A database of the moment, SQLite in a folder of its own unless DATABASE_URL names one."""
    with tempfile.TemporaryDirectory(prefix="emporion-bench-") as folder:
        os.environ.update(
            EMPORION_DATA_DIR=str(Path(folder)),
            EMPORION_INSECURE_LOCAL="1",
            DJANGO_SETTINGS_MODULE="emporion.project.settings",
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield


def run_product(exhibitors: int, buyers: int, *, with_requests: bool = False) -> None:
    """A run on the model edition, its texts read before, with or without its requests."""
    with database():
        _run(exhibitors, buyers, with_requests)


def _run(exhibitors: int, buyers: int, with_requests: bool) -> None:
    from emporion.core import bulk, journal
    from emporion.core.tenancy import scope, scopes_disabled
    from emporion.demo.domain import loading
    from emporion.demo.generator import generate, make_requests
    from emporion.engines.matching.meaning import read_meaning
    from emporion.matchmaking.domain import market, runs, vectors

    whole = (exhibitors, buyers) == (1000, 15_000)
    # As many exhibitors as are asked for, and as many buyers of theirs.
    model = generate(exhibitors / 826)
    model = replace(model, buyers=model.buyers[:buyers])
    with scopes_disabled(), journal.acting("command:bench"):
        edition, delegations = loading.lay_out(model)
    with scope(expo=edition.expo), journal.acting("command:bench"):
        loaded = loading.Loaded(
            edition,
            loading.add_exhibitors(edition, model, delegations, quiet),
            loading.add_buyers(edition, model, delegations, quiet),
        )
        if with_requests:
            loading.add_requests(loaded, model, make_requests(model, model.seed), quiet)
        bulk.refresh_statistics()
        vectors.readers = lambda: (Scattered(),)
        texts = market.texts_of(edition)
        store = vectors.DatabaseStore(edition)
        read_meaning(texts.exhibitors, texts.buyers, vectors.readers(), store)
        before, steps = peak_mb(), []
        began, cpu = time.perf_counter(), time.process_time()
        run = runs.run_match(
            edition, on_progress=lambda step: steps.append((step, time.process_time()))
        )
        wall, ended = time.perf_counter() - began, time.process_time()
    ends = [at for _, at in steps[1:]] + [ended]
    show(
        f"product: a run to stored lists{', with its requests' if with_requests else ''}",
        round(wall, 2),
        "s",
        "<= 10" if whole else None,
        cpu_s=round(ended - cpu, 2),
        cpu_steps={step: round(end - at, 2) for (step, at), end in zip(steps, ends, strict=True)},
        exhibitors=run.figures["exhibitors"],
        buyers=run.figures["buyers"],
        entries=run.figures["entries"],
        unseen=run.figures["unseen_exhibitors"],
        data="made up",
    )
    show("product: peak memory", peak_mb(), "MB", "<= 1536" if whole else None, before=before)


def quiet(done: int) -> None:
    """Take a step of the building, which nobody waits for here."""
