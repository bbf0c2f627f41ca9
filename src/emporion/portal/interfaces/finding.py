"""The search page's question and answer: parses the address, asks the index, groups the hits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from emporion.core.text.shorten import shortened
from emporion.core.text.tokens import words
from emporion.core.text.underline import underlined
from emporion.core.translated import best
from emporion.design.formats import number
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.matchmaking import queries as matchmaking
from emporion.meetings import queries as meetings
from emporion.portal.queries import code_label, searching
from emporion.portal.queries.searching import FACETS, KINDS
from emporion.registry import taxonomy
from emporion.registry.countries import country_name

EACH, PAGE, VALUES, TEXT = 5, 20, 8, 160


@dataclass
class Choice:
    """One value of a facet, as a box that can be ticked."""

    value: str
    label: str
    count: int
    chosen: bool
    letter: str = ""


@dataclass
class Row:
    """One hit, ready to show."""

    participation: Participation
    name: list[tuple[str, bool]]
    language: str
    text: list[tuple[str, bool]]
    text_language: str
    line: str
    has_page: bool
    plain_name: str
    pavilion: str
    # What the reader can do here: "" nothing, "ask" asks; else the state of their request.
    act: str = ""
    state: str = ""
    saved: bool = False


@dataclass
class Group:
    """The hits of one kind."""

    kind: str
    title: str
    total: int
    rows: list[Row]
    more: str
    all_of_them: str


@dataclass
class Found:
    """All that the search page shows."""

    query: str
    number: str
    total: int
    groups: list[Group]
    facets: list[tuple[str, str, list[Choice]]]
    tabs: list[dict[str, Any]]
    corrections: dict[str, tuple[str, ...]]
    relaxed: bool
    kind: str
    page: int
    pages: int
    chosen: int
    kept: str
    without_kind: str
    without_facets: str
    # Something was typed, and nothing of it is a letter or a digit.
    wordless: bool = False


def find(
    edition: Edition, asked: QueryDict, language: str, me: Participation | None = None
) -> Found:
    """Answer what the address asks. A constant number of queries; odd input is ignored.

    With `me`, rows say what this participation has asked and saved.
    """
    query = searching.asked(asked.get("q", ""))
    kind = asked.get("kind", "") if asked.get("kind", "") in KINDS else ""
    given = {name: [value for value in asked.getlist(name) if value][:20] for name in FACETS}
    chosen = {name: values for name, values in given.items() if values}
    wanted = asked.get("page", "1")
    page = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 5 else 1
    if query and not words(query):
        return _nothing_typed(query, kind, chosen)
    result = searching.answer(
        edition,
        query,
        kind=kind,
        facets=chosen,
        language=language,
        limit=PAGE,
        offset=max(page - 1, 0) * PAGE,
        each=None if kind else EACH,
    )
    counts = {each: result.kinds.get(each, 0) for each in KINDS}
    people = editions.participations_by_id(
        edition, sorted({hit.object_id.split(".")[0] for hit in result.hits}), lines=True
    )
    groups = [
        _group(
            each,
            [hit for hit in result.hits if hit.kind == each],
            counts[each],
            people,
            language,
            query,
            chosen,
        )
        for each in ([kind] if kind else KINDS)
        if counts[each]
    ]
    if me:
        _add_acts(me, groups)
    total = sum(counts.values())
    shown_total = counts[kind] if kind else total
    pages = max(1, -(-shown_total // PAGE)) if kind else 1
    if page > pages:
        # A page that is not there: the first one instead.
        first = asked.copy()
        first["page"] = "1"
        return find(edition, first, language, me)
    return Found(
        query=query,
        number=number(shown_total),
        total=shown_total,
        groups=groups,
        facets=_facets(edition, result.facets, chosen, language),
        tabs=_tabs(counts, total, kind, query, chosen),
        corrections=result.corrections,
        relaxed=result.relaxed,
        kind=kind,
        page=page,
        pages=pages,
        chosen=sum(map(len, chosen.values())),
        kept=_address(query, kind, chosen),
        without_kind=_link(query, "", chosen),
        without_facets=_link(query, kind, {}),
    )


def _nothing_typed(query: str, kind: str, chosen: Mapping[str, list[str]]) -> Found:
    return Found(
        query=query,
        number=number(0),
        total=0,
        groups=[],
        facets=[],
        tabs=[],
        corrections={},
        relaxed=False,
        kind=kind,
        page=1,
        pages=1,
        chosen=sum(map(len, chosen.values())),
        kept=_address(query, kind, chosen),
        without_kind=_link(query, "", chosen),
        without_facets=_link(query, kind, {}),
        wordless=True,
    )


def _add_acts(me: Participation, groups: list[Group]) -> None:
    """Say on each row with a page of its own what `me` can do; three queries for all rows."""
    rows = [row for group in groups for row in group.rows]
    keys = {row.participation.pk for row in rows}
    states, wishes = meetings.request_states(me, keys), matchmaking.wishes_of(me, keys)
    for row in rows:
        key = row.participation.pk
        if row.has_page and meetings.may_meet(me, row.participation):
            row.act, row.state = "ask", states.get(key, "")
            row.saved = wishes.get(key) == "save"


def titles() -> dict[str, str]:
    """Return the headings of the groups."""
    return {
        "exhibitor": _("Exhibitors"),
        "offer": _("Products and services"),
        "organisation": _("Organisations"),
    }


def _all_of_them(kind: str, total: int) -> str:
    words = {
        "exhibitor": npgettext("a link", "%(n)s exhibitor", "All %(n)s exhibitors", total),
        "offer": ngettext("%(n)s product or service", "All %(n)s products and services", total),
        "organisation": ngettext("%(n)s organisation", "All %(n)s organisations", total),
    }
    return words[kind] % {"n": number(total)}


def _link(query: str, kind: str, chosen: Mapping[str, list[str]]) -> str:
    # A bare "?" is the page without any question.
    return "?" + _address(query, kind, chosen)


def _address(query: str, kind: str, chosen: Mapping[str, list[str]]) -> str:
    parts = [("q", query)] if query else []
    parts += [("kind", kind)] if kind else []
    parts += [(name, value) for name, values in chosen.items() for value in values]
    return urlencode(parts)


def _tabs(
    kinds: Mapping[str, int], total: int, kind: str, query: str, chosen: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    rows = [
        {"label": _("All"), "count": total, "current": not kind, "href": _link(query, "", chosen)}
    ]
    for each, title in titles().items():
        if kinds.get(each):
            rows.append(
                {
                    "label": title,
                    "count": kinds[each],
                    "current": each == kind,
                    "href": _link(query, each, chosen),
                }
            )
    return rows


def _group(
    kind: str,
    hits: Sequence[Any],
    total: int,
    people: Mapping[str, Participation],
    language: str,
    query: str,
    chosen: Mapping[str, list[str]],
) -> Group:
    rows = [
        _row(kind, hit, people[key], language)
        for hit in hits
        if (key := hit.object_id.split(".")[0]) in people
    ]
    return Group(
        kind,
        titles()[kind],
        total,
        rows,
        _link(query, kind, chosen),
        _all_of_them(kind, total),
    )


def _row(kind: str, hit: Any, participation: Participation, language: str) -> Row:
    spoken, name = best(participation.display_name, language)
    place = pgettext("between words of a list", ", ").join(
        part
        for part in (
            participation.organisation.city if participation.organisation else "",
            country_name(participation.country, language),
        )
        if part
    )
    pavilion = best(participation.pavilion.name, language)[1] if participation.pavilion else ""
    if kind != "offer":
        text_language, text = best(participation.about, language)
        return Row(
            participation,
            underlined(name, hit.matched),
            spoken,
            underlined(shortened(text, TEXT), hit.matched),
            text_language,
            place,
            participation.hosts,
            name,
            pavilion,
        )
    offers = list(participation.offers.all())
    nth = hit.object_id.rpartition(".")[2]
    offer = offers[int(nth)] if nth.isdigit() and int(nth) < len(offers) else None
    label = code_label(offer.code, language) if offer else ""
    text_language, text = best(offer.text, language) if offer else ("", "")
    return Row(
        participation,
        underlined(label or name, hit.matched),
        language if label else spoken,
        underlined(shortened(text, TEXT), hit.matched),
        text_language,
        place,
        participation.hosts,
        name,
        pavilion,
    )


def _facets(
    edition: Edition,
    counts: Mapping[str, Mapping[str, int]],
    chosen: Mapping[str, list[str]],
    language: str,
) -> list[tuple[str, str, list[Choice]]]:
    names = {p.letter: best(p.name, language)[1] for p in edition.pavilions.all()}
    headings = {"pavilion": _("Pavilion"), "country": _("Country"), "group": _("Category")}
    shown = []
    for name in FACETS:
        picked = chosen.get(name, [])
        rows = sorted(counts.get(name, {}).items(), key=lambda row: (-row[1], row[0]))
        kept = [row for row in rows[:VALUES] if row[0]]
        kept += [
            (value, dict(rows).get(value, 0))
            for value in picked
            if value not in dict(kept) and (value in names or value in dict(rows))
        ]
        choices = [
            Choice(
                value,
                _label(name, value, names, language),
                count,
                value in picked,
                value if name == "pavilion" else "",
            )
            for value, count in kept
        ]
        if choices:
            shown.append((name, headings[name], choices))
    return shown


def _label(facet: str, value: str, pavilions: Mapping[str, str], language: str) -> str:
    if facet == "pavilion":
        return pavilions.get(value, value)
    if facet == "country":
        return country_name(value, language) or value
    return taxonomy.label(value, language) if value in GROUPS else value


GROUPS = frozenset(taxonomy.groups())
