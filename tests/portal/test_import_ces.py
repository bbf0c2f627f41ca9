"""A real list of 2,088 exhibitors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emporion.core.tabular.reading import read_table
from emporion.core.tenancy import scope
from emporion.edition.models import Edition, Offer, Participation, Pavilion
from emporion.portal.interfaces.commands import give_out, take_in


def test_real_list_is_taken_in_given_out_and_then_nothing_changes(
    shared: Path, tmp_path: Path, db: None, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR = tmp_path
    path = shared / "data" / "ces-2026-exhibitors" / "exhibitors.csv"
    words = ["exhibitors", str(path), "--edition", "ces-2026", "--create-edition"]
    assert take_in(words) == 0
    said = capsys.readouterr().out
    assert "2,088 new, 0 changed, 0 unchanged, 0 vanished" in said
    assert "8 pavilions are made from the column “Booth_Venue”" in said
    assert "This country is not known" not in said
    assert "No category of the taxonomy is called so" not in said
    edition = Edition._base_manager.get()
    with scope(expo=edition.expo):
        assert Pavilion.objects.count() == 8
        everybody = Participation.objects.all()
        assert everybody.filter(country="").count() == 0
        assert everybody.exclude(stand="").count() == 2082
        assert everybody.filter(pavilion=None).count() == 5
        assert Offer.objects.filter(code="ai").count() == 728
        assert everybody.filter(offers=None).count() == 312
    assert take_in(words) == 0
    assert "0 new, 0 changed, 2,088 unchanged, 0 vanished" in capsys.readouterr().out
    out = tmp_path / "out.csv"
    assert give_out(["exhibitors", "--edition", "ces-2026", "-o", str(out)]) == 0
    assert len(read_table(out).rows) == 2088
    capsys.readouterr()
    assert take_in(["exhibitors", str(out), "--edition", "ces-2026"]) == 0
    assert "0 new, 0 changed, 2,088 unchanged, 0 vanished" in capsys.readouterr().out
