"""Tables of all that lives on from edition to edition. `Expo` is the tenant.

The expo stands here and not in `edition`, because organisations and people belong to it and
foreign keys point downwards only.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from emporion.core.ids import new_id
from emporion.core.searchindex.fields import BytesOrderField
from emporion.core.tenancy import ScopedManager
from emporion.core.translated import TranslatedField


class Expo(models.Model):
    """A series of fairs with one organiser."""

    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    slug = models.SlugField(unique=True)
    name = TranslatedField()

    def __str__(self) -> str:
        return str(self.name)


class Organiser(models.Model):
    """A user who runs an expo."""

    expo = models.ForeignKey(Expo, models.CASCADE, related_name="organisers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="organises")
    # What they may do: `domain.roles.MAY`.
    role = models.CharField(max_length=20, default="owner")
    # The letters of the pavilions that a pavilion manager is held to, in every edition.
    pavilions = models.JSONField(default=list, blank=True)

    objects = ScopedManager(expo="expo")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["expo", "user"], name="organiser_once")]

    def __str__(self) -> str:
        return f"{self.user} for {self.expo}"


class Body(models.Model):
    """A guest country, international organisation or association; it may send a delegation."""

    class Kind(models.TextChoices):
        GUEST_COUNTRY = "guest_country"
        INTERNATIONAL_ORGANISATION = "international_organisation"
        ASSOCIATION = "association"

    expo = models.ForeignKey(Expo, models.CASCADE, related_name="bodies")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    name = TranslatedField()
    country = models.CharField(max_length=2, blank=True)
    is_made_up = models.BooleanField(default=False)

    objects = ScopedManager(expo="expo")

    class Meta:
        verbose_name_plural = "bodies"

    def __str__(self) -> str:
        return str(self.name)


class Organisation(models.Model):
    """A company or institution, as its own lists and ours know it."""

    class Size(models.TextChoices):
        MICRO = "micro"
        SMALL = "small"
        MEDIUM = "medium"
        LARGE = "large"

    expo = models.ForeignKey(Expo, models.CASCADE, related_name="organisations")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    name = TranslatedField()
    sort_key = BytesOrderField(max_length=240, db_index=True)
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=120, blank=True)
    website = models.CharField(max_length=300, blank=True)
    size = models.CharField(max_length=6, choices=Size.choices, blank=True)
    is_made_up = models.BooleanField(default=False)

    objects = ScopedManager(expo="expo")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["expo", "source", "external_id"],
                condition=~models.Q(external_id=""),
                name="organisation_once_a_source",
            )
        ]

    def __str__(self) -> str:
        return str(self.name)


class Person(models.Model):
    """Somebody at a fair; they may never sign in, and may have no e-mail address."""

    expo = models.ForeignKey(Expo, models.CASCADE, related_name="people")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="people"
    )
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, related_name="people"
    )
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=200)
    name_latin = models.CharField(max_length=200, blank=True)
    sort_key = BytesOrderField(max_length=240, db_index=True)
    job_title = models.CharField(max_length=200, blank=True)
    email = models.EmailField(null=True, blank=True)
    phone = models.CharField(max_length=20, null=True, blank=True)
    language = models.CharField(max_length=10, default="en")
    is_made_up = models.BooleanField(default=False)
    # From then on the row says nothing of anybody: it stays where the schedule needs somebody.
    erased_at = models.DateTimeField(null=True)

    objects = ScopedManager(expo="expo")

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(
                fields=["expo", "source", "external_id"],
                condition=~models.Q(external_id=""),
                name="person_once_a_source",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ErasureRequest(models.Model):
    """Somebody wants to be forgotten; an organiser does it, or says why not."""

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    person = models.ForeignKey(Person, models.CASCADE, related_name="erasure_requests")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=40, blank=True)
    # Why it was done or not; of an organiser, never of the person.
    reason = models.CharField(max_length=200, blank=True)

    objects = ScopedManager(expo="person__expo")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(state="open"),
                name="erasure_request_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} asks to be erased: {self.state}"


class Consent(models.Model):
    """What a person said about one use of their data. A later word is a row of its own."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20)
    is_given = models.BooleanField()
    # Which wording of the purpose was read, and in which language.
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    at = models.DateTimeField()
    # The last word about the purpose.
    is_current = models.BooleanField(default=True)

    objects = ScopedManager(expo="person__expo")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=models.Q(is_current=True),
                name="consent_one_current",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {'allows' if self.is_given else 'refuses'} {self.purpose}"
