"""The word lists of the generator, read once from `words/*.toml`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def words(name: str) -> dict[str, Any]:
    """The table in `words/{name}.toml`."""
    file = files(__package__).joinpath("words", f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
