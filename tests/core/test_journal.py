from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from emporion.core import journal
from emporion.core.models import JournalEntry, JournalValue


def verified() -> list[bool]:
    """For each entry that still has its values: whether they are what was committed to.

    Written from the description of the journal, not with its code.
    """
    return [
        hashlib.sha256((v.salt + v.text).encode()).hexdigest() == v.entry.commitment
        for v in JournalValue.objects.select_related("entry")
    ]


@pytest.mark.django_db
def test_entry_names_actor_tenant_object_and_fields_but_no_value() -> None:
    with journal.acting("user:ab", tenant="ten", on_behalf="body"):
        journal.record(
            "person.change", "person", "p1", fields=["phone"], values={"phone": "+358401"}
        )
    entry = JournalEntry.objects.get()
    assert (entry.action, entry.actor, entry.tenant, entry.on_behalf) == (
        "person.change", "user:ab", "ten", "body",
    )  # fmt: skip
    assert (entry.object_kind, entry.object_ids, entry.object_count, entry.fields) == (
        "person", ["p1"], 1, ["phone"],
    )  # fmt: skip
    assert "358401" not in json.dumps(list(JournalEntry.objects.values()), default=str)
    assert entry.value.text == '{"phone":"+358401"}'
    assert verified() == [True]


@pytest.mark.django_db
def test_actor_is_who_acts_innermost_and_system_outside() -> None:
    with journal.acting("user:a", tenant="t"):
        with journal.acting("command:import"):
            journal.record("a.b", "k", "1")
        journal.record("a.b", "k", "2", tenant="other")
    journal.record("a.b", "k", "3")
    said = JournalEntry.objects.order_by("pk").values_list("actor", "tenant")
    assert list(said) == [("command:import", ""), ("user:a", "other"), ("system", "")]


@pytest.mark.django_db
def test_actor_is_forgotten_when_the_work_fails() -> None:
    with pytest.raises(KeyError), journal.acting("user:a"):
        raise KeyError
    journal.record("a.b", "k", "1")
    assert JournalEntry.objects.get().actor == "system"


@pytest.mark.django_db(transaction=True)
def test_entry_stands_and_falls_with_its_transaction() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        journal.record("a.b", "k", "1")
    with pytest.raises(KeyError), transaction.atomic():
        journal.record("a.b", "k", "1", values={"x": 1})
        raise KeyError
    assert (JournalEntry.objects.count(), JournalValue.objects.count()) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("count", "parts"),
    [(0, []), (1, [1]), (1000, [1000]), (1001, [1000, 1]), (2500, [1000, 1000, 500])],
)
def test_bulk_command_writes_one_entry_a_thousand_objects(count: int, parts: list[int]) -> None:
    ids = [str(n) for n in range(count)]
    journal.record("request.take_in", "request", ids)
    entries = list(JournalEntry.objects.order_by("pk"))
    assert [entry.object_count for entry in entries] == parts
    assert [one for entry in entries for one in entry.object_ids] == ids


@pytest.mark.django_db
def test_erasing_leaves_entries_and_other_peoples_values() -> None:
    for who in ("p1", "p2", "p1"):
        journal.record("person.change", "person", who, fields=["name"], values={"name": who})
    journal.record("firm.change", "organisation", "p1", values={"name": "a firm of that id"})
    before = list(JournalEntry.objects.order_by("pk").values())
    assert journal.erase_values("person", "p1") == 2
    after = list(JournalEntry.objects.order_by("pk").values())
    assert after[:4] == before
    assert after[4]["action"] == "journal.erase" and after[4]["object_ids"] == ["p1"]
    left = JournalValue.objects.order_by("pk").values_list("text", flat=True)
    assert list(left) == ['{"name":"p2"}', '{"name":"a firm of that id"}']
    assert verified() == [True, True]
    assert journal.erase_values("person", "p1") == 0


@pytest.mark.django_db
def test_same_values_are_committed_to_differently_each_time() -> None:
    for _ in range(2):
        journal.record("person.change", "person", "p1", values={"phone": "+358"})
    assert JournalEntry.objects.values("commitment").distinct().count() == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
)


@given(JSON)
def test_canonical_text_is_one_for_equal_values_and_holds_them(value: Any) -> None:
    text = journal.canonical(value)
    assert json.loads(text) == value
    if isinstance(value, dict):
        assert journal.canonical(dict(reversed(value.items()))) == text


def test_canonical_text_keeps_real_characters() -> None:
    assert journal.canonical({"b": "芬兰", "a": [1, None]}) == '{"a":[1,null],"b":"芬兰"}'
