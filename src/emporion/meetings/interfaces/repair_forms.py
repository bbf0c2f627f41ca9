"""The two forms of a repair: what has happened, and how little may change by it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from emporion.core.translated import best
from emporion.design.formats import clock, day
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.meetings import rules
from emporion.meetings.domain.repairing import MOST as MOST_MOVES
from emporion.meetings.models import Slot
from emporion.registry.countries import country_name

KINDS = {
    "absent": gettext_lazy("Somebody is away"),
    "late": gettext_lazy("Somebody comes late"),
    "no_show": gettext_lazy("Somebody did not come to a meeting"),
    "closed": gettext_lazy("A pavilion is closed"),
}
# What the first and the second time are called, by what has happened.
TIMES = {
    "absent": (gettext_lazy("Away from"), gettext_lazy("Until")),
    "late": (gettext_lazy("Away from"), gettext_lazy("There again from")),
    "no_show": (gettext_lazy("Meeting at"),),
    "closed": (gettext_lazy("Closed from"), gettext_lazy("Until")),
}
# So many of one name are shown to choose from.
MOST = 8
# Of the slots that have begun, before the first.
NOTHING = "none"
Choices = list[Any]


class TellForm(forms.Form):
    """Who or what it is, and from when until when; one kind of thing at a time."""

    who = forms.CharField(
        label=gettext_lazy("Who"),
        help_text=gettext_lazy("Name, stand, or number in the list they came with."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Say who it is.")},
    )
    one = forms.ChoiceField(
        label=gettext_lazy("Which of them"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Several are called like this: choose one.")},
    )
    letter = forms.ChoiceField(label=gettext_lazy("Pavilion"))
    first = forms.ChoiceField()
    until = forms.ChoiceField()

    def __init__(
        self, edition: Edition, slots: Sequence[Slot], kind: str, given: Mapping[str, Any] | None
    ) -> None:
        self.kind = kind if kind in KINDS else "absent"
        self.slots = {str(slot.number): slot for slot in slots}
        self.before = {str(two.number): one for one, two in itertools.pairwise(slots)}
        coming = _coming(edition, slots)
        today = [slot.number for slot in coming if slot.date == coming[0].date]
        until = today[1:2] if self.kind == "late" else today[-1:]
        super().__init__(given, initial={"first": today[:1], "until": until})
        self.found: list[Participation] = []
        if self.kind == "closed":
            del self.fields["who"], self.fields["one"]
            self._choose("letter", [(p.letter, _pavilion(p)) for p in editions.pavilions(edition)])
        else:
            del self.fields["letter"]
            typed = str(given.get("who", ""))[:200] if given else ""
            self.found = editions.called(edition, typed, MOST + 1) if typed else []
            if 1 < len(self.found) <= MOST:
                self._choose("one", _told_apart(self.found))
            else:
                del self.fields["one"]
        if self.kind == "no_show":
            del self.fields["until"]
        for name, label in zip(("first", "until"), TIMES[self.kind], strict=False):
            self.fields[name].label = label
            ends = name == "until" and self.kind != "late"
            self._choose(name, [(slot.number, said(slot, ends=ends)) for slot in slots])

    def clean_who(self) -> str:
        """Name somebody whom the market knows, and not too many of them."""
        typed = str(self.cleaned_data["who"])
        if not self.found:
            raise ValidationError(
                _(
                    "Nobody with meetings is called so. Write other letters of the name, the stand "
                    "(F 214), or the number in the list."
                )
            )
        if len(self.found) > MOST:
            raise ValidationError(
                _("More than %(n)d are called so. Write more of the name.") % {"n": MOST}
            )
        return typed

    def clean(self) -> dict[str, Any]:
        """Compare the two times where both are there."""
        found = super().clean() or self.cleaned_data
        times = [int(found[name]) for name in ("first", "until") if name in found]
        if self.kind == "late" and times != sorted(set(times)):
            self.add_error("until", _("They are there before they are away. Choose a later slot."))
        return found

    def happened(self) -> dict[str, Any]:
        """Return what the form says, as `domain.incidents.tell` takes it."""
        found = self.cleaned_data
        first = last = self.slots[found["first"]]
        if self.kind == "late":
            last = self.before[found["until"]]
        elif "until" in found:
            last = self.slots[found["until"]]
        if self.kind == "closed":
            return {"letter": found["letter"], "first": first, "last": last}
        by_id = {one.public_id: one for one in self.found}
        who = by_id[found["one"]] if "one" in found else self.found[0]
        return {"participation": who, "first": first, "last": last}

    def _choose(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _few(label: Any, help_text: Any) -> forms.IntegerField:
    """Return a field for a small number, 1 unless another is typed."""
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=0,
        max_value=MOST_MOVES,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class RepairForm(forms.Form):
    """From when on, and how little, the public schedule may change."""

    as_of = forms.ChoiceField(
        label=gettext_lazy("What has begun"),
        help_text=gettext_lazy("Meetings held in this slot and before stay as they are."),
    )
    notice = _few(
        gettext_lazy("Notice, in slots"),
        gettext_lazy(
            "How many slots ahead people are told. 1: the next one may change; 2: only the one "
            "after it."
        ),
    )
    moves = _few(
        gettext_lazy("Moves for one guest at most"),
        gettext_lazy("How many meetings of one guest may go to another slot."),
    )
    walking = forms.BooleanField(
        label=gettext_lazy("Give everybody the minutes to walk"),
        help_text=gettext_lazy("Where the public schedule gave them."),
        required=False,
        initial=True,
    )

    def __init__(
        self, slots: Sequence[Slot], begun: Slot | None, given: Mapping[str, Any] | None
    ) -> None:
        super().__init__(given, initial={"as_of": begun.name if begun else NOTHING})
        field = self.fields["as_of"]
        assert isinstance(field, forms.ChoiceField)
        nothing = (NOTHING, gettext_lazy("Nothing: the fair has not begun"))
        field.choices = [nothing, *((slot.name, said(slot)) for slot in slots)]

    def clean_as_of(self) -> str:
        """Return the name of the slot, "" before the fair."""
        found = str(self.cleaned_data["as_of"])
        return "" if found == NOTHING else found


def said(slot: Slot, *, ends: bool = False) -> str:
    """Return the day and the time at which a slot begins, or ends."""
    time = ends_of(slot) if ends else slot.starts
    return _("%(date)s, %(time)s") % {"date": day(slot.date, "short"), "time": clock(time)}


def ends_of(slot: Slot) -> dt.time:
    """Return when a slot ends."""
    return (dt.datetime.combine(slot.date, slot.starts) + dt.timedelta(minutes=slot.minutes)).time()


def _coming(edition: Edition, slots: Sequence[Slot]) -> Sequence[Slot]:
    """Return the slots that are not over, and the last one after the fair."""
    here = timezone.now().astimezone(edition.tz)
    return [slot for slot in slots if not rules.has_ended(slot, here)] or slots[-1:]


def _pavilion(pavilion: Any) -> str:
    return f"{pavilion.letter} {best(pavilion.name, get_language() or 'en')[1]}"


def _told_apart(found: Sequence[Participation]) -> Choices:
    """Return people as choices: a name with the stand or the country, and with the number in their
    list, or their id, where these are the same as well."""
    language = get_language() or "en"
    named = [(best(one.display_name, language), _place(one, language)) for one in found]
    choices = []
    for one, ((spoken, name), place) in zip(found, named, strict=True):
        number = one.external_id or one.public_id
        alike = named.count(((spoken, name), place)) > 1
        label = format_html(
            '<span><bdi lang="{}">{}</bdi> <bdi class="small secondary">{}</bdi>{}</span>',
            spoken,
            name,
            place,
            format_html(' <bdi class="small secondary" dir="ltr">{}</bdi>', number)
            if alike
            else "",
        )
        choices.append((one.public_id, label))
    return choices


def _place(one: Participation, language: str) -> str:
    if not one.hosts:
        return country_name(one.country, language) if one.country else ""
    letter = one.pavilion.letter if one.pavilion else ""
    return " ".join(word for word in (letter, one.stand_number) if word)
