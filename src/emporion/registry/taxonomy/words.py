"""The tree itself: codes with their labels, synonyms and hints, read once from `tree/*.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "zh-hans", "ar")


@dataclass(frozen=True)
class Code:
    """One code of the taxonomy.

    `labels` and `synonyms` are keyed by language; `hs` holds four-digit headings of HS 2022,
    `ebops` an item of EBOPS 2010 or "". A group (upper level) has no dot in its code.
    """

    code: str
    labels: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]]
    hs: tuple[str, ...] = ()
    ebops: str = ""
    children: tuple[str, ...] = field(default=(), compare=False)

    @property
    def parent(self) -> str | None:
        """The code of the group, or None for a group."""
        return self.code.rpartition(".")[0] or None


def read_words(where: str, table: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Split the word lists of a table into labels and synonyms; refuse a missing language."""
    labels: dict[str, str] = {}
    synonyms: dict[str, Any] = {}
    for language in LANGUAGES:
        words = table.get(language)
        if not words or not all(isinstance(word, str) and word.strip() for word in words):
            raise ValueError(f"{where}: needs a list of words for {language!r}, label first")
        labels[language] = words[0]
        synonyms[language] = tuple(words[1:])
    return labels, synonyms


def _code(code: str, table: Mapping[str, Any], children: tuple[str, ...]) -> Code:
    allowed = {*LANGUAGES, "hs", "ebops"}
    unknown = [key for key in table if key not in allowed and type(table[key]) is not dict]
    if unknown:
        raise ValueError(f"[{code}]: unknown key {unknown[0]!r}; known are {sorted(allowed)}")
    labels, synonyms = read_words(f"[{code}]", table)
    return Code(
        code, labels, synonyms, tuple(table.get("hs", ())), table.get("ebops", ""), children
    )


@cache
def _tree() -> dict[str, Code]:
    found: dict[str, Code] = {}
    folder = files(__package__).joinpath("tree")
    for file in sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=str):
        for group, table in tomllib.loads(file.read_text(encoding="utf-8")).items():
            leaves = {f"{group}.{k}": v for k, v in table.items() if type(v) is dict}
            for code in (group, *leaves):
                if code in found:
                    raise ValueError(f"{file.name}: [{code}] is written twice")
            found[group] = _code(group, table, tuple(leaves))
            for code, leaf in leaves.items():
                found[code] = _code(code, leaf, ())
    return found


def codes() -> tuple[str, ...]:
    """All codes; every group stands right before its leaves. The order is stable."""
    return tuple(_tree())


def groups() -> tuple[str, ...]:
    """The codes of the upper level, in the order of `codes()`."""
    return tuple(code for code in _tree() if "." not in code)


def get(code: str) -> Code:
    """The `Code`; raises KeyError that names an unknown code."""
    try:
        return _tree()[code]
    except KeyError:
        raise KeyError(f"no taxonomy code {code!r}") from None


def label(code: str, lang: str) -> str:
    """The label in `lang`; a language we have no labels in falls back to English."""
    labels = get(code).labels
    return labels.get(lang) or labels.get(lang.partition("-")[0]) or labels["en"]


def parent(code: str) -> str | None:
    """The group of a leaf, None for a group."""
    return get(code).parent


def children(code: str) -> tuple[str, ...]:
    """The leaves of a group, () for a leaf."""
    return get(code).children


def ancestors(code: str) -> tuple[str, ...]:
    """The code itself and its group, nearest first: what a facet count adds to."""
    group = parent(code)
    return (code,) if group is None else (code, group)


def terms(code: str) -> dict[str, tuple[str, ...]]:
    """For each language the label and the synonyms: words that mean the same thing in search."""
    found = get(code)
    return {lang: (found.labels[lang], *found.synonyms[lang]) for lang in LANGUAGES}
