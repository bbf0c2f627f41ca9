"""Everybody in an edition, found by the ids that lists call them."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext as _

from emporion.core.translated import best
from emporion.edition.queries import Edition, Participation


class People:
    """Everybody in an edition, by public id and by the ids of lists."""

    def __init__(self, edition: Edition) -> None:
        rows = (
            Participation.objects.filter(edition=edition)
            .order_by("pk")
            .values_list(
                "pk",
                "public_id",
                "external_id",
                "role",
                "display_name",
                "is_made_up",
            )
        )
        self.by_public: dict[str, int] = {}
        self.by_list: dict[str, list[tuple[int, str]]] = {}
        self.shown: dict[int, tuple[str, str, str, bool]] = {}
        times = Counter(row[2] for row in rows)
        public = {row[1] for row in rows}
        for pk, public_id, own, role, name, made_up in rows:
            self.by_public[public_id] = pk
            if own:
                self.by_list.setdefault(own, []).append((pk, role))
            unique = own and times[own] == 1 and own not in public
            self.shown[pk] = own if unique else public_id, role, best(name, "en")[1], made_up

    def find(self, own: str, role: str) -> int | str:
        """Return the primary key of whom an id means, or why it means nobody."""
        if own in self.by_public:
            return self.by_public[own]
        found = [(pk, r) for pk, r in self.by_list.get(own, ()) if not role or r == role]
        if len(found) == 1:
            return found[0][0]
        if found:
            roles = ", ".join(role for _pk, role in found)
            return _("%(count)d participants have this id (%(roles)s)") % {
                "count": len(found),
                "roles": roles,
            }
        return _("Nobody in this edition has this id")
