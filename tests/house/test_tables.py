"""Tables point down the house, and the migrations say what the models say."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command

# From the ground up, as in ARCHITECTURE.md.
ORDER = [
    "contenttypes", "auth", "sessions", "messages", "staticfiles", "django_tasks",
    "core", "searchindex", "sealing", "design",
    "accounts", "registry", "messaging", "edition", "matchmaking", "meetings", "portal", "demo",
]  # fmt: skip


def test_foreign_keys_point_down_the_house() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is not None
        and ORDER.index(field.related_model._meta.app_label) > ORDER.index(model._meta.app_label)
    ]  # fmt: skip
    assert wrong == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
