"""Kinds of deal a participant may be after, read from `deal_types.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from emporion.registry.taxonomy.lookup import normalised
from emporion.registry.taxonomy.words import LANGUAGES, read_words


@cache
def _deal_types() -> dict[str, tuple[dict[str, str], dict[str, tuple[str, ...]]]]:
    text = files(__package__).joinpath("deal_types.toml").read_text(encoding="utf-8")
    return {key: read_words(f"[{key}]", table) for key, table in tomllib.loads(text).items()}


def deal_types() -> tuple[str, ...]:
    """All deal types in the order of the choice list."""
    return tuple(_deal_types())


def deal_type_label(deal_type: str, lang: str) -> str:
    """The label in `lang`, English when we have none; raises KeyError for an unknown type."""
    if deal_type not in _deal_types():
        raise KeyError(f"no deal type {deal_type!r}; known are {', '.join(deal_types())}")
    labels, _ = _deal_types()[deal_type]
    return labels.get(lang, labels["en"])


def find_deal_type(text: str) -> str | None:
    """The deal type with `text` as key, label or synonym in any language, or None."""
    wanted = normalised(text)
    for key, (labels, synonyms) in _deal_types().items():
        words = [key, *(w for lang in LANGUAGES for w in (labels[lang], *synonyms[lang]))]
        if wanted in map(normalised, words):
            return key
    return None
