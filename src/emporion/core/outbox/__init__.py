"""What leaves the system: a row in the transaction that it tells of, handed over afterwards.

    @outbox.carrier("webhook")
    def deliver(row: OutboxRow) -> outbox.Finish: ...

    with transaction.atomic():
        ...
        outbox.put("webhook", {"event": ...}, lane=endpoint.public_id, key=f"{event}:{endpoint}")

Rolled back, nothing leaves; committed, it is handed over at least once and always with the same
key, whatever dies. Rows of a lane leave in order, one after the other; a row that was given up does
not stop those behind it. `emporion worker` does the handing over.
"""

from emporion.core.models import OutboxRow
from emporion.core.outbox.carriers import Finish, Postponed, Undeliverable, Unwanted, carrier
from emporion.core.outbox.draining import forget_done, keep_draining
from emporion.core.outbox.handing import deliver_next, drain
from emporion.core.outbox.rows import put, replay

__all__ = [
    "Finish",
    "OutboxRow",
    "Postponed",
    "Undeliverable",
    "Unwanted",
    "carrier",
    "deliver_next",
    "drain",
    "forget_done",
    "keep_draining",
    "put",
    "replay",
]
