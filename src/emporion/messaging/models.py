"""What came of messages, where people are reached besides mail and phone, and webhooks.

What is to be sent is no table here: it waits in the outbox, by ids, and is put into words when it
leaves.
"""

from __future__ import annotations

from django.db import models

from emporion.core.ids import new_id
from emporion.core.tenancy import ScopedManager


class Address(models.Model):
    """Where a carrier reaches a person, if that is neither their e-mail nor their phone number."""

    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="addresses")
    carrier = models.CharField(max_length=20)
    value = models.CharField(max_length=200)

    objects = ScopedManager(expo="person__expo")

    class Meta:
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(fields=["person", "carrier"], name="address_once_a_carrier")
        ]

    def __str__(self) -> str:
        return f"{self.carrier} of {self.person_id}"


class Choice(models.Model):
    """What a person chose about messages: which kinds not, by which ways not, when, in what."""

    person = models.OneToOneField("registry.Person", models.CASCADE, related_name="message_choice")
    # "meetings.changed": by no way; "meetings.changed:sms": not by this one.
    refused = models.JSONField(default=list)
    # "": the quiet hours of the fair; "-": none; else "22:00-07:00", by the clock of the fair.
    quiet = models.CharField(max_length=11, blank=True)
    # "": that of the account, or of the list that the person came from.
    language = models.CharField(max_length=10, blank=True)
    changed_at = models.DateTimeField()

    objects = ScopedManager(expo="person__expo")

    def __str__(self) -> str:
        return f"what {self.person_id} chose about messages"


class LinkCode(models.Model):
    """A code that somebody sends from an account elsewhere, so that it is theirs; shown once."""

    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="link_codes")
    carrier = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    objects = ScopedManager(expo="person__expo")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "carrier"], name="link_code_once_a_carrier")
        ]

    def __str__(self) -> str:
        return f"code for {self.carrier} of {self.person_id}"


class Heard(models.Model):
    """A call of a carrier that was taken: the same call again changes nothing."""

    key = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "heard"

    def __str__(self) -> str:
        return self.key


class Receipt(models.Model):
    """What a carrier said of one message to one person."""

    class Outcome(models.TextChoices):
        SENDING = "sending"  # noted before it is handed over: a carrier may report at once
        TAKEN = "taken"
        REFUSED = "refused"  # this person is not reached like that
        FAILED = "failed"  # tried again
        # What the carrier said afterwards of one that it took.
        LOST = "lost"  # it did not arrive after all
        DELIVERED = "delivered"
        READ = "read"

    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="receipts")
    # The outbox row's: it goes with every attempt.
    key = models.CharField(max_length=80, db_index=True)
    template = models.CharField(max_length=40)
    carrier = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    # How the carrier names it, to ask them about it.
    remote = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    objects = ScopedManager(expo="person__expo")

    class Meta:
        indexes = [models.Index(fields=["person", "at"])]

    def __str__(self) -> str:
        return f"{self.template} by {self.carrier}: {self.outcome}"


class Endpoint(models.Model):
    """An address of another system that is told what happens in an expo."""

    expo = models.ForeignKey("registry.Expo", models.CASCADE, related_name="endpoints")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    url = models.CharField(max_length=2000)
    # Signed with, so it cannot be kept as a digest.
    secret = models.CharField(max_length=100)
    # Names of events; none: all.
    events = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    # Since when it has taken nothing; kept when it is switched off for that, not when by a person.
    failing_since = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    objects = ScopedManager(expo="expo")

    def __str__(self) -> str:
        return f"endpoint {self.public_id}"

    @property
    def is_given_up(self) -> bool:
        """Whether it was switched off because it took nothing, and by nobody."""
        return not self.is_active and self.failing_since is not None


class Delivery(models.Model):
    """One attempt to tell an endpoint of one event, and what it answered."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=80, db_index=True)
    event = models.CharField(max_length=60)
    attempt = models.PositiveSmallIntegerField(default=1)
    # 0: no answer.
    status = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    objects = ScopedManager(expo="endpoint__expo")

    class Meta:
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint_id}: {self.status}"
