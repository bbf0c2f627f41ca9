"""Standing rules: what a participation lets be accepted without looking at each request."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.core import journal
from emporion.edition.domain.officers import behalf
from emporion.edition.queries import Edition, Participation
from emporion.matchmaking import queries as matchmaking
from emporion.meetings import rules
from emporion.meetings.models import MeetingRequest, RuleAnswer, StandingRule

MOST = 60
# Of the requests that wait when a rule is made, so many are looked at; the rest wait on.
LOOKED_AT = 500
# Rules of which a list's requests are answered in one transaction.
AT_ONCE = 20


class RuleError(ValueError):
    """A rule that cannot be; the text says why."""


@transaction.atomic
def set_rule(
    participation: Participation, source: str, limit: int, *, waiting: bool
) -> tuple[StandingRule, int]:
    """Accept from now on who stands in `source` until `limit` are accepted; return rule and count.

    With `waiting` the requests that wait now are answered as well, the oldest first; the count
    says how many. What a rule accepted before counts on. Raises RuleError for an unknown source
    and a limit outside of 1 to `MOST`.
    """
    if source not in StandingRule.Source.values:
        raise RuleError(_("Choose from where requests are accepted."))
    if not 1 <= limit <= MOST:
        raise RuleError(_("Accept between 1 and %(most)d.") % {"most": MOST})
    rule, _made = StandingRule.objects.select_for_update().update_or_create(
        participation=participation,
        defaults={
            "source": source, "limit": limit, "is_active": True, "made_at": timezone.now(),
        },
    )  # fmt: skip
    journal.record("rule.set", "rule", rule.public_id, fields=["source", "limit", "is_active"])
    return rule, _answer_open(rule) if waiting else 0


@transaction.atomic
def stop_rule(participation: Participation) -> bool:
    """Answer by hand again; what was accepted stays. Say whether there was a rule in force."""
    rule = (
        StandingRule.objects.select_for_update()
        .filter(participation=participation, is_active=True)
        .first()
    )
    if rule is None:
        return False
    rule.is_active = False
    rule.save(update_fields=["is_active"])
    journal.record("rule.stop", "rule", rule.public_id, fields=["is_active"])
    return True


def apply_rule(asked: MeetingRequest) -> bool:
    """Accept an open request if a standing rule of the side that was asked says so.

    In the caller's transaction, which holds the request. The rule's row is locked while it is
    counted, so that two requests at once never take the last place both. The journal puts the
    answer down to the rule, on behalf of its participation. One query where there is no rule.
    """
    rule = (
        StandingRule.objects.select_for_update(of=("self",))
        .select_related("participation__edition__expo")
        .filter(participation=asked.counterpart_id, is_active=True)
        .first()
    )
    if rule is None or accepted_by(rule) >= rule.limit:
        return False
    return bool(_accept(rule, [asked], _wanted(rule, [asked.asker_id])))


def apply_rules(edition: Edition, asked: Mapping[int, Sequence[str]]) -> Iterator[int]:
    """Accept what standing rules say of many new requests; yield how many, a few rules at a time.

    `asked` is {participation that was asked: public ids}. What somebody answered since is theirs.
    For lists: one transaction for `AT_ONCE` rules, so that no lock is held for long. One query
    where nobody of them has a rule, else about five a rule.
    """
    active = StandingRule.objects.filter(is_active=True)
    having = active.filter(participation__edition=edition).order_by("pk")
    meant = [pk for pk, who in having.values_list("pk", "participation_id") if who in asked]
    for start in range(0, len(meant), AT_ONCE):
        with transaction.atomic():
            rows = active.select_for_update(of=("self",)).order_by("pk")
            rows = rows.select_related("participation__edition__expo")
            count = 0
            for rule in rows.filter(pk__in=meant[start : start + AT_ONCE]):
                count += _answer_open(rule, public_id__in=asked[rule.participation_id])
        yield count


def forget_rule(asked: MeetingRequest) -> None:
    """Forget that a rule once accepted a request that is asked anew; in the caller's
    transaction."""
    RuleAnswer.objects.filter(request=asked).delete()


def accepted_by(rule: StandingRule) -> int:
    """Return how many requests a rule accepted that are accepted still; one query."""
    return RuleAnswer.objects.filter(
        rule=rule, request__state=MeetingRequest.State.ACCEPTED
    ).count()


def _answer_open(rule: StandingRule, **which: Any) -> int:
    """Accept what the rule says of the open requests `which`, the oldest first."""
    room = rule.limit - accepted_by(rule)
    if room < 1:
        return 0
    # Those that somebody answers this very moment are theirs to answer.
    found = list(
        MeetingRequest.objects.select_for_update(skip_locked=True)
        .filter(counterpart=rule.participation_id, state=MeetingRequest.State.OPEN, **which)
        .order_by("asked_at", "pk")[:LOOKED_AT]
    )
    wanted = _wanted(rule, [asked.asker_id for asked in found])
    return len(_accept(rule, found, wanted, room))


def _wanted(rule: StandingRule, askers: Collection[int]) -> set[int]:
    """Return those of `askers` that the rule accepts; nobody with a veto."""
    wishes = matchmaking.wishes_of(rule.participation, askers)
    if rule.source == StandingRule.Source.SAVED:
        return {asker for asker, kind in wishes.items() if kind == "save"}
    listed = set(matchmaking.listed(rule.participation))
    return {a for a in askers if a in listed and wishes.get(a) != "veto"}


def _accept(
    rule: StandingRule, found: list[MeetingRequest], wanted: set[int], room: int = 1
) -> list[MeetingRequest]:
    me = rule.participation
    taken = [asked for asked in found if asked.asker_id in wanted][:room]
    if not taken or not rules.takes_answers(me.edition):
        return []
    now = timezone.now()
    for asked in taken:
        asked.state, asked.decline_reason = MeetingRequest.State.ACCEPTED, ""
        asked.answered_at = now
    MeetingRequest.objects.bulk_update(taken, ["state", "decline_reason", "answered_at"])
    RuleAnswer.objects.bulk_create(RuleAnswer(rule=rule, request=each, at=now) for each in taken)
    with journal.acting(
        f"rule:{rule.public_id}", tenant=me.edition.expo.public_id, on_behalf=behalf(me)
    ):
        journal.record(
            "request.accept_by_rule",
            "request",
            [asked.public_id for asked in taken],
            fields=["state"],
        )
    return taken
