from django.apps import AppConfig


class MatchmakingConfig(AppConfig):
    name = "emporion.matchmaking"
    label = "matchmaking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the worker know what jobs there are, and the journal what is nobody's business."""
        from emporion.core import journal
        from emporion.matchmaking.interfaces import tasks  # noqa: F401

        journal.keep_quiet("wish", "suggestions")
