"""Reads about matches: whom to show to whom, and why, in the reader's language."""

from emporion.matchmaking.queries.lists import (
    Absence,
    Suggestion,
    current_run,
    first_list_at,
    fit,
    fits,
    found_of,
    is_checked,
    listed,
    quiet_about,
    saves,
    shown_runs,
    silent,
    suggestions,
    vetoes,
    vetoes_about,
    wish_about,
    wished_by,
    wishes_of,
)
from emporion.matchmaking.queries.words import Reason
from emporion.matchmaking.queries.words import readable as readable_reasons

__all__ = [
    "Absence",
    "Reason",
    "Suggestion",
    "current_run",
    "first_list_at",
    "fit",
    "fits",
    "found_of",
    "is_checked",
    "listed",
    "quiet_about",
    "readable_reasons",
    "saves",
    "shown_runs",
    "silent",
    "suggestions",
    "vetoes",
    "vetoes_about",
    "wish_about",
    "wished_by",
    "wishes_of",
]
