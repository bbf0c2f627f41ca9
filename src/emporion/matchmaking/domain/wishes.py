"""Saving and vetoing a counterpart. Both are quiet: the other side is not told."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from emporion.core import journal
from emporion.edition.queries import Participation
from emporion.matchmaking.models import Wish

VETO_REASONS = ("wrong_product", "too_large", "known", "other")


class WishError(ValueError):
    """A wish that makes no sense; the text says why."""


@transaction.atomic
def wish(
    participation: Participation, counterpart: Participation, kind: str, reason: str = ""
) -> Wish:
    """Keep that `participation` saves or vetoes `counterpart`; a later wish replaces an earlier.

    Raises WishError for oneself, another edition, an unknown kind or reason.
    """
    if participation.pk == counterpart.pk:
        raise WishError(gettext("Nobody can save or veto themselves."))
    if participation.edition_id != counterpart.edition_id:
        raise WishError(gettext("Both must take part in the same edition."))
    if kind not in Wish.Kind.values:
        raise WishError(
            gettext("A wish is one of %(known)s, not “%(given)s”.")
            % {"known": ", ".join(Wish.Kind.values), "given": kind}
        )
    if reason and reason not in VETO_REASONS:
        raise WishError(
            gettext("A reason is one of %(known)s, not “%(given)s”.")
            % {"known": ", ".join(VETO_REASONS), "given": reason}
        )
    made, _ = Wish.objects.update_or_create(
        participation=participation,
        counterpart=counterpart,
        defaults={"kind": kind, "reason": reason, "made_at": timezone.now()},
    )
    # Only whose wish it is: an entry outlives the wish, and whom it is about must never be told.
    journal.record(
        f"wish.{kind}",
        "participation",
        participation.public_id,
        fields=["kind", "reason"] if reason else ["kind"],
    )
    return made


@transaction.atomic
def take_back(participation: Participation, counterpart: Participation) -> bool:
    """Forget the wish about `counterpart`; say whether there was one."""
    gone, _ = Wish.objects.filter(participation=participation, counterpart=counterpart).delete()
    if gone:
        journal.record("wish.undo", "participation", participation.public_id)
    return bool(gone)
