"""Tables of meetings."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from emporion.core.ids import new_id
from emporion.core.tenancy import ScopedManager


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


class ReleaseTold(models.Model):
    """Whose day a draft would change against the release that was public when it was kept.

    `rows` are [participation, moved, added, removed], most changes first; one row a release and not
    one a person: it is written once and shown a page at a time.
    """

    release = models.OneToOneField(Release, models.CASCADE, primary_key=True, related_name="told")
    earlier = models.PositiveIntegerField()
    rows = models.JSONField(default=list)

    objects = ScopedManager(expo="release__edition__expo")

    def __str__(self) -> str:
        return f"who is told of {self.release_id}"
