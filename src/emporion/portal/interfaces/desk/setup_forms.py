"""The forms of setting up an edition: what it is, its pavilions, its slots."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emporion.core.text.clean import BadText, clean_text
from emporion.core.translated import as_dict
from emporion.edition.domain.editions import LANGUAGES
from emporion.edition.domain.pavilions import LETTERS
from emporion.meetings.domain.slots import Span, spans_of_a_day

LANGUAGE_NAMES = {"en": "English", "zh-hans": "中文", "ar": "العربية"}
MOST_DAYS = 60


class TextField(forms.CharField):
    """One line that passes the one gate for text."""

    def clean(self, value: Any) -> str:
        """Refuse hidden characters and what is too long, saying where."""
        text = super().clean(value)
        try:
            return clean_text(text, max_length=self.max_length or 200)
        except BadText as error:
            raise forms.ValidationError(str(error)) from error


def texts_of(value: Any, name: str) -> dict[str, str]:
    """Return the initial values of a text in its languages."""
    texts = as_dict(value)
    return {f"{name}_{language}": texts.get(language, "") for language in LANGUAGES}


class InLanguages(forms.Form):
    """Adds a field a language for each of `TEXTS` (name to label)."""

    TEXTS: Mapping[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = dict(self.fields)
        self.fields.clear()
        for name, label in self.TEXTS.items():
            for language in LANGUAGES:
                words = {"label": label, "language": LANGUAGE_NAMES[language]}
                self.fields[f"{name}_{language}"] = TextField(
                    label=_("%(label)s (%(language)s)") % words,
                    required=False,
                    max_length=200,
                    widget=forms.TextInput(attrs={"lang": language, "dir": "auto"}),
                )
        self.fields.update(own)

    def texts(self, name: str) -> dict[str, str]:
        """Return what was entered, by language; empty ones are left out."""
        found = {language: self.cleaned_data[f"{name}_{language}"] for language in LANGUAGES}
        return {language: text for language, text in found.items() if text}


@cache
def _zones() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


class EditionForm(InLanguages):
    """What an edition is called, when and where it is."""

    TEXTS = {
        "title": gettext_lazy("Name"),
        "subtitle": gettext_lazy("Second line"),
        "place": gettext_lazy("Place"),
    }
    starts = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    ends = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=_zones)
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages of the pages"),
        choices=list(LANGUAGE_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        """A name in some language, days in order, not too many."""
        found = super().clean() or self.cleaned_data
        if not any(found.get(f"title_{language}") for language in LANGUAGES):
            self.add_error("title_en", _("The edition needs a name in at least one language."))
        starts, ends = found.get("starts"), found.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", _("The last day lies before the first day."))
        elif starts and ends and (ends - starts).days >= MOST_DAYS:
            self.add_error("ends", _("At most %(most)d days are possible.") % {"most": MOST_DAYS})
        return found


class NewEditionForm(EditionForm):
    """A further edition of the same expo."""

    slug = forms.CharField(
        label=gettext_lazy("Name in addresses"),
        help_text=gettext_lazy("Small letters, digits and hyphens, such as fair-2026."),
        max_length=50,
    )


class PavilionForm(InLanguages):
    """A pavilion: its letter, its names, its way from the gate."""

    TEXTS = {"name": gettext_lazy("Name")}
    letter = forms.ChoiceField(label=gettext_lazy("Letter"))
    gate_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes on foot from the main gate"),
        min_value=0,
        max_value=240,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, letters: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["letter"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(letter, letter) for letter in letters]
        self.order_fields(["letter"])

    def clean(self) -> dict[str, Any]:
        """Signs are read with their names."""
        found = super().clean() or self.cleaned_data
        if not any(found.get(f"name_{language}") for language in LANGUAGES):
            self.add_error("name_en", _("The pavilion needs a name in at least one language."))
        return found


def free_letters(taken: set[str]) -> list[str]:
    """Return the letters of signs that are not taken."""
    return [letter for letter in LETTERS if letter not in taken]


class SlotsForm(forms.Form):
    """One day's times, the same on every day."""

    starts = forms.TimeField(
        label=gettext_lazy("First meeting at"), widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    ends = forms.TimeField(
        label=gettext_lazy("Last meeting ends by"),
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
    )
    break_starts = forms.TimeField(
        label=gettext_lazy("Break from"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
    )
    break_ends = forms.TimeField(
        label=gettext_lazy("Break until"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes of a meeting"), min_value=5, max_value=240
    )
    gap = forms.IntegerField(
        label=gettext_lazy("Minutes between meetings"), min_value=0, max_value=120
    )

    def __init__(self, days: list[dt.date], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = days

    def clean(self) -> dict[str, Any]:
        """Times in order, a break that has both its ends, and at least one meeting a day."""
        found = super().clean() or self.cleaned_data
        if self.errors:
            return found
        begins, until = found["break_starts"], found["break_ends"]
        if (begins is None) != (until is None):
            self.add_error("break_ends", _("A break has a beginning and an end, or neither."))
        elif begins is not None and not found["starts"] <= begins < until <= found["ends"]:
            self.add_error("break_starts", _("The break must lie between the first and the last."))
        elif not self.spans():
            self.add_error("ends", _("No meeting fits between these times."))
        return found

    def spans(self) -> list[Span]:
        """Return the slots of all days."""
        told = self.cleaned_data
        halves = [(told["starts"], told["ends"])]
        if told["break_starts"] is not None:
            halves = [(told["starts"], told["break_starts"]), (told["break_ends"], told["ends"])]
        return [
            span
            for day in self.days
            for begins, ends in halves
            for span in spans_of_a_day(day, begins, ends, minutes=told["minutes"], gap=told["gap"])
        ]
