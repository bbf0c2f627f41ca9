"""Chinese and Arabic on paper, looked at as pictures: letters join, and none is a box."""

from __future__ import annotations

import struct
import zlib

import pytest

from emporion.design import paper

pytestmark = pytest.mark.usefixtures("paper_fonts")
APART = "\N{ZERO WIDTH NON-JOINER}"
LINE = """#import "/design/templates/design/paper.typ": faces
#set page(width: auto, height: auto, margin: 4pt)
#set text(font: faces.at("{face}"), lang: "{face}", size: 40pt)
{words}
"""


def picture(face: str, words: str) -> tuple[int, int, bytes]:
    """Width, height and every point of a line, set by the compiler and in the faces of sheets."""
    source = LINE.format(face=face, words=words).encode()
    png = paper._compiler().compile(input=source, format="png", ppi=72.0)
    assert isinstance(png, bytes) and png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    at, packed = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + length]
        at += length + 12
    return width, height, zlib.decompress(packed)


@pytest.mark.parametrize("word", ["محمد", "اللقاء", "تجارة"])
def test_arabic_letters_join_into_words(word: str) -> None:
    joined, apart = picture("ar", word), picture("ar", APART.join(word))
    # Letters that join have other forms, and other widths, than those that stand alone.
    assert abs(joined[0] - apart[0]) > 4


@pytest.mark.parametrize("face", ["zh", "ar", "en"])
def test_chinese_characters_are_drawn_and_are_no_boxes(face: str) -> None:
    drawn = {word: picture(face, word) for word in ("杭", "州", "贸", "易")}
    # Full-width characters: 40 points each and the margins.
    assert {one[0] for one in drawn.values()} == {48}
    assert len({one[2] for one in drawn.values()}) == 4
    # What no face has is drawn as the box that nobody wants to see.
    assert picture(face, "\ue123")[2] not in {one[2] for one in drawn.values()}
