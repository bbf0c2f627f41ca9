from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "emporion.messaging"
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Registers who hands over what, and what brings codes by phone.
        from emporion.messaging.domain import codes, sending, webhooks  # noqa: F401
