"""The parts of the visual language as template tags: {% load parts %}.

Each tag fills one template of design/parts/ and takes plain data. Words that a page passes in are
already in the reader's language. Pages join parts; a part never asks the database. The tags of
charts, forms and shell can be used from here too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emporion.design import drawings, formats, signs
from emporion.design.templatetags import charts, forms, shell
from emporion.design.templatetags.words import num

register = template.Library()
PARTS = "design/parts/"

MARKS = {
    "confirmed": gettext_lazy("confirmed"),
    "waits": gettext_lazy("no answer yet"),
    "open": gettext_lazy("open"),
    "held": gettext_lazy("held for you"),
    "needs": gettext_lazy("needs you"),
    "declined": gettext_lazy("declined"),
    "cancelled": gettext_lazy("cancelled"),
}
REASONS = {
    "need": gettext_lazy("You need"),
    "look": gettext_lazy("They look for"),
    "both": gettext_lazy("Both"),
    "near": gettext_lazy("Near"),
    "against": gettext_lazy("Against"),
}
RULES = {
    "quoted": gettext_lazy("quoted from a named source"),
    "recomputed": gettext_lazy("recomputed here; open it to check"),
    "quoted_demo": gettext_lazy("demonstration data, quoted"),
    "recomputed_demo": gettext_lazy("recomputed from demonstration data"),
}
SIGN_SIZES = (22, 24, 26, 40, 56, 72)
PLATE_SIZES = (26, 40, 72)


def _known(value: Any, allowed: Any, what: str) -> None:
    if value not in allowed:
        raise ValueError(f"{value!r} is no {what}; one of {', '.join(map(str, allowed))}")


def pavilion_label(letter: str, name: str = "") -> str:
    """What a sign is called aloud: Pavilion F, Smart Living."""
    if name:
        return _("Pavilion %(letter)s, %(name)s") % {"letter": letter, "name": name}
    return _("Pavilion %(letter)s") % {"letter": letter}


def place_label(letter: str, number: str, name: str = "", room: bool = False) -> str:
    """What a plate is called aloud: Pavilion F, Smart Living, stand 214."""
    place = number if room else _("stand %(number)s") % {"number": number}
    if not letter:
        return place
    return _("%(pavilion)s, %(place)s") % {
        "pavilion": pavilion_label(letter, name), "place": place,
    }  # fmt: skip


@lru_cache(maxsize=1024)
def _sign(letter: str, size: int, label: str) -> SafeString:
    known = signs.known(letter)
    html = render_to_string(
        PARTS + "sign.html",
        {
            "letter": letter,
            "label": label,
            "height": size,
            "width": round(size * 34 / 24),
            "pattern": signs.strip(letter) if known else None,
            "kind": letter.lower() if known else "other",
        },
    )
    return mark_safe(html.strip())  # noqa: S308  a template's own output


@register.simple_tag
def sign(letter: str, size: int = 24, name: str = "") -> SafeString:
    """The sign of a pavilion. With a name it speaks; without, it is hidden from readers."""
    _known(size, SIGN_SIZES, "size of a sign")
    return _sign(letter, size, pavilion_label(letter, name) if name else "")


@register.inclusion_tag(PARTS + "sign_large.html")
def sign_large(letter: str, name: str = "", where: str = "pattern") -> dict[str, Any]:
    """The sign 132 px high over the whole column, letter above, pattern below.

    Two of a letter on one page need two words for `where`: the pattern's id begins with it.
    """
    known = signs.known(letter)
    field = round(signs.LARGE_HEIGHT * signs.LARGE_SHARE)
    return {
        "letter": letter, "label": pavilion_label(letter, name) if name else "", "where": where,
        "kind": letter.lower() if known else "other",
        "tile": signs.tile(letter) if known else None,
        "high": signs.LARGE_HEIGHT, "field": field, "top": signs.LARGE_HEIGHT - field,
    }  # fmt: skip


@register.inclusion_tag(PARTS + "plate.html")
def plate(
    letter: str, number: str, size: int = 26, name: str = "", room: bool = False, href: str = ""
) -> dict[str, Any]:
    """Sign and number in one frame. The number is shown as it hangs on the stand.

    Without a number only the sign of the pavilion is shown, without either nothing.
    """
    _known(size, PLATE_SIZES, "size of a plate")
    number = str(number or "")
    label = place_label(letter, number, name, room) if number else pavilion_label(letter, name)
    return {
        "sign": _sign(letter, size, "") if letter else "",
        "number": number,
        "size": size,
        "room": room,
        "href": href,
        "label": label,
    }


@register.inclusion_tag(PARTS + "pavilion_entry.html")
def pavilion_entry(
    letter: str, name: str, count: Any, walk: int | None = None, href: str = ""
) -> dict[str, Any]:
    """A pavilion on the front page: large sign above, or a row with its sign on phones."""
    return {"letter": letter, "name": name, "count": num(count), "walk": walk, "href": href}


@register.inclusion_tag(PARTS + "minutes.html")
def minutes(walk: int | None, gap: int | None = None, words: bool = True) -> dict[str, Any]:
    """Dots and words for a walk, within a gap where one is known; nothing where none is known."""
    if not isinstance(walk, int):  # None, or a variable that the page does not have
        return {}
    return {
        "dots": drawings.dots(walk, gap),
        "words": formats.walk_words(walk, gap) if words else "",
        "short": gap is not None and walk > gap,
    }


@register.inclusion_tag(PARTS + "figure.html")
def figure(
    value: Any, unit: str = "", label: str = "", source: str = "", rule: str = "quoted",
    href: str = "", size: str = "t3",
) -> dict[str, Any]:  # fmt: skip
    """A figure on its proof. Two lines only under what the reader can have recomputed."""
    _known(rule, RULES, "rule of a figure")
    _known(size, ("t2", "t3", "t4", "big"), "size of a figure")
    return {
        "value": num(value), "unit": formats.percent_sign() if unit == "%" else unit,
        "label": label, "source": source, "rule": rule,
        "rule_words": RULES[rule], "href": href, "size": size,
    }  # fmt: skip


@register.inclusion_tag(PARTS + "proof_key.html")
def proof_key() -> dict[str, Any]:
    """The key of three lines, once a page with figures."""
    return {}


@register.inclusion_tag(PARTS + "fit.html")
def fit(you: int, they: int, both: int | None = None) -> dict[str, Any]:
    """Two sides that reach towards the table; `both` is in a hundred."""
    return {"you": you, "they": they, "both": both, "blocks": drawings.fit(you, they)}


@register.inclusion_tag(PARTS + "chip.html")
def chip(key: str, value: str, kind: str = "") -> dict[str, Any]:
    """A reason: who says it, and what. A reason against is shown as openly as one for."""
    return {"key": REASONS.get(key, key), "value": value, "kind": kind}


@register.inclusion_tag(PARTS + "mark.html")
def mark(kind: str, word: str = "") -> dict[str, Any]:
    """A shape and a word."""
    _known(kind, MARKS, "mark")
    return {"kind": kind, "word": word or MARKS[kind]}


@register.inclusion_tag(PARTS + "section_head.html")
def section_head(
    title: str, count: Any = "", href: str = "", link: str = "", id: str = "", level: int = 2,
    thin: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Rule, heading and one link at the end."""
    _known(level, (2, 3, 4), "level of a heading")
    return {
        "title": title, "count": num(count), "href": href, "link": link, "id": id,
        "level": level, "thin": thin,
    }  # fmt: skip


@register.inclusion_tag(PARTS + "monogram.html")
def monogram(name: str, size: int = 56) -> dict[str, Any]:
    """The first letters of a name where there is no picture of a firm."""
    return {"letters": _initials(name), "size": size}


def _initials(name: str) -> str:
    letters = [character for character in name if character.isalnum()]
    if not letters:
        return "·"
    if letters[0].isascii() and len(letters) > 1:
        return letters[0].upper() + letters[1].lower()
    return letters[0]


@register.inclusion_tag(PARTS + "agenda.html", takes_context=True)
def agenda(context: Mapping[str, Any], entries: Sequence[Any]) -> dict[str, Any]:
    """Entries of one day in order, with the walk or the free time between them."""
    return {"entries": entries, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag(PARTS + "day_tabs.html")
def day_tabs(days: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The days of the fair as tabs."""
    return {"days": days}


@register.inclusion_tag(PARTS + "job.html")
def job(
    name: str, state: str, line: str = "", state_words: str = "", share: float | None = None,
    href: str = "", link: str = "", href2: str = "", link2: str = "",
) -> dict[str, Any]:  # fmt: skip
    """What a job does, how far it is, and what the reader may do."""
    _known(state, ("waiting", "running", "done", "stopped"), "state of a job")
    share = None if share is None else min(1.0, max(0.0, share))
    return {
        "name": name, "state": state, "line": line, "state_words": state_words, "share": share,
        "percent": None if share is None else round(100 * share), "href": href, "link": link,
        "href2": href2, "link2": link2,
    }  # fmt: skip


@register.inclusion_tag(PARTS + "nothing.html")
def nothing(title: str, sentence: str, href: str = "", word: str = "") -> dict[str, Any]:
    """Nothing here yet: what is empty, what will be here, one thing to do."""
    return {"title": title, "sentence": sentence, "href": href, "word": word}


@register.inclusion_tag(PARTS + "problem.html")
def problem(
    title: str, sentence: str, href: str = "", word: str = "", href2: str = "", word2: str = ""
) -> dict[str, Any]:
    """What happened, whether anything was changed, two ways on."""
    return {
        "title": title, "sentence": sentence, "href": href, "word": word, "href2": href2,
        "word2": word2,
    }  # fmt: skip


@register.inclusion_tag(PARTS + "passing.html")
def passing(text: str, href: str = "", word: str = "") -> dict[str, Any]:
    """A message that passes, with at most one act."""
    return {"text": text, "href": href, "word": word}


@register.inclusion_tag(PARTS + "offline.html")
def offline(text: str) -> dict[str, Any]:
    """No network: as of when, and what waits on this device."""
    return {"text": text}


@register.inclusion_tag(PARTS + "made_up.html")
def made_up(word: str = "") -> dict[str, Any]:
    """The tag of a single generated thing inside a real page."""
    return {"word": word or _("demonstration data")}


# One load is enough for a page: the drawings, the forms and the shell come along.
for library in (charts, forms, shell):
    register.tags.update(library.register.tags)
    register.filters.update(library.register.filters)
