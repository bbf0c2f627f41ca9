"""What carriers say afterwards: it arrived, it was read, it did not arrive after all.

A report only ever moves a receipt on, and a call that was heard is not heard twice: whoever sends
an old one again changes nothing. One that was lost gives way to the next carrier, with its key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from emporion.core.tenancy import scopes_disabled
from emporion.messaging.domain import choosing, sending
from emporion.messaging.models import Heard, Receipt

Outcome = Receipt.Outcome
# Of two reports about one message the higher one counts.
RANK = {
    Outcome.SENDING: 0, Outcome.TAKEN: 1, Outcome.LOST: 2, Outcome.DELIVERED: 3, Outcome.READ: 4,
}  # fmt: skip
# Letters of the longest name of a call that is kept as it is.
LONGEST = 80
# Somebody told their mail program that it is spam: what they mean is to be left in peace.
COMPLAINED = "complained"


class Unknown(LookupError):
    """A call that tells of no message of ours, or of none that is noted yet."""


@dataclass(frozen=True)
class Report:
    """What became of one message: by our key, or by the carrier's own name of it."""

    state: str
    key: str = ""
    remote: str = ""
    reason: str = ""


def hear(carrier: str, call: str, reports: Sequence[Report], *, strict: bool = False) -> int:
    """Keep what a carrier reports in one call, and return how many receipts it moved.

    `call` is what the call is known by; a second one is not heard. Reports of messages that nobody
    sent are left aside. Where all are, `strict` raises Unknown and keeps nothing, so that a carrier
    that was quicker than our own note calls again. Whether the call is the carrier's must be known
    before.
    """
    with scopes_disabled(), transaction.atomic():
        if not first_time(carrier, call):
            return 0
        kept = [_keep(carrier, report) for report in reports]
        if strict and kept and all(moved is None for moved in kept):
            raise Unknown
        return sum(bool(moved) for moved in kept)


def first_time(carrier: str, call: str) -> bool:
    """Note a call of a carrier, in the caller's transaction; False when it was heard before."""
    if len(call) > LONGEST:
        call = hashlib.sha256(call.encode()).hexdigest()
    try:
        with transaction.atomic():
            Heard.objects.create(key=f"{carrier}:{call}", at=timezone.now())
    except IntegrityError:
        return False
    return True


def _keep(carrier: str, report: Report) -> bool | None:
    """Move one receipt on; None where there is none."""
    named = {"key": report.key} if report.key else {"remote": report.remote}
    if not any(named.values()) or report.state not in (*RANK, COMPLAINED):
        return False
    found = Receipt.objects.filter(carrier=carrier, outcome__in=list(RANK), **named)
    receipt = found.select_related("person__expo").select_for_update(of=("self",)).last()
    if receipt is None:
        return None
    if report.state == COMPLAINED:
        return choosing.stop(receipt.person, receipt.template)
    if RANK[Outcome(report.state)] <= RANK[Outcome(receipt.outcome)]:
        return False
    receipt.outcome, receipt.reason = report.state, report.reason[:200]
    receipt.save(update_fields=["outcome", "reason"])
    if report.state == Outcome.LOST:
        sending.by_the_next(receipt)
    return True
