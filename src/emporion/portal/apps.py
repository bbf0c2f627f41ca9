from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "emporion.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the worker know what jobs there are."""
        from emporion.portal.interfaces import tasks  # noqa: F401
        from emporion.portal.interfaces.privacy import retention  # noqa: F401
