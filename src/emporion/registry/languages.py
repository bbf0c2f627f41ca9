"""Names of languages in the reader's language, from the CLDR that Babel carries."""

from __future__ import annotations

from collections.abc import Iterable

from babel import Locale

from emporion.registry.countries import LOCALES


def language_names(codes: Iterable[str], language: str) -> list[str]:
    """Return the names of languages ("zh-hans" is Chinese) for a reader of `language`.

    A code without a name comes back as it is, so that a page shows what the list said.
    """
    names = Locale.parse(LOCALES.get(language, "en")).languages
    return [str(names.get(code.partition("-")[0], code)) for code in codes]
