"""Slots, what was computed for them, and the releases that came of it."""

from __future__ import annotations

from django.db import models

from emporion.core.ids import new_id
from emporion.core.tenancy import ScopedManager
from emporion.meetings.models.requests import MeetingRequest


class Slot(models.Model):
    """A stretch of local wall time in which meetings can be held."""

    edition = models.ForeignKey("edition.Edition", models.CASCADE, related_name="slots")
    number = models.PositiveSmallIntegerField()
    date = models.DateField()
    starts = models.TimeField()
    minutes = models.PositiveSmallIntegerField(default=30)
    session = models.CharField(max_length=20, default="day")

    objects = ScopedManager(expo="edition__expo")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="slot_number_once"),
            models.UniqueConstraint(fields=["edition", "date", "starts"], name="slot_start_once"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.starts:%H:%M}"

    @property
    def name(self) -> str:
        """What the files of the engine call it, "s07"."""
        return f"s{self.number:02}"


class Release(models.Model):
    """One numbered schedule. Draft until somebody publishes it; then never changed again."""

    class State(models.TextChoices):
        WRITING = "writing"
        DRAFT = "draft"
        PUBLISHED = "published"
        SUPERSEDED = "superseded"

    edition = models.ForeignKey("edition.Edition", models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WRITING)
    seed = models.BigIntegerField(default=0)
    steps = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    # Weight reached and the most that is possible, in thousandths.
    value = models.BigIntegerField(default=0)
    bound = models.BigIntegerField(default=0)
    greedy = models.BigIntegerField(default=0)
    meeting_count = models.PositiveIntegerField(default=0)
    request_count = models.PositiveIntegerField(default=0)
    violations = models.PositiveIntegerField(null=True)
    instance_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    figures = models.JSONField(default=dict)
    certificate = models.JSONField(default=dict)
    computed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=40, blank=True)

    objects = ScopedManager(expo="edition__expo")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="release_number_once"),
            models.UniqueConstraint(
                fields=["edition"],
                condition=models.Q(state="published"),
                name="release_one_published",
            ),
        ]

    def __str__(self) -> str:
        return f"release {self.number}"

    @property
    def refusal_count(self) -> int:
        """How many requests have no meeting in it."""
        return self.request_count - self.meeting_count


class ReleaseInstance(models.Model):
    """What a release was computed from, as a file of the engine's format, gzipped.

    Requests change after the computation; these bytes are what makes it possible to run it again.
    """

    release = models.OneToOneField(
        Release, models.CASCADE, primary_key=True, related_name="instance"
    )
    content = models.BinaryField()

    objects = ScopedManager(expo="release__edition__expo")

    def __str__(self) -> str:
        return f"instance of {self.release_id}"


class Meeting(models.Model):
    """A granted request in one release: who, when, at whose place, at which of its tables."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="meetings", db_index=False)
    request = models.ForeignKey(MeetingRequest, models.CASCADE, related_name="meetings")
    # Nobody looks for the meetings of a slot alone, without the release.
    slot = models.ForeignKey(Slot, models.CASCADE, related_name="meetings", db_index=False)
    host = models.ForeignKey(
        "edition.Participation", models.CASCADE, related_name="meetings_hosted"
    )
    guest = models.ForeignKey(
        "edition.Participation", models.CASCADE, related_name="meetings_visited"
    )
    table = models.PositiveSmallIntegerField(default=1)

    objects = ScopedManager(expo="release__edition__expo")

    class Meta:
        indexes = [
            # What changes in an hour, without reading the whole release.
            models.Index(fields=["release", "slot"]),
            # Page by page in the order of writing.
            models.Index(fields=["release", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["release", "request"], name="meeting_request_once"),
            models.UniqueConstraint(
                fields=["release", "host", "slot", "table"], name="meeting_table_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} in slot {self.slot_id}"


class Refusal(models.Model):
    """A request that a release could not grant, and why."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="refusals", db_index=False)
    request = models.ForeignKey(MeetingRequest, models.CASCADE, related_name="refusals")
    reason = models.CharField(max_length=20)

    objects = ScopedManager(expo="release__edition__expo")

    class Meta:
        # A page of them in the order of writing, all or those of one reason.
        indexes = [
            models.Index(fields=["release", "id"]),
            models.Index(fields=["release", "reason", "id"]),
        ]
        constraints = [models.UniqueConstraint(fields=["release", "request"], name="refusal_once")]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.reason}"


class ChangeReason(models.Model):
    """Why a repair changed the meeting of a request: moved it, put it in or took it out.

    Against the release that was repaired, whose number stands in the figures; against another one
    it says nothing.
    """

    release = models.ForeignKey(
        Release, models.CASCADE, related_name="change_reasons", db_index=False
    )
    request = models.ForeignKey(MeetingRequest, models.CASCADE, related_name="change_reasons")
    # A key of the engine's `repairing.REASONS`, or "pinned".
    reason = models.CharField(max_length=20)

    objects = ScopedManager(expo="release__edition__expo")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "request"], name="change_reason_once")
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.reason}"


class ReleaseTold(models.Model):
    """Whose day a draft would change against the release that was public when it was kept.

    `rows` are [participation, moved, added, removed], most changes first; one row a release and not
    one a person: it is written once and shown a page at a time. It holds only as long as the draft
    would supersede `earlier`: ask `meetings.queries.told`.
    """

    release = models.OneToOneField(Release, models.CASCADE, primary_key=True, related_name="told")
    earlier = models.PositiveIntegerField()
    rows = models.JSONField(default=list)

    objects = ScopedManager(expo="release__edition__expo")

    def __str__(self) -> str:
        return f"who is told of {self.release_id}"


class ScheduleRun(models.Model):
    """One computation started from the desk. It changes nothing until it is kept as a release.

    A draft is kept as soon as it is computed, a trial ("what if") when somebody says so. Its job
    says how far it is; the figures stand here when it is done.
    """

    class State(models.TextChoices):
        COMPUTING = "computing"
        COMPUTED = "computed"
        KEPT = "kept"

    edition = models.ForeignKey("edition.Edition", models.CASCADE, related_name="schedule_runs")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    number = models.PositiveIntegerField()
    is_trial = models.BooleanField(default=False)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.COMPUTING)
    job = models.CharField(max_length=16, blank=True)
    # Thousandths, as in a release.
    value = models.BigIntegerField(default=0)
    bound = models.BigIntegerField(default=0)
    greedy = models.BigIntegerField(default=0)
    meeting_count = models.PositiveIntegerField(default=0)
    request_count = models.PositiveIntegerField(default=0)
    steps = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    instance_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    figures = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    computed_at = models.DateTimeField(null=True)
    release = models.OneToOneField(Release, models.SET_NULL, null=True, related_name="schedule_run")

    objects = ScopedManager(expo="edition__expo")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="schedule_run_once")
        ]

    def __str__(self) -> str:
        return f"run {self.number}"


class ScheduleRunContent(models.Model):
    """What a run was computed from and what came out; becomes a release when it is kept.

    `instance` is the file of the engine, gzipped; `rows` are arrays in numpy's own zip file:
    meetings int64[M, 5] (request, slot, host, guest, table), refused int64[N], reason int8[N].
    """

    run = models.OneToOneField(
        ScheduleRun, models.CASCADE, primary_key=True, related_name="content"
    )
    instance = models.BinaryField()
    rows = models.BinaryField()
    certificate = models.JSONField(default=dict)

    objects = ScopedManager(expo="run__edition__expo")

    def __str__(self) -> str:
        return f"content of {self.run_id}"


class Pin(models.Model):
    """A request that every schedule must grant, in one slot or in any."""

    request = models.OneToOneField(MeetingRequest, models.CASCADE, related_name="pin")
    slot = models.ForeignKey(Slot, models.CASCADE, null=True, related_name="pins")
    pinned_at = models.DateTimeField()
    pinned_by = models.CharField(max_length=40)

    objects = ScopedManager(expo="request__edition__expo")

    def __str__(self) -> str:
        return f"{self.request_id} pinned to {self.slot_id or 'any slot'}"
