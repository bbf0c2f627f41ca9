"""Categories for somebody who states few: proposals with their ground, for people to confirm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emporion.core.text.hanforms import TO_SIMPLIFIED, simplified
from emporion.core.translated import as_dict
from emporion.edition import queries as editions
from emporion.edition.queries import Participation
from emporion.engines import matching
from emporion.engines.matching import proposing
from emporion.engines.matching import text as texts
from emporion.engines.matching.encoding import PASSAGE, QUERY
from emporion.matchmaking.domain import vectors
from emporion.matchmaking.domain.market import categories, joined
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
    the fair who write alike, by shared words and, as far as texts and names of categories have been
    read, by meaning: a page reads none itself.  Nothing is kept: a person confirms.  Three queries,
    and where there are readers those for some 1,500 vectors.
    """
    edition = participation.edition
    rows = [row for row in editions.participation_rows(edition) if row.hosts == participation.hosts]
    others = [row.pk for row in rows if row.pk != participation.pk][:ASKED]
    stated, written, whole = _said(participation, [participation.pk, *others], side)
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
        texts_of_known = [whole[key] for key in known]
        by_meaning = _read(participation, [whole.get(participation.pk, {}), *texts_of_known])
        codes = [sorted(stated[key]) for key in known]
        [voices] = proposing.propose([own], [written[key] for key in known], codes, **by_meaning)
        for one in voices:
            found.setdefault(one.code, "alike")
    mine = stated.get(participation.pk, set())
    return [Proposed(code, ground) for code, ground in found.items() if code not in mine][:MOST]


def _read(participation: Participation, texts: list[dict[str, str]]) -> dict[str, Any]:
    """Return how `propose` compares by meaning: what has been read of `texts` (one's own first).

    {} where one's own have not been read, or nothing reads texts.
    """
    try:
        readers = vectors.readers()
    except matching.EncodingError:
        readers = ()
    if not readers:
        return {}
    # Vectors are kept by what a text is to a run: of hosts an offer, of guests a need.
    role = PASSAGE if participation.hosts else QUERY
    store = vectors.DatabaseStore(participation.edition)
    own, *known = vectors.kept(store, readers, texts, role)
    if not own:
        return {}
    called = {category.code: category.labels for category in categories()}
    labels = vectors.kept(store, readers, list(called.values()), PASSAGE)
    return {
        "readers": readers,
        "store": store,
        "labels": dict(zip(called, labels, strict=True)),
        "read": ([own], known),
        "role": role,
    }


def _said(
    participation: Participation, keys: list[int], side: str
) -> tuple[Mapping[int, set[str]], dict[int, dict[str, str]], dict[int, dict[str, str]]]:
    """Return the codes that these state on `side`, what they write on it, and all they write."""
    stated: defaultdict[int, set[str]] = defaultdict(set)
    written: defaultdict[int, dict[str, str]] = defaultdict(dict)
    whole: defaultdict[int, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, rows in zip(
        ("needs", "offers"), editions.interests(participation.edition, keys), strict=True
    ):
        for key, code, text, _deal, _markets in rows:
            for language, words in as_dict(text).items():
                whole[key][language].append(words)
                if name == side:
                    plain = simplified(words, language)
                    written[key][language] = f"{written[key].get(language, '')}\n{plain}".strip()
            if code and name == side:
                stated[key].add(code)
    return stated, dict(written), {key: joined(parts) for key, parts in whole.items()}
