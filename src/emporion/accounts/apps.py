from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "emporion.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Registers the kinds of jobs, and who hands over notices. What carries codes stands above:
        # `messaging.domain.codes`.
        from emporion.accounts.domain import telling  # noqa: F401
        from emporion.accounts.interfaces import tasks  # noqa: F401
