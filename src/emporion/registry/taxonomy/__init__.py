"""What is traded at a fair: about 170 codes on two levels, in English, Chinese and Arabic.

Codes are stable, lower-case and dotted (`ai`, `ai.vision`). They carry labels, synonyms and hints
to the Harmonized System 2022 (goods) and EBOPS 2010 (services). The words lie in `tree/*.toml`,
the headings of foreign lists in `aliases.toml`, the kinds of deal in `deal_types.toml`.

    >>> from emporion.registry import taxonomy
    >>> taxonomy.label("ecommerce.crossborder", "zh-hans")
    '跨境电商'
    >>> taxonomy.find("Cross-border  E-commerce")
    ('ecommerce.crossborder',)
    >>> taxonomy.guess("Gaming & Esports")
    'content.games'
"""

from emporion.registry.taxonomy.deals import deal_type_label, deal_types, find_deal_type
from emporion.registry.taxonomy.lookup import find, guess, normalised
from emporion.registry.taxonomy.words import (
    LANGUAGES,
    Code,
    ancestors,
    children,
    codes,
    get,
    groups,
    label,
    parent,
    terms,
)

__all__ = [
    "LANGUAGES",
    "Code",
    "ancestors",
    "children",
    "codes",
    "deal_type_label",
    "deal_types",
    "find",
    "find_deal_type",
    "get",
    "groups",
    "guess",
    "label",
    "normalised",
    "parent",
    "terms",
]
