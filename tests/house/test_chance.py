"""What nobody may guess comes from the system's generator, and is long enough."""

from __future__ import annotations

import ast
import secrets
from importlib import import_module

from tests.house.test_code import trees, walked

# Bytes of 128 bits.
ENOUGH = 16
# What is drawn with less, and is no secret.
OPEN = {
    # A salt, kept beside what it salts, and how a browser is counted, in a cookie that is signed.
    "accounts/domain/second_factor.py": {8},
    "accounts/domain/devices.py": {8},
    "core/sealing/keys.py": {4},  # The name of a file for a moment.
}
# Whose chance may be repeated on purpose, by a seed.
SEEDED = ("engines/", "demo/generator/")


def test_chance_that_can_be_repeated_is_drawn_where_nothing_is_secret() -> None:
    repeatable = {
        name
        for name, tree in trees().items()
        for node in walked(tree)
        if (isinstance(node, ast.Import) and any(a.name == "random" for a in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "random")
        or (isinstance(node, ast.Attribute) and node.attr == "default_rng")
    }
    assert [name for name in repeatable if not name.startswith(SEEDED)] == []


def test_secrets_have_128_bits_of_the_systems_generator() -> None:
    """Session keys are Django's; codes that people type are shorter, and end after some tries."""
    short = {
        (name, node.args[0].value)
        for name, tree in trees().items()
        for node in walked(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("token_bytes", "token_hex", "token_urlsafe")
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, int)
        and node.args[0].value < ENOUGH
    }
    assert short == {(name, size) for name, sizes in OPEN.items() for size in sizes}
    drawing = {
        f"emporion.{name.removesuffix('.py').replace('/', '.')}"
        for name, tree in trees().items()
        for node in walked(tree)
        if isinstance(node, ast.Import) and any(a.name == "secrets" for a in node.names)
    }
    assert len(drawing) > 8
    assert [name for name in drawing if import_module(name).secrets is not secrets] == []
