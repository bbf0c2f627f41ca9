"""What /_parts/ shows: made-up meetings, firms and figures, one of every state."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emporion.design import tokens
from emporion.design.agenda import Asked, Between, Entry, Mending
from emporion.design.colour import contrast, to_hex
from emporion.design.templatetags.parts import MARKS

PATTERNS = {
    "plain": gettext_lazy("plain"),
    "reeds": gettext_lazy("reeds"),
    "dunes": gettext_lazy("dunes"),
    "rain": gettext_lazy("rain"),
    "seeds": gettext_lazy("seeds"),
    "weave": gettext_lazy("weave"),
    "rungs": gettext_lazy("rungs"),
    "lattice": gettext_lazy("lattice"),
    "rings": gettext_lazy("rings"),
    "steps": gettext_lazy("steps"),
}
DAY = dt.date(2023, 11, 24)


class ShownForm(forms.Form):
    """Two fields, the second one filled in wrongly."""

    company = forms.CharField(
        label=gettext_lazy("Company name"), help_text=gettext_lazy("As on your trade register")
    )
    quantity = forms.IntegerField(
        label=gettext_lazy("Quantity you would buy"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("Enter a number, for example 200")},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the meeting"), required=False,
        choices=[("en", "English"), ("zh", "中文"), ("ar", "العربية")],
    )  # fmt: skip
    reminder = forms.BooleanField(label=gettext_lazy("Remind me an hour before"), required=False)


def _colours(theme: int) -> list[dict[str, Any]]:
    shades = tokens.values(theme)
    return [
        {
            "name": name, "value": str(pair[theme])[6:-1], "hex": shades[name],
            "ratio": contrast(shades[name], shades["paper"]),
        }
        for name, pair in tokens.TOKENS.items()
    ]  # fmt: skip


def _pavilions() -> list[dict[str, Any]]:
    return [
        {
            "letter": letter, "pattern": PATTERNS[pattern], "value": str(colour)[6:-1],
            "ratio": contrast("#ffffff", to_hex(colour)),
        }
        for letter, (pattern, colour) in tokens.PAVILIONS.items()
    ]  # fmt: skip


def _entries() -> list[Entry]:
    mending = Mending(
        lead=_("Three minutes short."),
        sentence=_("Both of you are free at 11:50, and the walk then leaves 12 minutes."),
        act_url="#agenda", act_word=_("Move to 11:50"),
        keep_url="#agenda", keep_word=_("Keep 11:35"),
    )  # fmt: skip
    asked = Asked(
        "#agenda", _("The meeting with %(name)s was") % {"name": "Thuso Analytics (Pty) Ltd"}, "",
        [("5", _("Worth it"), True), ("3", _("So-so"), False), ("1", _("Not worth it"), False)],
    )  # fmt: skip
    clock = dt.time
    return [
        Entry(clock(9, 30), clock(10), "Thuso Analytics (Pty) Ltd", "past", "#agenda",
              _("with Naledi Mokoena"), "D", "112", pavilion=_("Digital Services"),
              mark="confirmed", mark_word=_("you noted: quotation"),
              after=Between(6, 20), asked=asked),
        Entry(clock(10, 20), clock(10, 50), "Silk Route Pay", "now", "#agenda",
              _("with Aziz Karimov"), "C", "118", pavilion=_("Silk Road E-commerce"),
              mark="confirmed", mark_word=_("now"), after=Between(7, 10)),
        Entry(clock(11), clock(11, 30), "Aava Well-being Oy", "confirmed", "#agenda",
              _("with Elina Korhonen"), "F", "214", pavilion=_("Smart Living"),
              mark="confirmed", after=Between(8, 5, mending=mending)),
        Entry(clock(11, 35), clock(12, 5), "灵境科技 Lingjing VR", "held", "#agenda",
              _("with Chen Yulan"), "B", "031", pavilion=_("Frontier Trends"), mark="held",
              after=Between(text=_("free from 12:05 to 15:00"))),
        Entry(clock(15), clock(15, 45), _("What a sleep model may claim"), "saved", "#agenda",
              _("session you saved"), "B", _("Stage"), room=True, mark="open"),
    ]  # fmt: skip


def showcase(theme: str) -> dict[str, Any]:
    """The context of the page of parts in `theme` (light or dark)."""
    form = ShownForm({"company": "Himal Digital Pvt. Ltd.", "quantity": "many", "language": "en"})
    form.is_valid()
    return {
        "shown_theme": theme,
        "shown_acting": {
            "name": ("en", "Aava Well-being Oy"), "body": _("Finland"), "stop_href": "#passing",
        },
        "colours": _colours(tokens.DARK if theme == "dark" else tokens.LIGHT),
        "pavilions": _pavilions(),
        "walks": [(7, 10), (10, 10), (8, 5), (2, 45), (24, 40), (0, 5)],
        "marks": list(MARKS),
        "entries": _entries(),
        "form": form,
        "days": [
            {"date": dt.date(2023, 11, day), "href": "#agenda", "current": day == DAY.day,
             "note": note}
            for day, note in ((23, _("4 held")), (24, _("today")), (25, "3"), (26, "2"), (27, "0"))
        ],
        "today": DAY,
        "opens": dt.date(2023, 11, 23),
        "closes": dt.date(2023, 11, 27),
        "halls": [
            {"letter": letter, "label": "", "value": value, "share": value / 1402}
            for letter, value in zip("ABCDEFG", (1402, 1188, 1016, 742, 611, 806, 553), strict=True)
        ],
        "chances": [
            (
                _("guests about hosts"),
                [(0.1, 0.08, 400), (0.3, 0.34, 400), (0.5, 0.47, 400), (0.8, 0.83, 400)],
            )
        ],
        "refusals": [
            {"label": _("No free time in common"), "sub": _("the two calendars never meet"),
             "value": 148, "share": 1.0, "href": "#bars"},
            {"label": _("Seller’s tables full"), "sub": _("wanted times all taken"),
             "value": 121, "share": 121 / 148, "href": "#bars"},
            {"label": _("Walk too long"), "sub": _("no order of the day leaves the minutes"),
             "value": 31, "share": 31 / 148, "href": "#bars"},
        ],
        "meetings": [(str(count), number) for count, number in enumerate(
            (148, 462, 869, 1129, 742, 416, 238, 118, 58, 22, 7, 3), start=1)],
        "hours": [str(hour) for hour in range(9, 17)],
        "load": [
            ("A", (71, 84, 88, 42, 66, 86, 79, 58)),
            ("B", (82, 93, 97, 51, 74, 96, 91, 70)),
            ("F", (79, 91, 95, 48, 72, 93, 88, None)),
        ],
        "stands": [
            ("F", "214", "Aava Well-being Oy", _("Finland"), 36, 41, "confirmed", _("on the plan")),
            ("D", "118", "Karoo Rest (Pty) Ltd", _("South Africa"), 24, 38, "confirmed",
             _("on the plan")),
            ("E", "077", "Studio Umlanga", _("South Africa"), 12, 9, "needs", _("no place")),
        ],
    }  # fmt: skip
