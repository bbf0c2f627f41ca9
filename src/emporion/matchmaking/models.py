"""Tables of matchmaking."""

from __future__ import annotations

from django.db import models

from emporion.core.ids import new_id
from emporion.core.tenancy import ScopedManager
from emporion.core.translated import RealCharacters


class MatchRun(models.Model):
    """One computation of all ranked lists; which one is shown is said by `state`."""

    class State(models.TextChoices):
        WRITING = "writing"
        CURRENT = "current"
        EARLIER = "earlier"

    edition = models.ForeignKey("edition.Edition", models.CASCADE, related_name="match_runs")
    public_id = models.CharField(max_length=16, unique=True, default=new_id)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WRITING)
    # The rule that ordered the lists, so that later rules can be judged by what was shown.
    policy = models.CharField(max_length=200)
    seed = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    figures = models.JSONField(default=dict)
    # What was learnt, without people: lists made before the next run go by it. Empty: nothing kept.
    rules = models.JSONField(default=list)
    # Who writes it, so that another run can tell a dead one from a living one.
    process = models.CharField(max_length=60, blank=True)
    computed_at = models.DateTimeField()

    objects = ScopedManager(expo="edition__expo")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="match_run_once"),
            models.UniqueConstraint(
                fields=["edition"],
                condition=models.Q(state="current"),
                name="match_run_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.number}"


class RankedList(models.Model):
    """What one participation is shown, best first.

    `entries` holds one object a counterpart: {"id": primary key of the participation, "score",
    "p", "q", "reasons": [{"code", "detail"}], "propensity"}, and where so "beyond" or "held"
    (see `engines.matching.result.Entry`). One row a list and not one a pair: it is written once,
    read whole, and 15,000 rows instead of 350,000.
    """

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="lists")
    participation = models.ForeignKey(
        "edition.Participation", models.CASCADE, related_name="ranked_lists"
    )
    entries = models.JSONField(default=list, encoder=RealCharacters)
    # What the run found of its owner: the price of the calendar (1: it holds what is promised of
    # it), and by how much the log odds move with which others want them, and they want others.
    price = models.FloatField(default=1.0)
    # Of the price, what made exposure more equal: price / level is that of the calendar alone.
    # By the equilibrium, which has no prices, its dual.
    level = models.FloatField(default=1.0, db_default=1.0)
    of_p = models.FloatField(default=0.0)
    of_q = models.FloatField(default=0.0)

    objects = ScopedManager(expo="run__edition__expo")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "participation"], name="ranked_list_once")
        ]

    def __str__(self) -> str:
        return f"{self.participation_id} in {self.run_id}"


class FirstList(models.Model):
    """What a participation is shown from the moment it says what it needs until the next run.

    The same entries as in `RankedList`, ranked by the same engine among those who fit at all.
    """

    participation = models.OneToOneField(
        "edition.Participation", models.CASCADE, related_name="first_list"
    )
    entries = models.JSONField(default=list, encoder=RealCharacters)
    # The rule that ordered it, as in a run.
    policy = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()

    objects = ScopedManager(expo="participation__edition__expo")

    def __str__(self) -> str:
        return f"first list of {self.participation_id}"


class Showing(models.Model):
    """What a participation was shown of one list: whom, at which place, with which chance.

    A row for each list that was looked at, not for each look: written when its page is opened
    first, and added to when somebody is shown who was not.  `entries` holds [primary key, place,
    propensity, whether it was drawn from beyond the list] of each, as they were first shown, and of
    who was added the seconds since `shown_at`.  Lists themselves go when two runs have replaced
    them; what was shown must outlive them to be judged.
    """

    participation = models.ForeignKey(
        "edition.Participation", models.CASCADE, related_name="showings"
    )
    # The rule that ordered the list, the run it is of (0: made for one alone), and when.
    policy = models.CharField(max_length=200)
    run = models.PositiveIntegerField(default=0)
    list_made_at = models.DateTimeField()
    shown_at = models.DateTimeField()
    entries = models.JSONField(default=list)

    objects = ScopedManager(expo="participation__edition__expo")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "list_made_at"], name="showing_once_a_list"
            )
        ]

    def __str__(self) -> str:
        return f"{len(self.entries)} shown to {self.participation_id}"


class TextVector(models.Model):
    """What an encoder made of a text, by the hash of model, role and text.

    Equal texts of an expo share a row. It holds what a text is about, not its words.
    """

    expo = models.ForeignKey("registry.Expo", models.CASCADE)
    key = models.CharField(max_length=64)
    model = models.CharField(max_length=200)
    # Single-precision numbers, little-endian.
    value = models.BinaryField()

    objects = ScopedManager(expo="expo")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["expo", "key"], name="text_vector_once")]

    def __str__(self) -> str:
        return f"{self.model} {self.key[:8]}"


class SuggestionsOff(models.Model):
    """A participation that wants no suggestions and is suggested to nobody. Its row is the wish."""

    participation = models.OneToOneField(
        "edition.Participation", models.CASCADE, primary_key=True, related_name="suggestions_off"
    )
    since = models.DateTimeField()

    objects = ScopedManager(expo="participation__edition__expo")

    class Meta:
        verbose_name_plural = "suggestions off"

    def __str__(self) -> str:
        return f"no suggestions for {self.participation_id}"


class Wish(models.Model):
    """A participation wants to see another (save), or never again (veto). Quiet: not told."""

    class Kind(models.TextChoices):
        SAVE = "save"
        VETO = "veto"

    participation = models.ForeignKey(
        "edition.Participation", models.CASCADE, related_name="wishes"
    )
    counterpart = models.ForeignKey("edition.Participation", models.CASCADE, related_name="wished")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    reason = models.CharField(max_length=30, blank=True)
    made_at = models.DateTimeField()

    objects = ScopedManager(expo="participation__edition__expo")

    class Meta:
        verbose_name_plural = "wishes"
        constraints = [
            models.UniqueConstraint(fields=["participation", "counterpart"], name="wish_once"),
            models.CheckConstraint(
                condition=~models.Q(participation=models.F("counterpart")), name="wish_not_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participation_id} {self.kind} {self.counterpart_id}"
