"""Publishing a draft: one wins, whoever else tries gets a sentence."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.core import journal
from emporion.edition.queries import Edition
from emporion.meetings.domain.events import release_published
from emporion.meetings.models import Meeting, Release

# What somebody saw who did not look: publish compares nothing.
NOT_LOOKED = -1


class PublishConflict(ValueError):
    """A release that cannot be published now; the text says what happened and what to do."""


def publish(edition: Edition, number: int, actor: str, *, seen: int | None = NOT_LOOKED) -> Release:
    """Make draft `number` the release that people see, and return it.

    `seen` is the number of the release that was public when the person decided (None: none was):
    if another one was published since, the decision was made about something else. Locks the
    edition, so of two who publish at once exactly one goes first. The release that was public
    becomes superseded; the edition, the journal and `release.published` follow in the same
    transaction.

    Raises PublishConflict for an unknown number, a release that is public or was, one older than
    the public one, and for a `seen` that is not public any more; then nothing changes.
    """
    with transaction.atomic():
        locked = lock_edition(edition)
        release, public = check(locked, number, seen)
        if public is not None:
            public.state = Release.State.SUPERSEDED
            public.save(update_fields=["state"])
        release.state = Release.State.PUBLISHED
        release.published_at, release.published_by = timezone.now(), actor
        release.save(update_fields=["state", "published_at", "published_by"])
        locked.published_release = release.number
        locked.save(update_fields=["published_release"])
        journal.record(
            "release.publish", "release", f"{locked.slug}/{release.number}", fields=["state"]
        )
        release_published.emit(edition=locked, release=release)
    edition.published_release = release.number
    return release


def lock_edition(edition: Edition) -> Edition:
    """Return the edition as it is now; nobody else can lock it until the transaction ends.

    On SQLite the transaction itself is the lock: it begins with the write lock (IMMEDIATE).
    """
    return Edition.objects.select_for_update().get(pk=edition.pk)


def check(edition: Edition, number: int, seen: int | None) -> tuple[Release, Release | None]:
    """Return the draft and the release that is public now; PublishConflict if it may not be."""
    release = Release.objects.filter(edition=edition, number=number).defer("certificate").first()
    public = (
        Release.objects.filter(edition=edition, state=Release.State.PUBLISHED)
        .defer("certificate")
        .first()
    )
    words = {"number": number, "public": public.number if public else 0}
    if release is None or release.state == Release.State.WRITING:
        raise PublishConflict(_("There is no release %(number)d.") % words)
    if release.state == Release.State.PUBLISHED:
        raise PublishConflict(_("Release %(number)d is public already.") % words)
    if release.state == Release.State.SUPERSEDED:
        raise PublishConflict(
            _("Release %(number)d was public before; compute a new one instead.") % words
        )
    if public is not None and public.number > release.number:
        raise PublishConflict(
            _("Release %(number)d is older than release %(public)d, which is public.") % words
        )
    held = Meeting.objects.filter(release=release).count()
    if held != release.meeting_count:
        raise PublishConflict(
            _("Requests of release %(number)d were removed since; compute a new one.") % words
        )
    if seen not in (NOT_LOOKED, public.number if public else None):
        raise PublishConflict(
            _(
                "Release %(public)d was published in the meantime. Look at what release %(number)d "
                "changes against it, then decide again."
            )
            % words
        )
    return release, public
