from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "emporion.meetings"
    label = "meetings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the worker know what jobs there are, the matching what was asked and answered, and
        the journal what is nobody's business."""
        from emporion.core import journal
        from emporion.meetings.domain import erasing, telling  # noqa: F401
        from emporion.meetings.interfaces import tasks  # noqa: F401

        journal.keep_quiet("meeting", "notices", "rule")
