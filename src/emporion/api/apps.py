from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "emporion.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let an erasure run over what programs were answered."""
        from emporion.api.domain import erasing  # noqa: F401
