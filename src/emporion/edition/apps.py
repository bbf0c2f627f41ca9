from django.apps import AppConfig


class EditionConfig(AppConfig):
    name = "emporion.edition"
    label = "edition"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the registry know what of an edition belongs to a person, and accounts of posts."""
        from emporion.edition.domain import erasing, officers  # noqa: F401
