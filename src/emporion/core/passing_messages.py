"""What a page says once, "kept", waits in a cookie whose name no neighbouring host can set."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class _InCookie(CookieStorage):
    """Django has no setting for the name."""

    cookie_name = settings.MESSAGES_COOKIE_NAME


class PassingMessages(FallbackStorage):
    """A cookie, and the session for what is too long for one."""

    storage_classes = (_InCookie, SessionStorage)
