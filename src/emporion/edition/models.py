"""Tables of one edition of an expo."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from emporion.core.ids import new_id
from emporion.core.searchindex.fields import BytesOrderField
from emporion.core.tenancy import ScopedManager
from emporion.core.translated import RealCharacters, TranslatedField


class Edition(models.Model):
    """One fair of a series. Times are its local wall time; instants are derived."""

    class Phase(models.TextChoices):
        BUILDING = "building"  # being filled; pages show progress
        OPEN = "open"  # taking requests
        RUNNING = "running"
        CLOSED = "closed"

    expo = models.ForeignKey("registry.Expo", models.CASCADE, related_name="editions")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    slug = models.SlugField(unique=True)
    title = TranslatedField()
    subtitle = TranslatedField()
    place = TranslatedField()
    starts = models.DateField()
    ends = models.DateField()
    zone = models.CharField(max_length=60, default="UTC")
    languages = models.JSONField(default=list)
    phase = models.CharField(max_length=10, choices=Phase.choices, default=Phase.OPEN)
    # Everything in it may be generated: every page and export says so.
    is_demonstration = models.BooleanField(default=False)
    # The release whose meetings people see; a publish changes this one cell.
    published_release = models.PositiveIntegerField(null=True, blank=True)

    objects = ScopedManager(expo="expo")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")), name="edition_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Fact(models.Model):
    """A published figure about the edition, with where and when it was published."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="facts")
    key = models.SlugField()
    position = models.PositiveSmallIntegerField(default=0)
    value = models.CharField(max_length=40)
    unit = models.CharField(max_length=20, blank=True)
    label = TranslatedField()
    source = models.CharField(max_length=200)
    source_url = models.CharField(max_length=300, blank=True)
    source_date = models.DateField()

    objects = ScopedManager(expo="edition__expo")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="fact_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"


class Pavilion(models.Model):
    """A hall or part of a hall with a letter, colour and pattern."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="pavilions")
    letter = models.CharField(max_length=4)
    name = TranslatedField()
    # On foot from the main gate; 0: nobody has said, and pages are silent.
    gate_minutes = models.PositiveSmallIntegerField(default=0)

    objects = ScopedManager(expo="edition__expo")

    class Meta:
        ordering = ["letter"]
        constraints = [models.UniqueConstraint(fields=["edition", "letter"], name="pavilion_once")]

    def __str__(self) -> str:
        return f"{self.letter} {self.name}"


class PavilionMinutes(models.Model):
    """Minutes on foot between two pavilions, as the organiser entered them."""

    origin = models.ForeignKey(Pavilion, models.CASCADE, related_name="ways_out")
    target = models.ForeignKey(Pavilion, models.CASCADE, related_name="ways_in")
    minutes = models.PositiveSmallIntegerField()

    objects = ScopedManager(expo="origin__edition__expo")

    class Meta:
        verbose_name_plural = "pavilion minutes"
        constraints = [
            models.UniqueConstraint(fields=["origin", "target"], name="pavilion_minutes_once")
        ]

    def __str__(self) -> str:
        return f"{self.origin} to {self.target}: {self.minutes}"


class Delegation(models.Model):
    """Those whom a body brings to an edition."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="delegations")
    body = models.ForeignKey("registry.Body", models.CASCADE, related_name="delegations")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    note = TranslatedField()

    objects = ScopedManager(expo="edition__expo")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "body"], name="delegation_once")]

    def __str__(self) -> str:
        return str(self.body)


class Officer(models.Model):
    """A user who acts for every member of a delegation; most of those never sign in."""

    delegation = models.ForeignKey(Delegation, models.CASCADE, related_name="officers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="officer_of")
    appointed_at = models.DateTimeField()

    objects = ScopedManager(expo="delegation__edition__expo")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delegation", "user"], name="officer_once")]

    def __str__(self) -> str:
        return f"{self.user} for {self.delegation}"


class Participation(models.Model):
    """An organisation, or a person on their own, in an edition, with a role."""

    class Role(models.TextChoices):
        EXHIBITOR = "exhibitor"
        CO_EXHIBITOR = "co_exhibitor"
        BUYER = "buyer"
        ORGANISATION = "organisation"
        INVESTOR = "investor"
        PROJECT = "project"
        ADOPTER = "adopter"

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="participations")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    role = models.CharField(max_length=12, choices=Role.choices)
    organisation = models.ForeignKey(
        "registry.Organisation", models.CASCADE, null=True, related_name="participations"
    )
    person = models.ForeignKey(
        "registry.Person", models.CASCADE, null=True, related_name="participations"
    )
    main_exhibitor = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="co_exhibitors"
    )
    delegation = models.ForeignKey(
        Delegation, models.SET_NULL, null=True, related_name="participations"
    )
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    # What lists and pages show and sort by, kept beside so that reading many needs no join.
    display_name = TranslatedField()
    sort_key = BytesOrderField(max_length=240, db_index=True)
    country = models.CharField(max_length=2, blank=True)
    pavilion = models.ForeignKey(
        Pavilion, models.SET_NULL, null=True, related_name="participations"
    )
    # Real lists name up to twenty stands and suites of one firm in one cell.
    stand = models.CharField(max_length=400, blank=True)
    about = TranslatedField(multiline=True)
    markets = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    # Meetings held in parallel, and the limits they set themselves (null: none).
    tables = models.PositiveSmallIntegerField(default=1)
    max_meetings = models.PositiveSmallIntegerField(null=True, blank=True)
    max_meetings_per_day = models.PositiveSmallIntegerField(null=True, blank=True)
    is_made_up = models.BooleanField(default=False)

    objects = ScopedManager(expo="edition__expo")

    class Meta:
        indexes = [models.Index(fields=["edition", "role", "sort_key"])]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "role", "source", "external_id"],
                condition=~Q(external_id=""),
                name="participation_once_a_source",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(person__isnull=False),
                name="participation_of_somebody",
            ),
            models.CheckConstraint(condition=Q(tables__gte=1), name="participation_has_a_table"),
        ]

    def __str__(self) -> str:
        return str(self.display_name)

    @property
    def hosts(self) -> bool:
        """Meetings are held at their place, not at the other's."""
        return self.role in {self.Role.EXHIBITOR, self.Role.CO_EXHIBITOR}

    @property
    def stand_number(self) -> str:
        """The stand as it stands beside the pavilion's sign: "F 214" in pavilion F is "214"."""
        letter = self.pavilion.letter if self.pavilion else ""
        bare = self.stand.removeprefix(f"{letter} ") if letter else self.stand
        return bare or self.stand


class Delegate(models.Model):
    """A person who acts for a participation, with a calendar."""

    participation = models.ForeignKey(Participation, models.CASCADE, related_name="delegates")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="delegates")
    is_lead = models.BooleanField(default=True)
    # Dates they are there (null: every day), and [date, from, to] they are not free, wall time.
    days = models.JSONField(null=True, default=None)
    blocked = models.JSONField(default=list)

    objects = ScopedManager(expo="participation__edition__expo")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participation", "person"], name="delegate_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} for {self.participation}"


class TeamInvite(models.Model):
    """Somebody is asked to act for a participation, with those who do already."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    participation = models.ForeignKey(Participation, models.CASCADE, related_name="invites")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    is_lead = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = ScopedManager(expo="participation__edition__expo")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participation", "user"], name="team_invite_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.participation}"


class PostOffer(models.Model):
    """A role of the staff, or that of an officer of `delegation`, is offered to whoever has
    `address`; `name` is what the owner wrote, not what the account says."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    expo = models.ForeignKey("registry.Expo", models.CASCADE, related_name="+")
    delegation = models.ForeignKey(Delegation, models.CASCADE, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=20, blank=True)
    pavilions = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = ScopedManager(expo="expo")

    def __str__(self) -> str:
        return f"{self.role or 'officer'} for {self.name or self.address}"


class Interest(models.Model):
    """What a need and an offer have in common."""

    code = models.CharField(max_length=40, blank=True)
    text = TranslatedField(multiline=True)
    markets = models.JSONField(default=list)
    deal_type = models.CharField(max_length=30, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code or str(self.text)


class Need(Interest):
    """Something a participation looks for."""

    participation = models.ForeignKey(Participation, models.CASCADE, related_name="needs")

    objects = ScopedManager(expo="participation__edition__expo")


class Offer(Interest):
    """Something a participation brings."""

    participation = models.ForeignKey(Participation, models.CASCADE, related_name="offers")

    objects = ScopedManager(expo="participation__edition__expo")


class ListDraft(models.Model):
    """A list that somebody sent and looks at before it is taken in."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="list_drafts")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    subject = models.CharField(max_length=20)
    source = models.CharField(max_length=60)
    file_name = models.CharField(max_length=255)
    # How its text was saved, where the sender said so; empty: found out.
    encoding = models.CharField(max_length=20, blank=True)
    digest = models.CharField(max_length=64)
    sent_by = models.CharField(max_length=40)
    sent_at = models.DateTimeField()
    # Field to heading; for a field, the list's words to ours; pairs of doubles to what was decided.
    columns = models.JSONField(default=dict, encoder=RealCharacters)
    values = models.JSONField(default=dict, encoder=RealCharacters)
    decisions = models.JSONField(default=dict, encoder=RealCharacters)
    leaves_out_bad_rows = models.BooleanField(default=False)
    # What the last look at it found, so that pages need not read the file again.
    report = models.JSONField(default=dict, encoder=RealCharacters)
    # The import it became.
    batch = models.CharField(max_length=16, blank=True)

    objects = ScopedManager(expo="edition__expo")

    class Meta:
        indexes = [models.Index(fields=["edition", "sent_at"])]

    def __str__(self) -> str:
        return f"{self.subject} from {self.file_name}"


class ListFile(models.Model):
    """The bytes of a list that is looked at, gzipped; gone with the draft."""

    draft = models.OneToOneField(
        ListDraft, models.CASCADE, primary_key=True, related_name="content"
    )
    content = models.BinaryField()

    objects = ScopedManager(expo="draft__edition__expo")

    def __str__(self) -> str:
        return f"file of {self.draft_id}"


class SavedView(models.Model):
    """A choice of participants that an organiser gave a name."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="saved_views")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    owner = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000)

    objects = ScopedManager(expo="edition__expo")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "owner", "name"], name="saved_view_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
