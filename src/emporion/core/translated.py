"""Text in several languages: one JSON column per field, real characters.

django-i18nfield's own column keeps ASCII-escaped JSON in a text column, where a search for 芬兰
finds nothing; this one is jsonb on PostgreSQL and JSON text on SQLite. It is neither searched nor
sorted in SQL: `core.searchindex` does that.
"""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from django.core.exceptions import ValidationError
from django.db import models
from i18nfield.forms import I18nFormField, I18nTextarea, I18nTextInput
from i18nfield.strings import LazyI18nString

from emporion.core.text.clean import BadText, clean_text

Translated: TypeAlias = LazyI18nString


class RealCharacters(json.JSONEncoder):
    """A JSON encoder that keeps Chinese and Arabic readable in the database."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["ensure_ascii"] = False
        super().__init__(*args, **kwargs)


def as_dict(value: Any) -> dict[str, str]:
    """Return the plain {language: text} form of a translated value; empty texts are dropped."""
    if isinstance(value, LazyI18nString):
        value = value.data
    if value is None or value == "":
        return {}
    if isinstance(value, str):
        return {"en": value}
    return {str(language): text for language, text in value.items() if text}


def best(value: Any, language: str) -> tuple[str, str]:
    """Return (language, text) of the text to show a reader of `language`.

    The reader's own language if there is one, else English, else whichever comes first; ("", "")
    when there is none. The language is returned so that a page can mark a text that is not the
    reader's.
    """
    texts = as_dict(value)
    for wanted in (language, language.split("-")[0], "en"):
        if wanted in texts:
            return wanted, texts[wanted]
    return next(iter(texts.items()), ("", ""))


class TranslatedField(models.JSONField):
    """A column that holds one text in several languages; reads as `Translated`."""

    def __init__(self, *args: Any, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        kwargs["encoder"] = RealCharacters
        kwargs.setdefault("default", dict)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("encoder", None)
        if self.multiline:
            kwargs["multiline"] = True
        return name, path, args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Translated:
        return LazyI18nString(super().from_db_value(value, expression, connection) or {})

    def to_python(self, value: Any) -> Translated:
        return value if isinstance(value, LazyI18nString) else LazyI18nString(as_dict(value))

    def get_prep_value(self, value: Any) -> Any:
        return as_dict(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        # An expression, such as the CASE of a bulk_update, prepares its own values.
        plain = value if hasattr(value, "as_sql") else as_dict(value)
        return super().get_db_prep_save(plain, connection)

    def value_to_string(self, obj: models.Model) -> Any:
        return as_dict(self.value_from_object(obj))

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        for language, text in as_dict(value).items():
            try:
                clean_text(text)
            except BadText as error:
                raise ValidationError(f"{language}: {error}") from error

    def formfield(self, **kwargs: Any) -> Any:
        widget = I18nTextarea if self.multiline else I18nTextInput
        kwargs.pop("encoder", None)
        return I18nFormField(widget=widget, required=not self.blank, **kwargs)
