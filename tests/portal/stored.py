"""Everything that an import may touch, as plain rows, so that two moments can be compared."""

from __future__ import annotations

from typing import Any

from emporion.core.searchindex.models import SearchDocument, SearchTerm
from emporion.core.translated import as_dict
from emporion.edition.models import Delegate, Need, Offer, Participation, Pavilion
from emporion.meetings.models import MeetingRequest
from emporion.registry.models import Organisation, Person

# Needs and offers are replaced as a whole; their own keys say nothing. Documents likewise.
_TABLES: dict[Any, tuple[str, ...]] = {
    Organisation: (),
    Person: (),
    Participation: (),
    Delegate: (),
    MeetingRequest: (),
    Pavilion: ("letter", "name", "gate_minutes"),
    Need: ("participation_id", "code", "text", "markets", "deal_type"),
    Offer: ("participation_id", "code", "text", "markets", "deal_type"),
    SearchDocument: ("kind", "object_id", "title", "titles", "sort_key", "facets", "length"),
    SearchTerm: ("term", "document__kind", "document__object_id", "weight"),
}


def everything() -> dict[str, list[str]]:
    """Return {table: rows in one order}, values as text."""
    return {
        model.__name__: sorted(
            str([as_dict(v) if hasattr(v, "data") else v for v in row])
            for row in model._base_manager.values_list(*columns)
        )
        for model, columns in _TABLES.items()
    }
