"""What each participant says of meetings, has read, and holds to read it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from emporion.core.ids import new_id
from emporion.core.tenancy import ScopedManager
from emporion.meetings.models.requests import MeetingRequest


class MeetingRating(models.Model):
    """What one side thought of a meeting that took place. The other side never learns of it."""

    request = models.ForeignKey(MeetingRequest, models.CASCADE, related_name="ratings")
    rater = models.ForeignKey(
        "edition.Participation", models.CASCADE, related_name="ratings_given", db_index=False
    )
    # 1, not worth the time, to 5, worth it.
    value = models.PositiveSmallIntegerField()
    rated_at = models.DateTimeField()

    objects = ScopedManager(expo="rater__edition__expo")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rater", "request"], name="rating_once_a_side"),
            models.CheckConstraint(condition=models.Q(value__range=(1, 5)), name="rating_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.rater_id} about {self.request_id}"


class PersonalLink(models.Model):
    """An address that lets one person read their agenda and answer, without signing in.

    The address carries the signed public id; this row says until when it is good for anything.
    """

    participation = models.ForeignKey(
        "edition.Participation", models.CASCADE, related_name="personal_links"
    )
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="personal_links")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = ScopedManager(expo="participation__edition__expo")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "person"],
                condition=models.Q(revoked_at__isnull=True),
                name="personal_link_one_live",
            )
        ]

    def __str__(self) -> str:
        return f"link of {self.person_id} for {self.participation_id}"


class CalendarAddress(models.Model):
    """How often a user ended the addresses of their calendar of a participation.

    An address carries this number signed, and opens nothing once there is another. No row: never.
    It stays as long as the participation, or what was ended could open again.
    """

    participation = models.ForeignKey(
        "edition.Participation", models.CASCADE, related_name="calendar_addresses"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    ended = models.PositiveIntegerField(default=0)

    objects = ScopedManager(expo="participation__edition__expo")

    class Meta:
        verbose_name_plural = "calendar addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "user"], name="calendar_address_once_a_user"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} ended {self.ended} of {self.participation_id}"


class DayTold(models.Model):
    """Whose day of which release a person was told last, by a message that a carrier took.

    `release` is the number of the release in the message, `publish` that of the one it was written
    for: a later one may have become public before it left.
    """

    participation = models.ForeignKey(
        "edition.Participation", models.CASCADE, related_name="days_told"
    )
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="days_told")
    release = models.PositiveIntegerField()
    publish = models.PositiveIntegerField()
    told_at = models.DateTimeField()

    objects = ScopedManager(expo="participation__edition__expo")

    class Meta:
        verbose_name_plural = "days told"
        constraints = [
            models.UniqueConstraint(fields=["participation", "person"], name="day_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} knows {self.participation_id} by release {self.release}"


class NoticesRead(models.Model):
    """Up to when a user has read what changed for a participation."""

    participation = models.ForeignKey(
        "edition.Participation", models.CASCADE, related_name="notices_read"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField()

    objects = ScopedManager(expo="participation__edition__expo")

    class Meta:
        verbose_name_plural = "notices read"
        constraints = [
            models.UniqueConstraint(fields=["participation", "user"], name="notices_read_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} has read {self.participation_id} up to {self.until}"
