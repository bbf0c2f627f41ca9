"""What the tables hold of people: one register, and what is done by it.

Each capability declares its tables in a module `personal` beside its models: what each field that
can hold something of a person is for, who sees it, how long it is kept, and what an erasure does
to it. Export, erasure and retention read nothing but this register, so that a new table cannot be
forgotten: a test fails as long as it has no line.
"""

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

__all__ = [
    "Does", "Held", "Kept", "Table", "declare", "held", "not_of_people", "register",
]  # fmt: skip
