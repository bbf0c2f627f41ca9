"""Vectors that are kept: what is damaged is made anew, and a file that keeps none is told."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from emporion.engines.matching.command import main
from emporion.engines.matching.encoding import FileStore, MemoryStore, embedded, key_of, unread
from emporion.engines.matching.market import EncodingError
from tests.engines.matching.markets import made_up
from tests.engines.matching.test_command import written
from tests.engines.matching.test_meaning import Words

DAMAGED = {
    "five bytes": b"\x01\x02\x03\x04\x05",
    "nothing": b"",
    "a text": "text",
    "NaN": np.full(8, np.nan, "<f4").tobytes(),
    "infinite": np.full(8, np.inf, "<f4").tobytes(),
    "beyond measure": np.full(8, 3e38, "<f4").tobytes(),
    "too short": np.ones(4, "<f4").tobytes(),
}


def changed(path, statement, *values):
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement, values)


@pytest.mark.parametrize("value", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_vector_is_made_anew_and_kept(tmp_path, value):
    reader, path = Words(), tmp_path / "kept.db"
    first = embedded(reader, ["pump", "drone"], "query", FileStore(path))
    changed(path, "UPDATE vector SET value = ?", value)
    assert unread(reader, ["pump", "drone"], "query", FileStore(path)) == ["pump", "drone"]
    again = embedded(reader, ["pump", "drone"], "query", FileStore(path))
    assert again.tolist() == first.tolist()
    assert len(reader.asked) == 4
    assert unread(reader, ["pump", "drone"], "query", FileStore(path)) == []


def test_a_vector_of_zeros_is_kept():
    reader, store = Words(), MemoryStore()
    store.put({key_of(reader.model, "query", "pump"): np.zeros(8, np.float32)}, reader.model)
    assert embedded(reader, ["pump"], "query", store).tolist() == [[0.0] * 8]
    assert reader.asked == []


def test_a_table_of_another_form_is_told_by_the_file_and_what_to_do(tmp_path, capsys):
    path = tmp_path / "other.db"
    changed(path, "CREATE TABLE vector (x INT)")
    store = FileStore(path)
    for use in (
        lambda: store.get([b"key"]),
        lambda: store.put({b"key": np.ones(8, np.float32)}, "model"),
    ):
        with pytest.raises(EncodingError, match=r"other\.db cannot keep vectors: .* name one"):
            use()


def test_a_file_of_something_else_is_told_by_the_command(tmp_path, capsys):
    path = tmp_path / "other.db"
    path.write_text("no database " * 100)
    instance, lists = written(made_up(1), tmp_path / "i.json"), tmp_path / "o.json"
    assert main([str(instance), "-o", str(lists), "--vectors", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"emporion match: {path} cannot keep vectors: file is not a database; check that it may be"
        " written and is such a file, or name one that is not there yet\n"
    )
    assert not lists.exists()
