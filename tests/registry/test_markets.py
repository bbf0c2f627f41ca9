"""Markets: countries, and regions that hold countries."""

import pytest

from emporion.demo.generator.countries import countries
from emporion.demo.generator.word_lists import words
from emporion.registry.countries import country_codes
from emporion.registry.markets import REGIONS, countries_of, market_name


def test_every_member_of_a_region_is_a_country_and_stands_once():
    known = set(country_codes())
    for key, region in REGIONS.items():
        assert set(region.members) - known == set(), key
        assert len(set(region.members)) == len(region.members), key


def test_regions_are_opened_into_countries_each_once():
    assert countries_of(["FI", "nordic", "SE"]) == ["FI", "DK", "IS", "NO", "SE"]


@pytest.mark.parametrize(
    ("market", "language", "name"),
    [("east-asia", "zh-hans", "东亚"), ("FI", "en", "Finland"), ("atlantis", "en", "atlantis")],
)
def test_market_in_words(market, language, name):
    assert market_name(market, language) == name


def test_regions_of_the_model_edition_are_those_of_the_registry():
    assert set(words("regions")) == set(REGIONS)
    for country in countries().values():
        assert country.code in REGIONS[country.region].members
