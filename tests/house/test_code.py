"""What our code does not do, looked for in all of it: each rule has the few places it allows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.house.test_files import holding, texts
from tests.machine import ROOT

SRC = ROOT / "src/emporion"
# Between processes of one matching run, by a file in a folder of their own.
UNPICKLED = {"engines/matching/executor.py"}
# What apps understand (RFC 6238), and how WeChat signs its calls (`docs/security/keys.md`).
SHA_1 = {"accounts/domain/totp.py", "messaging/domain/carriers/wechat_calls.py"}
HASHES = {"blake2b", "sha256", "sha512", "pbkdf2_hmac"}
# The one door to a session, and who may open it: after the second factor, or for a role of all.
DOOR = {"accounts/interfaces/entering.py", "accounts/interfaces/pages.py"}


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the product, read."""
    return {
        path.relative_to(SRC).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted(SRC.rglob("*.py"))
    }


@cache
def walked(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Every node of a module: many rules look at all of them."""
    return tuple(ast.walk(tree))


def nodes(kind: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for name, tree in trees().items():
        yield from ((name, node) for node in walked(tree) if isinstance(node, kind))


def called(wanted: set[str]) -> set[str]:
    """Return the modules that call a function by one of these names, with or without its module."""
    found = set()
    for name, node in nodes(ast.Call):
        assert isinstance(node, ast.Call)
        function = node.func
        said = getattr(function, "id", None) or getattr(function, "attr", None)
        if said in wanted:
            found.add(name)
    return found


def imported(wanted: set[str]) -> set[str]:
    found = set()
    for name, tree in trees().items():
        for node in walked(tree):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(one.partition(".")[0] in wanted for one in names):
                found.add(name)
    return found


def scripts() -> list[Path]:
    return [path for path in texts("src/emporion/", ".js") if "vendor" not in path.parts]


def test_no_text_is_run_as_code() -> None:
    bare = {
        name
        for name, node in nodes(ast.Call)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"eval", "exec", "compile", "__import__"}
    }
    assert bare == set()
    assert holding(r"\beval\(|new Function\b|set(Timeout|Interval)\(\s*[\"'`]", scripts()) == []


def test_what_others_send_is_never_unpickled() -> None:
    assert imported({"pickle", "marshal", "shelve", "dill", "jsonpickle", "joblib"}) == UNPICKLED
    ours = texts("src/emporion/", ".py")
    assert holding(r"allow_pickle=True|yaml\.(unsafe_|full_)?load\(|yaml\.Loader", ours) == []


def test_hashes_are_those_that_the_page_of_keys_names() -> None:
    used: dict[str, set[str]] = {}
    for name, node in nodes(ast.Attribute):
        assert isinstance(node, ast.Attribute)
        if isinstance(node.value, ast.Name) and node.value.id == "hashlib":
            used.setdefault(node.attr, set()).add(name)
    assert set(used) - {"sha1"} <= HASHES
    assert used["sha1"] == SHA_1
    assert holding(r"algorithm=.(md5|sha1).", texts("src/emporion/", ".py")) == []


def test_objects_of_scripts_take_no_key_from_elsewhere() -> None:
    """Nothing is written under a name that a script was told: no prototype can be reached."""
    assert holding(r"__proto__|Object\.assign\([^,]*,\s*JSON", scripts()) == []
    assert holding(r"\w\[[^\]'\"0-9]+\]\s*=[^=]", scripts()) == []


def test_field_is_read_from_one_place_or_from_the_form_first() -> None:
    """Of a name that stands in the address and in the form, nothing says twice what it is."""
    both = {
        name
        for name, node in nodes(ast.BoolOp)
        if {"GET", "POST"} <= {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
        and "get" in {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    }
    assert both == {"core/going_on.py", "meetings/interfaces/personal.py"}
    for name in sorted(both):
        text = (SRC / name).read_text("utf-8")
        assert re.search(r"\.POST\.get\([^)]*\) or request\.GET\.get", text), name


def test_session_begins_behind_one_door() -> None:
    """Every way in, known to us or added later, passes what asks for the second factor."""
    assert called({"let_in"}) == DOOR
    assert called({"login"}) == {"accounts/domain/sign_in.py"}
    entering = ast.parse((SRC / "accounts/interfaces/entering.py").read_text("utf-8"))
    opened = [
        function.name
        for function in ast.walk(entering)
        if isinstance(function, ast.FunctionDef)
        and any(
            isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "let_in"
            for node in ast.walk(function)
        )
    ]
    assert opened == ["finish"]
    # Called by `enter`, which asks for the second factor first, and by the page that has asked.
    assert {name for name in called({"finish"}) if name.startswith("accounts/")} == {
        "accounts/interfaces/entering.py",
        "accounts/interfaces/factor_pages.py",
    }


def test_events_that_the_page_of_watching_names_are_logged() -> None:
    page = (ROOT / "docs/operators/watching.md").read_text("utf-8")
    table = page.split("| event | says |", 1)[1].split("\n\n", 1)[0]
    named = {word for line in table.splitlines() for word in re.findall(r"`([a-z_.]+)`", line[:60])}
    named -= {"with", "way", "status", "by"}
    logged = {
        node.args[0].value
        for _name, node in nodes(ast.Call)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"info", "warning", "error", "exception"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(named) > 8
    assert named - logged == set()
    # Whatever keeps somebody out stands in the table.
    assert {one for one in logged if str(one).startswith("sign_in.")} <= named


def test_name_of_a_file_is_given_in_one_place() -> None:
    said = holding("Content-Disposition", texts("src/emporion/", ".py"))
    assert {line.partition(":")[0] for line in said} == {"src/emporion/core/downloads.py"}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("x = eval(y)", test_no_text_is_run_as_code),
        ("import pickle", test_what_others_send_is_never_unpickled),
        ("import hashlib\nx = hashlib.md5(b'')", test_hashes_are_those_that_the_page_of_keys_names),
        (
            "x = request.GET.get('a') or request.POST.get('a')",
            test_field_is_read_from_one_place_or_from_the_form_first,
        ),
        ("domain.let_in(request, user)", test_session_begins_behind_one_door),
    ],
)
def test_what_breaks_a_rule_is_found(
    monkeypatch: pytest.MonkeyPatch, text: str, rule: object
) -> None:
    planted = {**trees(), "portal/planted.py": ast.parse(text)}
    monkeypatch.setattr("tests.house.test_code.trees", lambda: planted)
    assert callable(rule)
    with pytest.raises(AssertionError):
        rule()
