"""Signs, dots of minutes, marks and the emblem as drawings of their own, for paper."""

from __future__ import annotations

from functools import cache, lru_cache

from emporion.design import codes, drawings, signs
from emporion.design.colour import to_hex
from emporion.design.paper import standalone
from emporion.design.tokens import PAVILIONS

OTHER = "#333333"
INK = "#000000"


@cache
def sign(letter: str) -> str:
    """The ground and the pattern of a sign, 34 x 24; the template sets the letter on it."""
    if not signs.known(letter):
        return standalone(34, 24, [f'<path fill="{OTHER}" d="M0 0h34v24H0z"/>'])
    pattern = signs.strip(letter)
    kind = (
        f'fill="none" stroke="#fff" stroke-width="{pattern.stroke:g}"'
        if pattern.stroke
        else 'fill="#fff"'
    )
    return standalone(
        34,
        24,
        [
            '<clipPath id="c"><path d="M0 0h10v24H0z"/></clipPath>',
            f'<path fill="{to_hex(PAVILIONS[letter][1])}" d="M0 0h34v24H0z"/>',
            f'<g transform="translate(24)" clip-path="url(#c)"><path {kind} '
            f'opacity="{pattern.opacity:g}" d="{pattern.path}"/></g>',
        ],
    )


@lru_cache(maxsize=1024)
def minutes(walk: int, gap: int | None = None, mirrored: bool = False) -> str:
    """The dots of a walk; nothing above 20 minutes, where words have to do."""
    drawn = drawings.dots(walk, gap)
    if drawn is None or (not drawn.walked and not drawn.spare and not drawn.late):
        return ""
    shapes = [
        f'<path fill="{INK}" d="{drawn.walked}"/>',
        f'<path fill="none" stroke="{INK}" stroke-width="1.1" d="{drawn.spare}"/>',
    ]
    if drawn.start_at is not None:
        # In grey the bar says it: what stands behind it is late.
        shapes.append(f'<path fill="{INK}" d="M{drawn.start_at} 0h2v12h-2z{drawn.late}"/>')
    if drawn.more_at is not None:
        shapes.append(f'<path fill="{INK}" d="M{drawn.more_at} 5.3h7v1.4h-7z"/>')
    if mirrored:
        shapes = [f'<g transform="translate({drawn.width}) scale(-1 1)">', *shapes, "</g>"]
    return standalone(drawn.width, 12, shapes)


def code(address: str) -> str:
    """The QR code of an address, without a quiet zone; nothing for one that is too long."""
    found = codes.code_of(address)
    if found is None:
        return ""
    return standalone(found.side, found.side, [f'<path fill="{INK}" d="{found.path}"/>'])


@cache
def mark(kind: str) -> str:
    """The shape of a mark that a sheet may bear: `waits`."""
    shapes = {
        "waits": f'<circle cx="6" cy="6" r="5.2" fill="none" stroke="{INK}" stroke-width="1.5"/>'
        f'<path fill="{INK}" d="M6 .8a5.2 5.2 0 0 1 0 10.4z"/>',
    }
    return standalone(12, 12, [shapes[kind]])


@cache
def emblem() -> str:
    """The mark of the product."""
    return standalone(
        36,
        36,
        [
            '<path d="M0 0h36v36H0z"/>',
            '<path fill="#fff" d="M8 8h20v3.5H8zM8 16.2h9v3.5H8zM8 24.5h20V28H8z"/>',
            '<path fill="#74d4b1" d="M19 16.2h9v3.5h-9z"/>',
        ],
    )
