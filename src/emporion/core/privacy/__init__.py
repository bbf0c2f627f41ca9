from emporion.core.privacy.erasing import Mention, erase, mentions
from emporion.core.privacy.giving import BESIDE, given, imported, searched, told
from emporion.core.privacy.lines import (
    Does,
    Held,
    Kept,
    Table,
    declare,
    held,
    not_of_people,
    register,
)
from emporion.core.privacy.owners import Owner, digits_of, likely, names, spellings
from emporion.core.privacy.retention import counts, let_go

__all__ = [
    "BESIDE", "Does", "Held", "Kept", "Mention", "Owner", "Table", "counts", "declare", "digits_of",
    "erase", "given", "held", "imported", "let_go", "likely", "mentions", "names",
    "not_of_people", "register", "searched", "spellings", "told",
]  # fmt: skip
