"""The chain of seals over the journal."""

from __future__ import annotations

from django.db import models


class JournalSeal(models.Model):
    """One batch of the journal: what was signed, and which entries stood in it in which order.

    What counts is `checkpoint` with its signature. The other columns tell which row was touched
    when the journal no longer fits it.
    """

    # From 1, without a gap. As the key it also keeps two sealers from sealing the same entries.
    number = models.PositiveBigIntegerField(primary_key=True)
    checkpoint = models.TextField()
    signature = models.CharField(max_length=128)
    # The highest entry in it: the next seal begins above.
    last_id = models.PositiveBigIntegerField()
    # For each entry, in order: its key (8 bytes, little-endian), its leaf (32 bytes), and two
    # bytes for each of its fields, which tell what was changed.
    ids = models.BinaryField()
    leaves = models.BinaryField()
    checks = models.BinaryField()

    def __str__(self) -> str:
        return f"seal {self.number}"
