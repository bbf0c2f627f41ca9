from django.apps import AppConfig


class EditionConfig(AppConfig):
    name = "emporion.edition"
    label = "edition"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the registry know what of an edition belongs to a person."""
        from emporion.edition.domain import erasing  # noqa: F401
