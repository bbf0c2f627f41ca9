"""What has happened at the fair that keeps people from their meetings."""

from __future__ import annotations

from django.db import models

from emporion.core.ids import new_id
from emporion.core.tenancy import ScopedManager
from emporion.meetings.models.schedule import Slot


class Incident(models.Model):
    """Somebody, or a whole pavilion, cannot meet from slot `first` to slot `last`, both included.

    It counts in every schedule that is computed until it is taken back.
    """

    class Kind(models.TextChoices):
        ABSENT = "absent"
        # There from the slot after `last` on.
        LATE = "late"
        CLOSED = "closed"
        # Has not come to the meetings of one slot: `first` is `last`.
        NO_SHOW = "no_show"

    edition = models.ForeignKey("edition.Edition", models.CASCADE, related_name="incidents")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # Nobody alone where a pavilion is closed.
    participation = models.ForeignKey(
        "edition.Participation", models.CASCADE, null=True, related_name="incidents"
    )
    letter = models.CharField(max_length=4, blank=True)
    first = models.ForeignKey(Slot, models.CASCADE, related_name="+", db_index=False)
    last = models.ForeignKey(Slot, models.CASCADE, related_name="+", db_index=False)
    told_at = models.DateTimeField()
    told_by = models.CharField(max_length=40)
    taken_back_at = models.DateTimeField(null=True)

    objects = ScopedManager(expo="edition__expo")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="closed", participation__isnull=True)
                | models.Q(~models.Q(kind="closed"), participation__isnull=False, letter=""),
                name="incident_of_one_or_a_pavilion",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.participation_id or self.letter}"
