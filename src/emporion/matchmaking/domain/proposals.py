"""Categories for somebody who states few: proposals with their ground, for people to confirm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from emporion.core.text.hanforms import TO_SIMPLIFIED, simplified
from emporion.core.translated import as_dict
from emporion.edition import queries as editions
from emporion.edition.queries import Participation
from emporion.engines.matching import proposing
from emporion.engines.matching import text as texts
from emporion.matchmaking.domain.reading import named_codes

MOST = 8
# So many of the same side are asked what they state; more say the same again.
ASKED = 1000


@dataclass(frozen=True)
class Proposed:
    """A code and its ground: "text" (own words name it), "name" or "alike" (who writes alike)."""

    code: str
    ground: str


def proposals(participation: Participation, side: str) -> list[Proposed]:
    """Return at most `MOST` codes that `participation` may need or offer (`side`) and not state.

    Read in this order: labels in its own words, in its name, then the codes of those on its side of
    the fair who write alike, by shared words.  Nothing is kept: a person confirms.  Two queries.
    """
    edition = participation.edition
    rows = [row for row in editions.participation_rows(edition) if row.hosts == participation.hosts]
    others = [row.pk for row in rows if row.pk != participation.pk][:ASKED]
    stated, written = _said(participation, [participation.pk, *others], side)
    own = written.get(participation.pk, {})
    for language, words in as_dict(participation.about).items():
        own[language] = f"{own.get(language, '')}\n{simplified(words, language)}".strip()
    found: dict[str, str] = {}
    for ground, said in (("text", own), ("name", as_dict(participation.display_name))):
        # Names mix scripts whatever their language says; both ways of writing Chinese are one.
        folded = texts.fold("\n".join(said.values())).translate(TO_SIMPLIFIED)
        for code in named_codes(folded):
            found.setdefault(code, ground)
    known = [key for key in others if stated.get(key) and written.get(key)]
    if own and known:
        voices = proposing.propose(
            [own], [written[key] for key in known], [sorted(stated[key]) for key in known]
        )
        for one in voices[0]:
            found.setdefault(one.code, "alike")
    mine = stated.get(participation.pk, set())
    return [Proposed(code, ground) for code, ground in found.items() if code not in mine][:MOST]


def _said(
    participation: Participation, keys: list[int], side: str
) -> tuple[Mapping[int, set[str]], dict[int, dict[str, str]]]:
    """Return the codes that these state on `side`, and what they write on it by language."""
    stated: defaultdict[int, set[str]] = defaultdict(set)
    written: defaultdict[int, dict[str, str]] = defaultdict(dict)
    needs, offers = editions.interests(participation.edition, keys)
    for key, code, text, _deal in needs if side == "needs" else offers:
        if code:
            stated[key].add(code)
        for language, words in as_dict(text).items():
            plain = simplified(words, language)
            written[key][language] = f"{written[key].get(language, '')}\n{plain}".strip()
    return stated, dict(written)
