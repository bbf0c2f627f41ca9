"""Who asks to meet whom, and what is accepted without asking."""

from __future__ import annotations

from django.db import models

from emporion.core.ids import new_id
from emporion.core.tenancy import ScopedManager


class MeetingRequest(models.Model):
    """One participation asks another to meet. Both orders of a pair are the same pair."""

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    # Where a key has no index of its own, an index or constraint below begins with it: each index
    # less is a tenth of the time that 200,000 rows take.
    edition = models.ForeignKey(
        "edition.Edition", models.CASCADE, related_name="requests", db_index=False
    )
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    asker = models.ForeignKey(
        "edition.Participation", models.CASCADE, related_name="requests_made", db_index=False
    )
    counterpart = models.ForeignKey(
        "edition.Participation", models.CASCADE, related_name="requests_received", db_index=False
    )
    # The pair in one order, so that one pair has one request whoever asked first.
    low = models.PositiveBigIntegerField()
    high = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    # In thousandths, like the engine counts.
    weight = models.PositiveIntegerField(default=1000)
    is_mandatory = models.BooleanField(default=False)
    message = models.CharField(max_length=500, blank=True)
    decline_reason = models.CharField(max_length=30, blank=True)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    objects = ScopedManager(expo="edition__expo")

    class Meta:
        indexes = [
            models.Index(fields=["counterpart", "state"]),
            models.Index(fields=["asker", "state"]),
            # Page by page in the order of writing.
            models.Index(fields=["edition", "id"]),
            # What happened since a release was computed.
            models.Index(fields=["edition", "asked_at"]),
            models.Index(fields=["edition", "answered_at"]),
            # How many are how far, and who owes answers.
            models.Index(fields=["edition", "state", "counterpart"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["edition", "low", "high"], name="request_pair_once"),
            models.UniqueConstraint(
                fields=["edition", "source", "external_id"],
                condition=~models.Q(external_id=""),
                name="request_once_a_source",
            ),
            models.CheckConstraint(
                condition=models.Q(low__lt=models.F("high")), name="request_pair_ordered"
            ),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="request_has_weight"),
        ]

    def __str__(self) -> str:
        return f"{self.asker_id} asks {self.counterpart_id}"


class StandingRule(models.Model):
    """What a participation lets be accepted without asking, and up to how many."""

    class Source(models.TextChoices):
        LIST = "list"  # who stands on their list of suggestions
        SAVED = "saved"  # whom they saved

    participation = models.OneToOneField(
        "edition.Participation", models.CASCADE, related_name="standing_rule"
    )
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    source = models.CharField(max_length=5, choices=Source.choices)
    limit = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    objects = ScopedManager(expo="participation__edition__expo")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(limit__gte=1), name="standing_rule_of_some")
        ]

    def __str__(self) -> str:
        return f"{self.participation_id} accepts {self.source} up to {self.limit}"


class RuleAnswer(models.Model):
    """A request that a standing rule accepted. Not a column of the request: few have one."""

    rule = models.ForeignKey(StandingRule, models.CASCADE, related_name="answers")
    request = models.OneToOneField(MeetingRequest, models.CASCADE, related_name="rule_answer")
    at = models.DateTimeField()

    objects = ScopedManager(expo="rule__participation__edition__expo")

    def __str__(self) -> str:
        return f"{self.request_id} by rule {self.rule_id}"
