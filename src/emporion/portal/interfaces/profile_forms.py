"""The forms of a profile: one need or offer, and what somebody says of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from emporion.core.translated import as_dict
from emporion.edition.domain import profile as domain
from emporion.edition.domain.enrolment import Interest
from emporion.edition.queries import Edition, Participation
from emporion.registry import taxonomy
from emporion.registry.countries import country_codes, country_name
from emporion.registry.languages import language_names
from emporion.registry.markets import REGIONS, market_name

# Languages that people at a fair name first; one that stands in a profile already stays a choice.
SPOKEN = (
    "zh-hans", "en", "ar", "fr", "es", "ru", "pt", "de", "it", "ja", "ko", "hi", "ne", "id", "ms",
    "th", "vi", "tr", "fa", "ur", "sw", "fi", "sv", "nl", "pl",
)  # fmt: skip


def code_choices(language: str) -> list[Any]:
    """Return the taxonomy as groups of options, the first one empty."""
    found: list[Any] = [("", _("No code: only my words"))]
    for group in taxonomy.groups():
        own = [(code, taxonomy.label(code, language)) for code in taxonomy.children(group)]
        label = taxonomy.label(group, language)
        found.append((label, [(group, label), *own]))
    return found


def market_choices(chosen: Iterable[str], language: str) -> list[tuple[str, str]]:
    """Return the regions, and countries that are chosen already."""
    kept = [market for market in chosen if market not in REGIONS]
    return [(market, market_name(market, language)) for market in (*REGIONS, *kept)]


def country_choices(language: str) -> list[tuple[str, Any]]:
    """Return every country by its name in `language`."""
    names = [(code, country_name(code, language)) for code in country_codes()]
    return [("", _("No other country")), *sorted(names, key=lambda pair: pair[1])]


class _Speaking(forms.Form):
    """A form with one text area for each language of the edition."""

    def add_texts(self, edition: Edition, name: str, label: Any, rows: int, longest: int) -> None:
        names = dict(settings.LANGUAGES)
        for language in edition.languages or [code for code, _name in settings.LANGUAGES]:
            self.fields[f"{name}_{language}"] = forms.CharField(
                label=f"{label}: {names.get(language, language)}",
                required=False,
                max_length=longest,
                widget=forms.Textarea(attrs={"rows": rows, "lang": language, "dir": "auto"}),
            )

    def texts(self, name: str) -> dict[str, str]:
        start = f"{name}_"
        return {
            field.removeprefix(start): value
            for field, value in self.cleaned_data.items()
            if field.startswith(start)
        }

    def add_markets(self, chosen: Sequence[str], language: str, hint: Any) -> None:
        self.fields["markets"] = forms.MultipleChoiceField(
            label=_("Markets"),
            required=False,
            choices=market_choices(chosen, language),
            widget=forms.CheckboxSelectMultiple,
            help_text=hint,
        )
        self.fields["country"] = forms.ChoiceField(
            label=_("Another country"), required=False, choices=country_choices(language)
        )

    def markets(self) -> list[str]:
        country = self.cleaned_data["country"]
        return [*self.cleaned_data["markets"], *([country] if country else [])]


class InterestForm(_Speaking):
    """One need or offer: a code, words in each language, markets, the kind of deal."""

    def __init__(self, edition: Edition, language: str, shown: Interest, data: Any = None) -> None:
        texts = {f"text_{key}": text for key, text in shown.text.items()}
        super().__init__(
            data,
            initial={
                "code": shown.code,
                "deal_type": shown.deal_type,
                "markets": list(shown.markets),
                **texts,
            },
        )
        codes = code_choices(language)
        if shown.code and shown.code not in taxonomy.codes():
            codes.append((shown.code, shown.code))
        self.fields["code"] = forms.ChoiceField(
            label=_("What it is"),
            required=False,
            choices=codes,
            help_text=_("The code carries the meaning into every language."),
        )
        self.add_texts(edition, "text", _("In your words"), 3, domain.LONGEST)
        self.fields["deal_type"] = forms.ChoiceField(
            label=_("Kind of deal"),
            required=False,
            choices=[
                ("", _("Any kind")),
                *((deal, taxonomy.deal_type_label(deal, language))
                  for deal in taxonomy.deal_types()),
            ],
        )  # fmt: skip
        self.add_markets(shown.markets, language, _("Only where this is for some markets alone."))

    def interest(self) -> Interest:
        """Return what was filled in."""
        given = self.cleaned_data
        return Interest(given["code"], self.texts("text"), self.markets(), given["deal_type"])


class AboutForm(_Speaking):
    """What a participant says of themselves, and how many meetings they want."""

    def __init__(self, me: Participation, language: str, data: Any = None) -> None:
        texts = {f"about_{key}": text for key, text in as_dict(me.about).items()}
        super().__init__(
            data,
            initial={
                "markets": list(me.markets),
                "languages": list(me.languages),
                "max_meetings": me.max_meetings,
                "max_meetings_per_day": me.max_meetings_per_day,
                **texts,
            },
        )
        self.add_texts(me.edition, "about", _("About you"), 4, domain.LONGEST_ABOUT)
        spoken = list(dict.fromkeys((*SPOKEN, *me.languages)))
        self.fields["languages"] = forms.MultipleChoiceField(
            label=_("Languages you speak"),
            required=False,
            choices=list(zip(spoken, language_names(spoken, language), strict=True)),
            widget=forms.CheckboxSelectMultiple,
        )
        self.add_markets(me.markets, language, _("Where you buy or sell, or want to."))
        for name, label in (
            ("max_meetings", _("At most so many meetings")),
            ("max_meetings_per_day", _("At most so many a day")),
        ):
            self.fields[name] = forms.IntegerField(
                label=label,
                required=False,
                min_value=1,
                max_value=domain.MOST_MEETINGS,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "dir": "ltr"}),
            )

    def values(self) -> dict[str, Any]:
        """Return what was filled in, as `set_profile` takes it."""
        given = self.cleaned_data
        return {
            "about": self.texts("about"),
            "markets": self.markets(),
            "languages": given["languages"],
            "max_meetings": given["max_meetings"],
            "max_meetings_per_day": given["max_meetings_per_day"],
        }
