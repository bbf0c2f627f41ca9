"""A message: put into the outbox with what it tells of, put into words when it leaves.

The first carrier in the order of the setting that reaches the person brings it. One that refuses
the person for good gives way to the next; so does one that has failed three times, until all have:
then it is their turn again, as long as the outbox tries.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from emporion.core import outbox
from emporion.core.tenancy import scope, scopes_disabled
from emporion.messaging.domain import choosing
from emporion.messaging.domain.carriers import Carrier, Envelope, Rejected, open_carriers
from emporion.messaging.domain.templates import Template, template_of
from emporion.messaging.models import Choice, Receipt
from emporion.messaging.rules import is_refused, quiet_of, quiet_until
from emporion.registry.queries import Person, allowing

MESSAGE = "message"
SITE = "site"
# So often one carrier fails in a row before it is the turn of the next.
TRIES = 3
# A message that waited for so long is news no more.
STALE = dt.timedelta(days=3)
Outcome = Receipt.Outcome


def is_open() -> bool:
    """Whether any carrier is set up that leaves the house; else no message is written at all."""
    return any(carrier.name != SITE for carrier in open_carriers())


def send(
    person: Person,
    template: str,
    about: dict[str, Any],
    *,
    key: str = "",
    merge: str = "",
    after: dt.datetime | None = None,
    zone: str = "UTC",
    urgent: bool = False,
) -> None:
    """Have a person told, in the caller's transaction; nothing for somebody made up.

    `about` are ids that the template's function understands, `key` makes a second call the first
    one, `merge` lets the newest of several that wait stand for all. Only what is `urgent` comes in
    the quiet hours of `zone`.
    """
    if person.is_made_up or not is_open():
        return
    payload = {
        "person": person.public_id,
        "template": template,
        "about": about,
        "zone": zone,
        "urgent": urgent,
    }
    # What waits for the morning holds up nothing urgent.
    lane = f"person:{person.public_id}{':urgent' if urgent else ''}"
    outbox.put(
        MESSAGE, payload, lane=lane, key=key, merge=merge, tenant=person.expo.public_id, after=after
    )


@outbox.carrier(MESSAGE)
def deliver(row: outbox.OutboxRow) -> outbox.Finish:
    """Bring a message to its person by the first carrier that reaches them."""
    about = row.payload
    with scopes_disabled():
        found = Person.objects.select_related("user", "expo").filter(public_id=about["person"])
        person = found.filter(erased_at=None).first()
        wants = person is not None and bool(allowing([person.pk], "messages"))
        choice = choosing.choice_of(person) if person is not None else Choice()
    template = template_of(about["template"])
    if person is None or template is None:
        raise outbox.Undeliverable("the person is gone" if person is None else "no such message")
    if not template.necessary and not wants:
        raise outbox.Unwanted("the person wants no messages")
    if not template.necessary and is_refused(choice.refused, template.name):
        raise outbox.Unwanted("the person wants no messages of this kind")
    now = timezone.now()
    if now - row.made_at > STALE:
        raise outbox.Undeliverable("it waited for too long")
    rest = quiet_of(choice.quiet, settings.MESSAGING["quiet"])
    until = quiet_until(now, ZoneInfo(about["zone"]), rest)
    if until is not None and not about["urgent"]:
        raise outbox.Postponed(until)
    language = language_of(person, choice)
    with scope(expo=person.expo), override(language):
        values = template.fill(person, about["about"])
        if values is None:
            return None
        stop = "" if template.necessary else choosing.stop_address(person, template.name)
        ways = _ways(person, row)
        if not template.necessary:
            kind, refused = template.name, choice.refused
            wanted = [way for way in ways if not is_refused(refused, kind, way[0].name)]
            left_out, ways = len(wanted) < len(ways), wanted
        else:
            left_out = False
        for carrier, to in ways:
            envelope = template.envelope(person, to, row.key, language, values, stop)
            receipt = _begin(person, template.name, carrier, envelope)
            try:
                remote = carrier.send(envelope)
            except Rejected as error:
                _end(receipt, Outcome.REFUSED, reason=str(error))
                continue
            except Exception as error:
                _end(receipt, Outcome.FAILED, reason=type(error).__name__)
                raise
            return partial(_finish, template, person, about["about"], values, receipt, remote)
    if left_out:
        raise outbox.Unwanted("the person wants it by no way that is left")
    raise outbox.Undeliverable("no carrier reaches this person")


def _ways(person: Person, row: outbox.OutboxRow) -> list[tuple[Carrier, str]]:
    """Return the carriers that may bring a message, the next one first, with the person's address.

    `site` keeps its place in the order: as the last resort it ends nothing that a carrier which
    only fails may bring yet.
    """
    past = Receipt.objects.filter(key=row.key, person=person)
    over = (Outcome.REFUSED, Outcome.LOST)
    refused = set(past.filter(outcome__in=over).values_list("carrier", flat=True))
    # An attempt fails at one carrier: what failed before somebody had it tried again is forgotten.
    late = past.filter(outcome=Outcome.FAILED).order_by("-pk")[: row.attempt - 1]
    failed = Counter(receipt.carrier for receipt in late)
    reached = [(carrier, carrier.address(person)) for carrier in open_carriers()]
    left = [(carrier, to) for carrier, to in reached if to and carrier.name not in refused]
    turns = iter(
        sorted((w for w in left if w[0].name != SITE), key=lambda w: failed[w[0].name] // TRIES)
    )
    return [way if way[0].name == SITE else next(turns) for way in left]


def _begin(person: Person, template: str, carrier: Carrier, envelope: Envelope) -> Receipt:
    """Note that a carrier is about to be given a message: its report may be quicker than our note.

    An attempt whose process died left such a receipt, which is that of the next one.
    """
    named = {"person": person, "key": envelope.key, "carrier": carrier.name}
    now, remote = timezone.now(), carrier.name_of(envelope)[:200]
    begun = Receipt.objects.filter(**named, outcome=Outcome.SENDING).first()
    return begun or Receipt.objects.create(
        **named, template=template, outcome=Outcome.SENDING, remote=remote, at=now
    )


def _end(receipt: Receipt, outcome: str, **values: str) -> bool:
    """Note how handing over ended; False where the carrier has reported of it already."""
    with scopes_disabled():
        begun = Receipt.objects.filter(pk=receipt.pk, outcome=Outcome.SENDING)
        kept = {name: value[:200] for name, value in values.items()}
        return bool(begun.update(outcome=outcome, at=timezone.now(), **kept))


def _finish(
    template: Template,
    person: Person,
    about: dict[str, Any],
    values: dict[str, Any],
    receipt: Receipt,
    remote: str,
) -> None:
    _taken(receipt, remote)
    if template.told is not None:
        with scope(expo=person.expo):
            template.told(person, about, values)


def _taken(receipt: Receipt, remote: str) -> None:
    """Note that a carrier took a message, in the transaction that ends the outbox row."""
    if _end(receipt, Outcome.TAKEN, remote=remote):
        return
    with scopes_disabled():
        reported = Receipt.objects.filter(pk=receipt.pk)
        reported.update(remote=remote[:200])
        lost = reported.filter(outcome=Outcome.LOST).first()
        if lost is not None:
            by_the_next(lost)


def by_the_next(receipt: Receipt) -> None:
    """Have a lost message brought by the next carrier, unless it was brought, or is old."""
    brought = (Outcome.TAKEN, Outcome.DELIVERED, Outcome.READ)
    if Receipt.objects.filter(key=receipt.key, outcome__in=brought).exists():
        return
    since = timezone.now() - STALE
    row = outbox.OutboxRow.objects.filter(kind=MESSAGE, key=receipt.key, made_at__gt=since).first()
    if row is not None:
        outbox.replay(row)


def language_of(person: Person, choice: Choice) -> str:
    """Return in which language somebody is written to: what they chose, else what is known."""
    known = person.user.language if person.user else person.language
    wanted = choice.language or known or "en"
    return wanted if wanted in dict(settings.LANGUAGES) else "en"
