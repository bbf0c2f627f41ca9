"""The forms of the import pages: sending a list, its columns, its words, its doubles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emporion.core.text.clean import BadText, clean_text
from emporion.edition.domain import drafts
from emporion.edition.domain.lists.columns import LISTS
from emporion.portal.interfaces.desk.examining import APART, MERGE, NEEDED
from emporion.portal.interfaces.desk.words import FIELDS, SUBJECTS
from emporion.registry import taxonomy
from emporion.registry.countries import country_code

ENCODINGS = (
    ("", gettext_lazy("Found out")),
    ("utf-8", "UTF-8"),
    ("gb18030", "GB 18030, 中文"),
    ("big5", "Big5, 中文"),
    ("shift_jis", "Shift JIS, 日本語"),
    ("euc_jp", "EUC-JP, 日本語"),
    ("euc_kr", "EUC-KR, 한국어"),
    ("cp1256", "Windows-1256 (cp1256), العربية"),
    ("cp1251", "Windows-1251 (cp1251), кириллица"),
    ("cp1252", "Windows-1252 (cp1252), Latin"),
    ("cp1250", "Windows-1250 (cp1250), Latin"),
    ("cp1253", "Windows-1253 (cp1253), ελληνικά"),
    ("cp1254", "Windows-1254 (cp1254), Türkçe"),
    ("cp1255", "Windows-1255 (cp1255), עברית"),
    ("cp874", "Windows-874 (cp874), ไทย"),
)


def _encoding_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Encoding of a CSV file"), choices=ENCODINGS, required=False
    )


class SendForm(forms.Form):
    """Which list it is, where it comes from, and the file."""

    subject = forms.ChoiceField(
        label=gettext_lazy("What the list holds"),
        choices=list(SUBJECTS.items()),
        widget=forms.RadioSelect,
        initial="exhibitors",
    )
    file = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy("CSV or workbook, at most 20 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(drafts.ENDINGS)}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty. A header and at least one row are needed."),
        },
    )
    source = forms.CharField(
        label=gettext_lazy("Where the list comes from"),
        help_text=gettext_lazy(
            "Ids are unique within a source. A later list of the same source shows what changed."
        ),
        required=False,
        max_length=60,
    )
    encoding = _encoding_field()

    def clean_file(self) -> Any:
        """Refuse by name and size before anything is read."""
        sent = self.cleaned_data["file"]
        sent.name = "".join(c for c in sent.name if c.isprintable())
        try:
            drafts.check_file(sent.name, sent.size)
        except drafts.DraftError as error:
            raise forms.ValidationError(str(error)) from error
        return sent

    def clean_source(self) -> str:
        """Sources are names: no characters that nobody sees."""
        try:
            return clean_text(self.cleaned_data["source"], max_length=60)
        except BadText as error:
            raise forms.ValidationError(str(error)) from error


class EncodingForm(forms.Form):
    """How the text of a list that was sent already is to be read."""

    encoding = _encoding_field()


def fields_of(subject: str) -> list[tuple[str, Any]]:
    """Return the fields that a column may feed, with their words."""
    return [
        (column.field, FIELDS[column.field])
        for column in LISTS[subject]
        if column.kind != "ignored"
    ]


class ColumnsForm(forms.Form):
    """For each column of the list the field that it feeds, or none."""

    def __init__(
        self, subject: str, header: Sequence[str], columns: Mapping[str, str], *args: Any
    ) -> None:
        super().__init__(*args)
        self.subject, self.header = subject, list(header)
        fed = {heading: name for name, heading in columns.items()}
        choices = [("", gettext_lazy("not taken in")), *fields_of(subject)]
        for place, heading in enumerate(self.header):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=heading, choices=choices, required=False, initial=fed.get(heading, "")
            )

    def clean(self) -> dict[str, Any]:
        """A field is fed by one column, and what a list needs by some."""
        found = super().clean() or self.cleaned_data
        first: dict[str, str] = {}
        for place, heading in enumerate(self.header):
            name = found.get(f"column-{place}")
            if not name:
                continue
            if name in first:
                self.add_error(
                    f"column-{place}",
                    _("“%(heading)s” feeds %(field)s already.")
                    % {"heading": first[name], "field": FIELDS[name]},
                )
            first.setdefault(name, heading)
        if not self.errors:
            for group in NEEDED[self.subject]:
                if not any(name in first for name in group):
                    self.add_error(
                        None, _("Choose the column for: %(field)s.") % {"field": FIELDS[group[0]]}
                    )
        return found

    def columns(self) -> dict[str, str]:
        """Return {field: heading}."""
        return {
            name: heading
            for place, heading in enumerate(self.header)
            if (name := self.cleaned_data[f"column-{place}"])
        }


class WordsForm(forms.Form):
    """For each word that could not be told what it means here."""

    def __init__(self, words: Mapping[str, Sequence[Sequence[Any]]], *args: Any) -> None:
        super().__init__(*args)
        self.rows: list[tuple[str, str, str, int]] = []
        for name, found in words.items():
            for place, (word, count) in enumerate(found):
                key = f"{name}-{place}"
                self.rows.append((key, name, word, count))
                kind = "countries" if name == "country" else "categories"
                self.fields[key] = forms.CharField(
                    label=word,
                    required=False,
                    max_length=200,
                    widget=forms.TextInput(attrs={"list": kind, "autocomplete": "off"}),
                )

    def clean(self) -> dict[str, Any]:
        """A meaning must be one that the edition knows."""
        found = super().clean() or self.cleaned_data
        for key, name, _word, _count in self.rows:
            meaning = found.get(key)
            if meaning and name == "country" and not country_code(meaning):
                self.add_error(key, _("No country is called “%(word)s”.") % {"word": meaning})
            elif meaning and name != "country" and not _code(meaning):
                self.add_error(key, _("No category is called “%(word)s”.") % {"word": meaning})
        return found

    def words(self) -> dict[str, dict[str, str]]:
        """Return {field: {word of the list: code}} of those that were told."""
        found: dict[str, dict[str, str]] = {}
        for key, name, word, _count in self.rows:
            if meaning := self.cleaned_data.get(key):
                code = country_code(meaning) if name == "country" else _code(meaning)
                found.setdefault(name, {})[word] = str(code)
        return found


def _code(word: str) -> str | None:
    return word if word in taxonomy.codes() else taxonomy.guess(word)


def decisions(posted: Mapping[str, Any], pairs: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what was said of each pair; whatever else was sent is ignored."""
    found = {}
    for place, pair in enumerate(pairs):
        said = posted.get(f"pair-{place}")
        if said in (MERGE, APART):
            found[pair["key"]] = said
    return found
