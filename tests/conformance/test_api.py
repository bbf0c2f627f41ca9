"""The open interface under many more cases than the suite tries, and a client made from it.

./run conformance api
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import machine

pytestmark = pytest.mark.slow
EXAMPLES = os.environ.get("EMPORION_API_EXAMPLES", "40")


@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
def test_operations_keep_to_the_schema_under_many_cases(database: str) -> None:
    def tried(**more: str) -> None:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "tests/api/test_schema.py",
            ],
            cwd=machine.ROOT,
            env={**os.environ, "EMPORION_API_EXAMPLES": EXAMPLES, **more},
        )
        assert done.returncode == 0

    if database == "SQLite":
        tried()
    else:
        with machine.cluster() as address:
            tried(DATABASE_URL=address)


def test_public_generator_makes_a_typed_client(tmp_path: Path) -> None:
    """openapi-python-client reads the schema; what it makes is typed and can be imported."""
    from emporion.api.interfaces.urls import api

    (tmp_path / "openapi.json").write_text(json.dumps(api.get_openapi_schema()), "utf-8")
    # It would call its own tools for looks; of JSON lines it has to be told that they are text.
    (tmp_path / "config.yaml").write_text(
        "post_hooks: []\ncontent_type_overrides:\n  application/jsonl: text/plain\n"
    )
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json",
         "--config", "config.yaml", "--output-path", "made", "--fail-on-warning", "--meta", "none"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    calls = {path.stem for path in tmp_path.glob("made/api/*/*.py")} - {"__init__"}
    operations = {
        told["operationId"]
        for methods in api.get_openapi_schema()["paths"].values()
        for told in methods.values()
    }
    assert calls == operations
    typed = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", "--ignore-missing-imports", "made"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert typed.returncode == 0, typed.stdout[-3000:]
