from django.apps import AppConfig


class SearchIndexConfig(AppConfig):
    name = "emporion.core.searchindex"
    label = "searchindex"
    default_auto_field = "django.db.models.BigAutoField"
