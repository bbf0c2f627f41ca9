"""What of the matching can be taken out of an edition: its runs. A list is its owner's."""

from __future__ import annotations

from emporion.core.tabular.subjects import Column, Subject, subject, without_keys
from emporion.matchmaking.queries import whole_runs
from emporion.registry.domain import roles

SUBJECTS: tuple[Subject, ...] = (
    subject(
        "matchings",
        ["matchmaking.MatchRun"],
        roles.LOOK,
        (
            Column("Id", "public_id"),
            Column("Number", "number"),
            Column("State", "state"),
            Column("Rule", "policy"),
            Column("Seed", "seed"),
            Column("Digest", "digest"),
            Column("Figures", "figures", without_keys),
            Column("Computed at", "computed_at"),
        ),
        lambda asked: whole_runs(asked.edition),
    ),
)
