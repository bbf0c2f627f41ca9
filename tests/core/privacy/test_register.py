"""Nothing of a person is kept that the register does not know."""

from __future__ import annotations

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db.models.constants import LOOKUP_SEP

from emporion.core.privacy import Does, held, register
from emporion.core.privacy.lines import undeclared, unknown


def path_exists(model, path: str) -> bool:
    """Whether a path of the ORM leads somewhere."""
    for name in path.split(LOOKUP_SEP):
        if name == "pk":
            return True
        try:
            column = model._meta.get_field(name)
        except FieldDoesNotExist:
            return False
        model = column.related_model
    return True


def test_every_column_that_could_hold_personal_data_has_a_line() -> None:
    assert undeclared(register()) == []


def test_no_line_speaks_of_a_column_that_is_not_there() -> None:
    assert unknown() == []


def test_column_of_a_person_that_has_lost_its_line_is_found() -> None:
    tables = {label: table for label, table in register().items() if label != "meetings.Pin"}
    assert undeclared(tables) == ["meetings.Pin.pinned_by"]


def test_key_to_people_that_has_lost_its_line_is_found() -> None:
    tables = {label: t for label, t in register().items() if label != "meetings.NoticesRead"}
    assert undeclared(tables) == ["meetings.NoticesRead.user"]


def test_paths_to_owners_and_to_times_lead_somewhere() -> None:
    paths = [
        (table, path)
        for table in register().values()
        for path in (*table.whose.values(), *filter(None, [table.kept.after]), *table.kept.where)
    ]
    assert [(t.label, p) for t, p in paths if not path_exists(t.model, p)] == []


def test_field_that_stays_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        held("to be found", "everybody", Does.KEEPS)


def test_every_line_says_what_for_who_sees_it_and_how_long() -> None:
    lines = [(t, f) for t in register().values() for f in t.fields.values()]
    assert [t.label for t, f in lines if not (f.purpose and f.seen_by and t.kept.says)] == []
