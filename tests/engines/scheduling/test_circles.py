"""No module of the engine needs, however late, one that needs it."""

import ast
import graphlib
from pathlib import Path

from emporion.engines import scheduling

ROOT = Path(scheduling.__file__).parent


def _for_types_only(tree):
    """The imports under ``if TYPE_CHECKING:``."""
    blocks = [n for n in ast.walk(tree) if isinstance(n, ast.If)]
    names = [n for n in blocks if getattr(n.test, "id", None) == "TYPE_CHECKING"]
    return {id(inner) for block in names for inner in ast.walk(block)}


def _needed(path):
    """Modules of the engine that a module imports, inside functions too."""
    tree = ast.parse(path.read_text("utf-8"))
    apart, found = _for_types_only(tree), set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not node.level or id(node) in apart:
            continue
        base = path.parents[node.level - 1]
        inside = base.joinpath(*(node.module or "").split(".")) if node.module else base
        for name in node.names:
            options = [inside / f"{name.name}.py", inside / name.name / "__init__.py"]
            options += [inside.with_suffix(".py"), inside / "__init__.py"]
            found.add(next(option for option in options if option.is_file()))
    return found


def test_modules_of_the_engine_do_not_need_each_other_in_circles():
    needed = {path: _needed(path) for path in ROOT.rglob("*.py")}
    assert len(needed) > 50
    assert len(list(graphlib.TopologicalSorter(needed).static_order())) == len(needed)
