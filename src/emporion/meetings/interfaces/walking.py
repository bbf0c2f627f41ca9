"""The organiser's table of minutes on foot between pavilions; a plain form without script."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from emporion.core.translated import best
from emporion.design.formats import number
from emporion.edition import queries as editions
from emporion.edition.domain.walking import LONGEST_WALK, WalkingError, set_walking_minutes
from emporion.edition.gates import staff_may
from emporion.edition.queries import Edition, Pavilion
from emporion.registry.domain import roles


class WalkingForm(forms.Form):
    """One whole number a pair of pavilions; an empty field means: not entered."""

    both_ways = forms.BooleanField(
        required=False,
        label=gettext_lazy("The way back takes as long"),
        help_text=gettext_lazy("Fills every empty field from the one of the opposite direction."),
    )

    less = forms.BooleanField(
        required=False, label=gettext_lazy("Yes, remove the minutes of the emptied fields")
    )

    def __init__(self, pavilions: list[Pavilion], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letters = [pavilion.letter for pavilion in pavilions]
        for origin in self.letters:
            for target in self.letters:
                if origin == target:
                    continue
                words = {"origin": origin, "target": target}
                self.fields[f"{origin}-{target}"] = forms.IntegerField(
                    required=False,
                    min_value=0,
                    max_value=LONGEST_WALK,
                    label=_("From %(origin)s to %(target)s") % words,
                    widget=forms.NumberInput(
                        attrs={
                            "class": "walking-field",
                            "inputmode": "numeric",
                            "aria-label": _("Minutes from %(origin)s to %(target)s") % words,
                        }
                    ),
                )

    def clean(self) -> dict[str, Any]:
        """Mirror the fields if the organiser wants it; a contradiction is named."""
        found = super().clean() or self.cleaned_data
        if any(name not in self.data for name in self.fields if "-" in name):
            self.add_error(
                None,
                _("The table did not arrive whole, so nothing was changed. Open the page again."),
            )
            return found
        if not found.get("both_ways"):
            return found
        for origin in self.letters:
            for target in self.letters:
                there, back = f"{origin}-{target}", f"{target}-{origin}"
                if origin >= target or there in self.errors or back in self.errors:
                    continue
                if found[there] is None:
                    found[there] = found[back]
                elif found[back] is None:
                    found[back] = found[there]
                elif found[there] != found[back]:
                    self.add_error(
                        back,
                        _(
                            "%(back)d min, but the other direction takes %(there)d. Empty one of "
                            "the two, or do not say that the way back takes as long."
                        )
                        % {"back": found[back], "there": found[there]},
                    )
        return found

    def minutes(self) -> dict[tuple[str, str], int]:
        """Return what was entered, by (letter from, letter to)."""
        return {
            (origin, target): self.cleaned_data[f"{origin}-{target}"]
            for origin in self.letters
            for target in self.letters
            if origin != target and self.cleaned_data.get(f"{origin}-{target}") is not None
        }

    def rows(self) -> list[tuple[str, list[tuple[str, Any]]]]:
        """Return the fields as a table: a row a letter, None on the diagonal."""
        return [
            (
                origin,
                [
                    (target, None if origin == target else self[f"{origin}-{target}"])
                    for target in self.letters
                ],
            )
            for origin in self.letters
        ]


@staff_may(roles.SET_UP)
def walking(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Show the table, or take it in as a whole."""
    pavilions = editions.pavilions(edition)
    known = editions.walking_minutes(edition)
    if request.method == "POST":
        form = WalkingForm(pavilions, request.POST)
        lost = len(known.keys() - form.minutes().keys()) if form.is_valid() else 0
        if lost and not form.cleaned_data["less"]:
            form.add_error(
                "less",
                ngettext(
                    "%(n)s pair would lose its minutes: days and schedules that are public would"
                    " no longer show the walk.",
                    "%(n)s pairs would lose their minutes: days and schedules that are public"
                    " would no longer show the walks.",
                    lost,
                )
                % {"n": number(lost)},
            )
        elif form.is_valid():
            try:
                count = set_walking_minutes(edition, form.minutes())
            except WalkingError as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request, _("Kept: minutes for %(count)d pairs.") % {"count": count}
                )
                return redirect("meetings:walking", edition=edition.slug)
    else:
        form = WalkingForm(
            pavilions, initial={f"{a}-{b}": minutes for (a, b), minutes in known.items()}
        )
    language = get_language() or "en"
    letters = [pavilion.letter for pavilion in pavilions]
    context = {
        "form": form,
        "pavilions": [(p.letter, best(p.name, language)[1]) for p in pavilions],
        "missing": sum((a, b) not in known for a in letters for b in letters if a != b),
        "pairs": len(letters) * (len(letters) - 1),
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "meetings/walking.html", context)
