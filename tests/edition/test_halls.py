"""From halls to at most ten letters."""

from __future__ import annotations

from emporion.edition.domain.lists.halls import OTHER, Said, plan_halls


def said(name: str = "", *ids: str, shown: str = "") -> Said:
    return name, ids, shown


def test_named_halls_get_letters_in_the_order_of_their_names() -> None:
    halls = plan_halls([said("West"), said("East"), said("West")], {}, "Hall")
    assert [(p.letter, p.name) for p in halls.new] == [("A", {"en": "East"}), ("B", {"en": "West"})]
    assert halls.letters == {said("West"): "B", said("East"): "A"}


def test_small_halls_and_more_than_nine_go_to_other_places() -> None:
    rows = [said(f"Hall {n:02}") for n in range(12) for _ in range(20 - n)] + [said("Suite")]
    halls = plan_halls(rows, {}, "Hall")
    assert [p.letter for p in halls.new] == list("ABCDEFGHIK")
    assert halls.new[-1].name == {"en": OTHER}
    assert halls.letters[said("Hall 08")] == "I"
    assert {halls.letters[said(name)] for name in ("Hall 09", "Hall 11", "Suite")} == {"K"}


def test_hall_id_stands_in_for_a_missing_name_when_four_in_five_agree() -> None:
    rows = [said("North", "N")] * 4 + [said("South", "N"), said("", "N"), said("", "Q", "N")]
    halls = plan_halls(rows, {}, "Hall")
    assert halls.letters[said("", "N")] == halls.letters[said("North", "N")]
    assert halls.letters[said("", "Q", "N")] == halls.letters[said("North", "N")]
    halls = plan_halls([said("North", "D"), said("South", "D"), said("", "D"), said()], {}, "Hall")
    assert halls.letters[said("", "D")] == halls.new[-1].letter
    assert halls.letters[said()] == ""


def test_ids_alone_are_the_names() -> None:
    halls = plan_halls([said("", "H1", "H2"), said("", "H2")], {}, "Hall id")
    assert [(p.letter, p.name) for p in halls.new] == [("A", {"en": "H1"}), ("B", {"en": "H2"})]
    assert halls.letters == {said("", "H1", "H2"): "A", said("", "H2"): "B"}


def test_letters_of_our_own_export_stay() -> None:
    rows = [said("C", shown="Frontier"), said("A", shown="主馆"), said("")]
    halls = plan_halls(rows, {}, "Pavilion")
    assert [(p.letter, p.name) for p in halls.new] == [
        ("A", {"zh-hans": "主馆"}),
        ("C", {"en": "Frontier"}),
    ]
    assert halls.letters == {rows[0]: "C", rows[1]: "A", rows[2]: ""}


def test_existing_pavilions_are_found_by_letter_and_by_name_in_any_language() -> None:
    existing = {"A": {"en": "Silk Road", "zh-hans": "丝路"}, "B": {"en": "Frontier"}}
    rows = [said("b"), said("丝路"), said("SILK  road".replace("  ", " ")), said("Moon"), said()]
    halls = plan_halls(rows, existing, "Hall")
    assert [halls.letters[row] for row in rows] == ["B", "A", "A", None, ""]
    assert (halls.new, halls.unknown) == ([], {"Moon"})


def test_existing_other_places_takes_what_is_unknown() -> None:
    halls = plan_halls([said("Moon")], {"A": {"en": "Main"}, "B": {"en": OTHER}}, "Hall")
    assert halls.letters == {said("Moon"): "B"}


def test_nothing_said_makes_no_pavilion() -> None:
    halls = plan_halls([said(), said()], {}, "Hall")
    assert (halls.new, halls.letters, halls.told) == ([], {said(): ""}, [])
