"""Tables of the ground: journal, import batches, progress of long work, jobs, the outbox."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from emporion.core.ids import new_id
from emporion.core.translated import RealCharacters


class JournalEntry(models.Model):
    """One command that changed something: who, on whose behalf, what. Never the values."""

    at = models.DateTimeField()
    # The tenant and the people are plain ids: the ground points at nothing above it, and an entry
    # outlives what it speaks of.
    tenant = models.CharField(max_length=16, blank=True)
    action = models.CharField(max_length=60)
    actor = models.CharField(max_length=40)
    on_behalf = models.CharField(max_length=40, blank=True)
    object_kind = models.CharField(max_length=40)
    object_ids = models.JSONField(default=list)
    object_count = models.PositiveIntegerField(default=1)
    # The only object of an entry that has one: found by an index. Bulk entries, which have none,
    # are few.
    object_id = models.CharField(max_length=40, blank=True)
    fields = models.JSONField(default=list)
    commitment = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "action", "at"]),
            models.Index(fields=["tenant", "object_kind", "object_id"]),
            models.Index(
                fields=["tenant", "object_kind"],
                name="journal_bulk",
                condition=Q(object_id=""),
            ),
            models.Index(fields=["tenant", "at", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor}"


class JournalValue(models.Model):
    """The values behind an entry's commitment. Erasing this row leaves the journal whole."""

    entry = models.OneToOneField(JournalEntry, models.CASCADE, related_name="value")
    salt = models.CharField(max_length=32)
    text = models.TextField()

    def __str__(self) -> str:
        return f"values of entry {self.entry_id}"


class ImportBatch(models.Model):
    """One file taken in: what it changed can be undone by its id."""

    class State(models.TextChoices):
        WRITING = "writing"
        DONE = "done"
        UNDONE = "undone"

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    tenant = models.CharField(max_length=16)
    subject = models.CharField(max_length=40)
    place = models.CharField(max_length=60)
    source = models.CharField(max_length=60)
    file_name = models.CharField(max_length=255)
    file_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WRITING)
    counts = models.JSONField(default=dict)
    process = models.CharField(max_length=60, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.subject} from {self.file_name}"


class ImportChange(models.Model):
    """One object that a batch made or changed, with what it was before.

    `after` holds a digest of each value as the batch left it, to tell what was changed since.
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="changes")
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=16)
    before = models.JSONField(null=True, encoder=RealCharacters)
    after = models.JSONField(null=True, encoder=RealCharacters)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "object_kind", "object_id"], name="import_change_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.object_kind} {self.object_id}"


class Progress(models.Model):
    """How far a long piece of work is; pages show it while it runs."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"

    job = models.CharField(max_length=60)
    step = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=200, blank=True)
    seconds = models.FloatField(default=0)
    started_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["job", "position"]
        constraints = [
            models.UniqueConstraint(fields=["job", "step"], name="progress_step_once"),
            models.CheckConstraint(
                condition=Q(total=0) | Q(done__lte=F("total")), name="progress_not_above_total"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job}: {self.step}"


class JobRecord(models.Model):
    """One piece of work that somebody started from a page: whose, how far, how it ended.

    It is also the queue: a job that waits is taken from `next_at` on. `lease` counts who held it: a
    worker whose number is not that any more commits nothing (`core.jobs.lease`). `attempt` is how
    often it was begun, `cause` what ended the last attempt before its time.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"  # somebody asked; what it had was kept where that makes sense
        FAILED = "failed"

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    kind = models.CharField(max_length=40)
    # The tenant and the owner are plain ids, as in the journal.
    tenant = models.CharField(max_length=16, blank=True)
    owner = models.CharField(max_length=40)
    subject = models.CharField(max_length=60, blank=True)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    step = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # What it says on the way (a value, a bound), and what came out.
    said = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    reason = models.CharField(max_length=400, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    cause = models.CharField(max_length=60, blank=True)
    process = models.CharField(max_length=60, blank=True)
    lease = models.PositiveIntegerField(default=0)
    # By the clock of the database, which is one for all machines.
    lease_until = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    # The attempt that is under way or was the last; and the first one.
    started_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    stop_asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "kind", "asked_at"]),
            # The few that are not over yet: workers look here several times a second.
            models.Index(
                fields=["state", "id"],
                name="job_live",
                condition=Q(state__in=("waiting", "running")),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(total=0) | Q(done__lte=F("total")), name="job_not_above_total"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def is_live(self) -> bool:
        """Whether it waits or runs."""
        return self.state in {self.State.WAITING, self.State.RUNNING}

    @property
    def share(self) -> float | None:
        """How much is done, 0..1; None where nobody can say."""
        return self.done / self.total if self.total else None


class OutboxRow(models.Model):
    """One thing that is to leave the system: written with what it tells of, handed over later.

    Its `key` goes with every attempt, so that a receiver knows a second one for what it is. Rows of
    one lane leave in the order in which they were written. A row with the `merge` of one that was
    never tried replaces it.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        DONE = "done"
        DEAD = "dead"  # given up; a person may have it tried anew
        HELD = "held"  # waited in a backup that was restored (`core.holding`)

    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20)
    lane = models.CharField(max_length=80)
    merge = models.CharField(max_length=80, blank=True)
    tenant = models.CharField(max_length=16, blank=True)
    payload = models.JSONField(default=dict, encoder=RealCharacters)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempt = models.PositiveSmallIntegerField(default=0)
    cause = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField()
    process = models.CharField(max_length=60, blank=True)
    lease = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Known to stand behind another of its lane; without it, it may do so all the same.
    is_behind = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                name="outbox_first",
                condition=Q(state__in=("waiting", "sending"), is_behind=False),
            ),
            models.Index(
                fields=["lane", "id"],
                name="outbox_lane",
                condition=Q(state__in=("waiting", "sending")),
            ),
            models.Index(fields=["kind", "lane", "id"]),
            # The few that were given up: the desk of their fair counts them.
            models.Index(fields=["tenant", "id"], name="outbox_dead", condition=Q(state="dead")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "merge"],
                name="outbox_merge_once",
                condition=Q(state="waiting", attempt=0) & ~Q(merge=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
