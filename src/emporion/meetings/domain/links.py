"""Personal links: made, opened and taken back."""

from __future__ import annotations

import datetime as dt

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.core import journal
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.meetings.models import PersonalLink
from emporion.registry.queries import Person

SALT = "meetings.personal-link"
# After the fair people still look up whom they met.
AFTER_THE_FAIR = dt.timedelta(days=14)


class LinkError(ValueError):
    """A link that opens nothing; the text says why and what to do."""


class ForgedLink(LinkError):
    """The signature is not ours, or of another edition: nothing more is said."""


class ExpiredLink(LinkError):
    """It was good once: its time is over, or it was taken back."""


def make_link(participation: Participation, person: Person) -> PersonalLink:
    """Make the link of one of those who act for `participation`; an earlier one stops working.

    Raises LinkError for somebody who does not act for it.
    """
    if not editions.acts(person.pk, participation):
        raise LinkError(_("This person does not act for this participant."))
    with transaction.atomic():
        Participation.objects.select_for_update().get(pk=participation.pk)
        now = timezone.now()
        _revoke(participation, person, now)
        link = PersonalLink.objects.create(
            participation=participation,
            person=person,
            made_at=now,
            expires_at=_expiry(participation.edition, now),
        )
        journal.record("link.make", "link", link.public_id, fields=["expires_at"])
    return link


def revoke_link(participation: Participation, person: Person) -> bool:
    """Take the person's link back at once; say whether there was a live one."""
    with transaction.atomic():
        Participation.objects.select_for_update().get(pk=participation.pk)
        gone = _revoke(participation, person, timezone.now())
        if gone:
            journal.record("link.revoke", "link", gone, fields=["revoked_at"])
    return bool(gone)


def key_of(link: PersonalLink) -> str:
    """Return what the address carries: the public id, signed. It is stored nowhere."""
    return signing.Signer(salt=SALT).sign(link.public_id)


def open_link(edition: Edition, key: str) -> PersonalLink:
    """Return the link that `key` opens; changes nothing. Two queries.

    Raises ForgedLink and ExpiredLink; an expired one is also one of somebody who does not act for
    the participant any more, or whose account was closed.
    """
    try:
        public_id = signing.Signer(salt=SALT).unsign(key)
    except signing.BadSignature as error:
        raise ForgedLink(_("This link is not one of ours. Copy the whole of it.")) from error
    link = (
        PersonalLink.objects.select_related(
            "participation__pavilion", "participation__organisation", "person"
        )
        .filter(public_id=public_id, participation__edition=edition)
        .first()
    )
    if link is None:
        raise ForgedLink(_("This link is not one of ours. Copy the whole of it."))
    if (
        link.revoked_at is not None
        or link.expires_at <= timezone.now()
        or not editions.acts(link.person_id, link.participation)
    ):
        raise ExpiredLink(_("This link does not work any more. Ask for a new one, or sign in."))
    link.participation.edition = edition
    return link


def _expiry(edition: Edition, now: dt.datetime) -> dt.datetime:
    last = dt.datetime.combine(edition.ends, dt.time(23, 59), edition.tz)
    return max(last, now) + AFTER_THE_FAIR


def _revoke(participation: Participation, person: Person, now: dt.datetime) -> list[str]:
    live = PersonalLink.objects.filter(
        participation=participation, person=person, revoked_at__isnull=True
    )
    gone = list(live.values_list("public_id", flat=True))
    live.update(revoked_at=now)
    return gone
