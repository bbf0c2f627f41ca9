from django.apps import AppConfig


class MatchmakingConfig(AppConfig):
    name = "emporion.matchmaking"
    label = "matchmaking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the worker know what jobs there are."""
        from emporion.matchmaking.interfaces import tasks  # noqa: F401
