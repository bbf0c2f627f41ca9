"""Where a user is signed in: by what device, since when, and last used when; ended from afar."""

from __future__ import annotations

import time
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from emporion.accounts.models import User, UserSession
from emporion.accounts.rules import device_name
from emporion.core import journal

# In the session: when its last use was noted (seconds), when and how its user proved to be theirs.
SEEN, PROVED, WAY = "seen", "proved", "way"
# A use is noted so often: a page of a busy reader writes nothing.
EVERY = 600
# So long after a sign-in a session ends, however much it is used.
LONGEST = 30 * 86_400
# So long after a sign-in somebody may change what they sign in with.
FRESH = 900


def begin(request: HttpRequest, user: User, way: str) -> UserSession:
    """Note a session that has just begun, in the transaction that begins it."""
    if not request.session.session_key:
        request.session.create()
    now = timezone.now()
    request.session.update({SEEN: int(now.timestamp()), PROVED: int(now.timestamp()), WAY: way})
    UserSession.objects.filter(
        user=user, seen_at__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    ).delete()
    return UserSession.objects.create(
        user=user,
        session_key=request.session.session_key or "",
        device=device_name(request.headers.get("User-Agent", "")),
        way=way,
        started_at=now,
        seen_at=now,
    )


def note_use(request: HttpRequest) -> None:
    """Note at most every ten minutes that a session is used; it lives on from then.

    Not beyond its longest time, which begins with the sign-in.
    """
    seen = request.session.get(SEEN)
    now = int(time.time())
    if seen is None or now - seen < EVERY:
        return
    left = request.session.get(PROVED, now) + LONGEST - now
    request.session.set_expiry(max(1, min(settings.SESSION_COOKIE_AGE, left)))
    request.session[SEEN] = now
    UserSession.objects.filter(session_key=request.session.session_key).update(
        seen_at=timezone.now()
    )


def is_fresh(request: HttpRequest) -> bool:
    """Whether the user proved to be theirs within the last quarter of an hour."""
    return bool(time.time() - request.session.get(PROVED, 0) < FRESH)


def came_by_code(request: HttpRequest) -> bool:
    """Whether a code that was sent to the user's own address began this session a moment ago."""
    return request.session.get(WAY) == "code" and is_fresh(request)


def end_one(user: User, public_id: str) -> bool:
    """End one session of `user`; return whether there was one."""
    with journal.acting(user.actor):
        return _end(user, UserSession.objects.filter(user=user, public_id=public_id)) == 1


def end_others(user: User, session_key: str | None) -> int:
    """End every session of `user` but the one with this key; return how many that were."""
    others = UserSession.objects.filter(user=user).exclude(session_key=session_key or "")
    with journal.acting(user.actor):
        return _end(user, others)


def end_all(user: User) -> int:
    """End every session of `user`, on whatever device; return how many that were."""
    return _end(user, UserSession.objects.filter(user=user))


def end_everybodys() -> int:
    """End all sessions there are, as after a theft of the server's keys; return how many."""
    with transaction.atomic():
        UserSession.objects.all().delete()
        ended = Session.objects.all().delete()[0]
        journal.record("user.end_all_sessions", "user", "everybody", tenant="")
    return ended


def forget(session_key: str | None) -> None:
    """Forget a session that its user has ended."""
    UserSession.objects.filter(session_key=session_key or "").delete()


def moved(before: str | None, now: str | None) -> None:
    """Note that a session goes on under another key."""
    if before and now:
        UserSession.objects.filter(session_key=before).update(session_key=now)


@transaction.atomic
def _end(user: User, wanted: Any) -> int:
    rows = list(wanted.select_for_update())
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for row in rows:
        store(row.session_key).delete()
    UserSession.objects.filter(pk__in=[row.pk for row in rows]).delete()
    if rows:
        journal.record("user.end_session", "user", user.public_id)
    return len(rows)
