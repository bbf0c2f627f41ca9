from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from emporion.core.translated import Translated, TranslatedField, as_dict, best
from emporion.registry.models import Expo


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, {}),
        ("", {}),
        ({}, {}),
        ("Fair", {"en": "Fair"}),
        ({"en": "Fair", "ar": ""}, {"en": "Fair"}),
        (Translated({"zh-hans": "博览会"}), {"zh-hans": "博览会"}),
        (Translated("Fair"), {"en": "Fair"}),
        (Translated(None), {}),
    ],
)
def test_as_dict(value: Any, plain: dict[str, str]) -> None:
    assert as_dict(value) == plain


@pytest.mark.parametrize(
    ("texts", "language", "shown"),
    [
        ({"en": "Fair", "ar": "معرض"}, "ar", ("ar", "معرض")),
        ({"en": "Fair", "fi": "Messut"}, "ar", ("en", "Fair")),
        ({"fi": "Messut", "sv": "Mässa"}, "ar", ("fi", "Messut")),
        ({"pt": "Feira", "en": "Fair"}, "pt-br", ("pt", "Feira")),
        ({"ar": ""}, "ar", ("", "")),
        ({}, "en", ("", "")),
    ],
)
def test_best_says_which_language_it_found(
    texts: dict[str, str], language: str, shown: tuple[str, str]
) -> None:
    assert best(texts, language) == shown
    assert best(Translated(texts), language) == shown


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"en": "Fair", "zh-hans": "博览会", "ar": ""}, {"en": "Fair", "zh-hans": "博览会"}),
        (Translated({"ar": "معرض"}), {"ar": "معرض"}),
        ("Fair", {"en": "Fair"}),
        ({"en": 'quotes " and \\ and {"en": "x"}'}, {"en": 'quotes " and \\ and {"en": "x"}'}),
        ({}, {}),
    ],
)
def test_column_gives_back_what_it_was_given(given: Any, read: dict[str, str]) -> None:
    Expo.objects.create(slug="e", name=given)
    expo = Expo.objects.get()
    assert isinstance(expo.name, Translated)
    assert expo.name.data == read
    expo.save()
    assert Expo.objects.get().name.data == read
    assert Expo.objects.filter(name=given).count() == 1


@pytest.mark.django_db
def test_text_is_shown_in_the_active_language() -> None:
    Expo.objects.create(slug="e", name={"en": "Fair", "zh-hans": "博览会", "ar": "معرض"})
    shown = []
    for language in ("en", "zh-hans", "ar"):
        with translation.override(language):
            shown.append(str(Expo.objects.get().name))
    assert shown == ["Fair", "博览会", "معرض"]


@pytest.mark.django_db
def test_update_and_bulk_create_store_the_same() -> None:
    Expo.objects.bulk_create([Expo(slug="a", name={"zh-hans": "芬兰"})])
    Expo.objects.create(slug="b", name={})
    Expo.objects.filter(slug="b").update(name={"zh-hans": "芬兰"})
    assert [e.name.data for e in Expo.objects.order_by("slug")] == [{"zh-hans": "芬兰"}] * 2


def test_text_that_a_database_refuses_is_refused_first() -> None:
    for text in ("a\x00b", "half \ud83d"):
        with pytest.raises(ValidationError, match="zh-hans: "):
            Expo(slug="e", name={"en": "good", "zh-hans": text}).clean_fields()


def test_migration_says_whether_it_has_many_lines() -> None:
    for field in (TranslatedField(), TranslatedField(multiline=True)):
        _name, path, args, values = field.deconstruct()
        assert path == "emporion.core.translated.TranslatedField"
        again = TranslatedField(*args, **values)
        assert (again.multiline, again.blank, again.default) == (field.multiline, True, dict)
        assert "encoder" not in values
