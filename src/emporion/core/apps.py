from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "emporion.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Registers the kind of jobs that django-tasks' API needs.
        from emporion.core.jobs import backend as backend
        from emporion.core.slow_queries import watch

        watch()
