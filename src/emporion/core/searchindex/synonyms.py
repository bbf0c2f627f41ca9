"""Words that mean the same, brought by the capabilities that know them.

Core knows no noun of a fair, so it asks: a provider is called with the key of a phrase and answers
with other phrases. `SynonymBook` is a provider made of groups such as taxonomy labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from emporion.core.text.tokens import without_article, words

Provider = Callable[[str], Iterable[str]]
_PROVIDERS: list[Provider] = []
# More would make a query slow and its hits hard to understand.
MAX_SYNONYMS = 8


def phrase_key(text: str) -> str:
    """The form in which a phrase is looked up: folded words with a space between, no articles.

    >>> phrase_key("E-Commerce")
    'e commerce'
    """
    return " ".join(map(without_article, words(text)))


class SynonymBook:
    """A provider made of groups of phrases that mean the same, in any languages."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self._others: dict[str, dict[str, None]] = {}
        for group in groups:
            keys = [key for key in map(phrase_key, group) if key]
            for key in keys:
                # A phrase may stand in several groups: all their phrases are answers.
                mine = self._others.setdefault(key, {})
                mine.update(dict.fromkeys(other for other in keys if other != key))

    def __call__(self, key: str) -> Iterable[str]:
        return self._others.get(key, ())


def register_synonyms(provider: Provider) -> None:
    """Ask ``provider`` in every search from now on. Called in AppConfig.ready."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)


def unregister_synonyms(provider: Provider) -> None:
    """Stop asking ``provider``."""
    _PROVIDERS.remove(provider)


def synonyms(key: str) -> list[str]:
    """Other phrases for the phrase ``key``, at most `MAX_SYNONYMS`, in the providers' order."""
    found = dict.fromkeys(other for provider in _PROVIDERS for other in provider(key))
    found.pop(key, None)
    return list(found)[:MAX_SYNONYMS]
