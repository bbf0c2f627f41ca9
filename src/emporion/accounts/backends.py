"""Sign-in by e-mail address or phone number."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from emporion.accounts import queries
from emporion.accounts.models import User
from emporion.accounts.rules import as_phone


class IdentifierBackend(ModelBackend):
    """Finds the user by whichever identifier was typed."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not username or password is None:
            return None
        phone = as_phone(username)
        user = queries.user_by_phone(phone) if phone else queries.user_by_email(username)
        if user is None:
            # The same work as for a known user, so that time tells nobody who exists.
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether a session of `user` is good; asked at each request.

        Without the demonstration's switch none of its roles stays in, whenever it came in.
        """
        if user is not None and user.is_demonstration and not settings.DEMO_SIGNIN:
            return False
        return super().user_can_authenticate(user)
