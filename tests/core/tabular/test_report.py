from emporion.core.tabular.report import CellError, TableError, grouped, render


def test_cell_error_is_one_sentence():
    error = CellError(7, "Country", "Atlantis", "Unknown country", "A name or an ISO code.")
    assert (
        str(error) == "Line 7, column “Country”: Unknown country “Atlantis”. A name or an ISO code."
    )


def test_table_error_names_what_is_known():
    assert str(TableError("Empty", "Fill it.")) == "Empty. Fill it."
    assert (
        str(TableError("Twice", "Rename.", line=3, column="a"))
        == "Line 3, column “a”: Twice. Rename."
    )


def test_groups_are_listed_with_the_most_frequent_first():
    errors = [
        CellError(n, "Country", f"C{n % 5}", "Unknown country", "A code.") for n in range(2, 14)
    ]
    errors.insert(3, CellError(5, None, "", "The row has 2 cells", "The header has 3."))
    groups = grouped(errors)
    assert [(g.column, len(g.lines), g.values) for g in groups] == [
        ("Country", 12, ("C2", "C3", "C4", "C0", "C1")),
        (None, 1, ()),
    ]
    assert render(groups) == (
        "Column “Country”: Unknown country - lines 2, 3, 4, 5, 6, 7, 8, 9 and 4 more "
        "(“C2”, “C3”, “C4”, …). A code.\n"
        "The row has 2 cells - lines 5. The header has 3."
    )
