"""What programs sent under a key of theirs, so that sending it again does nothing twice."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from emporion.core.ids import new_id


class IdempotencyKey(models.Model):
    """A key that a caller gave to a write, and what was answered."""

    owner = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    # Whose insert it was, of two that came at once.
    nonce = models.CharField(max_length=16, default=new_id)
    # Of method, address and body: another write may not come under the same key.
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    # Public id of the expo that was written to; its erasures run over the answer.
    tenant = models.CharField(max_length=16, default="", db_default="")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
