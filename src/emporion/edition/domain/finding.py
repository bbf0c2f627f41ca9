"""What the search index holds of an edition's participants; see `queries.search_scope`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from emporion.core.searchindex.index import Doc, index_documents, remove_documents
from emporion.core.text.sortkey import sort_key
from emporion.core.text.tokens import index_terms
from emporion.core.translated import best
from emporion.edition.models import Edition, Participation
from emporion.edition.queries import HOSTS, search_scope
from emporion.registry import taxonomy
from emporion.registry.countries import country_name

# Participants that are organisations and no party to the market; buyers are not listed.
LISTED = HOSTS | {
    Participation.Role.ORGANISATION,
    Participation.Role.INVESTOR,
    Participation.Role.PROJECT,
}
_LANGUAGES = ("en", "zh-hans", "ar")


class Offered(Protocol):
    """What is indexed of an offer."""

    @property
    def code(self) -> str: ...

    @property
    def text(self) -> Mapping[str, str]: ...


class Listed(NamedTuple):
    """What is indexed of a participant; `offers` in the order of their primary keys."""

    public_id: str
    role: str
    name: Mapping[str, str]
    about: Mapping[str, str]
    country: str
    pavilion: str
    stand: str
    offers: Sequence[Offered]


def documents(listed: Listed) -> Iterator[Doc]:
    """Yield the documents of one participant: its own, and one for each offer."""
    if listed.role not in LISTED:
        return
    facets = {
        "pavilion": listed.pavilion,
        "country": listed.country,
        "role": listed.role,
        "group": sorted({o.code.partition(".")[0] for o in listed.offers if o.code}),
    }
    language, title = best(listed.name, "en")
    kind = "exhibitor" if listed.role in HOSTS else "organisation"
    codes = dict.fromkeys(o.code for o in listed.offers if o.code)
    place = _countries(listed.country)
    yield Doc(
        kind,
        listed.public_id,
        title,
        language=language,
        titles=dict(listed.name),
        keywords=[
            *(word for code in codes for word in _labels(code).values()),
            *place,
            *([listed.stand] if listed.stand else []),
        ],
        texts=[*listed.about.values(), *(t for o in listed.offers for t in o.text.values())],
        facets=facets,
    )
    for number, offer in enumerate(listed.offers):
        titles = _labels(offer.code) if offer.code else dict(offer.text)
        if not titles:
            continue
        spoken, text = best(titles, "en")
        own = {**facets, "group": [offer.code.partition(".")[0]] if offer.code else []}
        yield Doc(
            "offer",
            f"{listed.public_id}.{number}",
            text,
            language=spoken,
            titles=titles,
            keywords=list(listed.name.values()),
            texts=list(offer.text.values()) if offer.code else (),
            facets=own,
        )


@lru_cache(maxsize=1)
def warm() -> None:
    """Load the word lists that indexing reads: once, and never while a transaction is open."""
    for text in ("漢字 汉字", "مرحبا", "word"):
        index_terms(text)
        sort_key(text)
    for code in taxonomy.codes()[:1]:
        _labels(code)
    _countries("FI")


def index(edition: Edition, everybody: Iterable[Listed]) -> int:
    """Write the documents of `everybody`; return how many changed. In the caller's transaction."""
    found = [doc for listed in everybody for doc in documents(listed)]
    return index_documents(search_scope(edition), found) if found else 0


def forget(edition: Edition, counts: Mapping[str, int]) -> None:
    """Remove the documents of participants; `counts` maps public ids to their number of offers."""
    scope = search_scope(edition)
    remove_documents(scope, "exhibitor", list(counts))
    remove_documents(scope, "organisation", list(counts))
    forget_offers(edition, {key: (0, count) for key, count in counts.items()})


def forget_offers(edition: Edition, ranges: Mapping[str, tuple[int, int]]) -> None:
    """Remove the documents of the offers numbered from..to-1 of each public id in `ranges`."""
    ids = [f"{key}.{n}" for key, (start, stop) in ranges.items() for n in range(start, stop)]
    if ids:
        remove_documents(search_scope(edition), "offer", ids)


@lru_cache(maxsize=1024)
def _labels(code: str) -> dict[str, str]:
    return {language: taxonomy.label(code, language) for language in _LANGUAGES}


@lru_cache(maxsize=512)
def _countries(code: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(country_name(code, lang) for lang in _LANGUAGES)) if code else ()


def as_texts(value: Any) -> dict[str, str]:
    """Return {language: text} of a stored translated value."""
    return dict(getattr(value, "data", value) or {})
