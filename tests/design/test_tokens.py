"""Colours follow from the table, and the table keeps its promised contrast."""

import pytest

from emporion.design import tokens
from emporion.design.colour import Oklch, contrast, mixed, to_hex
from emporion.design.stylesheet import CSS

# What the visual language promises: token, theme, ratios on paper, card and wash.
PROMISED = [
    ("edge", 0, (4.5, 4.6, 4.2)),
    ("edge", 1, (4.7, 4.3, 4.0)),
    ("ink", 0, (17.2, 17.7, 15.8)),
    ("ink", 1, (15.6, 14.3, 13.1)),
    ("ink2", 0, (8.2, 8.4, 7.6)),
    ("ink2", 1, (9.0, 8.2, 7.5)),
    ("jade", 0, (7.2, 7.4, 6.6)),
    ("jade", 1, (10.4, 9.6, 8.7)),
    ("verm", 0, (5.6, 5.8, 5.2)),
    ("verm", 1, (7.6, 7.0, 6.4)),
]
ON_THEIR_GROUND = [
    ("onjade", "jade", 0, 7.4),
    ("onjade", "jade", 1, 10.4),
    ("onverm", "verm", 0, 5.8),
    ("onverm", "verm", 1, 7.6),
    ("jade", "jadewash", 0, 6.4),
    ("jade", "jadewash", 1, 7.7),
    ("ink", "vermwash", 0, 15.7),
    ("ink2", "vermwash", 0, 7.5),
    ("verm", "vermwash", 0, 5.2),
    ("ink", "vermwash", 1, 12.6),
    ("ink2", "vermwash", 1, 7.2),
    ("verm", "vermwash", 1, 6.1),
]
RATIOS = (7.6, 8.1, 5.4, 5.8, 6.9, 6.6, 9.3, 8.5, 7.5, 7.2)
WHITE_ON = dict(zip("ABCDEFGHIK", RATIOS, strict=True))


def test_stylesheet_of_tokens_is_the_one_computed_from_the_table():
    assert (CSS / "tokens.css").read_text(encoding="utf-8") == tokens.stylesheet()


def test_every_token_has_its_colour_where_the_device_forces_its_own():
    assert tokens.FORCED.keys() == tokens.values(tokens.LIGHT).keys()
    system = {"Canvas", "CanvasText", "GrayText", "Highlight", "HighlightText"}
    assert set(tokens.FORCED.values()) == system


@pytest.mark.parametrize(("colour", "expected"), [
    (Oklch(0, 0, 0), "#000000"),
    (Oklch(1, 0, 0), "#ffffff"),
    (Oklch(0.6279554, 0.2576833, 29.2338812), "#ff0000"),
    (Oklch(0.8664396, 0.2948272, 142.4953450), "#00ff00"),
    (Oklch(0.4520137, 0.3132144, 264.0520206), "#0000ff"),
])  # fmt: skip
def test_known_colours_come_out_as_their_hex(colour, expected):
    assert to_hex(colour) == expected


def test_a_mixture_of_nothing_is_the_colour_itself():
    jade, ink = tokens.TOKENS["jade"][0], tokens.TOKENS["ink"][0]
    assert (mixed(jade, ink, 0), mixed(jade, ink, 1)) == (to_hex(jade), to_hex(ink))


@pytest.mark.parametrize(("token", "theme", "ratios"), PROMISED)
def test_contrast_on_the_three_grounds_is_as_promised(token, theme, ratios):
    shades = tokens.values(theme)
    measured = [contrast(shades[token], shades[ground]) for ground in ("paper", "card", "wash")]
    assert tuple(round(ratio, 1) for ratio in measured) == ratios


@pytest.mark.parametrize(("token", "ground", "theme", "ratio"), ON_THEIR_GROUND)
def test_contrast_on_its_own_ground_is_as_promised(token, ground, theme, ratio):
    shades = tokens.values(theme)
    assert round(contrast(shades[token], shades[ground]), 1) == ratio


def test_white_letters_on_signs_have_the_promised_contrast():
    measured = {
        letter: round(contrast("#ffffff", to_hex(colour)), 1)
        for letter, (_, colour) in tokens.PAVILIONS.items()
    }
    assert measured == WHITE_ON


def test_words_on_buttons_under_the_pointer_stay_legible():
    for theme in (tokens.LIGHT, tokens.DARK):
        shades = tokens.values(theme)
        for word, ground in (("onjade", "jade"), ("onverm", "verm"), ("ink", "card")):
            assert contrast(shades[word], shades[f"{ground}-pointed"]) >= 4.5
