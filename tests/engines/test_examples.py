"""The examples in docstrings of the scheduling engine say what comes out."""

import doctest
import importlib
import pkgutil

from emporion.engines import scheduling

#: What a reader finds an example of.
SHOWN = {"solve", "check", "bound", "repair", "Floor.__init__", "fewer_breaks", "generate"}


def test_examples_say_what_comes_out():
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    shown = set()
    for module in pkgutil.walk_packages(scheduling.__path__, f"{scheduling.__name__}."):
        for test in finder.find(importlib.import_module(module.name)):
            if test.examples:
                said = []
                assert runner.run(test, out=said.append).failed == 0, "".join(said)
                shown.add(test.name.removeprefix(f"{module.name}."))
    assert SHOWN - shown == set()
