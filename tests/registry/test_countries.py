"""Countries: read in three languages, named in three languages, never guessed."""

from __future__ import annotations

import pytest

from emporion.registry.countries import country_code, country_codes, country_name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FI", "FI"),
        ("fi", "FI"),
        ("FIN", "FI"),
        ("Finland", "FI"),
        ("芬兰", "FI"),
        ("فنلندا", "FI"),
        ("United States", "US"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("united states of america", "US"),
        ("Korea, Republic of", "KR"),
        ("South Korea", "KR"),
        ("韩国", "KR"),
        ("UK", "GB"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Turkiye", "TR"),
        ("Côte d'Ivoire", "CI"),
        ("Cote d’Ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("Hong Kong SAR", "HK"),
        ("香港", "HK"),
        ("中国", "CN"),
        ("PR China", "CN"),
        ("中國", "CN"),
        ("الصين", "CN"),
        ("الإمارات", "AE"),
        ("The Netherlands", "NL"),
        ("Bosnia & Herzegovina", "BA"),
        ("St. Lucia", "LC"),
        ("Viet Nam", "VN"),
        ("Myanmar", "MM"),
        ("Burma", "MM"),
        ("Namibia", "NA"),
        ("NA", "NA"),
        ("  Japan ", "JP"),
        ("Georgia", "GE"),
        ("Niger", "NE"),
        ("Nigeria", "NG"),
    ],
)
def test_country_code_known_word_is_its_code(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    "text",
    ["", " ", "Atlantis", "Korea", "Congo", "刚果", "EU", "Europe", "UN", "ZZ", "XX", "Fin land"],
)
def test_country_code_unknown_or_double_word_is_none(text: str) -> None:
    assert country_code(text) is None


def test_country_code_every_name_in_three_languages_leads_back() -> None:
    for code in country_codes():
        for language in ("en", "zh-hans", "ar"):
            assert country_code(country_name(code, language)) == code


def test_country_name_falls_back_to_english_and_to_the_code() -> None:
    assert country_name("FI", "zh-hans") == "芬兰"
    assert country_name("FI", "ar") == "فنلندا"
    assert country_name("FI", "fi") == "Finland"
    assert country_name("QQ", "en") == "QQ"


def test_country_codes_are_those_of_the_standard(shared: object) -> None:
    import csv
    from pathlib import Path

    path = Path(str(shared)) / "data" / "country-codes" / "country-codes.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [(r["ISO3166-1-Alpha-2"], r["ISO3166-1-Alpha-3"]) for r in csv.DictReader(lines)]
    assert set(country_codes()) == {two for two, _ in rows} | {"XK"}
    assert [country_code(three) for _, three in rows] == [two for two, _ in rows]
